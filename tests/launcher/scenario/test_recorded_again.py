"""Whatever can be ordered of a charge point: what is recorded of it orders the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.amounts import Amount
from chargepoint.api.damage import AT_ONCE, DAMAGES, DamageKind
from chargepoint.api.disturbances import DISTURBANCES, DisturbanceKind
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Close, Configure, Order, PowerLoss, Reboot, Send, SendText, parse_order
from chargepoint.api.payloads import CarInput, ErrorCode, FaultInput, TokenInput
from chargepoint.api.quirks import QuirkName
from chargepoint.api.topics import ConnectorTopic, StationTopic
from chargepoint.api.traffic import Direction, TracedFrame
from launcher.scenario.acts import literally
from launcher.scenario.expect import Call
from launcher.scenario.forms import STEPS
from launcher.scenario.patterns import mismatch
from launcher.scenario.recording import Recording
from launcher.scenario.scope import resolved
from launcher.scenario.source import parse
from launcher.scenario.steps import (
    Car,
    Command,
    Deed,
    Deviate,
    Expect,
    Fault,
    Power,
    PowerCycle,
    Tap,
)
from launcher.scenario.steps import Configure as ConfigureStep
from launcher.scenario.steps import Send as SendStep
from launcher.scenario.steps import SendText as SendTextStep
from launcher.scenario.variables import filled_node

AMPERES = st.none() | st.integers(0, 400).map(float) | st.floats(0, 1e5, allow_subnormal=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    [
        "no",
        "1e5",
        "0x1F",
        "~",
        "null",
        "true",
        "12",
        "${now}",
        "$${x}",
        "*",
        "> 5",
        "a | b",
        "= x",
        "~ (",
        ">5",
        "- a",
    ]
)
PRINTABLE = TEXTS.filter(str.isprintable)


def shown(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


CARS = st.builds(CarInput, AMPERES, st.none() | st.booleans(), AMPERES, AMPERES, AMPERES).filter(
    lambda car: car != CarInput()
)
FAULT_CODES = st.sampled_from([code for code in ErrorCode if code is not ErrorCode.NO_ERROR])
FAULTS = st.builds(FaultInput, st.just(True), FAULT_CODES, st.just("") | TEXTS, st.just("") | TEXTS) | st.builds(
    FaultInput, st.just(False), st.none() | FAULT_CODES
)
TOKENS = st.builds(TokenInput, PRINTABLE)
INPUTS = st.tuples(st.integers(0, 3), CARS | FAULTS | TOKENS)


def amount(declared: Amount) -> st.SearchStrategy[float | int]:
    if declared.whole:
        return st.integers(int(declared.minimum), int(min(declared.maximum, 5000)))
    return st.floats(declared.minimum, min(declared.maximum, 1e6), allow_subnormal=False)


@st.composite
def misdeeds(draw: st.DrawFn) -> bytes:
    """``disturb``, ``quirks`` and ``damage`` with all that belongs to them."""
    type = draw(st.sampled_from(["disturb", "quirks", "damage"]))
    if type == "quirks":
        names = draw(st.lists(st.sampled_from(list(map(str, QuirkName))), unique=True, max_size=3))
        drawn = {"probability": 0.5, "seed": 3} if draw(st.booleans()) else {}
        return shown({"type": type, "quirks": names, **drawn})
    kinds: Any = DisturbanceKind if type == "disturb" else DamageKind
    table: Any = DISTURBANCES if type == "disturb" else DAMAGES
    kind = draw(st.sampled_from(list(kinds)))
    if draw(st.booleans()) and kind not in AT_ONCE:
        return shown({"type": type, "clear": True} | ({"kind": str(kind)} if draw(st.booleans()) else {}))
    body: dict[str, Any] = {each.name: draw(amount(each)) for each in table[kind].amounts}
    if type == "disturb":
        body["for_s"] = draw(st.integers(1, 1000))
        body |= {"direction": "out"} if table[kind].of_messages else {}
        body |= {"probability": 0.5, "seed": draw(st.integers(0, 9))}
    elif table[kind].of_connector:
        body["connector"] = draw(st.integers(1, 3))
    return shown({"type": type, "kind": str(kind), **body})


def readable(payload: bytes) -> bool:
    try:
        parse_order(payload)
    except InputError:
        return False
    return True


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXTS.filter(lambda key: key != "transactionId"), JSON, max_size=3)
RAW = st.text(min_size=1, max_size=20).map(
    lambda text: "".join("\udcff" if "\ud800" <= c <= "\udfff" else c for c in text)
)
ORDERS = (
    st.builds(Configure, TEXTS, TEXTS).map(Configure.to_json)
    | st.builds(Send, PRINTABLE, OBJECTS, st.booleans()).map(Send.to_json)
    | st.builds(SendText, RAW, st.integers(1, 9)).map(SendText.to_json)
    | st.sampled_from([Close().to_json(), Reboot().to_json(), PowerLoss().to_json()])
    | misdeeds()
).filter(readable)


def recorded(topic: StationTopic | ConnectorTopic, payload: bytes) -> list[Deed]:
    """The steps as the file has them, with variables as they are when the scenario runs."""
    recording = Recording("CP", {"id": "CP"})
    recording.take(topic, payload, 0.0)
    return read_again(recording)


def read_again(recording: Recording) -> list[Deed]:
    root = parse(recording.scenario("s").encode(), "s.yaml")
    assert isinstance(root.value, dict)
    steps = STEPS.read(filled_node(root.value["steps"], {}, ("now", "STATION")))[2:]
    return [resolved(step.deed, {"now": "1970-01-01T00:00:00.000Z"}) for step in steps]


def order_of(deed: Deed) -> Order:
    match deed:
        case PowerCycle(order):
            return order
        case Deviate(order):
            return order
        case Power():
            assert str(deed.verb) == "end"
            return Close()
        case ConfigureStep(key, value):
            return Configure(key, value)
        case SendStep():
            return Send(deed.action, dict(deed.payload), deed.force)
        case SendTextStep(text, times):
            return SendText(text, times)
    raise AssertionError(deed)


@settings(max_examples=150, deadline=None)
@given(INPUTS)
def test_an_input_to_a_connector(given: tuple[int, CarInput | FaultInput | TokenInput]) -> None:
    connector, what = given
    leaf = {CarInput: "car", FaultInput: "faulted", TokenInput: "id_tag"}[type(what)]
    [deed] = recorded(ConnectorTopic("CP", connector, leaf), what.to_json())
    match deed:
        case Car(found, _, where):
            assert isinstance(what, CarInput)
            # A car is ready as long as nobody says otherwise.
            ready = True if what.cable and what.ready is None else what.ready
            assert (found, where) == (replace(what, ready=ready), connector)
        case Fault(found, _, where):
            assert (found, where) == (what, connector)
        case Tap(tag, _, where):
            assert (TokenInput(tag), where) == (what, connector)
        case _:
            raise AssertionError(deed)


@settings(max_examples=250, deadline=None)
@given(ORDERS)
def test_an_order_to_a_station(payload: bytes) -> None:
    [deed] = recorded(StationTopic("CP", "cmd"), payload)
    assert order_of(deed) == parse_order(payload)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(Direction)), OBJECTS)
def test_a_call_of_either_side_and_its_answer(direction: Direction, body: dict[str, Any]) -> None:
    recording = Recording("CP", {"id": "CP"})
    other = Direction.IN if direction is Direction.OUT else Direction.OUT
    action = "DataTransfer"
    for way, parts in ((direction, [2, "1", action, body]), (other, [3, "1", body])):
        frame = TracedFrame("1970-01-01T00:00:01.000Z", way, json.dumps(parts))
        recording.take(StationTopic("CP", "frames"), frame.to_json(), 0.0)
    [deed] = read_again(recording)
    match deed:
        case Command():
            assert deed.payload == body
            assert mismatch(literally(dict(deed.payload) or None), body or None) is None
            answer = deed.answer
        case Expect(Call(_, _, payload, answer)):
            assert payload is None or mismatch(payload, body) is None
        case _:
            raise AssertionError(deed)
    assert mismatch(answer, body) is None
