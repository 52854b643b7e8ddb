"""What the launcher makes of pools that end while they are asked, without a yard."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chargepoint.api.hosting import PoolAnswer, PoolOrder, roster_json
from launcher import pools as pools_module
from launcher.folder import Folder
from launcher.pools import Pools, door_of
from launcher.supervisord.client import Supervisord


@pytest.fixture
def pools(tmp_path: Path) -> Iterator[Pools]:
    """Those of a yard with A in the pool east, which was told to live; supervisord is away."""
    folder = Folder(tmp_path)
    folder.pools.mkdir()
    folder.roster("east").write_text(roster_json({"A": True}))
    with tempfile.TemporaryDirectory() as short:
        found = Pools(folder, Supervisord(Path(short) / "supervisord.sock"))
        found.find()
        yield found


@contextmanager
def door(pools: Pools, answer: bytes | None) -> Iterator[None]:
    """Of the pool east, which says ``answer`` to one order; None: it ends before it has read it."""
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(door_of("east", pools._supervisord)))
        listening.listen()

        def serve() -> None:
            line, _ = listening.accept()
            with closing(line):
                if answer is not None:
                    PoolOrder.from_line(line.makefile("rb").readline())
                    line.sendall(answer)

        serving = threading.Thread(target=serve)
        serving.start()
        yield
        serving.join(10)


@pytest.mark.parametrize("answer", [None, b""], ids=["reset", "end"])
def test_a_pool_that_ends_when_it_is_asked_has_forgotten_everybody(pools: Pools, answer: bytes | None) -> None:
    with door(pools, answer):
        assert pools.part(["A"]) == {}
    assert (pools.homes, pools.names, pools.left) == ({}, [], ["east"])


def test_a_pool_that_is_silent_keeps_its_inhabitants(pools: Pools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools_module, "ANSWER_TIMEOUT_S", 0.1)
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(door_of("east", pools._supervisord)))
        listening.listen()
        assert pools.part(["A"]) == {"A": "the pool east does not answer (timed out)"}
    assert pools.homes == {"A": "east"}


def test_of_a_pool_that_nobody_lives_in_an_empty_roster_is_left_until_it_is_forgotten(
    pools: Pools, tmp_path: Path
) -> None:
    """Another launcher may have to clear what the broker retains of it."""
    with door(pools, PoolAnswer(frozenset()).to_line()):
        assert pools.part(["A"]) == {}
    again = Pools(Folder(tmp_path), pools._supervisord)
    again.find()
    assert (again.names, again.left) == ([], ["east"])
    again.settle({"B": "east"})
    again.forget(["east"])
    assert (again.names, again.left, again.of("east")) == (["east"], [], ["B"])
    pools.forget(["east"])
    assert not Folder(tmp_path).roster("east").exists()
