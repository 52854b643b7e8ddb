"""What of a station survives a power cut: the records it stores, and the station they make again."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.api.fields import Fields
from chargepoint.model.charging import stop, wait_for_the_other
from chargepoint.model.connector import Connector
from chargepoint.model.interruption import outlive_power_cut
from chargepoint.model.reservation import Reservation, Reservations
from chargepoint.model.reserving import review
from chargepoint.model.security_log import SecurityLog
from chargepoint.model.smartcharging.records import from_records, to_records
from chargepoint.model.state import StationState
from chargepoint.model.transaction import StopReason

Record = Mapping[str, object]


def changed_records(state: StationState) -> dict[str, Record]:
    """What has to be stored since the last time, key to record; ``restore`` reads it in a later life."""
    records = {key: _record(state, key) for key in sorted(state.changed)}
    state.changed.clear()
    records.update(state.security_log.changes())
    return records


def _record(state: StationState, key: str) -> Record:
    match key.split("/"):
        case ["connector", number]:
            return state.connectors[int(number)].to_record()
        case ["station"]:
            return {
                "operative": state.operative,
                "last_handle": state.last_handle,
                "clock_offset_s": state.clock_offset_s,
                "accepted_once": state.accepted_once,
                "emergency_stops": sorted(state.emergency_stops),
            }
        case ["cache"]:
            return state.cache.to_record()
        case ["local_list"]:
            return state.local_list.to_record()
        case ["profiles"]:
            return {"installed": to_records(state.profiles)}
        case ["reservations"]:
            return {"kept": state.reservations.to_records()}
        case ["firmware"]:
            # Loaded here, as in restore: few stations ever get new firmware.
            from chargepoint.model.updating import to_record

            return to_record(state)
    raise AssertionError(f"nothing is stored as {key}")


def restore(state: StationState, records: Mapping[str, Record], now: float) -> None:
    """Take over what an earlier life stored. Its transactions end with PowerLoss, or go on, by the parameters."""
    if "station" in records:
        fields = Fields(records["station"], "station")
        state.operative = fields.boolean("operative", True)
        state.last_handle = fields.integer("last_handle", 0, minimum=0, maximum=2**62)
        state.clock_offset_s = fields.number("clock_offset_s", 0.0)
        state.accepted_once = fields.boolean("accepted_once", False)
        if fields.has("emergency_stops") and (pressed := fields.array("emergency_stops")):
            from chargepoint.model.breaking import still_pressed

            still_pressed(state, pressed)
    state.cache.restore(records.get("cache", {}))
    state.local_list.restore(records.get("local_list", {}))
    if "profiles" in records:
        state.profiles = from_records(Fields(records["profiles"], "profiles").array("installed"))
    if "reservations" in records:
        kept = Fields(records["reservations"], "reservations").array("kept")
        state.reservations = Reservations(Reservation.from_record(record) for record in kept)
    for number, connector in state.connectors.items():
        if (record := records.get(f"connector/{number}")) is not None:
            _restore_connector(state, connector, record, now)
    state.security_log = SecurityLog(records)
    if "firmware" in records:
        from chargepoint.model.updating import restore as restore_update

        restore_update(state, records["firmware"], now)
    review(state, now)


def _restore_connector(state: StationState, connector: Connector, record: Record, now: float) -> None:
    stored_at = min(connector.restore(record), now)
    # The power went at some time after this: what was last known is what is billed.
    if state.parameters.resume_after_power_loss:
        outlive_power_cut(state, connector, stored_at, now)
    else:
        stop(state, connector, StopReason.POWER_LOSS, stored_at)
    if connector.car.plugged and not connector.finishing and connector.transaction is None:
        wait_for_the_other(connector, now)
