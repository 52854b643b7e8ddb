"""Boot and life sign: BootNotification (4.2), Heartbeat (4.6), Reset (5.14), and the station's clock."""

from __future__ import annotations

from collections.abc import Callable

from chargepoint.dialects.v16.link_keys import BOOT_ON_RECONNECT
from chargepoint.dialects.v16.session import Answer, Outcome, Session
from chargepoint.dialects.v16.values import moment
from chargepoint.model.commands import ClockSet, LinkChanged, Reset
from chargepoint.ocpp.events import Answered, Lane, Silence, Unanswered
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, ConfigurationKey, RegistrationStatus, ResetStatus, ResetType
from chargepoint.security.events import SecurityEventType

OWN_RETRY_S = 30.0
"""Between boots when the central system names no interval, or does not answer (section 4.2 leaves it to us)."""

CLOCK_TOLERANCE_S = 2.0
"""The clock is not moved for less: the way of the answer alone takes that long on a bad line."""

LATEST_S = 250_000_000_000.0
"""The clock is not set beyond (the year 9892): timestamps have four digits for the year."""

LONGEST_INTERVAL_S = 2**31 - 1


class Provisioning:
    """Registration of the station with the central system.

    ``went_online`` is told when requests of ours may go out, and whether that is after a boot.
    """

    def __init__(self, session: Session, went_online: Callable[[float, bool], None]) -> None:
        self._session = session
        self._went_online = went_online
        self._boot_at: float | None = None
        self._boot_sent = False
        self._heartbeat_at: float | None = None
        self._beating = False
        self._clock_set = False

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.reset: self._reset}

    def opened(self, now: float) -> None:
        """A connection is up. Only a station that was not accepted yet boots: a reconnection is no boot, unless the
        central system wants it to be one."""
        accepted = self._session.registration is RegistrationStatus.accepted
        if accepted and self._session.configuration.boolean(BOOT_ON_RECONNECT):
            self._session.registration = None
            self.boot(now)
        elif accepted:
            self._go_online(now, booted=False)
        elif self._boot_at is None or self._boot_at <= now:
            self.boot(now)

    def closed(self, now: float) -> None:
        """The connection is gone; the registration holds."""
        self._heartbeat_at = None
        self._session.station.tell(LinkChanged(False), now)

    def boot(self, now: float) -> None:
        """Send BootNotification."""
        if self._boot_sent:
            return
        spec = self._session.spec
        payload = {
            "chargePointVendor": spec.vendor,
            "chargePointModel": spec.model,
            "chargePointSerialNumber": spec.serial,
            "firmwareVersion": self._session.firmware_version,
            "iccid": spec.iccid,
            "imsi": spec.imsi,
            "meterType": spec.meter_type,
            "meterSerialNumber": spec.meter_serial,
        }
        self._boot_at = None
        self._boot_sent = True
        self._session.send(
            Action.boot_notification,
            {key: value for key, value in payload.items() if value},
            now,
            heard=self._booted,
            lane=Lane.BOOT,
        )

    def heartbeat(self, now: float) -> None:
        """Send Heartbeat, and the next one an interval later."""
        self.rearm(now)
        self._beating = True
        self._session.send(Action.heartbeat, {}, now, heard=self._beaten)

    def rearm(self, now: float) -> None:
        """Count the heartbeat interval anew from ``now``."""
        if self._session.online:
            self._heartbeat_at = now + self._session.configuration.integer(ConfigurationKey.heartbeat_interval)

    def advance(self, now: float) -> None:
        """Send what is due."""
        if self._boot_at is not None and self._boot_at <= now:
            self._boot_at = None
            if self._session.endpoint.is_open:
                self.boot(now)
        if self._heartbeat_at is not None and self._heartbeat_at <= now:
            # One at a time: behind a central system that is slow to answer they would pile up.
            if self._beating:
                self.rearm(now)
            else:
                self.heartbeat(now)

    def next_deadline(self) -> float | None:
        """When something is due next."""
        if self._boot_at is None or self._heartbeat_at is None:
            return self._boot_at if self._heartbeat_at is None else self._heartbeat_at
        return min(self._boot_at, self._heartbeat_at)

    def _booted(self, outcome: Outcome, now: float) -> None:
        self._boot_sent = False
        if isinstance(outcome, Unanswered) and outcome.why is Silence.CLOSED:
            return
        status, interval_s = None, 0
        if isinstance(outcome, Answered):
            status = next((one for one in RegistrationStatus if one == outcome.payload.get("status")), None)
            interval_s = _interval_s(outcome.payload)
            self._set_clock(outcome.payload, now)
        self._session.registration = status
        # A rejected station is silent until it boots again (section 4.2).
        self._session.endpoint.answering = status is not RegistrationStatus.rejected
        if status is RegistrationStatus.accepted:
            if interval_s:
                self._session.configuration.put(ConfigurationKey.heartbeat_interval, str(interval_s))
            self._go_online(now, booted=True)
        else:
            self._boot_at = now + (interval_s or OWN_RETRY_S)

    def _go_online(self, now: float, *, booted: bool) -> None:
        self._session.station.tell(LinkChanged(True), now)
        self.rearm(now)
        self._went_online(now, booted)

    def _beaten(self, outcome: Outcome, now: float) -> None:
        self._beating = False
        if isinstance(outcome, Answered):
            self._set_clock(outcome.payload, now)

    def _set_clock(self, payload: Payload, now: float) -> None:
        told = moment(payload.get("currentTime"))
        if told is None or not 0 <= told <= LATEST_S:
            return
        offset_s, state = told - now, self._session.station.state
        if not self._clock_set or abs(offset_s - state.clock_offset_s) >= CLOCK_TOLERANCE_S:
            self._clock_set = True
            before_s = state.clock_offset_s
            # Within the tolerance of the true time, the true time is kept: it does not jitter.
            self._session.station.tell(ClockSet(0.0 if abs(offset_s) < CLOCK_TOLERANCE_S else offset_s), now)
            if abs(moved_s := state.clock_offset_s - before_s) >= CLOCK_TOLERANCE_S:
                state.record_security(SecurityEventType.SETTING_SYSTEM_TIME, now, f"by {moved_s:+.1f} s")

    def _reset(self, payload: Payload, now: float) -> Payload:
        hard = payload["type"] == ResetType.hard
        outcome = self._session.station.tell(Reset(hard), now)
        return {"status": str(ResetStatus.accepted if outcome.accepted else ResetStatus.rejected)}


def _interval_s(payload: Payload) -> int:
    """The interval of BootNotification.conf in s; 0, which leaves it to the station, when it is none."""
    interval_s = payload.get("interval")
    if isinstance(interval_s, bool) or not isinstance(interval_s, int | float):
        return 0
    return int(interval_s) if 0 <= interval_s <= LONGEST_INTERVAL_S else 0
