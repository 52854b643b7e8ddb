"""Who may start, in every combination of local list, cache, keys and connection (OCPP 1.6 sections 3.5 and 4.1).

The expectation is written down once more here, in the order in which the standard tells it.
"""

from __future__ import annotations

import itertools

import pytest

from chargepoint.clock import iso
from tests.chargepoint.dialects.v16.local_lists import entry, send
from tests.support.bench import NOON, Bench, Payload, verdict

SAID: dict[str, Payload | None] = {
    "nothing": None,
    "Accepted": {"status": "Accepted", "expiryDate": iso(NOON + 1000)},
    "expired": {"status": "Accepted", "expiryDate": iso(NOON + 50)},
    "Blocked": {"status": "Blocked"},
}
"""What a list or a cache says of the id tag; it is 12:01 when it is presented."""

SWITCHES = (
    "LocalAuthListEnabled",
    "AuthorizationCacheEnabled",
    "LocalPreAuthorize",
    "LocalAuthorizeOffline",
    "AllowOfflineTxForUnknownId",
)


def expected(listed: str, cached: str, on: dict[str, bool], online: bool) -> str:
    """What becomes of the id tag: "starts", "asks" or "denied"."""
    known = listed if on["LocalAuthListEnabled"] else "nothing"
    if known == "nothing" and on["AuthorizationCacheEnabled"]:
        known = cached
    if online:
        return "starts" if known == "Accepted" and on["LocalPreAuthorize"] else "asks"
    if known == "nothing":
        return "starts" if on["AllowOfflineTxForUnknownId"] else "denied"
    return "starts" if known == "Accepted" and on["LocalAuthorizeOffline"] else "denied"


def knowing(listed: str, cached: str) -> Bench:
    """A station with that in its list and its cache, at 12:01."""
    bench = Bench().connect()
    if (info := SAID[listed]) is not None:
        assert send(bench, 1, entry("TAG", **info)) == "Accepted"
    # The cache does not learn what is on the list.
    bench.call("ChangeConfiguration", key="LocalAuthListEnabled", value="false")
    if (info := SAID[cached]) is not None:
        bench.script["Authorize"] = lambda _: {"idTagInfo": info}
        bench.tap()
        if bench.status().status == "Preparing":
            bench.tap()
    bench.script["Authorize"] = lambda _: verdict("Invalid")
    bench.advance(60)
    assert bench.status().status == "Available"
    return bench


@pytest.mark.parametrize("online", [True, False], ids=["online", "offline"])
@pytest.mark.parametrize("cached", SAID)
@pytest.mark.parametrize("listed", SAID)
def test_who_may_start(listed: str, cached: str, online: bool) -> None:
    for switches in itertools.product((True, False), repeat=len(SWITCHES)):
        on = dict(zip(SWITCHES, switches, strict=True))
        bench = knowing(listed, cached)
        for key, value in on.items():
            bench.call("ChangeConfiguration", key=key, value=str(value).lower())
        if not online:
            bench.disconnect()
        bench.forget()
        bench.tap()
        if bench.actions()[:1] == ["Authorize"]:
            became = "asks"
        else:
            became = "starts" if bench.status().status == "Preparing" else "denied"
        assert became == expected(listed, cached, on, online), on


def test_a_second_transaction_of_an_id_tag_is_for_the_central_system_to_refuse() -> None:
    """ConcurrentTx: the second one ends, the first one goes on, and the tag stays known as accepted."""
    bench = Bench({"nb_connectors": 2, "max_current": 64})
    first = bench.charging(1)
    bench.script["StartTransaction"] = lambda _: {"transactionId": 9, **verdict("ConcurrentTx")}
    bench.plug(2)
    bench.tap("TAG", 2)
    (stop,) = bench.calls("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (9, "DeAuthorized")
    assert (bench.status(1).status, bench.status(1).transaction_id) == ("Charging", first)
    bench.disconnect()
    bench.tap("TAG", 1)
    bench.unplug(1)
    bench.tap("TAG", 1)
    assert bench.status(1).status == "Preparing"
