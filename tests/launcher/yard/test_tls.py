"""``cp-simu up --tls``: the central system that comes along takes charge points of every security profile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chargepoint.api.payloads import Registration
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


def test_charge_points_with_and_without_tls_find_it_at_one_port(empty_yard: Yard, tmp_path: Path) -> None:
    yard = empty_yard
    secure = {
        "id": "Secure",
        "security_profile": 2,
        "authorization_key": "00112233445566778899aabbccddeeff",
        "central_system_root": str(yard.folder.root_certificate),
    }
    setup = tmp_path / "setup.json"
    setup.write_text(json.dumps({"charge_points": [{"id": "Plain"}, secure]}))
    done = yard.up("--tls", "--setup", setup)
    assert f"whom to trust: {yard.folder.root_certificate}" in done.stdout
    for station in ("Plain", "Secure"):
        yard.wait_for_status(station, Registration.ACCEPTED)
    shown = {each["id"]: each["tls"] for each in yard.http.get("/charge-points").json()}
    assert shown == {"Plain": None, "Secure": "TLSv1.3"}
    again = yard.cp_simu(*yard.up_words("--headless", "--tls"))
    assert again.returncode == 0, again.stderr


def test_a_yard_that_is_up_without_it_says_so(empty_yard: Yard) -> None:
    empty_yard.up()
    done = empty_yard.cp_simu(*empty_yard.up_words("--headless", "--tls"))
    assert done.returncode == 1
    assert "--tls: the yard in" in done.stderr
    assert "has none, not TLS: `cp-simu down` first" in done.stderr


def test_it_is_of_no_other_central_system(empty_yard: Yard) -> None:
    done = empty_yard.cp_simu(*empty_yard.up_words("--headless", "--tls", "--central-system", "ws://localhost:9"))
    assert done.returncode == 2
    assert "it is of the bundled central system" in done.stderr
