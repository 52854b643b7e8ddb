"""Who may sign firmware, and which signatures are right (security whitepaper L01)."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from chargepoint.model.signing import certificate_flaw, signature_flaw
from tests.chargepoint.signers import TODAY, YEAR, Key, Signer, manufacturer, rsa_key
from tests.support.bench import NOON

ROOT = manufacturer()
CONTENT = b"an image"
HASH = sha256(CONTENT).digest()


def flaw(signer: Signer, *roots: Signer, extra: str = "") -> str:
    return certificate_flaw(signer.pem + extra, [root.pem for root in roots], NOON)


def test_a_certificate_that_an_installed_root_issued_is_trusted() -> None:
    assert flaw(ROOT.issue(), manufacturer("Other"), ROOT) == ""


def test_no_other_is() -> None:
    assert "no ManufacturerRootCertificate" in flaw(ROOT.issue(), manufacturer())
    assert "no ManufacturerRootCertificate" in flaw(ROOT.issue())


def test_an_intermediate_authority_may_come_with_it() -> None:
    between = ROOT.issue("Between", authority=True)
    assert flaw(between.issue(), ROOT, extra=between.pem) == ""
    assert flaw(between.issue(), ROOT) != ""


def test_who_is_no_authority_issues_nothing() -> None:
    between = ROOT.issue("Between", authority=False)
    assert flaw(between.issue(), ROOT, extra=between.pem) != ""


@pytest.mark.parametrize(
    ("since", "until"), [(-2 * YEAR, timedelta(seconds=-1)), (timedelta(seconds=1), YEAR)], ids=["expired", "not yet"]
)
def test_it_has_to_be_valid_now(since: timedelta, until: timedelta) -> None:
    assert "it is valid from" in flaw(ROOT.issue(valid_from=TODAY + since, valid_until=TODAY + until), ROOT)


def test_its_key_has_to_be_for_signatures() -> None:
    assert "digital signatures" in flaw(ROOT.issue(signs=False), ROOT)


@pytest.mark.parametrize("text", ["", "junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_not_trusted(text: str) -> None:
    assert certificate_flaw(text, [ROOT.pem], NOON) == "it is no certificate in PEM"


@pytest.mark.parametrize("key", [rsa_key(), ec.generate_private_key(ec.SECP384R1())], ids=["RSA", "ECDSA"])
def test_a_signature_is_of_one_file_and_one_certificate(key: Key) -> None:
    signer = ROOT.issue(key=key)
    signature = signer.sign(CONTENT)
    assert signature_flaw(signer.pem, signature, HASH) == ""
    assert signature_flaw(signer.pem, signature, sha256(b"another").digest()) != ""
    assert signature_flaw(ROOT.issue().pem, signature, HASH) != ""


def test_rsa_signatures_may_be_of_either_scheme() -> None:
    signer = ROOT.issue(key=rsa_key())
    assert signature_flaw(signer.pem, signer.sign(CONTENT, pss=True), HASH) == ""
    assert signature_flaw(signer.pem, signer.sign(CONTENT, pss=False), HASH) == ""


@pytest.mark.parametrize("signature", ["", "!", "AAAA"])
def test_what_is_no_signature_is_wrong(signature: str) -> None:
    for key in (rsa_key(), None):
        assert signature_flaw(ROOT.issue(key=key).pem, signature, HASH) != ""


def test_a_key_of_another_kind_is_refused() -> None:
    signer = ROOT.issue(key=ed25519.Ed25519PrivateKey.generate())
    assert "neither RSA nor ECDSA" in signature_flaw(signer.pem, signer.sign(CONTENT), HASH)
