"""The log level of a yard: quiet by default, every frame with --log-level debug."""

from __future__ import annotations

import pytest

from chargepoint.api.payloads import Registration
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


@pytest.mark.parametrize(("level", "frames"), [("debug", True), ("info", False)])
def test_debug_logs_every_ocpp_frame_and_info_does_not(empty_yard: Yard, level: str, frames: bool) -> None:
    """S0-09: where the original had Release and Debug builds, a switch chooses."""
    yard = empty_yard
    yard.up("--log-level", level, "--count", 1)
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
    eventually(lambda: "connected to" in yard.log("simu_cp_001"), what="the log of simu_cp_001")
    assert ('"BootNotification"' in yard.log("simu_cp_001")) is frames
