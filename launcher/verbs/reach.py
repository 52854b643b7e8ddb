"""The yard that a command line means."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

import aiomqtt

from chargepoint.api.topics import DEFAULT_ROOT, Topics
from chargepoint.bus import Broker
from chargepoint.settings import default_broker
from launcher.diagnostics import NotThere
from launcher.folder import Folder, Yard
from launcher.remote import Remote

_Result = TypeVar("_Result")


def folder_of(options: argparse.Namespace) -> Folder:
    """The state folder, which need not be there."""
    return Folder(Path(options.state_dir).expanduser().resolve())


def remote_of(options: argparse.Namespace) -> Remote:
    """The yard of ``--broker`` and ``--root``, else the one in the state folder, else the default broker's.
    Raises InputError."""
    yard = Yard.read(folder_of(options))
    if yard and options.broker not in (None, yard.broker):
        yard = None
    url = options.broker or (yard.broker if yard else default_broker())
    root = options.root or (yard.root if yard else DEFAULT_ROOT)
    return Remote(Broker.parse(url), Topics(root))


def ask(remote: Remote, question: Coroutine[None, None, _Result]) -> _Result:
    """The answer to ``question``, one of the coroutines of ``remote``. Raises NotThere without its broker."""
    try:
        return asyncio.run(question)
    except (aiomqtt.MqttError, OSError) as error:
        raise NotThere(f"no broker at {remote.broker.url} ({error}): is the yard up? `cp-simu up`") from None
