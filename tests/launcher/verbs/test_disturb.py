"""``cp-simu disturb`` and ``quirks``: what they offer is what charge points understand."""

from __future__ import annotations

import pytest

from chargepoint.api.damage import DamageKind
from chargepoint.api.disturbances import DisturbanceKind
from chargepoint.api.payloads import Registration
from chargepoint.api.quirks import QUIRKS, QuirkName
from launcher.cli import main
from launcher.command_line.misbehaving import DAMAGES, DISTURBANCES
from tests.support.waiting import eventually
from tests.support.yard import Yard


def test_the_kinds_of_the_command_line_are_those_of_the_order() -> None:
    assert tuple(map(str, DisturbanceKind)) == DISTURBANCES
    assert tuple(map(str, DamageKind)) == DAMAGES


def test_every_quirk_is_listed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quirks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == list(map(str, QuirkName)) == list(map(str, QUIRKS))
    assert all(line.split("\t")[1] for line in lines)


@pytest.mark.parametrize(("verb", "kinds"), [("disturb", DISTURBANCES), ("damage", DAMAGES)])
def test_every_kind_is_listed_with_what_it_does_and_its_numbers(
    verb: str, kinds: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert tuple(line[0] for line in lines) == kinds
    assert all(line[1] for line in lines)


def test_every_disturbance_is_listed_with_all_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["disturb"]) == 0
    told = {line.split("\t")[0]: line.split("\t")[2] for line in capsys.readouterr().out.splitlines()}
    assert told["outage"] == "--for: needed, --probability: of each connection (1), --seed"
    assert told["fragments"].endswith("--every: between two frames (0), --probability: of each message (1), --seed")
    assert all("--probability: of each " in options and options.endswith("--seed") for options in told.values())


