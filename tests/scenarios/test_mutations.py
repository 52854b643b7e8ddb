"""A central system that is wrong in one way turns the right scenarios red, and leaves the others green."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from chargepoint.settings import etc_dir
from launcher.scenario import runner
from launcher.scenario.format import Scenario, every, load
from launcher.scenario.forms import read_step
from launcher.scenario.source import node_of
from launcher.scenario.steps import Command
from launcher.scenario.verdicts import Run, Verdict
from launcher.verbs.scenarios import ready
from tests.csms.program import Program, running

pytestmark = pytest.mark.end_to_end

READY = {path.stem: path for path in ready()}
JOBS = 24

Behaviour = dict[str, Any]


@dataclass(frozen=True)
class Mutation:
    """What is wrong; which scenarios find it, and which have nothing to do with it."""

    behaviours: tuple[Behaviour, ...]
    red: tuple[str, ...]
    green: tuple[str, ...] = ()


def wrong(action: str, red: str, green: str = "", **how: Any) -> Mutation:
    """One behaviour."""
    return Mutation(({"action": action, **how},), tuple(red.split()), tuple(green.split()))


INTERNAL_ERROR = {"code": "InternalError"}

MUTATIONS = {
    "boots are rejected": wrong(
        "BootNotification",
        "boot_accepted boot_again fleet_boots boot_pending boot_rejected password password_wrong",
        change={"status": "Rejected", "interval": 5},
    ),
    "the second boot is pending": Mutation(
        (
            {"action": "BootNotification", "delay": 0.01, "times": 1},
            {"action": "BootNotification", "change": {"status": "Pending", "interval": 5}},
        ),
        ("boot_again", "power_cut", "reset_soft"),
        ("boot_accepted",),
    ),
    "a boot is not told the time": wrong("BootNotification", "boot_accepted", change={"currentTime": None}),
    "a boot is told no interval": wrong("BootNotification", "boot_accepted", "heartbeats", change={"interval": 0}),
    "the clock stands still": wrong(
        "Heartbeat", "heartbeats", "charging_session", change={"currentTime": "2026-01-01T00:00:00Z"}
    ),
    "heartbeats are answered with nothing": wrong(
        "Heartbeat",
        "heartbeats trigger_message configuration composite_schedule malformed_call wrong_types unknown_action "
        "malformed_texts call_without_payload no_utf8 quirks half_open password flapping clock_ahead "
        "firmware_download_fails",
        answer={},
    ),
    "heartbeats are answered twice": wrong("Heartbeat", "heartbeats", copies=2),
    "heartbeats are answered with half a frame": wrong("Heartbeat", "heartbeats", text='[3, "${id}", {"current'),
    "every tag is accepted": wrong(
        "Authorize",
        "tag_blocked tag_expired tag_invalid tag_letter_case",
        "charging_session",
        change={"idTagInfo": {"status": "Accepted"}},
    ),
    "no tag is accepted": wrong(
        "Authorize",
        "charging_session swipe_then_plug swipe_and_leave other_tag_does_not_stop remote_start_authorized "
        "longest_tag",
        "remote_start_plugged",
        change={"idTagInfo": {"status": "Invalid"}},
    ),
    "there are no groups": wrong(
        "Authorize", "group_tag_stops", "charging_session", change={"idTagInfo": {"parentIdTag": None}}
    ),
    "all are one group": wrong(
        "Authorize",
        "other_tag_does_not_stop reservation_of_another",
        "group_tag_stops",
        change={"idTagInfo": {"parentIdTag": "FAMILY"}},
    ),
    "tags are not judged at the start": wrong(
        "StartTransaction",
        "tag_refused_at_start local_list_outdated refused_after_outage",
        "charging_session",
        change={"idTagInfo": {"status": "Accepted"}},
    ),
    "no transaction is accepted": wrong(
        "StartTransaction",
        "charging_session swipe_then_plug remote_start_plugged remote_start_unplugged reservation_used "
        "late_transaction remote_start_authorized start_offline whole_transaction_offline",
        "swipe_and_leave tag_blocked",
        change={"idTagInfo": {"status": "Invalid"}},
    ),
    "all transactions have one id": wrong(
        "StartTransaction",
        "transaction_ids_differ transaction_ids_are_new",
        "start_sent_twice",
        change={"transactionId": 7},
    ),
    "transactions have the id 0": wrong(
        "StartTransaction",
        "charging_session remote_start_with_profile dc_session",
        "tag_blocked",
        change={"transactionId": 0},
    ),
    "a transaction that is sent twice is two": wrong(
        "StartTransaction",
        "start_sent_twice duplicates",
        "charging_session",
        change={"transactionId": 4_711},
        times=1,
    ),
    "nobody is let in": wrong(
        "connect", "password boot_accepted security_profile_2 security_profile_3 tls_too_old", refuse=401
    ),
    "who was cut off is not let in again": Mutation(
        ({"action": "connect", "delay": 0.01, "times": 1}, {"action": "connect", "refuse": 503}),
        (
            *("half_open", "end_offline", "flapping", "chaos", "password_changed", "security_profile_1"),
            *("security_profile_falls_back", "security_profile_rises", "certificate_renewed"),
            "server_certificate_expires",
        ),
        ("charging_session", "malformed_texts"),
    ),
    "starts are not answered": wrong("StartTransaction", "swipe_then_plug", "tag_blocked", silent=True),
    "stops are refused": wrong(
        "StopTransaction",
        "stop_sent_twice stop_of_unknown late_transaction unplug_ends remote_stop remote_stop_of_unknown power_cut "
        "reset_soft reset_hard unlock_in_transaction car_pauses availability_scheduled stop_with_data "
        "group_tag_stops offline_in_transaction start_offline end_offline whole_transaction_offline late_answers "
        "refused_after_outage start_fails_three_times flapping clock_ahead meter_jump chaos "
        "server_certificate_expires",
        "swipe_and_leave remote_start_plugged",
        error=INTERNAL_ERROR,
    ),
    "meter values are refused": wrong(
        "MeterValues",
        "meter_values meter_values_idle meter_values_temperature stop_with_data dc_session charging_session "
        "limit_is_obeyed trigger_message "
        "meter_jump meter_reset meter_negative meter_freeze offline_in_transaction clock_aligned",
        "unplug_ends end_offline",
        error=INTERNAL_ERROR,
    ),
    "meter values take their time": wrong("MeterValues", "meter_values", "meter_values_idle", delay=4),
    "meter values are answered with a word too many": wrong(
        "MeterValues", "meter_values_idle", "unplug_ends", answer={"status": "Accepted"}
    ),
    "statuses are refused after the boot": Mutation(
        (
            {"action": "StatusNotification", "delay": 0.01, "times": 2},
            {"action": "StatusNotification", "error": INTERNAL_ERROR},
        ),
        (
            *(
                "availability",
                "availability_scheduled",
                "car_pauses",
                "every_error_code",
                "ground_fault",
                "limit_zero",
            ),
            *("odd_timestamps", "reservation_cancelled", "status_in_full", "swipe_and_leave", "unplug_ends"),
        ),
        ("heartbeats", "tag_blocked", "data_transfer"),
    ),
    "statuses are not answered": wrong("StatusNotification", "local_list", silent=True),
    "vendors are answered with a status that there is not": wrong(
        "DataTransfer", "data_transfer", "charging_session", answer={"status": "Fine"}
    ),
    "malformed calls are answered as if they were right": wrong(
        "Authorize", "malformed_call", "heartbeats", answer={"idTagInfo": {"status": "Accepted"}}, carried_out=False
    ),
    "wrong types are answered as if they were right": wrong(
        "StatusNotification", "wrong_types", "heartbeats", answer={}, carried_out=False
    ),
    "certificates are not signed": wrong(
        "SignCertificate",
        "certificate_renewed certificate_runs_out security_profile_rises",
        "security_profile_3",
        answer={"status": "Rejected"},
        carried_out=False,
    ),
    "certificates are promised and not sent": wrong(
        "SignCertificate",
        "certificate_renewed certificate_runs_out security_profile_rises",
        "security_profile_3",
        answer={"status": "Accepted"},
        carried_out=False,
    ),
    "security events are refused": wrong(
        "SecurityEventNotification",
        "certificate_signed_wrongly root_certificates firmware_signed_by_a_stranger server_certificates_refused "
        "security_profile_falls_back",
        "heartbeats",
        error=INTERNAL_ERROR,
    ),
    "the connection is closed on a wrong call": wrong("Authorize", "malformed_call", close={"code": 1002}),
}


LISTENERS: dict[str, tuple[Behaviour, str, str]] = {
    "its certificate has expired": (
        {"certificate": "expired"},
        "security_profile_2 security_profile_3 password_wrong_by_tls certificate_renewed security_profile_rises "
        "certificates_refused",
        "password server_certificates_refused",
    ),
    "its certificate is made out to another": (
        {"certificate": "other_name"},
        "security_profile_2 security_profile_3 security_profile_rises",
        "password",
    ),
    "its certificate is of another authority": (
        {"certificate": "other_authority"},
        "security_profile_2 security_profile_3 security_profile_rises",
        "password",
    ),
    "it speaks TLS 1.1 alone": (
        {"version": "1.1"},
        "security_profile_2 security_profile_3 password_wrong_by_tls",
        "password",
    ),
    "it asks for no certificates": (
        {"client_certificates": "not_asked"},
        "certificates_refused certificate_runs_out security_profile_rises",
        "security_profile_2",
    ),
    "it wants certificates of everybody": (
        {"client_certificates": "required"},
        "security_profile_2 password_wrong_by_tls security_profile_rises",
        "security_profile_3 certificate_renewed certificates_refused",
    ),
}
"""What is wrong with a port of the central system; which scenarios find it there, and which have nothing to do with
it."""

IN_VIRTUAL_TIME: dict[str, Behaviour] = {
    "day_of_charging": {"action": "StartTransaction", "change": {"transactionId": 7}},
    "daily_profile": {"action": "StartTransaction", "change": {"idTagInfo": {"status": "Invalid"}}},
    "quarter_hours": {"action": "MeterValues", "error": INTERNAL_ERROR, "carried_out": False},
    "six_hours_offline": {"action": "MeterValues", "answer": {}, "carried_out": False, "probability": 0.1, "seed": 1},
    "quiet_day": {"action": "Heartbeat", "change": {"currentTime": "2026-01-05T12:00:00Z"}},
}
"""What turns those red that are played in virtual time, where nobody can tell it over HTTP."""


@pytest.fixture(scope="module")
def csms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One for all mutations: each concerns a station of its own."""
    folder = tmp_path_factory.mktemp("csms")
    tags = etc_dir() / "scenarios" / "tags.json"
    tls = ("--tls", "--plain", "--client-certificates", "optional")
    with running(folder, "--tags", str(tags), *tls) as program:
        yield program


