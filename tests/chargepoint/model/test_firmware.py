"""What an image says of itself, and what is stored of an update."""

from __future__ import annotations

import json

import pytest

from chargepoint.model.errands import Attempts
from chargepoint.model.firmware import FIRST, FOLLOWERS, FirmwareStatus, Image, Update, UpdateRequest
from tests.support.world import fetched

S = FirmwareStatus
URL = "http://files.test/acme/firmware-2.1.0.bin?token=1"


@pytest.mark.parametrize(
    ("content", "location", "version"),
    [
        (b'{"version": "2.0"}', URL, "2.0"),
        (b'{"version": 3}', URL, "3"),
        (b'{"version": "' + b"x" * 60 + b'"}', URL, "x" * 50),
        (b'{"version": "1\\n2"}', URL, "12"),
        (b"\x7fELF...", URL, "firmware-2.1.0"),
        (b'{"other": 1}', URL, "firmware-2.1.0"),
        (b"[1]", URL, "firmware-2.1.0"),
        (b"x", "ftp://files.test/fw%202.tar.gz", "fw 2"),
        (b"x", "ftp://files.test/v2.1", "v2.1"),
        (b"x", "http://files.test/.bin", ".bin"),
        (b"x", "http://files.test/", "2d711642b726"),
        (b'{"version": "2"' + b" " * 65_536 + b"}", URL, "firmware-2.1.0"),
    ],
)
def test_the_version_is_what_the_file_says_or_its_name(content: bytes, location: str, version: str) -> None:
    assert Image.of(fetched(content), location).version == version


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"x", None),
        (b'{"version": "2"}', None),
        (b'{"install": "Installed"}', None),
        (b'{"install": "InstallationFailed"}', S.INSTALLATION_FAILED),
        (b'{"install": "InstallVerificationFailed"}', S.INSTALL_VERIFICATION_FAILED),
        (b'{"install": "fails"}', S.INSTALLATION_FAILED),
        (b"", S.INSTALLATION_FAILED),
    ],
)
def test_an_image_may_say_that_it_cannot_be_installed(content: bytes, failure: FirmwareStatus | None) -> None:
    assert Image.of(fetched(content), URL).failure is failure


def test_an_update_is_stored_whole() -> None:
    request = UpdateRequest(URL, 1.5, 2.5, 3, 4.0, -5, "certificate", "signature")
    plain = UpdateRequest(URL, 1.5)
    image = Image("2", "00ff", S.INSTALLATION_FAILED)
    for update in (
        Update(7, request, Attempts(2, 4.0), S.INSTALL_SCHEDULED, image),
        Update(8, plain, Attempts(0, 0.0), S.DOWNLOADING),
    ):
        assert Update.from_record(json.loads(json.dumps(update.to_record()))) == update


def test_every_status_can_be_reached() -> None:
    assert set(FOLLOWERS) == set(S)
    assert set(S) == FIRST.union(*FOLLOWERS.values())
