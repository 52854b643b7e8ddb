"""A whole charging session in a real yard: by MQTT alone, by the command line, limited over HTTP."""

from __future__ import annotations

import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


def test_a_whole_session_with_plain_mqtt_messages_only(yard: Yard) -> None:
    """S0-25, S0-26, S0-27, S0-28, S0-31, S0-32, S0-36: start, plug, tap, charge, unplug, kill, restart, remove."""
    yard.publish(
        "launcher/cmd",
        {
            "type": "start",
            "charge_points": [
                {
                    "id": "simu_cp_001",
                    "vendor": "Open OCPP",
                    "model": "Simulated CP",
                    "serial": "S/NABCD1234",
                    "central_system": yard.central_system,
                    "nb_connectors": 1,
                    "nb_phases": 3,
                    "max_current": 32,
                    "max_current_per_connector": 16,
                }
            ],
        },
    )
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
    yard.publish("cps/simu_cp_001/connectors/1/car", {"cable": 32.0, "ready": True, "consumption_l1": 10.0})
    yard.wait_for_state("simu_cp_001", 1, ConnectorState.PREPARING)
    yard.publish("cps/simu_cp_001/connectors/1/id_tag", {"id": "ID_TAG"})
    yard.wait_for_state("simu_cp_001", 1, ConnectorState.CHARGING)
    charging = yard.wait_for_connector("simu_cp_001", 1, lambda told: told.consumption_l1 == 10.0)
    assert charging.id_tag == "ID_TAG"
    assert charging.setpoint == 16.0
    yard.wait_for_connector("simu_cp_001", 1, lambda told: told.transaction_energy_wh >= 2)
    yard.publish("cps/simu_cp_001/connectors/1/id_tag", {"id": "ID_TAG"})
    yard.wait_for_state("simu_cp_001", 1, ConnectorState.FINISHING)
    yard.publish("cps/simu_cp_001/connectors/1/car", {"cable": 0.0})
    yard.wait_for_state("simu_cp_001", 1, ConnectorState.AVAILABLE)
    [transaction] = yard.http.get("/transactions").json()
    assert transaction["stop_reason"] == "Local"
    assert transaction["energy_wh"] >= 2

    yard.publish("launcher/cmd", {"type": "kill", "charge_points": [{"id": "simu_cp_001"}]})
    yard.wait_for_status("simu_cp_001", Registration.DEAD)
    yard.wait_for_state("simu_cp_001", 1, ConnectorState.UNAVAILABLE)
    yard.publish("launcher/cmd", {"type": "restart", "charge_points": [{"id": "simu_cp_001"}]})
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
    yard.publish("cps/simu_cp_001/status", b"", retain=True)
    eventually(lambda: not yard.retained("cps/simu_cp_001/#"), what="every retained message of simu_cp_001 gone")


def test_a_limit_set_over_http_lowers_the_measured_current(yard: Yard) -> None:
    """MO-02, MO-05, MO-06, MO-07, MO-09: two charge points boot; one is started, limited and stopped over HTTP."""
    for station_id in ("CP_1", "CP_2"):
        yard.start(
            {"id": station_id, "central_system": yard.central_system, "ocpp_config": {"MeterValueSampleInterval": 1}}
        )
        yard.wait_for_status(station_id, Registration.ACCEPTED)
    assert yard.cp_simu("plug", "CP_1", "1").returncode == 0
    assert yard.http.post("/remotestart", content='{"id": "CP_1"}').json()["status"] == "Accepted"
    before = yard.wait_for_connector("CP_1", 1, lambda told: told.consumption_l1 == 16.0)
    assert before.power_w == pytest.approx(3 * 230 * 16)

    assert yard.http.post("/setmaxvalue", content='{"id": "CP_1", "limit": "8.5"}').is_success
    after = yard.wait_for_connector("CP_1", 1, lambda told: told.consumption_l1 == 8.5)
    assert after.power_w == pytest.approx(3 * 230 * 8.5)
    [transaction] = yard.http.get("/transactions").json()

    def metered() -> set[str]:
        values = yard.http.get(f"/transactions/{transaction['id']}").json()
        return {sample["value"] for sample in samples(values) if sample.get("measurand") == "Current.Import"}

    eventually(lambda: "8.50" in metered(), what="8.50 A in the MeterValues")
    assert yard.http.post("/setmaxvalue", content='{"id": "CP_1", "limit": 5}').is_success
    yard.wait_for_state("CP_1", 1, ConnectorState.SUSPENDED_EVSE)
    assert yard.http.post("/remotestop", content='{"id": "CP_1"}').is_success
    yard.wait_for_state("CP_1", 1, ConnectorState.FINISHING)


def samples(value: object) -> list[dict[str, str]]:
    """Every sampled value anywhere inside ``value``."""
    if isinstance(value, dict):
        found = [value] if "measurand" in value else []
        return found + [sample for inner in value.values() for sample in samples(inner)]
    if isinstance(value, list):
        return [sample for inner in value for sample in samples(inner)]
    return []


def test_a_session_by_the_command_line(yard: Yard) -> None:
    """S0-14, S0-33: plug, tap, suspend, resume, fault, clear, unplug; each waits for its effect."""
    yard.start({"id": "CP1", "central_system": yard.central_system})
    yard.wait_for_status("CP1", Registration.ACCEPTED)
    for words, state in (
        (("plug", "CP1", "1", "--cable", "20", "--l1", "6", "--l2", "7", "--l3", "8"), ConnectorState.PREPARING),
        (("tap", "CP1", "1", "TAG"), ConnectorState.CHARGING),
        (("suspend", "CP1", "1"), ConnectorState.SUSPENDED_EV),
        (("resume", "CP1", "1"), ConnectorState.CHARGING),
        (("fault", "CP1", "1"), ConnectorState.FAULTED),
        (("fault", "CP1", "1", "--clear"), ConnectorState.CHARGING),
        (("tap", "CP1", "1", "TAG"), ConnectorState.FINISHING),
        (("unplug", "CP1", "1"), ConnectorState.AVAILABLE),
    ):
        done = yard.cp_simu(*words)
        assert done.returncode == 0, (words, done.stderr)
        yard.wait_for_state("CP1", 1, state)
