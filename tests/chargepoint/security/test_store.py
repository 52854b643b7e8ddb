"""The certificates and keys of a station, as they are stored."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from chargepoint.security.store import CertificateStore, Credentials, Identity, Root, RootUse

pems = st.text(min_size=1, max_size=20)
roots = st.builds(Root, st.sampled_from(RootUse), pems)
moments = st.floats(0, 4e9)
identities = st.builds(Identity, pems, pems, moments, moments)
stores = st.builds(
    CertificateStore,
    st.lists(roots, max_size=4),
    st.none() | identities,
    st.none() | identities,
    st.none() | roots,
    st.text(max_size=20),
)


@given(stores)
def test_what_is_stored_comes_back(store: CertificateStore) -> None:
    record = json.loads(json.dumps(store.to_record()))
    assert CertificateStore.of(record, Credentials(("another",))) == store


def test_a_station_that_never_stored_any_has_what_it_was_given() -> None:
    identity = Identity("chain", "key")
    store = CertificateStore.of(None, Credentials(("one", "two"), identity))
    assert store.of_use(RootUse.CENTRAL_SYSTEM) == ["one", "two"]
    assert store.identity == identity
    assert store.changed
    assert not CertificateStore.of(None, Credentials()).changed


def test_the_root_to_fall_back_to_is_installed_but_not_in_use() -> None:
    old, new = Root(RootUse.CENTRAL_SYSTEM, "old"), Root(RootUse.CENTRAL_SYSTEM, "new")
    store = CertificateStore([new, Root(RootUse.MANUFACTURER, "maker")], fallback=old)
    assert store.of_use(RootUse.CENTRAL_SYSTEM) == ["new"]
    assert old in store.all_roots()


def test_no_key_is_in_a_representation() -> None:
    assert "secret" not in repr(CertificateStore([], Identity("chain", "secret"), pending_key="secret"))
