"""The identity in a path."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from csms.identity import FORBIDDEN, MAX_LENGTH, identity_of

PRINTABLE = st.characters(exclude_categories=("C", "Z"), exclude_characters=sorted(FORBIDDEN))


@given(id=st.text(PRINTABLE, min_size=1, max_size=MAX_LENGTH), prefix=st.sampled_from(["", "/ocpp", "/a/b%20c"]))
def test_every_id_is_found_again_behind_any_prefix(id: str, prefix: str) -> None:
    assert identity_of(f"{prefix}/{quote(id, safe='')}/?q=/x") == id


@pytest.mark.parametrize("path", ["", "/", "//", "/?a=/b"])
def test_a_path_may_name_none(path: str) -> None:
    assert identity_of(path) == ""


@pytest.mark.parametrize("path", ["/%2F", "/a%23b", "/%2B", "/%20CP", "/CP%0A", "/" + "x" * 49, "/%80"])
def test_what_can_be_no_id_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="charge point id"):
        identity_of(path)


def test_blanks_within_an_id_and_a_percent_sign_that_encodes_nothing_are_kept() -> None:
    assert identity_of("/north%20gate") == "north gate"
    assert identity_of("/100%") == "100%"
