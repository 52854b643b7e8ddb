"""What has to be kept: each change of the central system's state, one frozen record each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chargepoint.ocpp.frames import Payload
from csms.transactions import Transaction


@dataclass(frozen=True, slots=True)
class ConnectorStatus:
    """The last StatusNotification of a connector (0 is the charge point as a whole)."""

    connector_id: int
    status: str
    error_code: str
    at: float
    info: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """The last payload of an action that only tells something: boot, firmware, diagnostics, security."""

    payload: Payload
    at: float


@dataclass(frozen=True, slots=True)
class MeterValue:
    """What was measured at one moment; ``sampled_values`` as the charge point has sent them."""

    at: float
    sampled_values: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Appeared:
    """A charge point connected for the first time."""

    charge_point: str
    at: float


@dataclass(frozen=True, slots=True)
class Noticed:
    """``action`` was told; it replaces what the same action told before."""

    charge_point: str
    action: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class ConnectorChanged:
    """A connector's status was told."""

    charge_point: str
    status: ConnectorStatus


@dataclass(frozen=True, slots=True)
class Started:
    """A transaction began."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Stopped:
    """A transaction ended."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Measured:
    """Meter values came in, of a transaction or of none."""

    charge_point: str
    connector_id: int
    transaction_id: int | None
    values: tuple[MeterValue, ...]


Change = Appeared | Noticed | ConnectorChanged | Started | Stopped | Measured
