"""Meter values as firmware with mistakes tells them; the meter itself is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import Change, Frame, Payload, Said, Saying, Talk, is_call

BEGIN_DRIFT_WH = 50
REGISTER = "Energy.Active.Import.Register"
SWAPPED = {"L1": "L2", "L2": "L1", "L1-N": "L2-N", "L2-N": "L1-N"}

Samples = list[Any]
_Q = QuirkName


def _values(frame: Frame) -> list[Payload]:
    """The meter values of ``frame``, as far as they are some: what is sent by hand may be anything."""
    payload = frame[-1]
    if not isinstance(payload, dict):
        return []
    found = [payload.get(name) for name in ("meterValue", "transactionData")]
    values = [value for values in found if isinstance(values, list) for value in values]
    return [value for value in values if isinstance(value, dict) and _are_samples(value.get("sampledValue"))]


def _are_samples(samples: object) -> bool:
    return isinstance(samples, list) and all(isinstance(one, dict) and _number(one) is not None for one in samples)


def _number(sample: Payload) -> float | None:
    try:
        return float(sample["value"])
    except (KeyError, TypeError, ValueError):
        return None


def _samples(change: Callable[[Samples], bool]) -> Change:
    """``change`` for each list of sampled values."""

    def in_frame(frame: Frame) -> bool:
        changed = [change(one["sampledValue"]) for one in _values(frame)]
        return any(changed)

    return in_frame


def _each(change: Callable[[Payload], bool]) -> Change:
    """``change`` for each sampled value."""

    def in_samples(samples: Samples) -> bool:
        changed = [change(one) for one in samples]
        return any(changed)

    return _samples(in_samples)


def _emptied(samples: Samples) -> bool:
    samples.clear()
    return True


def _every_second(samples: Samples) -> bool:
    gone = len(samples) // 2
    del samples[1::2]
    return gone > 0


def _without_soc(samples: Samples) -> bool:
    kept = [one for one in samples if one.get("measurand") != "SoC"]
    # A meter value without any sample would be another quirk.
    if len(kept) == len(samples) or not kept:
        return False
    samples[:] = kept
    return True


def _as_number(sample: Payload) -> bool:
    sample["value"] = float(sample["value"])
    return True


def _in_celcius(sample: Payload) -> bool:
    if sample.get("unit") != "Celsius":
        return False
    sample["unit"] = "Celcius"
    return True


def _kwh_as_wh(sample: Payload) -> bool:
    if not str(sample.get("measurand", REGISTER)).startswith("Energy.") or sample.get("unit", "Wh") != "Wh":
        return False
    sample["value"] = f"{float(sample['value']) / 1000:.3f}"
    return True


def _swapped(sample: Payload) -> bool:
    if sample.get("phase") not in SWAPPED:
        return False
    sample["phase"] = SWAPPED[sample["phase"]]
    return True


def _soc_130(sample: Payload) -> bool:
    if sample.get("measurand") != "SoC":
        return False
    sample["value"] = "130"
    return True


def _begin_drifts(sample: Payload) -> bool:
    if sample.get("context") != "Transaction.Begin" or sample.get("measurand", REGISTER) != REGISTER:
        return False
    sample["value"] = str(int(float(sample["value"])) + BEGIN_DRIFT_WH)
    return True


def _same_moment(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "MeterValues") or not _values(frame):
        return None
    known = talk.memory.setdefault("moment", _values(frame)[0].get("timestamp"))
    if known == _values(frame)[0].get("timestamp"):
        return None
    for value in _values(frame):
        value["timestamp"] = known
    return [Said(frame)]


def _stale(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "MeterValues"):
        return None
    before = talk.memory.get("stale")
    talk.memory["stale"] = [one["sampledValue"] for one in _values(frame)]
    if before is None:
        return None
    for value, old in zip(_values(frame), before, strict=False):
        value["sampledValue"] = old
    return [Said(frame)]


def _interval(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "MeterValues"):
        return None
    found = False
    last = talk.memory.setdefault("register", {})
    connector = frame[3].get("connectorId")
    for value in _values(frame):
        for sample in value["sampledValue"]:
            if sample.get("measurand", REGISTER) == REGISTER:
                register = float(sample["value"])
                sample["value"] = f"{register - last.get(connector, register):.0f}"
                last[connector] = register
                found = True
    return [Said(frame)] if found else None


CHANGES: dict[QuirkName, Change] = {
    _Q.MISSING_VALUES: _samples(_every_second),
    _Q.SOC_ABSENT: _samples(_without_soc),
    _Q.SOC_ABOVE_100: _each(_soc_130),
    _Q.UNIT_MIX: _each(_kwh_as_wh),
    _Q.PHASES_SWAPPED: _each(_swapped),
    _Q.BEGIN_DRIFT: _each(_begin_drifts),
    _Q.CELCIUS: _each(_in_celcius),
    _Q.NUMBER_VALUES: _each(_as_number),
    _Q.EMPTY_SAMPLED: _samples(_emptied),
}

SAYINGS: dict[QuirkName, Saying] = {
    _Q.DELAYED_READINGS: _stale,
    _Q.INTERVAL_REGISTER: _interval,
    _Q.SAME_TIMESTAMPS: _same_moment,
}
