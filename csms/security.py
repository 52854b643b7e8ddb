"""What the command line asks for in security: passwords, TLS, a certificate authority; made when it is wanted."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from csms.passwords import Passwords, check_key, parse_passwords
from csms.tls import TlsFiles, local_certificate, server_context

if TYPE_CHECKING:
    from csms.authority import Authority


@dataclass(frozen=True, slots=True)
class Security:
    """Options; absent ones ask for nothing. ``serve_tls`` without a certificate takes one of the authority."""

    authorization_key: str | None = None
    passwords_file: Path | None = None
    serve_tls: bool = False
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None
    ca: Path | None = None

    def passwords(self) -> Passwords:
        """The passwords of charge points. Raises InputError."""
        if self.authorization_key is not None:
            check_key(self.authorization_key, "--authorization-key")
        if self.passwords_file is None:
            return Passwords(everybody_else=self.authorization_key)
        try:
            content = self.passwords_file.read_bytes()
        except OSError as error:
            wanted = f"a file that can be read ({error.strerror})"
            raise InputError("--passwords", str(self.passwords_file), wanted) from None
        try:
            return parse_passwords(parse_json(content, "content"), self.authorization_key)
        except InputError as error:
            raise error.within(f"--passwords {self.passwords_file}") from None

    def authority(self) -> Authority | None:
        """The certificate authority, made when its folder has none. Raises InputError."""
        if self.ca is None:
            return None
        from csms.authority import Authority  # cryptography is loaded for those who ask for it

        return Authority.open(self.ca)

    def tls(self, authority: Authority | None, host: str) -> ssl.SSLContext | None:
        """The TLS of the OCPP port; None for none. Raises InputError."""
        if self.certificate is not None or self.key is not None:
            certificate = self._wanted("--tls-certificate", self.certificate, "--tls-key")
            key = self._wanted("--tls-key", self.key, "--tls-certificate")
            return server_context(TlsFiles(certificate, key, self.client_ca))
        if not self.serve_tls:
            if self.client_ca is not None:
                wanted = "given with TLS: add --tls, or --tls-certificate and --tls-key"
                raise InputError("--client-ca", str(self.client_ca), wanted)
            return None
        if authority is None:
            raise InputError("--tls", "alone", "enough: add --ca DIR, or --tls-certificate and --tls-key")
        return server_context(local_certificate(authority, host, self.client_ca))

    def _wanted(self, option: str, file: Path | None, other: str) -> Path:
        if file is None:
            raise InputError(option, None, f"a PEM file, which goes with {other}")
        return file
