"""Timestamps of strangers."""

from __future__ import annotations

import pytest

from chargepoint.api.errors import InputError
from csms.timestamps import moment, zoned


@pytest.mark.parametrize(
    "text",
    [
        "2030-01-01T12:00:00Z",
        "2030-01-01t12:00:00z",
        "2030-01-01T12:00:00.000000000Z",
        "2030-01-01T14:00:00+02:00",
        "2030-01-01T06:30:00.0-05:30",
    ],
)
def test_any_notation_of_a_moment_is_the_same_moment(text: str) -> None:
    assert moment(text) == 1_893_499_200.0


@pytest.mark.parametrize("text", ["", "noon", "2030-01-01T12:00:00", "2030-02-30T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_what_is_no_moment_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InputError, match="expiryDate"):
        moment(text, "expiryDate")


def test_a_missing_zone_is_utc_wherever_the_timestamp_stands() -> None:
    payload = {"meterValue": [{"timestamp": "2030-01-01T12:00:00.5", "sampledValue": [{"value": "1"}]}]}
    mended = zoned(payload)
    assert mended == {"meterValue": [{"timestamp": "2030-01-01T12:00:00.5Z", "sampledValue": [{"value": "1"}]}]}


def test_nothing_else_is_touched() -> None:
    payload = {"timestamp": "2030-01-01T12:00:00Z", "idTag": "2030-01-01T12:00:00", "data": ["2030-01-01T12:00:00"]}
    assert zoned(payload) is payload
