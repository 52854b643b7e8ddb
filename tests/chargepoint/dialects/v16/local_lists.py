"""A bench whose central system deals in local authorization lists."""

from __future__ import annotations

from typing import Any

from tests.support.bench import Bench, Payload


def verdict(status: str, **info: str) -> Payload:
    return {"idTagInfo": {"status": status, **info}}


def entry(id_tag: str, status: str = "Accepted", **info: str) -> Payload:
    return {"idTag": id_tag, **verdict(status, **info)}


def send(bench: Bench, version: int, *entries: Payload, update: str = "Full") -> Any:
    answer = bench.call("SendLocalList", listVersion=version, updateType=update, localAuthorizationList=list(entries))
    return answer["status"] if isinstance(answer, dict) else answer


def version(bench: Bench) -> int:
    answer = bench.call("GetLocalListVersion")["listVersion"]
    assert isinstance(answer, int)
    return answer


def listing(*entries: Payload, **config: str) -> Bench:
    """A station with a local list, whose record begins after that."""
    bench = Bench({"ocpp_config": config}).connect()
    assert send(bench, 1, *entries) == "Accepted"
    bench.forget()
    return bench


def station_reports(bench: Bench) -> list[tuple[str, str]]:
    """State and error code of every StatusNotification of connector 0."""
    reports = [one for one in bench.calls("StatusNotification") if one["connectorId"] == 0]
    return [(one["status"], one["errorCode"]) for one in reports]
