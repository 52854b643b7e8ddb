"""A handshake in memory: who is trusted does not depend on the Python that runs."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from chargepoint.trust import trusting
from tests.support.authority import Authority


@pytest.fixture
def root() -> Authority:
    """Without a key usage, as private authorities often are."""
    return Authority()


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str = "localhost") -> None:
    """Until both are done. Raises ssl.SSLError."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = {client.wrap_bio(down, up, server_hostname=host), server.wrap_bio(up, down, server_side=True)}
    while ends:
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass


def test_of_a_file_and_of_a_text(root: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(root.pem)
    server = root.server_context(tmp_path)
    shake_hands(trusting(cafile=str(tmp_path / "ca.pem")), server)
    shake_hands(trusting(cadata=root.pem), server)


def test_who_is_given_is_trusted_as_it_is(root: Authority, tmp_path: Path) -> None:
    between = Authority("Between", parent=root)
    shake_hands(trusting(cadata=between.pem), between.server_context(tmp_path))


def test_others_are_not_nor_other_names(root: Authority, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="verify failed"):
        shake_hands(trusting(cadata=Authority("Another").pem), root.server_context(tmp_path))
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(trusting(cadata=root.pem), root.server_context(tmp_path), "other.example")


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for given in ({"cafile": str(tmp_path / "ca.pem")}, {"cafile": str(tmp_path / "none.pem")}, {"cadata": "none"}):
        with pytest.raises(OSError):
            trusting(**given)
