"""A station that speaks OCPP 1.6: which block answers which CALL, and which block tells which fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import assert_never

from chargepoint.api.payloads import Registration
from chargepoint.api.spec import ChargePointSpec
from chargepoint.dialects.v16.answering import Answering
from chargepoint.dialects.v16.authorization import Authorization
from chargepoint.dialects.v16.availability import StatusReports
from chargepoint.dialects.v16.certificates import Certificates
from chargepoint.dialects.v16.configuration import Configuration
from chargepoint.dialects.v16.configuration_calls import ConfigurationAnswers
from chargepoint.dialects.v16.data_transfer import DataTransfer
from chargepoint.dialects.v16.effects import take_effect
from chargepoint.dialects.v16.file_transfers import FileTransfers
from chargepoint.dialects.v16.intervals import Intervals
from chargepoint.dialects.v16.link_keys import RECONNECT_AFTER_TIMEOUTS
from chargepoint.dialects.v16.local_list import LocalAuthorizationList
from chargepoint.dialects.v16.metering import Metering
from chargepoint.dialects.v16.provisioning import Provisioning
from chargepoint.dialects.v16.queue import Entry, TransactionQueue
from chargepoint.dialects.v16.remote_control import RemoteControl, Report
from chargepoint.dialects.v16.replays import Replays
from chargepoint.dialects.v16.reservation import Reserving
from chargepoint.dialects.v16.security import Security
from chargepoint.dialects.v16.security_events import SecurityEvents
from chargepoint.dialects.v16.session import Session
from chargepoint.dialects.v16.signing import Signing
from chargepoint.dialects.v16.smart_charging import SmartCharging
from chargepoint.dialects.v16.transactions import Transactions, ids_of
from chargepoint.model.facts import (
    AuthorizeWanted,
    ConnectorChanged,
    Fact,
    FirmwareChanged,
    MeterSampled,
    Rebooting,
    ReservationEnded,
    ResetFailed,
    TokenDenied,
    TransactionStarted,
    TransactionStopped,
)
from chargepoint.model.security_log import SecurityEvent
from chargepoint.model.station import Station
from chargepoint.model.survival import Record
from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.events import Answered, CallReceived, Dropped, Event, Refused, Unanswered
from chargepoint.ocpp.v16 import ConfigurationKey, ConfigurationStatus, MessageTrigger, RegistrationStatus
from chargepoint.security.events import SecurityEventType
from chargepoint.security.link import LinkFailure
from chargepoint.security.store import CertificateStore, Credentials

REGISTRATIONS = {
    RegistrationStatus.accepted: Registration.ACCEPTED,
    RegistrationStatus.pending: Registration.PENDING,
    RegistrationStatus.rejected: Registration.REJECTED,
}


class V16:
    """The OCPP 1.6 side of one station, over all its connections.

    It is fed like its endpoint: ``opened``, ``closed``, ``take`` (the endpoint's events), ``speak`` (the station's
    facts), ``advance``; then its ``changes`` are stored and the endpoint's frames sent.
    """

    def __init__(
        self,
        spec: ChargePointSpec,
        station: Station,
        endpoint: Endpoint,
        configuration: Configuration,
        records: Mapping[str, Record],
        queued: Iterable[Record],
        credentials: Credentials,
        new_key: Callable[[], str],
    ) -> None:
        """``records`` and ``queued``: what ``changes`` and ``queue_changes`` gave in an earlier life.

        ``credentials`` are for the first one; ``new_key`` makes a private key (PEM).
        """
        self.session = Session(spec, station, endpoint, configuration)
        self.provisioning = Provisioning(self.session, self._went_online)
        self.status = StatusReports(self.session)
        self.authorization = Authorization(self.session)
        self._intervals = Intervals(records.get("intervals", {}))
        self.metering = Metering(self.session, records.get("collected", {}), self._intervals)
        self.transactions = Transactions(
            self.session,
            self.metering,
            TransactionQueue([Entry.from_record(record) for record in queued]),
            ids_of(records.get("transaction_ids", {})),
        )
        self.files = FileTransfers(self.session, records)
        self._store = CertificateStore.of(records.get("certificates"), credentials)
        self._reconnect = False
        profile_record = records.get("security_profile", {})
        self.security = Security(self.session, self._store, profile_record, self._want_reconnection)
        self.security_events = SecurityEvents(self.session, records.get("security_events", {}))
        self._replays = Replays(self.session)
        self.certificates = Certificates(self.session, self._store)
        signing_record, use_identity = records.get("signing", {}), self.security.identity_changed
        self.signing = Signing(self.session, self._store, signing_record, new_key, use_identity)
        self.ping_interval_s = 0.0
        """WebSocketPingInterval; 0 is off."""
        self._most_timeouts = 0
        self._apply_configuration()

    @property
    def answered_actions(self) -> frozenset[str]:
        """The actions of the central system that a block answers; any other is refused with NotSupported."""
        return self._answering.actions

    @property
    def registration(self) -> Registration:
        """What the station's MQTT status says."""
        if not self.session.endpoint.is_open or self.session.registration is None:
            return Registration.DISCONNECTED
        return REGISTRATIONS[self.session.registration]

    @property
    def link_is_dead(self) -> str:
        """Why the connection should be given up and made again (ReconnectAfterTimeouts); "" while it should not."""
        timeouts = self.session.endpoint.timeouts
        return f"{timeouts} requests in a row without an answer" if 0 < self._most_timeouts <= timeouts else ""

    @property
    def idle(self) -> bool:
        """Whether all has been said that could be said now."""
        return self.session.endpoint.idle and not (self.session.online and len(self.transactions.queue))

    def opened(self, now: float) -> None:
        """There is a new connection."""
        self.session.endpoint.opened()
        self.security.opened()
        self.security_events.opened()
        self.provisioning.opened(now)

    def closed(self, now: float) -> None:
        """The connection is gone."""
        if self.session.endpoint.is_open:
            self.session.endpoint.closed()
            self.provisioning.closed(now)

    def failed(self, why: LinkFailure | None, reason: str, now: float) -> None:
        """A connection could not be made."""
        self.security.failed(why, reason, now)

    def reconnect(self) -> bool:
        """Whether a new connection is wanted in place of the present one; asked once."""
        wanted, self._reconnect = self._reconnect, False
        return wanted

    def take(self, event: Event, now: float) -> None:
        """Act on an event of the endpoint."""
        match event:
            case CallReceived():
                self._replays.watch(event, now)
                self._answering.answer(event, now)
            case Answered(request) | Refused(request) | Unanswered(request):
                if callable(request.about):
                    request.about(event, now)
            case Dropped(_, _, code):
                if code is not None:
                    self.security_events.malformed(now)
            case _:
                assert_never(event)

    def speak(self, fact: Fact, now: float) -> None:
        """Tell the central system what happened in the station."""
        match fact:
            case ConnectorChanged():
                self.status.changed(fact, now)
            case AuthorizeWanted():
                self.authorization.wanted(fact, now)
            case TransactionStarted():
                self.transactions.started(fact, now)
            case TransactionStopped():
                self.transactions.stopped(fact, now)
            case MeterSampled():
                self.transactions.sampled(fact, now)
            case FirmwareChanged():
                self.files.changed(fact, now)
            case SecurityEvent():
                self.security_events.happened(fact, now)
            case Rebooting(reason, cause):
                state = self.session.station.state
                state.record_security(SecurityEventType.RESET_OR_REBOOT, now, cause or str(reason))
            case TokenDenied() | ReservationEnded() | ResetFailed():
                pass
            case _:
                assert_never(fact)

    def advance(self, now: float) -> None:
        """Let time pass."""
        self.session.endpoint.advance(now)
        self.provisioning.advance(now)
        self.status.advance(now)
        self.transactions.drain(now)
        self.files.advance(now)
        self.security_events.drain(now)
        self.signing.advance(now)

    def next_deadline(self) -> float | None:
        """When ``advance`` wants to be called next."""
        deadlines = (
            self.session.endpoint.next_deadline(),
            self.provisioning.next_deadline(),
            self.status.next_deadline(),
            self.transactions.next_deadline(),
            self.files.next_deadline(),
            self.security_events.next_deadline(),
            self.signing.next_deadline(),
        )
        return min([deadline for deadline in deadlines if deadline is not None], default=None)

    def configure(self, name: str, value: str, now: float) -> None:
        """Give the key ``name`` a value that was found right, as ChangeConfiguration does."""
        if self.session.configuration.change(name, value) is ConfigurationStatus.accepted:
            self._configuration_changed(name, now)

    def changes(self) -> dict[str, Record]:
        """What has to be stored since the last time, besides the queue."""
        records: dict[str, Record] = {}
        if self.session.configuration.changed:
            self.session.configuration.changed = False
            records["configuration"] = self.session.configuration.to_record()
        if self.metering.changed:
            records["collected"] = self.metering.to_record()
        if self._intervals.changed:
            records["intervals"] = self._intervals.to_record()
        if self.transactions.ids_changed:
            records["transaction_ids"] = self.transactions.ids()
        if self._store.changed:
            records["certificates"] = self._store.to_record()
        if self.signing.changed:
            records["signing"] = self.signing.to_record()
        if self.security.changed:
            records["security_profile"] = self.security.to_record()
        if self.security_events.changed:
            records["security_events"] = self.security_events.to_record()
        records.update(self.files.changes())
        return records

    def queue_changes(self) -> dict[int, Record | None]:
        """Messages of the queue to store, by number; None for one that is done."""
        changes = self.transactions.queue.changes()
        return {number: entry.to_record() if entry else None for number, entry in changes.items()} if changes else {}

    @cached_property
    def _answering(self) -> Answering:
        """Made for the first CALL, which many a station of a pool never gets."""
        return Answering(
            self.session,
            (
                self.provisioning,
                self.authorization,
                self.status,
                ConfigurationAnswers(self.session.configuration, self._allows, self._configuration_changed),
                RemoteControl(self.session, self.provisioning, self.status, *self._triggers()),
                Reserving(self.session),
                SmartCharging(self.session),
                LocalAuthorizationList(self.session),
                DataTransfer(),
                self.files,
                self.certificates,
                self.signing,
            ),
        )

    def _triggers(self) -> tuple[dict[str, Report], dict[str, Report]]:
        """What TriggerMessage and ExtendedTriggerMessage may ask for, besides what all stations can be asked for."""
        signing = {MessageTrigger.sign_charge_point_certificate: self.signing.sign}
        return self.files.triggers(), self.files.extended_triggers() | signing

    def over(self) -> None:
        """Nothing more will be said. What knows the whole goes: in a circle with it, a life that a power cut ended
        would be there until the garbage collector passes, and a storm ends thousands at once."""
        self.session.endpoint.closed()
        # Whoever has asked is not told any more.
        self.session.endpoint.events()
        for block in ("provisioning", "security", "signing", "_answering"):
            vars(self).pop(block, None)

    def _want_reconnection(self) -> None:
        self._reconnect = True

    def _went_online(self, now: float, booted: bool) -> None:
        if booted:
            self.status.report_all(now)
        else:
            self.status.report_changed(now)
        self.transactions.drain(now)
        self.files.went_online(now)
        self.security_events.drain(now)
        self.signing.advance(now)

    def _allows(self, name: str, value: str) -> bool:
        """Whether a key may be given a value now: what cannot be stored cannot be promised."""
        return not self.session.station.state.storage_full and self.security.allows(name, value)

    def _configuration_changed(self, name: str, now: float) -> None:
        self._apply_configuration()
        self.session.station.parameters_changed(now)
        self.security.configuration_changed(name, now)
        if name.casefold() == ConfigurationKey.heartbeat_interval.casefold():
            self.provisioning.rearm(now)

    def _apply_configuration(self) -> None:
        take_effect(self.session)
        configuration = self.session.configuration
        self.ping_interval_s = configuration.integer(ConfigurationKey.web_socket_ping_interval)
        self._most_timeouts = configuration.integer(RECONNECT_AFTER_TIMEOUTS)
