"""Every security event of the whitepaper's table, and what brings it about."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chargepoint.clock import iso
from chargepoint.security.events import CRITICAL_V16, SecurityEventType
from chargepoint.security.link import LinkFailure
from tests.chargepoint.dialects.v16 import test_signed_firmware as firmware
from tests.chargepoint.signers import manufacturer
from tests.support.bench import NOON, Bench

E = SecurityEventType
SECURE = {"SecurityEventNotificationEnabled": "true"}


def damage(kind: str) -> Callable[[Bench], None]:
    return lambda bench: bench.mqtt("cmd", json.dumps({"type": "damage", "kind": kind}).encode())


def failing(why: LinkFailure) -> Callable[[Bench], None]:
    def fail(bench: Bench) -> None:
        bench.disconnect()
        bench.fail_to_connect(why)

    return fail


def babble(bench: Bench) -> None:
    for _ in range(10):
        bench.receive("hello")


def later(bench: Bench) -> None:
    bench.script["Heartbeat"] = lambda _: {"currentTime": iso(NOON + 86_400)}
    bench.advance(300)


def updated(bench: Bench) -> None:
    firmware.update(bench)
    bench.advance(firmware.INSTALL_S)
    firmware.reboot(bench)


def full(bench: Bench) -> None:
    bench.life.store_failed("the disk is full", bench.now)
    bench.advance(0)


def install(bench: Bench) -> None:
    bench.call("InstallCertificate", certificateType="CentralSystemRootCertificate", certificate="no certificate")


def boot(bench: Bench) -> None:
    bench.power_cut()
    bench.connect()


TRIGGERS: dict[SecurityEventType, Callable[[Bench], object]] = {
    E.FIRMWARE_UPDATED: updated,
    E.FAILED_TO_AUTHENTICATE_AT_CENTRAL_SYSTEM: failing(LinkFailure.UNAUTHORIZED),
    E.CENTRAL_SYSTEM_FAILED_TO_AUTHENTICATE: failing(LinkFailure.SERVER_CERTIFICATE),
    E.SETTING_SYSTEM_TIME: later,
    E.STARTUP_OF_THE_DEVICE: boot,
    E.RESET_OR_REBOOT: lambda bench: bench.call("Reset", type="Soft"),
    E.SECURITY_LOG_WAS_CLEARED: damage("security_log_cleared"),
    E.RECONFIGURATION_OF_SECURITY_PARAMETERS: lambda bench: bench.call(
        "ChangeConfiguration", key="CpoName", value="Us"
    ),
    E.MEMORY_EXHAUSTION: full,
    E.INVALID_MESSAGES: babble,
    E.ATTEMPTED_REPLAY_ATTACKS: damage("replay"),
    E.TAMPER_DETECTION_ACTIVATED: damage("tampering"),
    E.INVALID_FIRMWARE_SIGNATURE: lambda bench: firmware.update(bench, signature="AAAA"),
    E.INVALID_FIRMWARE_SIGNING_CERTIFICATE: lambda bench: firmware.update(
        bench, signingCertificate=manufacturer().issue().pem
    ),
    E.INVALID_CENTRAL_SYSTEM_CERTIFICATE: install,
    E.INVALID_CHARGE_POINT_CERTIFICATE: lambda bench: bench.call("CertificateSigned", certificateChain="none"),
    E.INVALID_TLS_VERSION: failing(LinkFailure.TLS_VERSION),
    E.INVALID_TLS_CIPHER_SUITE: failing(LinkFailure.TLS_SUITES),
}


def logged(bench: Bench) -> list[str]:
    return [event.type for event in bench.life.station.state.security_log.between()]


def test_the_table_is_complete() -> None:
    assert set(TRIGGERS) == set(SecurityEventType)


@pytest.mark.parametrize("event", SecurityEventType)
def test_every_event_has_something_that_brings_it_about_and_critical_ones_are_told(event: SecurityEventType) -> None:
    bench = firmware.with_file(ocpp_config=SECURE)
    bench.forget()
    before = logged(bench).count(event)
    TRIGGERS[event](bench)
    assert logged(bench).count(event) == (1 if event is E.SECURITY_LOG_WAS_CLEARED else before + 1)
    told = [one["type"] for one in bench.calls("SecurityEventNotification")]
    assert event in told or event not in CRITICAL_V16
