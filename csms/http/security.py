"""Passwords of charge points, and what the certificate authority does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from csms.files import FilePlace
from csms.http.bodies import described, fields
from csms.http.errors import NotFound, responses
from csms.identity import check_identity
from csms.listener import CertificateState
from csms.passwords import MAX_KEY, Passwords, check_key

if TYPE_CHECKING:
    from csms.authority import Authority

MAX_DAYS = 36_500
MAX_REQUEST = 10_000
_DAYS = {"days": {"type": "number", "default": 365, "description": "how long it is valid; 0.001 are 86 seconds"}}


@dataclass(frozen=True, slots=True)
class SignedFirmwareView:
    """A signed file; ``firmware`` is the one of SignedUpdateFirmware.req but for its retrieveDateTime."""

    name: str
    firmware: dict[str, Any]


def router(passwords: Passwords, authority: Authority | None, place: FilePlace) -> APIRouter:
    """The calls of security profiles 1 to 3."""
    api = APIRouter(tags=["security"], responses=responses(404, 422))

    def ca() -> Authority:
        if authority is None:
            raise NotFound("there is no certificate authority here: start the central system with --ca DIR or --tls")
        return authority

    key = {"key": {"type": "string", "maxLength": MAX_KEY, "description": "text, or hexadecimal digits of the bytes"}}

    @api.put("/charge-points/{id}/authorization-key", openapi_extra=described(key, {"key": "aabbccdd"}, ["key"]))
    async def set_key(id: str, request: Request) -> dict[str, str]:
        """From now on the charge point has to show this password (basic authentication); hexadecimal digits and the
        bytes they stand for both open. It ends with the program; the charge point is not told, see
        ChangeConfiguration: a new AuthorizationKey that is Accepted is taken over here as well."""
        body = await fields(request)
        wanted = check_key(body.text("key", max_length=MAX_KEY))
        body.finish()
        passwords.set(check_identity(id), wanted)
        return {"id": id}

    @api.delete("/charge-points/{id}/authorization-key")
    async def remove_key(id: str) -> dict[str, str]:
        """The charge point has no password of its own any more."""
        if not passwords.remove(id):
            raise NotFound(f"charge point {id!r} has no password of its own")
        return {"id": id}

    @api.get("/ca/certificate", response_class=PlainTextResponse)
    async def certificate() -> str:
        """The root certificate (PEM), fit for InstallCertificate and for `--client-ca`."""
        return ca().certificate

    csr = {"csr": {"type": "string", "description": "PEM"}, "charge_point": {"type": "string"}} | _DAYS

    @api.post("/ca/sign", openapi_extra=described(csr, {"csr": "PEM"}, ["csr"]))
    async def sign(request: Request) -> dict[str, str]:
        """Sign a certificate signing request and tell the chain, as CertificateSigned wants it; with `charge_point`
        only if its common name is that id. What SignCertificate asks for is signed and sent without this call."""
        body = await fields(request, ["days"])
        text = body.text("csr", max_length=MAX_REQUEST)
        names = {body.text("charge_point")} if body.has("charge_point") else None
        days = body.number("days", 365, maximum=MAX_DAYS, above=0)
        body.finish()
        return {"certificateChain": ca().sign(text, names, days)}

    states = {"enum": [str(each) for each in CertificateState], "default": "right"}
    name = {"common_name": {"type": "string", "maxLength": 64}, "certificate": states} | _DAYS

    @api.post("/ca/certificates", openapi_extra=described(name, {"common_name": "CP_1"}, ["common_name"]))
    async def issue(request: Request) -> dict[str, str]:
        """Make a client certificate with its private key, for a charge point that begins with profile 3; also a
        `certificate` that is wrong: expiring, expired, not yet valid, of another authority, of another name."""
        body = await fields(request, ["days"])
        common_name = body.text("common_name", min_length=1, max_length=64, printable=True)
        days = body.number("days", 365, maximum=MAX_DAYS, above=0)
        state = body.choice("certificate", CertificateState, CertificateState.RIGHT)
        body.finish()
        issued = ca().client(common_name, days, state)
        return {"certificate": issued.certificate, "key": issued.key}

    @api.post("/ca/sign-firmware/{name}")
    async def sign_firmware(name: str, request: Request) -> SignedFirmwareView:
        """Sign a file of `/files`; the answer is what SignedUpdateFirmware wants to know. The charge point has to
        trust the root certificate as a ManufacturerRootCertificate."""
        file = place.path(name)
        if file is None:
            raise NotFound(f"there is no file {name!r}")
        signed = ca().sign_file(file)
        firmware = {
            "location": str(request.url_for("download", name=name)),
            "signingCertificate": signed.signing_certificate,
            "signature": signed.signature,
        }
        return SignedFirmwareView(name, firmware)

    return api
