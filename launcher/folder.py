"""The state folder of a yard: where everything is, and what ``up`` wrote down about it."""

from __future__ import annotations

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
        """What ``up`` started, as ``YardFile``."""
        return self.path / "yard.json"

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
        """All charge points' programs, one file: one file each is read in quadratic time."""
        return self.path / "programs.conf"

    @property
    def socket(self) -> Path:
        """supervisord's unix socket; only its owner may use it."""
        return self.path / "supervisord.sock"

    @property
    def logs(self) -> Path:
        """One log per program."""
        return self.path / "logs"

    @property
    def chargepoints(self) -> Path:
        """One folder per charge point, named by its id."""
        return self.path / "chargepoints"

    @property
    def csms(self) -> Path:
        """The bundled central system's database and tags."""
        return self.path / "csms"

    @property
    def template(self) -> Path:
        """``config.ini``: defaults for every new charge point."""
        return self.path / "config.ini"

    def station(self, station_id: str) -> Path:
        """The folder of one charge point."""
        return self.chargepoints / station_id

    def log(self, name: str) -> Path:
        """The log file of a program or charge point."""
        return self.logs / f"{name}.log"


@dataclass(frozen=True, slots=True)
class YardFile:
    """``yard.json``: how to reach what ``up`` started. Empty URLs: there is none of ours."""

    broker: str
    root: str
    central_system: str
    http: str = ""
    own_broker: str = ""

    def write(self, folder: Folder) -> None:
        """Store it, readable by the owner only: a broker URL may carry a password."""
        text = json.dumps(asdict(self), indent=2)
        folder.yard_file.touch(mode=0o600)
        folder.yard_file.write_text(text + "\n")

    @classmethod
    def read(cls, folder: Folder) -> YardFile | None:
        """What is stored in ``folder``; None when no yard was ever up there. Raises InputError."""
        try:
            content = folder.yard_file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError("--state-dir", str(folder.path), f"a readable folder ({error.strerror})") from None
        fields = Fields(parse_json(content, str(folder.yard_file)), str(folder.yard_file))
        return cls(
            broker=fields.text("broker", max_length=2000),
            root=fields.text("root"),
            central_system=fields.text("central_system", "", max_length=2000),
            http=fields.text("http", "", max_length=2000),
            own_broker=fields.text("own_broker", ""),
        )


def replace_file(file: Path, content: str) -> None:
    """Write ``file`` whole or not at all, also under kill -9."""
    partial = file.with_name(file.name + ".new")
    partial.write_text(content)
    partial.replace(file)
