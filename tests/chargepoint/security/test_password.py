"""AuthorizationKeys and the passwords they stand for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.security import KeyFormat
from chargepoint.security.password import new_password_of, password_of


@given(st.binary(min_size=1, max_size=20))
def test_hexadecimal_digits_stand_for_their_bytes(password: bytes) -> None:
    for key in (password.hex(), password.hex().upper()):
        assert password_of(key, KeyFormat.HEX) == password
        assert new_password_of(key, KeyFormat.HEX) == (password if len(password) >= 16 else None)


@given(st.text(min_size=1, max_size=60))
def test_a_text_stands_for_itself(text: str) -> None:
    encodable = text.isprintable()
    assert password_of(text, KeyFormat.TEXT) == (text.encode() if encodable else None)
    fits = encodable and 16 <= len(text.encode()) <= 40
    assert (new_password_of(text, KeyFormat.TEXT) is not None) is fits


@given(st.text(max_size=45), st.sampled_from(KeyFormat))
def test_anything_is_a_password_or_none(text: str, form: KeyFormat) -> None:
    password = new_password_of(text, form)
    assert password is None or 16 <= len(password) <= 40