def test_what_no_charge_point_would_understand_is_refused_before_it_is_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["disturb", "CP1", "fog"]) == 2
    assert "KIND: 'fog' is not one of latency, bandwidth, " in capsys.readouterr().err
    assert main(["disturb", "CP1"]) == 2
    assert capsys.readouterr().err.endswith(", outage, brown_out; or --clear ends it\n")
    for verb in ("disturb", "damage", "quirks"):
        assert main([verb, "--clear"]) == 2
        assert "ID: nothing is not a charge point" in capsys.readouterr().err
    assert main(["disturb", "CP1", "outage"]) == 2
    assert "--for: nothing is not how long" in capsys.readouterr().err
    assert main(["damage", "CP1", "meter_jump"]) == 2
    assert "--energy-wh" in capsys.readouterr().err
    assert main(["quirks", "CP1", "loud"]) == 2
    assert "quirks: 'loud'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("disturb", "CP1", "half_open", "--delay", "2s"), "--delay: 2.0 is not an option of half_open"),
        (
            ("disturb", "CP1", "half_open", "--delay", "2s"),
            "which takes --for, --every, --range, --probability, --seed\n",
        ),
        (
            ("disturb", "CP1", "half_open", "--range", "2s"),
            "--range: 2.0 is not of use for what happens once: say how often",
        ),
        (("disturb", "CP1", "close", "--every", "10ms"), "--every: 0.01 is not 0 for once, or 0.1 or more"),
        (("disturb", "CP1", "drop", "--delay", "2s"), "--delay: 2.0 is not an option of drop"),
        (("disturb", "CP1", "bandwidth", "--bytes-per-s", "0"), "--bytes-per-s: 0"),
        (("disturb", "CP1", "close", "--code", "1006"), "--code: 1006"),
        (
            ("disturb", "CP1", "drop", "--clear", "--seed", "3"),
            "--seed: 3 is not an option of --clear drop, which takes",
        ),
        (("disturb", "CP1", "--clear", "--for", "3s"), "--for: 3.0 is not an option of --clear, which takes none"),
        (("disturb", "CP1", "fog", "--clear"), "KIND: 'fog' is not one of latency, "),
        (
            ("damage", "CP1", "--clear", "--phase", "1"),
            "--phase: 1 is not an option of --clear, which takes --connector",
        ),
        (("damage", "CP1", "tampering", "--connector", "1"), "an option of tampering, which takes none"),
        (("damage", "CP1", "clock_skew", "--phase", "1"), "which takes --skew-s"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_command_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.end_to_end
def test_a_glob_is_all_that_it_matches_and_each_draws_for_itself(yard: Yard) -> None:
    ids = ["CP1", "CP2", "CP3"]
    yard.start(*({"id": each} for each in (*ids, "OTHER")))
    for each in ids:
        yard.wait_for_status(each, Registration.ACCEPTED)
    done = yard.cp_simu("disturb", "CP*", "drop", "--probability", "0.5", "--direction", "in")
    told = dict(zip(ids, ("drop 50 % in", "drop 50 % in seed 1", "drop 50 % in seed 2"), strict=True))
    assert (done.returncode, done.stdout) == (0, "".join(f"{each}\t{what}\n" for each, what in told.items()))
    eventually(lambda: {each: yard.status(each).deviations for each in ids} == {each: (told[each],) for each in ids})
    assert yard.status("OTHER").deviations == ()
    assert yard.cp_simu("disturb", "CP*", "--clear").returncode == 0
    assert yard.cp_simu("damage", "X*", "watchdog").returncode == 2
    refused = yard.cp_simu("damage", "CP*", "isolation_fault")
    assert refused.returncode == 1
    assert all(f"{each}: refused: " in refused.stderr for each in ids)


@pytest.mark.end_to_end
def test_after_an_outage_everything_buffered_is_delivered_in_order_and_once(yard: Yard) -> None:
    yard.start({"id": "CP1", "ocpp_config": {"MeterValueSampleInterval": 1}, "quirks": ["celcius"]})
    yard.wait_for_status("CP1", Registration.ACCEPTED)
    assert yard.status("CP1").deviations == ("quirk celcius",)
    yard.cp_simu("plug", "CP1", "1")
    yard.cp_simu("tap", "CP1", "1", "TAG")
    yard.wait_for_connector("CP1", 1, lambda told: (told.transaction_id or 0) > 0 and told.transaction_energy_wh > 1)

    done = yard.cp_simu("disturb", "CP1", "outage", "--for", "5s")
    assert (done.returncode, done.stdout) == (0, "CP1\toutage for 5 s\n")
    yard.wait_for_status("CP1", Registration.DISCONNECTED)
    assert yard.status("CP1").deviations == ("outage for 5 s", "quirk celcius")
    yard.wait_for_status("CP1", Registration.ACCEPTED)
    assert yard.cp_simu("quirks", "CP1", "--clear").stdout == "CP1\tno quirks\n"
    eventually(lambda: yard.status("CP1").deviations == ())
    assert yard.cp_simu("damage", "CP1", "clock_skew", "--skew-s", "-60").stdout == "CP1\tclock_skew -60 s\n"
    eventually(lambda: yard.status("CP1").deviations == ("clock_skew -60 s",))
    assert yard.cp_simu("damage", "CP1", "--clear").stdout == "CP1\tnothing is broken\n"
    yard.cp_simu("tap", "CP1", "1", "TAG")
    (transaction,) = eventually(
        lambda: [one for one in yard.http.get("/transactions").json() if one["stop_reason"] == "Local"]
    )
    assert transaction["energy_wh"] >= 10, "the car charged through the outage"

    pressed = yard.cp_simu("damage", "CP1", "emergency_stop", "--connector", "1")
    assert (pressed.returncode, pressed.stdout) == (0, "CP1\temergency_stop connector 1\n")
    yard.wait_for_connector("CP1", 1, lambda told: (told.status, told.error_code) == ("Faulted", "OtherError"))
    yard.cp_simu("kill", "CP1")
    yard.cp_simu("restart", "CP1")
    eventually(lambda: yard.status("CP1").deviations == ("quirk celcius", "emergency_stop connector 1"))
    yard.cp_simu("damage", "CP1", "--clear")
    yard.wait_for_connector("CP1", 1, lambda told: told.status == "Finishing")
