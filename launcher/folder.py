"""The state folder of a yard: where everything is, and what ``up`` wrote down about it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json


@dataclass(frozen=True, slots=True)
class Folder:
    """The paths below one state folder."""

    path: Path

    @property
    def yard_file(self) -> Path:
        """What ``up`` started, as ``Yard``."""
        return self.path / "yard.json"

    @property
    def lock_file(self) -> Path:
        """Held while ``up`` or ``down`` works."""
        return self.path / "lock"

    @property
    def supervisord_conf(self) -> Path:
        """Rendered from etc/supervisord.conf."""
        return self.path / "supervisord.conf"

    @property
    def supervisord_pid(self) -> Path:
        """supervisord's own pid file."""
        return self.path / "supervisord.pid"

    @property
    def programs_conf(self) -> Path:
        """All charge points' programs in one file: one file each is read in quadratic time."""
        return self.path / "programs.conf"

    @property
    def mosquitto_conf(self) -> Path:
        """Rendered from etc/mosquitto.conf."""
        return self.path / "mosquitto.conf"

    @property
    def logs(self) -> Path:
        """One log per program."""
        return self.path / "logs"

    @property
    def charge_points(self) -> Path:
        """One folder per charge point, named by its id."""
        return self.path / "chargepoints"

    @property
    def pools(self) -> Path:
        """Who lives in which pool: a roster for each of them."""
        return self.path / "pools"

    @property
    def removed(self) -> Path:
        """What is left of charge points whose retained messages are still to be cleared."""
        return self.path / "removed"

    @property
    def csms(self) -> Path:
        """The bundled central system's database and tags."""
        return self.path / "csms"

    @property
    def tags(self) -> Path:
        """The id tags that the bundled central system knows."""
        return self.csms / "tags.json"

    @property
    def ca(self) -> Path:
        """The certificate authority of the bundled central system, if it speaks TLS."""
        return self.csms / "ca"

    @property
    def root_certificate(self) -> Path:
        """Whom charge points have to trust that connect to it by TLS."""
        return self.ca / "ca.pem"

    @property
    def template(self) -> Path:
        """``config.ini``: defaults for every new charge point."""
        return self.path / "config.ini"

    def charge_point(self, station_id: str) -> Path:
        """The folder of one charge point."""
        return self.charge_points / station_id

    def spec(self, station_id: str) -> Path:
        """The start entry of one charge point; while it is there, the charge point exists."""
        return self.charge_point(station_id) / "spec.json"

    def roster(self, pool: str) -> Path:
        """Who lives in a pool."""
        return self.pools / f"{pool}.json"

    def log(self, name: str) -> Path:
        """The log of a program or charge point."""
        return self.logs / f"{name}.log"


@dataclass(frozen=True, slots=True)
class Yard:
    """``yard.json``: what ``up`` started, and how to reach it. ``http`` is "" without a central system of ours.

    ``exposed``: from other machines as well; ``tls``: whether that central system speaks TLS as well.
    """

    broker: str
    root: str
    central_system: str
    http: str
    socket: str
    own_broker: bool
    log_level: str
    pool: str = "auto"
    exposed: bool = False
    tls: bool = False

    def write(self, folder: Folder) -> None:
        """Store it. Raises OSError."""
        replace_file(folder.yard_file, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, folder: Folder) -> Yard | None:
        """What is stored in ``folder``; None when no yard is up there. Raises InputError."""
        try:
            content = folder.yard_file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise InputError(
                "--state-dir", str(folder.path), f"a folder that can be read ({error.strerror})"
            ) from None
        fields = Fields(parse_json(content, str(folder.yard_file)), str(folder.yard_file))
        try:
            return cls(
                broker=fields.text("broker", max_length=2000),
                root=fields.text("root"),
                central_system=fields.text("central_system", max_length=2000),
                http=fields.text("http", "", max_length=2000),
                socket=fields.text("socket"),
                own_broker=fields.boolean("own_broker", False),
                log_level=fields.text("log_level", "info"),
                pool=fields.text("pool", "auto"),
                exposed=fields.boolean("exposed", False),
                tls=fields.boolean("tls", False),
            )
        except InputError as error:
            raise error.within(str(folder.yard_file)) from None


def replace_file(file: Path, content: str) -> None:
    """Write ``file`` whole or not at all, also under kill -9. Raises OSError."""
    partial = file.with_name(file.name + ".new")
    try:
        partial.write_text(content, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(file)) from None
