"""What is wrong with a connector or the station, and what of it is told.

OCPP 1.6 tells one error code at a time (section 7.6): the worst of all that are there, and when that is gone the
next. A fault takes out of service; a warning is told beside a state that stays. Either is true, and not only told:
what each does to power, meter and reader is asked where they work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chargepoint.api.payloads import ConnectorState, ErrorCode

_E = ErrorCode

WORST_FIRST = (
    _E.GROUND_FAILURE,
    _E.OVER_CURRENT_FAILURE,
    _E.POWER_SWITCH_FAILURE,
    _E.OVER_VOLTAGE,
    _E.UNDER_VOLTAGE,
    _E.HIGH_TEMPERATURE,
    _E.CONNECTOR_LOCK_FAILURE,
    _E.INTERNAL_ERROR,
    _E.OTHER_ERROR,
    _E.RESET_FAILURE,
    _E.POWER_METER_FAILURE,
    _E.EV_COMMUNICATION_ERROR,
    _E.READER_FAILURE,
    _E.WEAK_SIGNAL,
    _E.LOCAL_LIST_CONFLICT,
)
"""Which is told of several: what may hurt somebody, then what stops the energy, then what does not."""

_RANK = {code: rank for rank, code in enumerate(WORST_FIRST)}

WARNINGS = frozenset(
    {
        _E.EV_COMMUNICATION_ERROR,
        _E.HIGH_TEMPERATURE,
        _E.LOCAL_LIST_CONFLICT,
        _E.POWER_METER_FAILURE,
        _E.READER_FAILURE,
        _E.RESET_FAILURE,
        _E.WEAK_SIGNAL,
    }
)
"""Codes that by themselves take nothing out of service; heat that goes on becomes a fault (``thermostat``)."""

OF_STATION = frozenset({_E.LOCAL_LIST_CONFLICT, _E.RESET_FAILURE, _E.WEAK_SIGNAL})
"""Codes of what there is one of in a station: they are those of connector 0."""

WITH_A_CAR = frozenset(
    {
        ConnectorState.PREPARING,
        ConnectorState.SUSPENDED_EV,
        ConnectorState.SUSPENDED_EVSE,
        ConnectorState.FINISHING,
    }
)
"""The states in which an EVCommunicationError can be told (section 7.6)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``blocking``: it takes what has it out of service.

    ``vendor_code`` and ``info`` are told as vendorErrorCode (50 characters) and info (50 characters).
    """

    code: ErrorCode
    vendor_code: str = ""
    info: str = ""
    blocking: bool = True

    def __str__(self) -> str:
        """In words, for people."""
        return " ".join(filter(None, ("fault", self.code, self.vendor_code)))

    @classmethod
    def of(cls, code: ErrorCode, vendor_code: str = "", info: str = "") -> Fault:
        """That of an error code, as the standard means it."""
        return cls(code, vendor_code, info, code not in WARNINGS)


NO_FAULT = Fault(_E.NO_ERROR, blocking=False)

EMERGENCY_STOP = Fault(_E.OTHER_ERROR, info="Emergency stop")
"""A button is pressed; the standard has no error code for it."""


def worst(faults: Iterable[Fault]) -> Fault:
    """The one that is told; a fault before any warning."""
    return min(faults, key=lambda one: (not one.blocking, _RANK[one.code]), default=NO_FAULT)


def blocks(faults: Iterable[Fault]) -> bool:
    """Whether any of ``faults`` takes out of service."""
    return any(one.blocking for one in faults)


def has(faults: Iterable[Fault], code: ErrorCode) -> bool:
    """Whether one of ``faults`` is ``code``."""
    return any(one.code is code for one in faults)


def told(faults: Iterable[Fault], status: ConnectorState) -> Fault:
    """What is told of ``faults`` with ``status``: a fault with Faulted alone, a warning wherever it makes sense."""
    if status is ConnectorState.FAULTED:
        return worst(faults)
    return worst(
        one
        for one in faults
        if not one.blocking and (one.code is not _E.EV_COMMUNICATION_ERROR or status in WITH_A_CAR)
    )


def without(faults: tuple[Fault, ...], code: ErrorCode) -> tuple[Fault, ...]:
    """``faults`` but for those of ``code``; NoError is all of them."""
    return tuple(one for one in faults if code not in (one.code, _E.NO_ERROR))
