"""2.17 Local authorization list."""

from __future__ import annotations

import pytest

from tests.compliance.v16.tool import Message, answer, ready, said, start, status
from tests.support.bench import Bench, Payload

WITHOUT = [{"SupportedFeatureProfiles": "Core,SmartCharging"}, {"LocalAuthListEnabled": "false"}]
"""Stations that do not have the profile, or are told not to use it."""


def entry(id_tag: str, state: str = "Accepted") -> Payload:
    return {"idTag": id_tag, "idTagInfo": {"status": state}}


def version(bench: Bench) -> list[Message]:
    bench.call("GetLocalListVersion")
    return said(bench)


def send(bench: Bench, number: int, *entries: Payload, update: str = "Full") -> list[Message]:
    bench.call("SendLocalList", listVersion=number, updateType=update, localAuthorizationList=list(entries))
    return said(bench)


@pytest.mark.parametrize("config", WITHOUT)
def test_TC_042_1_CS_get_local_list_version_not_supported(config: dict[str, str]) -> None:
    assert version(ready(config=config)) == [answer(listVersion=-1)]


def test_TC_042_2_CS_get_local_list_version_empty() -> None:
    bench = ready()
    assert version(bench) == [answer(listVersion=0)]
    send(bench, 3, entry("TAG"))
    assert send(bench, 4) == [answer(status="Accepted")]
    assert version(bench) == [answer(listVersion=0)], "emptied"


def test_TC_043_CS_send_local_authorization_list() -> None:
    bench = ready()
    assert send(bench, 1, entry("HERS"), entry("HIS")) == [answer(status="Accepted")]
    assert version(bench) == [answer(listVersion=1)]
    changes = [{"idTag": "HIS"}, entry("ITS")]
    assert send(bench, 2, *changes, update="Differential") == [answer(status="Accepted")]
    assert version(bench) == [answer(listVersion=2)]
    bench.disconnect()
    starts = []
    for id_tag in ("HERS", "HIS", "ITS"):
        bench.tap(id_tag)
        starts.append(bench.status().status == "Preparing")
        bench.tap(id_tag)
    assert starts == [True, False, True]


@pytest.mark.parametrize("config", WITHOUT)
def test_TC_043_1_CS_send_local_authorization_list_not_supported(config: dict[str, str]) -> None:
    bench = ready(config=config)
    for update in ("Full", "Differential"):
        assert send(bench, 1, entry("TAG"), update=update) == [answer(status="NotSupported")]
    assert version(bench) == [answer(listVersion=-1)]


def test_TC_043_2_CS_send_local_authorization_list_version_mismatch() -> None:
    bench = ready()
    send(bench, 5, entry("TAG"))
    for outdated in (4, 5):
        assert send(bench, outdated, entry("OTHER"), update="Differential") == [answer(status="VersionMismatch")]
    assert version(bench) == [answer(listVersion=5)]


def test_TC_043_3_CS_send_local_authorization_list_failed() -> None:
    bench = ready(config={"SendLocalListMaxLength": "3", "LocalAuthListMaxLength": "4"})
    send(bench, 1, entry("A"), entry("B"))
    twice = [entry("C"), entry("c", "Blocked")]
    too_many_at_once = [entry(tag) for tag in "CDEF"]
    too_many_in_all = [entry(tag) for tag in "CDE"]
    for entries in (twice, too_many_at_once, too_many_in_all):
        assert send(bench, 2, *entries, update="Differential") == [answer(status="Failed")]
    assert send(bench, 2, *too_many_at_once) == [answer(status="Failed")]
    assert version(bench) == [answer(listVersion=1)], "the old list holds"


def test_TC_008_CS_regular_start_charging_session_id_in_local_authorization_list() -> None:
    bench = ready(config={"LocalPreAuthorize": "true", "AuthorizationCacheEnabled": "false"})
    assert send(bench, 1, entry("TAG")) == [answer(status="Accepted")]
    bench.plug()
    bench.tap("TAG")
    assert said(bench) == [status("Preparing"), start("TAG"), status("Charging")]
