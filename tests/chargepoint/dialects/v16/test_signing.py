"""SignCertificate and CertificateSigned: asked for, signed, used, renewed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chargepoint.security.certificates import identity_of
from chargepoint.security.requests import new_key
from tests.chargepoint.dialects.v16.certified import (
    OTHER,
    PASSWORD,
    ROOT,
    asked,
    in_profile,
    signed,
    told,
)
from tests.support.authority import DAY_S, Authority, name_of, pem_of
from tests.support.bench import NOON, Bench, CallError

# SignCertificate and CertificateSigned


def test_a_station_asks_for_a_certificate_with_its_serial_number_and_its_operator() -> None:
    """TC_074_CS."""
    bench = in_profile(1, serial="SN-4711")
    bench.call("ChangeConfiguration", key="CpoName", value="Operator Ltd")
    bench.forget()
    request = x509.load_pem_x509_csr(asked(bench).encode())
    assert bench.order() == ["answer", "SignCertificate"]
    assert request.is_signature_valid
    assert isinstance(request.public_key(), ec.EllipticCurvePublicKey)
    assert isinstance(request.public_key().curve, ec.SECP256R1)
    values = {one.oid: one.value for one in request.subject}
    assert values == {NameOID.COMMON_NAME: "SN-4711", NameOID.ORGANIZATION_NAME: "Operator Ltd"}


@pytest.mark.parametrize("name", ["\ud800", "a\nb", "\x00", "x" * 65])
def test_a_name_of_the_operator_that_no_certificate_can_hold_is_rejected(name: str) -> None:
    bench = in_profile(1)
    assert bench.call("ChangeConfiguration", key="CpoName", value=name) == {"status": "Rejected"}
    asked(bench)


def test_in_profile_3_the_new_certificate_is_shown_by_a_new_connection() -> None:
    """TC_074_CS."""
    bench = in_profile(3)
    before = bench.life.link_target()
    chain = ROOT.sign(asked(bench))
    bench.forget()
    assert signed(bench, chain) == "Accepted"
    assert bench.order() == ["answer"]
    assert bench.life.reconnect()
    after = bench.life.link_target()
    assert (after.certificate, after.key) == (chain, identity_of(chain, after.key).key)
    assert after.key != before.key
    bench.power_cut()
    assert bench.life.link_target() == after


def test_in_other_profiles_it_waits_for_its_time() -> None:
    bench = in_profile(2)
    assert signed(bench, ROOT.sign(asked(bench))) == "Accepted"
    assert not bench.life.reconnect()
    assert bench.call("ChangeConfiguration", key="SecurityProfile", value="3") == {"status": "Accepted"}
    assert bench.life.link_target().certificate


def test_a_chain_may_lead_to_the_root_over_others() -> None:
    between = Authority("Between", ROOT)
    bench = in_profile(3)
    assert signed(bench, between.sign(asked(bench)) + between.pem) == "Accepted"
    assert bench.life.link_target().certificate.count("BEGIN") == 2


def test_the_key_that_was_asked_with_survives_a_power_cut() -> None:
    bench = in_profile(3)
    request = asked(bench)
    bench.power_cut()
    bench.connect()
    assert signed(bench, ROOT.sign(request)) == "Accepted"


def wrong_chains() -> dict[str, Any]:
    """What makes a certificate of a request (PEM) that is not to be taken."""
    between = Authority("Between", ROOT)
    old = Authority("Old", ROOT, not_after=NOON - 1)
    leaf = ROOT.issue("no authority")
    return {
        "nonsense": lambda csr: "nonsense",
        "expired": lambda csr: ROOT.sign(csr, not_after=NOON - 1),
        "another root": lambda csr: OTHER.sign(csr),
        "another root in the chain": lambda csr: OTHER.sign(csr) + OTHER.pem,
        "a gap": lambda csr: between.sign(csr),
        "an expired one between": lambda csr: old.sign(csr) + old.pem,
        "another key": lambda csr: ROOT.issue("CP1")[0],
        "no authority": lambda csr: leaf[0] + ROOT.sign(csr),
        "too long": lambda csr: ROOT.sign(csr) * 12,
    }


@pytest.mark.parametrize("wrong", wrong_chains())
def test_a_certificate_that_does_not_hold_is_rejected_and_told(wrong: str) -> None:
    """TC_077_CS."""
    bench = in_profile(3, ocpp_config={"CertificateSignedMaxChainSize": 5000})
    before = bench.life.link_target()
    request = asked(bench)
    bench.forget()
    assert signed(bench, wrong_chains()[wrong](request)) == "Rejected"
    assert told(bench) == ["InvalidChargePointCertificate"]
    assert bench.life.link_target() == before
    assert not bench.life.reconnect()
    assert signed(bench, ROOT.sign(request)) == "Accepted"


def test_a_certificate_that_nobody_asked_for_is_rejected() -> None:
    """TC_077_CS."""
    bench = in_profile(3)
    assert signed(bench, ROOT.issue("CP1")[0]) == "Rejected"
    assert told(bench)[-1] == "InvalidChargePointCertificate"


def test_a_certificate_of_the_future_is_used_from_then_on() -> None:
    bench = in_profile(3)
    before = bench.life.link_target()
    chain = ROOT.sign(asked(bench), not_before=NOON + DAY_S)
    assert signed(bench, chain) == "Accepted"
    assert (bench.life.link_target(), bench.life.reconnect()) == (before, False)
    bench.power_cut()
    bench.connect()
    bench.advance(DAY_S - 1)
    assert bench.life.link_target() == before
    bench.advance(1)
    assert bench.life.reconnect()
    assert bench.life.link_target().certificate == chain


# How often it is asked for


def test_a_request_that_nobody_signs_is_repeated_with_growing_waits() -> None:
    bench = in_profile(1, ocpp_config={"CertSigningWaitMinimum": 10, "CertSigningRepeatTimes": 2})
    bench.script["SignCertificate"] = lambda _: {"status": "Accepted"}
    first = asked(bench)
    at = [bench.now]
    for _ in range(200):
        bench.advance(1)
        if len(bench.calls("SignCertificate")) > len(at):
            at.append(bench.now)
    assert [later - earlier for earlier, later in itertools.pairwise(at)] == [10, 20]
    keys = [x509.load_pem_x509_csr(one["csr"].encode()).public_key() for one in bench.calls("SignCertificate")]
    assert keys == [x509.load_pem_x509_csr(first.encode()).public_key()] * 3


def test_a_power_cut_does_not_end_the_repeats_and_does_not_begin_them_anew() -> None:
    bench = in_profile(1, ocpp_config={"CertSigningWaitMinimum": 10, "CertSigningRepeatTimes": 2})
    bench.script["SignCertificate"] = lambda _: {"status": "Accepted"}
    asked(bench)
    at = [bench.now]
    for second in range(200):
        bench.advance(1)
        if second in (5, 20, 100):
            bench.power_cut()
            bench.connect()
        if len(bench.calls("SignCertificate")) > len(at):
            at.append(bench.now)
    assert [later - earlier for earlier, later in itertools.pairwise(at)] == [10, 20]
    keys = [x509.load_pem_x509_csr(one["csr"].encode()).public_key() for one in bench.calls("SignCertificate")]
    assert keys == [keys[0]] * 3


def test_a_request_that_a_power_cut_robs_of_its_answer_is_made_again_after_the_boot() -> None:
    bench = in_profile(1)
    bench.script["SignCertificate"] = lambda _: None
    asked(bench)
    bench.power_cut()
    bench.script["SignCertificate"] = lambda _: {"status": "Accepted"}
    bench.connect()
    assert len(bench.calls("SignCertificate")) == 2
    assert signed(bench, ROOT.sign(bench.calls("SignCertificate")[0]["csr"])) == "Accepted"
    bench.power_cut()
    bench.connect()
    bench.advance(86_400)
    assert len(bench.calls("SignCertificate")) == 2


@pytest.mark.parametrize(("answer", "again"), [({"status": "Rejected"}, 1), (CallError("NotImplemented"), 0)])
def test_a_central_system_that_does_not_sign_is_asked_an_hour_later_if_it_knows_how(answer: Any, again: int) -> None:
    bench = in_profile(1)
    bench.script["SignCertificate"] = lambda _: answer
    asked(bench)
    bench.advance(3599)
    assert len(bench.calls("SignCertificate")) == 1
    bench.advance(1)
    assert len(bench.calls("SignCertificate")) == 1 + again


def test_a_request_that_was_lost_with_its_connection_is_made_again() -> None:
    bench = in_profile(1)
    bench.script["SignCertificate"] = lambda _: None
    asked(bench)
    bench.disconnect()
    bench.script.clear()
    bench.script["SignCertificate"] = lambda _: {"status": "Accepted"}
    bench.connect()
    assert len(bench.calls("SignCertificate")) == 2


def test_a_certificate_is_renewed_in_its_last_month() -> None:
    bench = in_profile(3, identity=ROOT.issue("CP1", not_after=NOON + 31 * DAY_S))
    bench.script["SignCertificate"] = lambda _: {"status": "Accepted"}
    bench.advance(DAY_S - 1)
    assert bench.calls("SignCertificate") == []
    bench.advance(1)
    [request] = bench.calls("SignCertificate")
    assert signed(bench, ROOT.sign(request["csr"])) == "Accepted"
    bench.advance(40 * DAY_S)
    assert len(bench.calls("SignCertificate")) == 1


def test_keys_are_made_by_whoever_is_given_for_it() -> None:
    key = new_key()
    bench = Bench({"security_profile": 1, "authorization_key": PASSWORD}, new_key=lambda: key).connect()
    request = x509.load_pem_x509_csr(asked(bench).encode())
    assert identity_of(pem_of(ROOT.certify(name_of("x"), request.public_key())), key)  # type: ignore[arg-type]


def test_nothing_is_asked_for_while_the_station_is_not_accepted() -> None:
    bench = Bench(
        {"security_profile": 1, "authorization_key": PASSWORD},
        script={
            "BootNotification": lambda _: {"status": "Pending", "currentTime": "2025-06-15T12:00:00Z", "interval": 60}
        },
    ).connect()
    bench.advance(10)
    assert set(bench.actions()) == {"BootNotification"}
    assert asked(bench), "but what is triggered is sent (section 4.2)"
