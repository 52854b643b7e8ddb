"""A central system that is wrong in one way turns the right scenarios red, and leaves the others green."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
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
from tests.scenarios.mutations import IN_VIRTUAL_TIME, LISTENERS, MUTATIONS

pytestmark = pytest.mark.end_to_end

READY = {path.stem: path for path in ready()}
JOBS = 24

Carried = Callable[[str, dict[str, Any]], Awaitable[None]]


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
async def endpoint(carried_out: Carried) -> AsyncIterator[str]:
    """Takes every command, and does with it what it should not."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        [length] = re.findall(r"(?i)content-length: (\d+)", head) or ["0"]
        await carried_out(head.split()[1], json.loads(await reader.readexactly(int(length)) or "{}"))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{id}}/{{action}}"


COMMANDS = {
    name: [step.deed for step in every(load(path).steps) if isinstance(step.deed, Command)]
    for name, path in READY.items()
    if name not in IN_VIRTUAL_TIME
}
WITH_COMMANDS = [name for name, commands in COMMANDS.items() if commands]
WITH_CONTENT = [name for name, commands in COMMANDS.items() if any(command.payload for command in commands)]


async def test_commands_that_never_arrive_turn_all_red_that_need_them(csms: Program) -> None:
    async def forgotten(path: str, payload: dict[str, Any]) -> None:
        """Nothing happens."""

    async with endpoint(forgotten) as deaf:
        run = await play([mutant(name, f"deaf_{name}") for name in WITH_COMMANDS], csms, deaf)
    assert {
        outcome.scenario.file: outcome.verdict for outcome in run.outcomes if outcome.verdict is not Verdict.FAILED
    } == {}
    assert all("was received" in outcome.reason for outcome in run.outcomes)


def other(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value[:-1] if len(value) > 1 else "x"
        case list():
            return [other(each) for each in value]
        case dict():
            return {key: other(each) for key, each in value.items()}
    return value


async def test_commands_that_arrive_as_others_turn_all_red_that_say_anything(csms: Program) -> None:
    """A central system that mistakes a connector, a key, a limit."""
    async with csms.client() as http:

        async def mistaken(path: str, payload: dict[str, Any]) -> None:
            await http.post(f"/charge-points{path}", json=other(payload))

        async with endpoint(mistaken) as url:
            url = url.replace("{action}", "commands/{action}")
            run = await play([mutant(name, f"other_{name}") for name in WITH_CONTENT], csms, url)
    assert {
        outcome.scenario.file: outcome.verdict for outcome in run.outcomes if outcome.verdict is not Verdict.FAILED
    } == {}


@pytest.mark.parametrize("name", IN_VIRTUAL_TIME)
async def test_a_wrong_central_system_is_found_in_virtual_time_too(name: str) -> None:
    scenario = load(READY[name])
    wrong = node_of({"central_system": {"behave": IN_VIRTUAL_TIME[name]}}, "steps", scenario.place)
    mutated = replace(scenario, steps=(read_step(wrong), *scenario.steps))
    run = await runner.run(runner.Plan((mutated,)))
    assert [outcome.verdict for outcome in run.outcomes] == [Verdict.FAILED], run.outcomes[0].reason


def test_every_ready_scenario_is_turned_red_by_something() -> None:
    """Other than by a central system that accepts nobody, or that sends no command at all."""
    by_behaviour = {name for mutation in MUTATIONS.values() for name in mutation.red}
    by_behaviour |= {name for _, red, _ in LISTENERS.values() for name in red.split()}
    killed = by_behaviour | set(WITH_CONTENT) | set(IN_VIRTUAL_TIME)
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
