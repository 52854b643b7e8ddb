"""The account of a pool's transactions: it adds up and survives the wire."""

from __future__ import annotations

import pytest

from chargepoint.api.account import Account, Told
from chargepoint.api.errors import InputError

TOLD = Told("P1", 7, 1, "TAG", 100, "2030-01-01T00:00:00Z")


def test_an_account_comes_back_from_the_wire_as_it_went() -> None:
    account = Account(begun=3, told=2, waiting=1, transactions=(TOLD, Told("P2", 8, 2, "T", 0, "a", 5, "b", 9)))
    assert Account.from_json(account.to_json()) == account


def test_accounts_of_pools_add_up() -> None:
    total = Account.of([Account(begun=1, transactions=(TOLD,)), Account(begun=2, lost=1)])
    assert (total.begun, total.lost, total.transactions) == (3, 1, (TOLD,))
    assert not total.in_order


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", Account().to_json().replace(b"[]", b"[[1]]")])
def test_what_is_no_account_is_refused(payload: bytes) -> None:
    with pytest.raises(InputError):
        Account.from_json(payload)
