"""The PEM files that a start entry names."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chargepoint.adapters.credentials import read_credentials
from chargepoint.api.errors import InputError
from chargepoint.api.security import SecuritySpec
from chargepoint.security.store import Credentials
from tests.support.authority import FAR_AWAY, LONG_AGO, Authority, name_of, pem_of, pem_of_key

ROOT = Authority()


def written(folder: Path, name: str, content: str) -> str:
    """A file."""
    (folder / name).write_text(content)
    return str(folder / name)


def test_without_files_there_is_nothing() -> None:
    assert read_credentials(SecuritySpec()) == Credentials()


def test_roots_and_identity_are_read(tmp_path: Path) -> None:
    between = Authority("Between", ROOT)
    certificate, key = between.issue("CP1")
    spec = SecuritySpec(
        central_system_root=written(tmp_path, "roots.pem", "# ours\n" + ROOT.pem + Authority("Other").pem),
        client_certificate=written(tmp_path, "cp.pem", certificate + between.pem),
        client_key=written(tmp_path, "cp.key", key),
    )
    credentials = read_credentials(spec)
    assert [pem.count("BEGIN") for pem in credentials.roots] == [1, 1]
    assert credentials.identity is not None
    assert credentials.identity.chain == certificate + between.pem
    assert (credentials.identity.not_before_at, credentials.identity.not_after_at) == (LONG_AGO, FAR_AWAY)
    assert key not in repr(credentials)


def test_the_stations_of_a_pool_have_their_roots_in_common(tmp_path: Path) -> None:
    """Thousands of copies of a bundle of 200 kB would be more than all else of a pool."""
    bundle = SecuritySpec(central_system_root=written(tmp_path, "roots.pem", ROOT.pem + Authority("Other").pem))
    one, other = read_credentials(bundle), read_credentials(bundle)
    assert all(mine is its for mine, its in zip(one.roots, other.roots, strict=True))


def test_a_file_of_roots_that_has_changed_is_read_again(tmp_path: Path) -> None:
    root = SecuritySpec(central_system_root=written(tmp_path, "root.pem", ROOT.pem))
    read_credentials(root)
    other = Authority("Other").pem
    written(tmp_path, "root.pem", other)
    assert read_credentials(root).roots == (other,)


def test_an_rsa_key_has_to_be_that_of_its_certificate(tmp_path: Path) -> None:
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
    certificate = written(tmp_path, "cp.pem", pem_of(ROOT.certify(name_of("CP1"), keys[0].public_key())))
    right, wrong = (written(tmp_path, f"{number}.key", pem_of_key(key)) for number, key in enumerate(keys))
    identity = read_credentials(SecuritySpec(client_certificate=certificate, client_key=right)).identity
    assert identity is not None
    assert "PRIVATE" in identity.key
    with pytest.raises(InputError, match="the key is not that of the certificate"):
        read_credentials(SecuritySpec(client_certificate=certificate, client_key=wrong))


def test_what_cannot_be_used_is_named_and_no_key_is_shown(tmp_path: Path) -> None:
    certificate, key = ROOT.issue("CP1")
    other_key = ROOT.issue("CP2")[1]
    lines = ROOT.pem.splitlines(keepends=True)
    cut, odd = "".join(lines[:3] + lines[-1:]), "".join([lines[0], "no base64\n", lines[-1]])
    right, right_key = written(tmp_path, "cp.pem", certificate), written(tmp_path, "cp.key", key)
    for spec, field in (
        (SecuritySpec(central_system_root=str(tmp_path / "missing.pem")), "central_system_root"),
        (SecuritySpec(central_system_root=str(tmp_path)), "central_system_root"),
        (SecuritySpec(central_system_root=right_key), "central_system_root"),
        (SecuritySpec(central_system_root=written(tmp_path, "cut.pem", cut)), "central_system_root"),
        (SecuritySpec(central_system_root=written(tmp_path, "odd.pem", odd)), "central_system_root"),
        (SecuritySpec(client_certificate=right, client_key=str(tmp_path / "missing.key")), "client_key"),
        (SecuritySpec(client_certificate=right, client_key=right), "client_certificate"),
        (
            SecuritySpec(client_certificate=right, client_key=written(tmp_path, "other.key", other_key)),
            "client_certificate",
        ),
    ):
        with pytest.raises(InputError) as refused:
            read_credentials(spec)
        assert refused.value.field == field
        assert "PRIVATE" not in str(refused.value)
