"""The MQTT payloads of a charge point: ours and foreign ones, right and wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import (
    MAX_INPUT,
    CarInput,
    ChargePointStatus,
    ConnectorState,
    ConnectorStatus,
    ErrorCode,
    FaultInput,
    Registration,
    TokenInput,
    ocpp_config_json,
)
from chargepoint.api.spec import parse_spec
from tests.chargepoint.api import strategies

MEASURES = [
    "max_setpoint", "ocpp_setpoint", "setpoint", "car_cable_capacity", "power_w", "energy_wh",
    "transaction_energy_wh",
    "consumption_l1", "consumption_l2", "consumption_l3",
    "car_consumption_l1", "car_consumption_l2", "car_consumption_l3",
]  # fmt: skip

inputs = st.none() | st.floats(0, MAX_INPUT)

station_statuses = st.builds(
    ChargePointStatus,
    pid=st.integers(0, 2**31),
    status=st.sampled_from(Registration),
    vendor=strategies.texts,
    model=strategies.texts,
    serial=strategies.texts,
    nb_phases=st.integers(1, 3),
    max_setpoint=strategies.numbers,
    central_system=strategies.texts,
    type=st.sampled_from(["AC", "DC"]),
    voltage=strategies.numbers,
    nb_connectors=st.integers(0, 64),
    max_setpoint_per_connector=strategies.numbers,
    ocpp_version=st.just("1.6"),
    firmware_version=strategies.texts,
    started_at=strategies.texts,
    last_error=strategies.texts,
    entry=st.dictionaries(strategies.texts, strategies.texts, max_size=3),
)
connector_statuses = st.builds(
    ConnectorStatus,
    status=st.sampled_from(ConnectorState),
    id_tag=strategies.texts,
    car_ready=st.booleans(),
    error_code=st.sampled_from(ErrorCode).map(str),
    transaction_id=st.none() | st.integers(-(2**31), 2**31),
    soc_pct=st.none() | st.floats(0, 100),
    **dict.fromkeys(MEASURES, strategies.numbers),
)


@given(station_statuses)
def test_a_station_status_is_read_as_it_was_written(status: ChargePointStatus) -> None:
    assert ChargePointStatus.from_json(status.to_json()) == status


@given(connector_statuses)
def test_a_connector_status_is_read_as_it_was_written(status: ConnectorStatus) -> None:
    assert ConnectorStatus.from_json(status.to_json()) == status


@given(st.builds(CarInput, inputs, st.none() | st.booleans(), inputs, inputs, inputs))
def test_a_car_input_is_read_as_it_was_written(car: CarInput) -> None:
    assert CarInput.from_json(car.to_json()) == car


@given(strategies.printable)
def test_a_token_is_read_as_it_was_written(id: str) -> None:
    assert TokenInput.from_json(TokenInput(id).to_json()) == TokenInput(id)


@given(st.sampled_from([code for code in ErrorCode if code is not ErrorCode.NO_ERROR]))
def test_a_fault_is_read_as_it_was_written(code: ErrorCode) -> None:
    assert FaultInput.from_json(FaultInput(True, code).to_json()) == FaultInput(True, code)
    assert FaultInput.from_json(FaultInput(False).to_json()) == FaultInput(False)


def test_the_configuration_is_a_flat_object() -> None:
    assert json.loads(ocpp_config_json({"HeartbeatInterval": "300"})) == {"HeartbeatInterval": "300"}


# The Open OCPP simulator's own payloads


def test_the_station_status_begins_with_the_original_s_fields() -> None:
    """S0-29."""
    status = ChargePointStatus.of(
        parse_spec({"id": "CP1", "central_system": "ws://host"}), Registration.ACCEPTED, pid=7
    )
    fields = json.loads(status.to_json())
    assert list(fields)[:10] == [
        "pid", "status", "vendor", "model", "serial", "nb_phases", "max_setpoint", "central_system", "type",
        "voltage",
    ]  # fmt: skip
    assert (fields["pid"], fields["status"], fields["max_setpoint"]) == (7, "Accepted", 32.0)
    assert parse_spec(fields["entry"]) == parse_spec({"id": "CP1", "central_system": "ws://host"})


def test_the_connector_status_begins_with_the_original_s_fields() -> None:
    """S0-30."""
    fields = json.loads(ConnectorStatus(ConnectorState.AVAILABLE).to_json())
    assert list(fields)[:13] == [
        "status", "id_tag", "max_setpoint", "ocpp_setpoint", "setpoint", "consumption_l1", "consumption_l2",
        "consumption_l3", "car_consumption_l1", "car_consumption_l2", "car_consumption_l3", "car_cable_capacity",
        "car_ready",
    ]  # fmt: skip


def test_a_station_status_of_the_original_is_understood() -> None:
    payload = (
        b'{"pid":69672,"status":"Disconnected","vendor":"Open OCPP","model":"Simulated CP","serial":"S/NABCD1234",'
        b'"nb_phases":3,"max_setpoint":32.0,"central_system":"wss://127.0.0.1:9980/","type":"AC","voltage":230.0}'
    )
    status = ChargePointStatus.from_json(payload)
    assert (status.pid, status.status, status.voltage) == (69672, Registration.DISCONNECTED, 230.0)
    assert (status.nb_connectors, status.last_error, status.entry) == (0, "", {})


def test_a_connector_status_of_the_original_is_understood() -> None:
    payload = (
        b'{"status":"Available","id_tag":"","max_setpoint":32.0,"ocpp_setpoint":32.0,"setpoint":0.0,'
        b'"consumption_l1":0.0,"consumption_l2":0.0,"consumption_l3":0.0,"car_consumption_l1":0.0,'
        b'"car_consumption_l2":0.0,"car_consumption_l3":0.0,"car_cable_capacity":0.0,"car_ready":true}'
    )
    status = ConnectorStatus.from_json(payload)
    assert (status.status, status.transaction_id, status.soc_pct) == (ConnectorState.AVAILABLE, None, None)


@pytest.mark.parametrize("registration", Registration)
def test_a_foreign_status_needs_nothing_but_its_state(registration: Registration) -> None:
    payload = json.dumps({"status": registration, "some": ["thing", "new"]}).encode()
    assert ChargePointStatus.from_json(payload).status is registration


@pytest.mark.parametrize("state", ConnectorState)
def test_a_foreign_connector_status_needs_nothing_but_its_state(state: ConnectorState) -> None:
    payload = json.dumps({"status": state, "setpoint": 16, "soc_pct": None}).encode()
    assert ConnectorStatus.from_json(payload) == ConnectorStatus(state, setpoint=16.0)


# What people send


@pytest.mark.parametrize(
    ("payload", "car"),
    [
        ("{}", CarInput()),
        ('{"cable":32}', CarInput(cable=32.0)),
        ('{"cable":0}', CarInput(cable=0.0)),
        ('{"ready":false}', CarInput(ready=False)),
        ('{"cable":null,"consumption_l2":16.5}', CarInput(consumption_l2=16.5)),
        (
            '{"cable":32.0,"ready":true,"consumption_l1":10.0,"consumption_l2":10.0,"consumption_l3":10.0}',
            CarInput(32.0, True, 10.0, 10.0, 10.0),
        ),
    ],
)
def test_every_key_of_a_car_is_optional_and_integers_are_numbers(payload: str, car: CarInput) -> None:
    """S0-31."""
    assert CarInput.from_json(payload.encode()) == car


NO_OBJECTS = [b"", b"{", b"5", b"[]", b"null", b"true", b'"close"', b"\xff\xfe", b"NaN", b"{}{}", b"[" * 10_000]


@pytest.mark.parametrize("payload", NO_OBJECTS)
@pytest.mark.parametrize(
    "kind",
    [ChargePointStatus, ConnectorStatus, CarInput, TokenInput, FaultInput],
)
def test_what_is_no_object_is_refused(kind: Any, payload: bytes) -> None:
    """Defect 3."""
    with pytest.raises(InputError):
        kind.from_json(payload)


@pytest.mark.parametrize(
    "payload",
    [
        {"cable": -1}, {"cable": True}, {"cable": "32"}, {"cable": MAX_INPUT + 1}, {"cable": 10**400}, {"cable": []},
        {"ready": 1}, {"ready": "true"}, {"consumption_l1": -0.1}, {"consumption_l4": 1}, {"Cable": 1},
    ],
)  # fmt: skip
def test_a_wrong_car_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(InputError):
        CarInput.from_json(json.dumps(payload).encode())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(InputError):
        CarInput.from_json(f'{{"cable":{number}}}'.encode())


@pytest.mark.parametrize("id", ["", "x" * 21, 5, None, True, ["TAG"], "a\nb", "\x00", "\ud800"])
def test_a_wrong_token_is_refused(id: object) -> None:
    with pytest.raises(InputError, match=r"id: .* is not a text of 1 to 20 printable characters"):
        TokenInput.from_json(json.dumps({"id": id}).encode())


@pytest.mark.parametrize(
    "payload",
    [
        {}, {"faulted": 1}, {"faulted": "true"}, {"faulted": True, "error_code": "Error"},
        {"faulted": True, "error_code": "NoError"}, {"faulted": True, "code": "OtherError"},
    ],
)  # fmt: skip
def test_a_wrong_fault_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(InputError):
        FaultInput.from_json(json.dumps(payload).encode())


@given(
    strategies.payloads("cable", "ready", "consumption_l1", "id", "faulted", "error_code", "type", "status", "pid"),
    st.sampled_from([ChargePointStatus, ConnectorStatus, CarInput, TokenInput, FaultInput]),
)
def test_no_payload_raises_anything_but_an_input_error(payload: bytes, kind: Any) -> None:
    read = strategies.outcome(kind.from_json, payload)
    if isinstance(read, InputError):
        assert str(read).isprintable()
    else:
        assert kind.from_json(read.to_json()) == read
