"""Updating the firmware: download, check, wait for running transactions, install, boot with the new version.

OCPP 1.6 sections 4.5 and 5.19, security whitepaper L01. While running transactions are waited for, and while it is
installed, idle connectors are Unavailable. Nothing of an image is kept but its hash and what it says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from chargepoint.api.fields import Fields
from chargepoint.model.availability import go_down
from chargepoint.model.charging import wait_for_the_other
from chargepoint.model.commands import ACCEPTED, Outcome, Verdict
from chargepoint.model.errands import Attempts, Failed, Fetched, Result
from chargepoint.model.facts import FirmwareChanged
from chargepoint.model.firmware import FirmwareStatus, Image, Update, UpdateRequest
from chargepoint.model.metering import when_shown
from chargepoint.model.state import StationState
from chargepoint.model.transaction import StopReason

S = FirmwareStatus

CLOCK_TOLERANCE_S = 2.0
"""The station's clock may be that much behind: what is wanted at once is not put off for it."""


def begin(state: StationState, request: UpdateRequest, now: float) -> Outcome:
    """Begin an update; it takes the place of one on its way, unless that is being installed."""
    before = state.update
    if before is not None and before.installing:
        return Outcome(Verdict.REJECTED, "another firmware is being installed")
    if before is not None:
        state.errands.abandon(before.errand)
        _release(state, before, now)
    number = before.number + 1 if before is not None else 1
    state.update = Update(number, request, Attempts(request.retries, request.retry_interval_s))
    if request.retrieve_at > state.station_time(now) + CLOCK_TOLERANCE_S:
        _become(state, state.update, S.DOWNLOAD_SCHEDULED)
    else:
        _download(state, state.update)
    return ACCEPTED


def go_on(state: StationState, now: float) -> None:
    """Do what is due, and what can be done since a transaction ended."""
    update = state.update
    if update is None or state.going_down:
        return
    match update.status:
        case S.DOWNLOAD_SCHEDULED if update.request.retrieve_at <= state.station_time(now):
            _download(state, update)
        case S.DOWNLOADING if update.attempts.again_at is not None and update.attempts.again_at <= now:
            update.attempts.again_at = None
            _fetch(state, update)
        case S.INSTALL_SCHEDULED:
            _install(state, update, now)
        case S.INSTALLING if update.done_at is not None and update.done_at <= now:
            _finish(state, update, now)


def next_step(state: StationState) -> float | None:
    """When ``go_on`` has something to do by itself."""
    update = state.update
    if update is None or state.going_down:
        return None
    match update.status:
        case S.DOWNLOAD_SCHEDULED:
            return when_shown(update.request.retrieve_at, state.clock_offset_s)
        case S.DOWNLOADING:
            return update.attempts.again_at
        case S.INSTALL_SCHEDULED if update.request.install_at is not None and not update.holding:
            at = when_shown(update.request.install_at, state.clock_offset_s)
            return at if at > state.at else None
        case S.INSTALLING:
            return update.done_at
    return None


def to_record(state: StationState) -> dict[str, object]:
    """What has to survive a power cut, as JSON values."""
    update = state.update.to_record() if state.update is not None else None
    return {"installed_version": state.installed_version, "update": update}


def restore(state: StationState, record: Mapping[str, object], now: float) -> None:
    """After a boot: a download begins anew, what was cut in the middle of installing has failed."""
    fields = Fields(record, "firmware")
    state.installed_version = fields.text("installed_version", "")
    update = state.update = Update.from_record(fields.object("update")) if fields.has("update") else None
    if update is None:
        return
    match update.status:
        case S.DOWNLOADING:
            _fetch(state, update)
        case S.DOWNLOADED | S.SIGNATURE_VERIFIED:
            _check(state, update, now)
        case S.INSTALL_SCHEDULED:
            _install(state, update, now)
        case S.INSTALLING:
            _become(state, update, S.INSTALLATION_FAILED, "the power went while it was being installed")
        case S.INSTALL_REBOOTING:
            _become(state, update, S.INSTALLED)
            state.record_security("FirmwareUpdated", now, f"to version {state.installed_version}")


def _download(state: StationState, update: Update) -> None:
    _become(state, update, S.DOWNLOADING)
    _fetch(state, update)


def _fetch(state: StationState, update: Update) -> None:
    update.errand = state.errands.download(update.request.location, partial(_fetched, state, update))


def _fetched(state: StationState, update: Update, result: Result, now: float) -> None:
    update.errand = None
    match result:
        case Fetched():
            update.image = Image.of(result, update.request.location)
            _become(state, update, S.DOWNLOADED)
            _check(state, update, now)
        case Failed():
            if update.attempts.failed(result, now):
                state.changed.add("firmware")
            else:
                _become(state, update, S.DOWNLOAD_FAILED, result.reason)


def _check(state: StationState, update: Update, now: float) -> None:
    image, request = update.image, update.request
    if request.signed and image is not None and update.status is S.DOWNLOADED:
        # Loaded here: few stations ever check a signature, and the library costs them 10 MB.
        from chargepoint.model.signing import signature_flaw

        flaw = signature_flaw(request.certificate, request.signature, bytes.fromhex(image.sha256))
        if flaw:
            _become(state, update, S.INVALID_SIGNATURE, flaw)
            state.record_security("InvalidFirmwareSignature", now, flaw)
            return
        _become(state, update, S.SIGNATURE_VERIFIED)
    _install(state, update, now)


def _install(state: StationState, update: Update, now: float) -> None:
    at = update.request.install_at
    if state.going_down:
        # After the boot, when nothing can cut it in the middle.
        return
    if at is not None and at > state.station_time(now):
        _schedule(state, update)
    elif any(connector.transaction is not None for connector in state.connectors.values()):
        _schedule(state, update)
        if not state.parameters.sessions_before_install:
            _hold(state, update)
    else:
        _hold(state, update)
        update.done_at = now + state.parameters.install_s
        _become(state, update, S.INSTALLING)


def _schedule(state: StationState, update: Update) -> None:
    if update.status is not S.INSTALL_SCHEDULED:
        _become(state, update, S.INSTALL_SCHEDULED)


def _finish(state: StationState, update: Update, now: float) -> None:
    image = update.image
    assert image is not None, "an image is installed"
    update.done_at = None
    if image.failure is not None:
        _become(state, update, image.failure)
        _release(state, update, now)
        return
    state.installed_version = image.version
    _become(state, update, S.INSTALL_REBOOTING)
    go_down(state, StopReason.SOFT_RESET, now)


def _hold(state: StationState, update: Update) -> None:
    update.holding = True
    for connector in state.connectors.values():
        if connector.transaction is None:
            connector.grant = None
            connector.waiting_since = None


def _release(state: StationState, update: Update, now: float) -> None:
    if not update.holding:
        return
    update.holding = False
    for connector in state.connectors.values():
        if connector.transaction is None and connector.car.plugged and not connector.finishing:
            wait_for_the_other(connector, now)


def _become(state: StationState, update: Update, status: FirmwareStatus, reason: str = "") -> None:
    update.status = status
    state.changed.add("firmware")
    state.emit(FirmwareChanged(update.number, update.request, status, reason))
