"""Every command of the central system in every state: the answer, the states told, and how a transaction ends.

OCPP 1.6 sections 4.9, 5.1, 5.2, 5.11 to 5.14, 5.17, 5.18 and 7.41.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.support.bench import Bench, Payload

LATER = "2030-01-01T00:00:00Z"


def charging(bench: Bench) -> None:
    assert bench.charging() == 1


def suspended_by_the_car(bench: Bench) -> None:
    charging(bench)
    bench.car(ready=False)


def suspended_by_the_station(bench: Bench) -> None:
    charging(bench)
    bench.car(cable=5.0)


def finishing(bench: Bench) -> None:
    charging(bench)
    bench.tap()


def reserved(bench: Bench) -> None:
    bench.call("ReserveNow", connectorId=1, idTag="MINE", reservationId=7, expiryDate=LATER)


def faulted_while_charging(bench: Bench) -> None:
    charging(bench)
    bench.fault(1)


STATES: dict[str, tuple[str, Callable[[Bench], object]]] = {
    "Available": ("Available", lambda bench: None),
    "Cable": ("Preparing", lambda bench: bench.plug()),
    "Tag": ("Preparing", lambda bench: bench.tap()),
    "Charging": ("Charging", charging),
    "SuspendedEV": ("SuspendedEV", suspended_by_the_car),
    "SuspendedEVSE": ("SuspendedEVSE", suspended_by_the_station),
    "Finishing": ("Finishing", finishing),
    "Reserved": ("Reserved", reserved),
    "Unavailable": (
        "Unavailable",
        lambda bench: bench.call("ChangeAvailability", connectorId=1, type="Inoperative"),
    ),
    "Faulted": ("Faulted", lambda bench: bench.fault(1)),
    "Fault+Charging": ("Faulted", faulted_while_charging),
}
"""How to come there; both a cable and an id tag are Preparing, and a fault may lie over a transaction."""

COMMANDS: dict[str, tuple[str, Payload]] = {
    "ReserveNow": ("ReserveNow", {"connectorId": 1, "idTag": "YOURS", "reservationId": 8, "expiryDate": LATER}),
    "ReserveNow 0": ("ReserveNow", {"connectorId": 0, "idTag": "YOURS", "reservationId": 8, "expiryDate": LATER}),
    "CancelReservation": ("CancelReservation", {"reservationId": 7}),
    "RemoteStart": ("RemoteStartTransaction", {"connectorId": 1, "idTag": "REMOTE"}),
    "RemoteStop": ("RemoteStopTransaction", {"transactionId": 1}),
    "Inoperative": ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
    "Inoperative 0": ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
    "Operative": ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
    "Operative 0": ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    "Unlock": ("UnlockConnector", {"connectorId": 1}),
    "Reset Hard": ("Reset", {"type": "Hard"}),
    "Reset Soft": ("Reset", {"type": "Soft"}),
    "Trigger": ("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1}),
}

TABLE = """
command           | in the state                                                   | answer      | told                   | reason
ReserveNow        | Available                                                      | Accepted    | Reserved               |
ReserveNow        | Cable Tag Charging SuspendedEV SuspendedEVSE Finishing Reserved| Occupied    |                        |
ReserveNow        | Unavailable                                                    | Unavailable |                        |
ReserveNow        | Faulted Fault+Charging                                         | Faulted     |                        |
ReserveNow 0      | Available                                                      | Accepted    |                        |
ReserveNow 0      | Cable Tag Charging SuspendedEV SuspendedEVSE Finishing Reserved| Occupied    |                        |
ReserveNow 0      | Unavailable                                                    | Unavailable |                        |
ReserveNow 0      | Faulted Fault+Charging                                         | Faulted     |                        |
CancelReservation | Reserved                                                       | Accepted    | Available              |
CancelReservation | Available Cable Tag Charging SuspendedEV SuspendedEVSE         | Rejected    |                        |
CancelReservation | Finishing Unavailable Faulted Fault+Charging                   | Rejected    |                        |
RemoteStart       | Available                                                      | Accepted    | Preparing              |
RemoteStart       | Cable                                                          | Accepted    | Charging               |
RemoteStart       | Finishing                                                      | Accepted    | Preparing Charging     |
RemoteStart       | Tag Charging SuspendedEV SuspendedEVSE Reserved                | Rejected    |                        |
RemoteStart       | Unavailable Faulted Fault+Charging                             | Rejected    |                        |
RemoteStop        | Charging SuspendedEV SuspendedEVSE                             | Accepted    | Finishing              | Remote
RemoteStop        | Fault+Charging                                                 | Accepted    |                        | Remote
RemoteStop        | Available Cable Tag Finishing Reserved Unavailable Faulted     | Rejected    |                        |
Inoperative       | Available Finishing Reserved                                   | Accepted    | Unavailable            |
Inoperative       | Cable Tag                                                      | Accepted    | Available Unavailable  |
Inoperative       | Charging SuspendedEV SuspendedEVSE Fault+Charging              | Scheduled   |                        |
Inoperative       | Unavailable Faulted                                            | Accepted    |                        |
Inoperative 0     | Available Finishing Reserved                                   | Accepted    | Unavailable            |
Inoperative 0     | Cable Tag                                                      | Accepted    | Available Unavailable  |
Inoperative 0     | Charging SuspendedEV SuspendedEVSE Fault+Charging              | Scheduled   |                        |
Inoperative 0     | Unavailable Faulted                                            | Accepted    |                        |
Operative         | Unavailable                                                    | Accepted    | Available              |
Operative         | Available Cable Tag Charging SuspendedEV SuspendedEVSE         | Accepted    |                        |
Operative         | Finishing Reserved Faulted Fault+Charging                      | Accepted    |                        |
Operative 0       | Unavailable                                                    | Accepted    | Available              |
Operative 0       | Available Cable Tag Charging SuspendedEV SuspendedEVSE         | Accepted    |                        |
Operative 0       | Finishing Reserved Faulted Fault+Charging                      | Accepted    |                        |
Unlock            | Available Cable Tag Finishing Reserved Unavailable Faulted     | Unlocked    |                        |
Unlock            | Charging SuspendedEV SuspendedEVSE                             | Unlocked    | Finishing              | UnlockCommand
Unlock            | Fault+Charging                                                 | Unlocked    |                        | UnlockCommand
Reset Hard        | Charging SuspendedEV SuspendedEVSE                             | Accepted    | Finishing              | HardReset
Reset Hard        | Fault+Charging                                                 | Accepted    |                        | HardReset
Reset Hard        | Tag                                                            | Accepted    | Available              |
Reset Hard        | Available Cable Finishing Reserved Unavailable Faulted         | Accepted    |                        |
Reset Soft        | Charging SuspendedEV SuspendedEVSE                             | Accepted    | Finishing              | SoftReset
Reset Soft        | Fault+Charging                                                 | Accepted    |                        | SoftReset
Reset Soft        | Tag                                                            | Accepted    | Available              |
Reset Soft        | Available Cable Finishing Reserved Unavailable Faulted         | Accepted    |                        |
Trigger           | Available                                                      | Accepted    | Available              |
Trigger           | Cable Tag                                                      | Accepted    | Preparing              |
Trigger           | Charging                                                       | Accepted    | Charging               |
Trigger           | SuspendedEV                                                    | Accepted    | SuspendedEV            |
Trigger           | SuspendedEVSE                                                  | Accepted    | SuspendedEVSE          |
Trigger           | Finishing                                                      | Accepted    | Finishing              |
Trigger           | Reserved                                                       | Accepted    | Reserved               |
Trigger           | Unavailable                                                    | Accepted    | Unavailable            |
Trigger           | Faulted Fault+Charging                                         | Accepted    | Faulted                |
"""  # noqa: E501 - a table is read in one piece


class Row(NamedTuple):
    command: str
    state: str
    answer: str
    told: str
    reason: str


def rows() -> list[Row]:
    lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]
    return [
        Row(command, state, answer, told, reason)
        for command, states, answer, told, reason in lines
        for state in states.split()
    ]


def test_the_table_is_complete() -> None:
    pairs = [(row.command, row.state) for row in rows()]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {(command, state) for command in COMMANDS for state in STATES}


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.command}-{row.state}".replace(" ", "-"))
def test_every_command_in_every_state(row: Row) -> None:
    bench = Bench().connect()
    state, come_there = STATES[row.state]
    come_there(bench)
    assert bench.status().status == state
    bench.forget()
    action, payload = COMMANDS[row.command]
    assert bench.call(action, **payload) == {"status": row.answer}
    assert bench.order()[0] == "answer"
    assert " ".join(bench.statuses()) == row.told
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ([row.reason] if row.reason else [])
    assert (bench.life.going_down is not None) is (action == "Reset")


ENDS: dict[str, Callable[[Bench], object]] = {
    "Local": lambda bench: bench.tap(),
    "EVDisconnected": lambda bench: bench.unplug(),
    "Remote": lambda bench: bench.call("RemoteStopTransaction", transactionId=1),
    "UnlockCommand": lambda bench: bench.call("UnlockConnector", connectorId=1),
    "HardReset": lambda bench: bench.call("Reset", type="Hard"),
    "SoftReset": lambda bench: bench.call("Reset", type="Soft"),
    "Reboot": lambda bench: bench.mqtt("cmd", b'{"type": "close"}'),
    "PowerLoss": lambda bench: bench.power_cut(),
}
"""The ways in which a transaction ends, by its reason."""


@pytest.mark.parametrize("online", [True, False], ids=["online", "offline"])
@pytest.mark.parametrize("connector", [0, 1])
@pytest.mark.parametrize("reason", ENDS)
def test_a_scheduled_unavailability_comes_with_any_end_and_stays_and_no_transaction_is_orphaned(
    reason: str, connector: int, online: bool
) -> None:
    bench = Bench({"nb_connectors": 2})
    charging(bench)
    answered = bench.call("ChangeAvailability", connectorId=connector, type="Inoperative")
    assert answered == {"status": "Scheduled"}
    bench.forget()
    ends_offline = not online and reason in ("Local", "EVDisconnected", "Reboot", "PowerLoss")
    if ends_offline:
        bench.disconnect()
    ENDS[reason](bench)
    assert bench.status(1).status == "Unavailable"
    bench.connect()
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == [reason]
    bench.power_cut()
    bench.connect()
    assert bench.status(1).status == "Unavailable"
    assert bench.status(2).status == ("Unavailable" if connector == 0 else "Available")
    assert len(bench.calls("StopTransaction")) == 1
    assert bench.call("ChangeAvailability", connectorId=connector, type="Operative") == {"status": "Accepted"}
    assert bench.status(1).status == ("Available" if reason == "EVDisconnected" else "Preparing")


@pytest.mark.parametrize("connector", [0, 1])
def test_a_scheduled_unavailability_that_is_taken_back_does_not_come(connector: int) -> None:
    bench = Bench({"nb_connectors": 2})
    charging(bench)
    bench.call("ChangeAvailability", connectorId=connector, type="Inoperative")
    assert bench.call("ChangeAvailability", connectorId=connector, type="Operative") == {"status": "Accepted"}
    bench.tap()
    assert (bench.status(1).status, bench.status(2).status) == ("Finishing", "Available")
