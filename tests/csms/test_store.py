"""The database: what is kept comes back as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from csms.authorization import Tags
from csms.changes import ConnectorStatus, MeterValue
from csms.csms import CentralSystem
from csms.store import Store, StoreFailure
from csms.transactions import Transaction

VALUE = MeterValue(10.5, ({"value": "1", "unit": "Wh"},))


def _system(store: Store) -> CentralSystem:
    return CentralSystem(Tags, store.charge_points(), store.running_transactions())


def test_everything_comes_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "csms.db")
    system = _system(store)
    system.seen("CP_1", 1.0)
    system.notice("CP_1", "BootNotification", {"chargePointModel": "½"}, 2.0)
    system.connector_changed("CP_1", ConnectorStatus(0, "Available", "NoError", 3.0))
    system.connector_changed("CP_1", ConnectorStatus(0, "Faulted", "OtherError", 4.0, "smoke"))
    running, _ = system.start("CP_1", 1, "T", 0, 5.0, reservation_id=9)
    ended, _ = system.start("CP_1", 2, "T", 0, 6.0)
    system.stop("CP_1", ended.id, 7, 8.0, "Remote", "U")
    system.measured("CP_1", 2, ended.id, [VALUE])
    store.keep(system.changes())
    system.seen("CP_1", 99.0)
    store.saw(system.sightings())
    store.close()

    store = Store(tmp_path / "csms.db")
    again = _system(store)
    assert again.charge_points == system.charge_points
    assert again.charge_points["CP_1"].last_seen_at == 99.0
    assert again.transactions.of("CP_1") == [running]
    assert again.start("CP_1", 3, "T", 0, 9.0)[0].id == ended.id + 1
    assert [each.running for each in store.transactions()] == [False, True]
    assert store.meter_values(ended.id) == [VALUE]
    store.close()


def test_an_id_that_is_given_twice_loses_no_transaction(tmp_path: Path) -> None:
    store = Store(tmp_path / "csms.db")
    forgetful = _system(store)
    first, _ = _begin(store, _system(store), "first")
    with pytest.raises(StoreFailure, match="UNIQUE"):
        _begin(store, forgetful, "second")
    assert store.transactions() == [first]
    store.close()


def _begin(store: Store, system: CentralSystem, id_tag: str) -> tuple[Transaction, bool]:
    system.seen("CP_1", 1.0)
    begun = system.start("CP_1", 1, id_tag, 0, 5.0)
    store.keep(system.changes())
    return begun


def test_changes_are_kept_all_or_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "csms.db")
    system = _system(store)
    system.seen("CP_1", 1.0)
    system.notice("CP_1", "BootNotification", {"impossible": object()}, 2.0)
    with pytest.raises(TypeError):
        store.keep(system.changes())
    assert store.charge_points() == {}
    store.close()


def test_a_checkpoint_moves_the_log_while_the_database_is_used(tmp_path: Path) -> None:
    store = Store(tmp_path / "csms.db")
    system = _system(store)
    system.seen("CP_1", 1.0)
    store.keep(system.changes())
    store.checkpoint()
    assert store.charge_points().keys() == {"CP_1"}
    store.close()


def test_a_database_of_another_layout_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "csms.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="layout is number 99"):
        Store(tmp_path / "csms.db")
