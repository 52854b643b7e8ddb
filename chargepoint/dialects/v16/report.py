"""What GetDiagnostics and GetLog upload, as plain text: the station and what it went through, or its security log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chargepoint.clock import iso
from chargepoint.dialects.v16.session import Session
from chargepoint.model.uploading import UploadRequest
from chargepoint.ocpp.v16 import Log


def compose(session: Session, request: UploadRequest) -> bytes:
    """The file that ``request`` asks for."""
    lines = security_lines(session, request) if request.kind == Log.security_log else diagnostics(session, request)
    return "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")


def security_lines(session: Session, request: UploadRequest) -> Iterator[str]:
    """The security events of the time that is asked for: moment, type, technical information."""
    for event in session.station.state.security_log.between(request.oldest_at, request.latest_at):
        yield " ".join(part for part in (iso(event.at), event.type, event.tech_info) if part)


def diagnostics(session: Session, request: UploadRequest) -> Iterator[str]:
    """Who the station is, how it is set, what its connectors do, and its log of the time that is asked for."""
    spec, state = session.spec, session.station.state
    yield f"Diagnostics of {spec.id} at {session.timestamp(state.at)}"
    yield from _section("identity", _identity(session))
    yield from _section("connectors", _connectors(session))
    entries = session.configuration.entries()
    told = (f"{one.key.name} = {one.value}" for one in entries if not one.key.writeonly)
    yield from _section("configuration", told)
    yield from _section("log", _journal(session, request))


def _section(name: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield f"[{name}]"
    yield from lines


def _identity(session: Session) -> Iterator[str]:
    spec = session.spec
    told = {
        "vendor": spec.vendor,
        "model": spec.model,
        "serial": spec.serial,
        "firmware": session.firmware_version,
        "type": str(spec.type),
        "limit": f"{spec.max_setpoint:g}",
        "meter type": spec.meter_type,
        "meter serial": spec.meter_serial,
        "central system": spec.connection_url,
        "registration": str(session.registration or "none"),
    }
    return (f"{name} = {value}" for name, value in told.items() if value)


def _connectors(session: Session) -> Iterator[str]:
    state = session.station.state
    yield f"0: {state.status} {state.told.code}"
    for number, connector in state.connectors.items():
        running = connector.transaction
        transaction = f", transaction {running.central_id} of {running.id_tag}" if running is not None else ""
        yield (
            f"{number}: {connector.status} {connector.told.code}, {connector.meter.register_wh} Wh, "
            f"{connector.meter.power_w:.0f} W, setpoint {connector.setpoint:g}{transaction}"
        )


def _journal(session: Session, request: UploadRequest) -> Iterator[str]:
    oldest_at = request.oldest_at if request.oldest_at is not None else float("-inf")
    latest_at = request.latest_at if request.latest_at is not None else float("inf")
    for at, line in session.journal:
        if oldest_at <= session.station.state.station_time(at) <= latest_at:
            yield f"{session.timestamp(at)} {line}"
