"""The catalogue of vehicles, and the end of a log."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import CarInput
from tui.log_tail import tail
from tui.vehicles import offers


def test_a_car_asks_for_what_its_kind_takes() -> None:
    by_name = {offer.name: offer for offer in offers()}
    assert by_name["city_small"].car(direct=False) == CarInput(None, None, 32.0, 0.0, 0.0)
    assert by_name["mid_400V"].car(direct=True) == CarInput(consumption_l1=120_000.0)
    assert by_name["mid_400V"].wants(direct=False) == "3 × 16 A"
    assert by_name["mid_400V"].wants(direct=True) == "120 kW"
    assert all(offer.note for offer in by_name.values())


def test_a_catalogue_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.vehicles.etc_dir", lambda: tmp_path)
    with pytest.raises(InputError, match="No such file"):
        offers()
    (tmp_path / "vehicles.json").write_text('{"vehicles": [{"name": ""}]}')
    with pytest.raises(InputError, match="name"):
        offers()


def test_of_a_long_log_the_end_is_read_from_a_whole_line_on(tmp_path: Path) -> None:
    lines = [f"{number:08d} {'x' * 91}" for number in range(5_000)]
    (tmp_path / "CP:1.log").write_text("\n".join(lines) + "\n")
    assert list(tail(tmp_path, "CP:1")) == lines[-len(tail(tmp_path, "CP:1")) :]
    assert 1_000 < len(tail(tmp_path, "CP:1")) < 5_000
    (tmp_path / "CP2.log").write_bytes(b"one\n\xff\n")
    assert tail(tmp_path, "CP2") == ("one", "\N{REPLACEMENT CHARACTER}")
    with pytest.raises(OSError, match="No such file"):
        tail(tmp_path, "CP3")