def mutant(name: str, station: str) -> Scenario:
    """A ready scenario on a station of its own."""
    return load(READY[name], {"STATION": station})


async def play(scenarios: list[Scenario], csms: Program, commands: str = "", url: str = "") -> Run:
    return await runner.run(runner.Plan(tuple(scenarios), url or csms.ws, commands, csms.http, jobs=JOBS))


async def test_every_mutation_turns_the_right_scenarios_red(csms: Program) -> None:
    expected: dict[tuple[str, str], Verdict] = {}
    scenarios = []
    async with csms.client() as http:
        for number, (what, mutation) in enumerate(MUTATIONS.items()):
            wanted = dict.fromkeys(mutation.red, Verdict.FAILED) | dict.fromkeys(mutation.green, Verdict.PASSED)
            for name, verdict in wanted.items():
                station = f"m{number}_{name}"
                for behaviour in mutation.behaviours:
                    told = await http.post("/behaviours", json={"charge_point": f"{station}*", **behaviour})
                    assert told.status_code == 201, told.text
                expected[what, name] = verdict
                scenarios.append(mutant(name, station))
    run = await play(scenarios, csms)
    seen = dict(zip(expected, run.outcomes, strict=True))
    surprising = [
        f"{what}: {name} is {seen[what, name].verdict}, not {verdict}: {seen[what, name].reason}"
        for (what, name), verdict in expected.items()
        if seen[what, name].verdict is not verdict
    ]
    assert surprising == []


