"""What the API shows: the state of the central system as plain records; every moment is RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from chargepoint.clock import iso
from csms import changes, csms, transactions
from csms.link import Link
from csms.secured import ShownCertificate


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """A connector as its last StatusNotification told it; 0 is the charge point as a whole."""

    connector_id: int
    status: str
    error_code: str
    info: str | None
    timestamp: str


@dataclass(frozen=True, slots=True)
class CertificateView:
    """The certificate that a charge point has shown; ``serial_number`` in hexadecimal digits."""

    common_name: str
    serial_number: str
    not_after: str


@dataclass(frozen=True, slots=True)
class ChargePointView:
    """A charge point; ``protocol``, ``connected_at``, ``tls`` (its version) and ``certificate`` are there while it is
    connected, so far as it uses them."""

    id: str
    connected: bool
    protocol: str | None
    connected_at: str | None
    tls: str | None
    certificate: CertificateView | None
    last_seen_at: str
    vendor: str | None
    model: str | None
    connectors: list[ConnectorView]
    running_transactions: list[int]


@dataclass(frozen=True, slots=True)
class NoticeView:
    """The last message of one kind."""

    received_at: str
    payload: dict[str, object]


@dataclass(frozen=True, slots=True)
class ChargePointDetailsView(ChargePointView):
    """A charge point with its last notices by action: BootNotification, FirmwareStatusNotification ..."""

    notices: dict[str, NoticeView]


@dataclass(frozen=True, slots=True)
class TransactionView:
    """A transaction; what is null is not known before it has ended."""

    id: int
    charge_point: str
    connector_id: int
    id_tag: str
    running: bool
    started_at: str
    meter_start_wh: int
    reservation_id: int | None
    stopped_at: str | None
    meter_stop_wh: int | None
    energy_wh: int | None
    stop_reason: str | None
    stop_id_tag: str | None


@dataclass(frozen=True, slots=True)
class MeterValueView:
    """What was measured at one moment; ``sampled_values`` as the charge point has sent them."""

    timestamp: str
    sampled_values: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class TransactionDetailsView(TransactionView):
    """A transaction with its meter values in order of their moments."""

    meter_values: list[MeterValueView]


def charge_point(
    known: csms.ChargePoint, link: Link | None, running: Iterable[transactions.Transaction]
) -> ChargePointView:
    """``known``, connected by ``link`` or not, with what runs there."""
    return ChargePointView(
        id=known.id,
        connected=link is not None,
        protocol=link.dialect.subprotocol if link else None,
        connected_at=iso(link.connected_at) if link else None,
        tls=link.secured.version if link and link.secured else None,
        certificate=_certificate(link.secured.certificate) if link and link.secured else None,
        last_seen_at=iso(known.last_seen_at),
        vendor=_text(known.boot.get("chargePointVendor")),
        model=_text(known.boot.get("chargePointModel")),
        connectors=[
            ConnectorView(each.connector_id, each.status, each.error_code, each.info, iso(each.at))
            for _, each in sorted(known.connectors.items())
        ],
        running_transactions=[each.id for each in running],
    )


def charge_point_details(view: ChargePointView, known: csms.ChargePoint) -> ChargePointDetailsView:
    """``view`` with the notices of ``known``."""
    notices = {action: NoticeView(iso(notice.at), dict(notice.payload)) for action, notice in known.notices.items()}
    return ChargePointDetailsView(**_members(view), notices=notices)


def transaction(known: transactions.Transaction) -> TransactionView:
    """``known`` without its meter values."""
    return TransactionView(
        id=known.id,
        charge_point=known.charge_point,
        connector_id=known.connector_id,
        id_tag=known.id_tag,
        running=known.running,
        started_at=iso(known.started_at),
        meter_start_wh=known.meter_start_wh,
        reservation_id=known.reservation_id,
        stopped_at=None if known.stopped_at is None else iso(known.stopped_at),
        meter_stop_wh=known.meter_stop_wh,
        energy_wh=known.energy_wh,
        stop_reason=known.stop_reason,
        stop_id_tag=known.stop_id_tag,
    )


def transaction_details(view: TransactionView, values: Iterable[changes.MeterValue]) -> TransactionDetailsView:
    """``view`` with its meter values."""
    return TransactionDetailsView(**_members(view), meter_values=[meter_value(value) for value in values])


def meter_value(value: changes.MeterValue) -> MeterValueView:
    """``value`` as it is shown."""
    return MeterValueView(iso(value.at), [dict(sampled) for sampled in value.sampled_values])


def _members(view: ChargePointView | TransactionView) -> dict[str, Any]:
    return {each.name: getattr(view, each.name) for each in fields(view)}


def _certificate(shown: ShownCertificate | None) -> CertificateView | None:
    if shown is None:
        return None
    return CertificateView(", ".join(shown.common_names), shown.serial_number, iso(shown.not_after_at))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
