"""The test vectors of our smart charging reference that need a whole station; the others are beside the engine.

230 V, three phases, 32 A.
"""

from __future__ import annotations

import pytest

from tests.chargepoint.dialects.v16.test_smart_charging import absolute, install, profile
from tests.support.bench import Bench


def test_5_a_pause_0_a_pause_6_a_go_on() -> None:
    """Vector 6."""
    bench = Bench()
    bench.charging()
    for limit, state in ((5.0, "SuspendedEVSE"), (6.0, "Charging"), (0.0, "SuspendedEVSE"), (6.0, "Charging")):
        install(bench, 1, absolute((0, limit)))
        assert bench.status().status == state
        bench.advance(60)
    assert bench.status().setpoint == 6.0


def test_clearing_one_level_of_the_default_leaves_the_other() -> None:
    """Vector 8."""
    bench = Bench()
    bench.charging()
    install(bench, 0, profile((0, 10.0), chargingProfileId=1, stackLevel=0))
    install(bench, 0, profile((0, 16.0), chargingProfileId=2, stackLevel=1))
    criteria = {"stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile"}
    assert bench.call("ClearChargingProfile", **criteria) == {"status": "Accepted"}
    assert bench.status().setpoint == 16.0
    assert bench.call("ClearChargingProfile", **criteria) == {"status": "Unknown"}
    assert bench.call("ClearChargingProfile", id=2) == {"status": "Accepted"}
    assert bench.status().setpoint == 32.0


def test_a_station_maximum_is_shared_by_two_and_all_there_is_for_one() -> None:
    """Vector 11."""
    bench = Bench({"nb_connectors": 2, "max_setpoint": 64})
    bench.charging(1)
    bench.charging(2)
    install(bench, 0, absolute((0, 32.0), purpose="ChargePointMaxProfile"))
    assert [bench.status(number).setpoint for number in (1, 2)] == [16.0, 16.0]
    bench.tap(connector=1)
    assert bench.status(2).setpoint == 32.0


def test_a_limit_in_watts_is_currents_at_the_voltage_of_the_station() -> None:
    """Vector 12: the voltage of a station is steady, so that what is measured is the limit, whatever it is."""
    for voltage in (220.0, 230.0, 240.0):
        bench = Bench({"voltage": voltage})
        bench.charging()
        install(bench, 1, absolute((0, 7200.0), unit="W"))
        bench.advance(60)
        assert bench.status().power_w == pytest.approx(7200, abs=1)
        assert bench.status().setpoint == pytest.approx(7200 / 3 / voltage, abs=0.01)
