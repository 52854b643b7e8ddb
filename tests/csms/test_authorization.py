"""The verdict on a tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from csms.authorization import AuthorizationStatus, IdTagInfo, Tags, parse_tags

NOON = 1_893_499_200.0


def test_without_any_tags_everybody_is_accepted() -> None:
    assert Tags().verdict("whoever", NOON) == IdTagInfo(AuthorizationStatus.ACCEPTED)


def test_a_tag_is_found_whatever_its_case() -> None:
    tags = parse_tags({"Tag1": {"status": "Blocked"}})
    assert tags.verdict("TAG1", NOON).status is AuthorizationStatus.BLOCKED
    assert tags.verdict("tag1", NOON).status is AuthorizationStatus.BLOCKED


def test_the_star_is_everybody_else() -> None:
    tags = parse_tags({"TAG1": {"status": "Accepted"}, "*": {"status": "Invalid"}})
    assert tags.verdict("TAG1", NOON).status is AuthorizationStatus.ACCEPTED
    assert tags.verdict("TAG2", NOON).status is AuthorizationStatus.INVALID


def test_an_accepted_tag_expires_and_a_blocked_one_stays_blocked() -> None:
    entry = {"parentIdTag": "FAMILY", "expiryDate": "2030-01-01T12:00:00Z"}
    tags = parse_tags({"GOOD": {**entry, "status": "Accepted"}, "BAD": {**entry, "status": "Blocked"}})
    assert tags.verdict("GOOD", NOON - 1).status is AuthorizationStatus.ACCEPTED
    assert tags.verdict("GOOD", NOON) == IdTagInfo(AuthorizationStatus.EXPIRED, "FAMILY", NOON)
    assert tags.verdict("BAD", NOON).status is AuthorizationStatus.BLOCKED


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "a JSON object of id tags"),
        ({"A": "Accepted"}, "A.tag: 'Accepted' is not a JSON object"),
        ({"A": {}}, "A.status: nothing is not one of 'Accepted'"),
        ({"A": {"status": "accepted"}}, "A.status: 'accepted' is not one of 'Accepted'"),
        ({"A": {"status": "Accepted", "expiryDate": "soon"}}, "A.expiryDate: 'soon' is not an RFC 3339"),
        ({"A": {"status": "Accepted", "parent": "B"}}, "did you mean 'parentIdTag'"),
        ({"A" * 21: {"status": "Accepted"}}, "1 to 20 printable characters"),
        ({"a": {"status": "Accepted"}, "A": {"status": "Accepted"}}, "given once"),
    ],
)
def test_a_wrong_entry_is_named(raw: object, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse_tags(raw)
    assert said in str(error.value)


def test_the_example_that_ships_is_right() -> None:
    tags = parse_tags(parse_json((Path(__file__).parents[2] / "etc" / "tags.json").read_bytes(), "tags"))
    assert tags.verdict("TAG1", NOON).parent_id_tag == "FAMILY"
    assert tags.verdict("anyone", NOON).status is AuthorizationStatus.ACCEPTED
