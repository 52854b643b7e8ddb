"""A certificate authority for the tests, made with openssl on the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Authority:
    """A CA in a folder, with files in PEM."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._name = name
        self.cafile = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-subj", f"/CN=cp-simu test {name}", "-keyout", str(self._key), "-out", str(self.cafile)),
        )

    def issue(self, common_name: str, password: str = "") -> tuple[Path, Path]:
        """Certificate and key for ``common_name``, which is also its alternative name; the key may be locked."""
        certfile, keyfile = (self._folder / f"{self._name}-{common_name}.{kind}" for kind in ("pem", "key"))
        locked = ("-passout", f"pass:{password}") if password else ("-nodes",)
        kind = "IP" if common_name[0].isdigit() else "DNS"
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *locked, "-days", "2"),
            *("-subj", f"/CN={common_name}", "-addext", f"subjectAltName={kind}:{common_name}"),
            *("-CA", str(self.cafile), "-CAkey", str(self._key), "-keyout", str(keyfile), "-out", str(certfile)),
        )
        return certfile, keyfile


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