@pytest.mark.parametrize("what", LISTENERS)
async def test_every_mutation_of_tls_turns_the_right_scenarios_red(csms: Program, what: str) -> None:
    settings, red, green = LISTENERS[what]
    async with csms.client() as http:
        listener = (await http.post("/listeners", json={"plain": True, **settings})).json()
    expected = dict.fromkeys(red.split(), Verdict.FAILED) | dict.fromkeys(green.split(), Verdict.PASSED)
    run = await play([mutant(name, f"l{listener['id']}_{name}") for name in expected], csms, url=listener["url"])
    surprising = [
        f"{name} is {outcome.verdict}, not {expected[name]}: {outcome.reason}"
        for name, outcome in zip(expected, run.outcomes, strict=True)
        if outcome.verdict is not expected[name]
    ]
    assert surprising == []


@asynccontextmanager
async def deaf_endpoint() -> AsyncIterator[str]:
    """Takes every command, and does nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{id}}/{{action}}"


WITH_COMMANDS = [
    name
    for name, path in READY.items()
    if any(isinstance(step.deed, Command) for step in every(load(path).steps)) and name not in IN_VIRTUAL_TIME
]


async def test_commands_that_never_arrive_turn_all_red_that_need_them(csms: Program) -> None:
    async with deaf_endpoint() as deaf:
        run = await play([mutant(name, f"deaf_{name}") for name in WITH_COMMANDS], csms, deaf)
    assert {
        outcome.scenario.file: outcome.verdict for outcome in run.outcomes if outcome.verdict is not Verdict.FAILED
    } == {}
    assert all("was received" in outcome.reason for outcome in run.outcomes)


@pytest.mark.parametrize("name", IN_VIRTUAL_TIME)
async def test_a_wrong_central_system_is_found_in_virtual_time_too(name: str) -> None:
    scenario = load(READY[name])
    wrong = node_of({"central_system": {"behave": IN_VIRTUAL_TIME[name]}}, "steps", scenario.place)
    mutated = replace(scenario, steps=(read_step(wrong), *scenario.steps))
    run = await runner.run(runner.Plan((mutated,)))
    assert [outcome.verdict for outcome in run.outcomes] == [Verdict.FAILED], run.outcomes[0].reason


def test_every_ready_scenario_is_turned_red_by_something() -> None:
    """Other than by a central system that accepts nobody."""
    killed = (
        {name for mutation in MUTATIONS.values() for name in mutation.red}
        | {name for _, red, _ in LISTENERS.values() for name in red.split()}
        | set(WITH_COMMANDS)
        | set(IN_VIRTUAL_TIME)
    )
    assert sorted(READY.keys() - killed) == []


async def test_without_a_place_for_commands_a_scenario_is_not_applicable_and_never_green(csms: Program) -> None:
    run = await runner.run(runner.Plan((mutant("remote_stop", "na_1"),), csms.ws))
    assert [outcome.verdict for outcome in run.outcomes] == [Verdict.NOT_APPLICABLE]
    assert not run.passed
    assert "--commands does not say where RemoteStopTransaction can be asked for" in run.outcomes[0].reason


async def test_what_needs_the_bundled_one_says_what_to_give_in_its_place(csms: Program) -> None:
    scenarios = (mutant("log_upload", "na_2"), mutant("password", "na_3"), mutant("boot_pending", "na_4"))
    run = await runner.run(runner.Plan(scenarios, csms.ws, f"{csms.http}/{{id}}/{{action}}"))
    assert [outcome.reason.split(": ", 1)[1] for outcome in run.outcomes] == [
        "${api} is of the bundled central system only; -p FILES=URL names another place",
        "${api} is of the bundled central system only",
        "only the bundled central system can be driven",
    ]


async def test_a_failure_is_told_with_the_frame_that_decided(csms: Program) -> None:
    async with httpx.AsyncClient(base_url=csms.http, trust_env=False) as http:
        behaviour = {"charge_point": "shown", "action": "Authorize", "change": {"idTagInfo": {"status": "Blocked"}}}
        assert (await http.post("/behaviours", json=behaviour)).is_success
    [outcome] = (await play([mutant("charging_session", "shown")], csms)).outcomes
    assert outcome.reason == (
        'shown: Authorize was answered {"idTagInfo": {"status": "Blocked", "parentIdTag": "FAMILY"}}: '
        'idTagInfo.status is "Blocked", expected Accepted'
    )
    assert Path(outcome.step.place.file).name == "_charging.yaml" if outcome.step else False
    decisive = [spoken for spoken in outcome.around() if spoken.number == outcome.frame]
    assert [spoken.action for spoken in decisive] == ["Authorize"]
