"""What the command line asks for in security: passwords, TLS, a certificate authority; made when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from csms.entrance import Terms
from csms.listener import CertificateState, ClientCertificates, ListenerSettings
from csms.passwords import Passwords, check_key, parse_passwords
from csms.tls import TlsFiles, local_certificate, server_context

if TYPE_CHECKING:
    from csms.authority import Authority


@dataclass(frozen=True, slots=True)
class Security:
    """Options; absent ones ask for nothing. ``serve_tls`` without a certificate takes one of the authority;
    ``plain``: TCP alone as well, on the same port; ``client_certificates``: None for what follows from the rest."""

    authorization_key: str | None = None
    passwords_file: Path | None = None
    serve_tls: bool = False
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None
    ca: Path | None = None
    plain: bool = False
    client_certificates: ClientCertificates | None = None

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

    def listener(self) -> ListenerSettings:
        """How the OCPP port of the command line is listened on. Raises InputError."""
        with_tls = self.serve_tls or self.certificate is not None or self.key is not None
        if not with_tls:
            wanted = "given with TLS: add --tls, or --tls-certificate and --tls-key"
            if self.client_ca is not None:
                raise InputError("--client-ca", str(self.client_ca), wanted)
            if self.plain:
                raise InputError("--plain", "alone", wanted)
            if self.client_certificates is not None:
                raise InputError("--client-certificates", str(self.client_certificates), wanted)
            return ListenerSettings(tls=False)
        # Where there are passwords as well, stations may come by either: by profile 2, on their way to 3, or back.
        by_password = self.authorization_key is not None or self.passwords_file is not None
        asked = ClientCertificates.OPTIONAL if by_password or self.plain else ClientCertificates.REQUIRED
        implied = ClientCertificates.NOT_ASKED if self.client_ca is None else asked
        return ListenerSettings(plain=self.plain, client_certificates=self.client_certificates or implied)

    def terms(self, authority: Authority | None, host: str, settings: ListenerSettings) -> Terms:
        """On what terms a port of ``host`` is listened on. Raises InputError."""
        if not settings.tls:
            return Terms()
        if settings.certificate is CertificateState.RIGHT and (self.certificate is not None or self.key is not None):
            certificate = self._wanted("--tls-certificate", self.certificate, "--tls-key")
            key = self._wanted("--tls-key", self.key, "--tls-certificate")
        elif authority is None:
            raise InputError("--tls", "alone", "enough: add --ca DIR, or --tls-certificate and --tls-key")
        else:
            certificate, key = local_certificate(authority, host, settings.certificate)
        client_ca = self.client_ca or (authority.file if authority else None)
        if client_ca is None and settings.client_certificates is ClientCertificates.REQUIRED:
            wanted = "possible without --client-ca FILE or --ca DIR, which say whom to trust"
            raise InputError("client_certificates", str(settings.client_certificates), wanted)
        files = TlsFiles(certificate, key, client_ca)
        return Terms(server_context(files, settings), settings.plain)

    def _wanted(self, option: str, file: Path | None, other: str) -> Path:
        if file is None:
            raise InputError(option, None, f"a PEM file, which goes with {other}")
        return file
