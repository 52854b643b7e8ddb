"""Commands and answers as they are on the wire."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from launcher.api.commands import (
    Close,
    Command,
    CommandResult,
    EntryResult,
    Kill,
    Remove,
    Restart,
    Start,
    Verdict,
    parse_command,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "command",
    [
        Start(({"id": "A", "vendor": "V"},), "r1"),
        Restart.of(["A", "B"]),
        Kill.of(["A"], "r2"),
        Remove(()),
        Close("r3"),
        Close(),
    ],
)
def test_a_command_survives_the_wire(command: Command) -> None:
    assert parse_command(command.to_json()) == command
    assert type(command).from_json(command.to_json()) == command


def test_the_documented_payloads_are_understood() -> None:
    """S0-25, S0-26, S0-27."""
    assert parse_command(b'{"type": "kill", "charge_points": [{"id": "simu_cp_001"}]}') == Kill.of(["simu_cp_001"])
    entry = {"id": "simu_cp_001", "max_current": 32}
    assert parse_command(json.dumps({"type": "start", "charge_points": [entry]}).encode()) == Start((entry,))
    assert parse_command(json.dumps({"type": "restart", "charge_points": [entry]}).encode()) == Restart((entry,))
    assert parse_command(b'{"type": "close"}') == Close()


def test_a_wrong_entry_is_kept_for_a_verdict_of_its_own() -> None:
    assert parse_command(b'{"type": "kill", "charge_points": [5, {"id": "A"}]}') == Kill((5, {"id": "A"}))


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (b"5", "cmd: 5 is not a JSON object"),
        (b"[]", "cmd: [] is not a JSON object"),
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff", "JSON"),
        (b'{"type": 5}', "type: 5 is not one of"),
        (b'{"type": "explode"}', "type: 'explode' is not one of 'start', 'kill'"),
        (b'{"type": "kill"}', "charge_points: nothing is not an array"),
        (b'{"type": "kill", "charge_point": []}', "charge_points"),
        (b'{"type": "kill", "charge_points": [], "charge_pointz": []}', "did you mean 'charge_points'?"),
        (b'{"type": "close", "request_id": 7}', "request_id: 7 is not a text"),
    ],
)
def test_what_is_no_command_says_what_is_wrong(payload: bytes, wanted: str) -> None:
    """Defect 3, in the parser."""
    with pytest.raises(InputError) as error:
        parse_command(payload)
    assert wanted in str(error.value)
    answer = json.loads(CommandResult.unreadable(payload, error.value).to_json())
    assert answer["result"] == "refused"
    assert answer["results"] == []
    assert wanted in answer["reason"]


def test_the_answer_to_an_unreadable_command_echoes_what_can_be_read() -> None:
    payload = b'{"type": "explode", "request_id": "r"}'
    answer = CommandResult.unreadable(payload, InputError("type", "explode", "known"))
    assert (answer.type, answer.request_id) == ("explode", "r")
    assert CommandResult.unreadable(b'{"type": 5}', InputError("type", 5, "known")).type is None


def test_an_answer_survives_the_wire() -> None:
    results = (
        EntryResult("A", Verdict.STARTED),
        EntryResult.refused("bad id", InputError("id", "bad id", "an id of letters")),
        EntryResult("", Verdict.FAILED, "no space left"),
    )
    answer = CommandResult("start", results, "r")
    assert CommandResult.from_json(answer.to_json()) == answer
    assert not answer.good
    wire = json.loads(answer.to_json())
    assert wire["request_id"] == "r"
    assert wire["results"][0] == {"id": "A", "result": "started"}
    assert wire["results"][1] == {
        "id": "bad id",
        "result": "refused",
        "field": "id",
        "value": "bad id",
        "reason": "id: 'bad id' is not an id of letters",
    }
    assert "request_id" not in json.loads(CommandResult("close", result=Verdict.CLOSED).to_json())


@given(JSON)
def test_whatever_json_comes_is_a_command_or_refused(value: object) -> None:
    payload = json.dumps(value).encode()
    try:
        parse_command(payload)
    except InputError as error:
        CommandResult.from_json(CommandResult.unreadable(payload, error).to_json())


@given(st.binary(max_size=60))
def test_whatever_bytes_come_are_a_command_or_refused(payload: bytes) -> None:
    try:
        parse_command(payload)
    except InputError as error:
        CommandResult.from_json(CommandResult.unreadable(payload, error).to_json())
