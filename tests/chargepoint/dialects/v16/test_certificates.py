"""InstallCertificate, DeleteCertificate and GetInstalledCertificateIds."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.chargepoint.dialects.v16.certified import (
    CENTRAL,
    MANUFACTURER,
    OTHER,
    ROOT,
    in_profile,
    logged,
    told,
)
from tests.support.authority import DAY_S, Authority
from tests.support.bench import NOON, Bench


def install(bench: Bench, use: str, pem: str) -> str:
    """InstallCertificate."""
    status: str = bench.call("InstallCertificate", certificateType=use, certificate=pem)["status"]
    return status


def installed(bench: Bench, use: str) -> list[dict[str, str]]:
    """GetInstalledCertificateIds."""
    answer = bench.call("GetInstalledCertificateIds", certificateType=use)
    assert answer["status"] == ("Accepted" if "certificateHashData" in answer else "NotFound")
    return list(answer.get("certificateHashData", []))


def delete(bench: Bench, name: dict[str, str]) -> str:
    """DeleteCertificate."""
    status: str = bench.call("DeleteCertificate", certificateHashData=name)["status"]
    return status


# InstallCertificate


def test_a_manufacturer_root_is_installed_and_kept_over_a_power_cut() -> None:
    """TC_075_1_CS."""
    bench = Bench().connect()
    assert installed(bench, MANUFACTURER) == []
    assert install(bench, MANUFACTURER, OTHER.pem) == "Accepted"
    [name] = installed(bench, MANUFACTURER)
    assert name["serialNumber"] == f"{OTHER.certificate.serial_number:x}"
    assert installed(bench, CENTRAL) == []
    bench.power_cut()
    assert installed(bench.connect(), MANUFACTURER) == [name]
    assert bench.life.dialect.session.manufacturer_roots() == [OTHER.pem]


def test_a_central_system_root_is_installed_and_trusted_by_the_next_connection() -> None:
    """TC_075_2_CS."""
    bench = in_profile(2)
    assert install(bench, CENTRAL, OTHER.pem) == "Accepted"
    assert bench.life.link_target().roots == (ROOT.pem, OTHER.pem)
    assert len(installed(bench, CENTRAL)) == 2
    assert "ReconfigurationOfSecurityParameters" in logged(bench)


def test_what_is_installed_already_is_accepted_and_kept_once() -> None:
    bench = in_profile(2)
    assert install(bench, CENTRAL, f"Some words before.\n{ROOT.pem}") == "Accepted"
    assert len(installed(bench, CENTRAL)) == 1


@pytest.mark.parametrize(
    "pem",
    [
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        Authority("expired", not_after=NOON - 1).pem,
        Authority("not yet", not_before=NOON + DAY_S).pem,
        OTHER.issue()[0],
        OTHER.pem + ROOT.pem,
        "Ünïcode",
    ],
)
def test_what_is_no_root_certificate_of_today_is_rejected_and_told(pem: str) -> None:
    """TC_078_CS."""
    bench = in_profile(1)
    bench.forget()
    assert install(bench, CENTRAL, pem) == "Rejected"
    assert told(bench) == ["InvalidCentralSystemCertificate"]
    assert bench.order() == ["answer", "SecurityEventNotification"]
    assert len(installed(bench, CENTRAL)) == 1


def test_the_store_holds_so_many_and_no_more() -> None:
    bench = Bench({"ocpp_config": {"CertificateStoreMaxLength": 2}}).connect()
    roots = [Authority(str(number)).pem for number in range(3)]
    assert [install(bench, MANUFACTURER, pem) for pem in roots] == ["Accepted", "Accepted", "Failed"]


# AdditionalRootCertificateCheck


def checking() -> Bench:
    """A station that takes a new root only from the old one."""
    return in_profile(2, ocpp_config={"AdditionalRootCertificateCheck": True})


def test_with_the_additional_check_a_new_root_has_to_be_issued_by_the_present_one() -> None:
    bench = checking()
    bench.forget()
    assert install(bench, CENTRAL, OTHER.pem) == "Rejected"
    assert told(bench) == ["InvalidCentralSystemCertificate"]
    assert bench.life.link_target().roots == (ROOT.pem,)


def test_the_old_root_goes_when_the_new_one_has_proved_itself() -> None:
    bench, new = checking(), Authority("New CA", ROOT)
    assert install(bench, CENTRAL, new.pem) == "Accepted"
    assert len(installed(bench, CENTRAL)) == 2
    bench.disconnect()
    assert bench.life.link_target().roots == (new.pem,)
    bench.connect()
    assert len(installed(bench, CENTRAL)) == 1
    bench.power_cut()
    assert bench.life.link_target().roots == (new.pem,)


def test_the_old_root_is_fallen_back_to_while_the_new_one_does_not_serve() -> None:
    from chargepoint.security.link import LinkFailure

    bench, new = checking(), Authority("New CA", ROOT)
    install(bench, CENTRAL, new.pem)
    bench.disconnect()
    tried = []
    for _ in range(4):
        tried.append(bench.life.link_target().roots)
        bench.fail_to_connect(LinkFailure.SERVER_CERTIFICATE)
    assert tried == [(new.pem,), (ROOT.pem,)] * 2
    bench.fail_to_connect(LinkFailure.SERVER_CERTIFICATE)
    bench.connect()
    assert len(installed(bench, CENTRAL)) == 2
    bench.disconnect()
    assert bench.life.link_target().roots == (new.pem,), "the new one is tried first each time"


# GetInstalledCertificateIds and DeleteCertificate


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_a_certificate_is_deleted_by_any_of_its_hashes(algorithm: str) -> None:
    """TC_076_CS: the hashes are those of RFC 6960."""
    bench = in_profile(1)
    install(bench, CENTRAL, OTHER.pem)
    key = OTHER.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    name = {
        "hashAlgorithm": algorithm,
        "issuerNameHash": hashlib.new(algorithm, OTHER.name.public_bytes()).hexdigest().upper(),
        "issuerKeyHash": hashlib.new(algorithm, key).hexdigest(),
        "serialNumber": f"{OTHER.certificate.serial_number:X}",
    }
    if algorithm == "SHA256":
        assert {key: value.lower() for key, value in name.items()} in [
            {key: value.lower() for key, value in one.items()} for one in installed(bench, CENTRAL)
        ]
    assert delete(bench, name | {"serialNumber": "1"}) == "NotFound"
    assert delete(bench, name) == "Accepted"
    assert delete(bench, name) == "NotFound"
    bench.power_cut()
    assert len(installed(bench.connect(), CENTRAL)) == 1


def test_the_name_of_a_root_that_another_has_issued_has_the_hash_of_the_other_s_key() -> None:
    bench, new = in_profile(1), Authority("New CA", ROOT)
    install(bench, CENTRAL, new.pem)
    first, second = installed(bench, CENTRAL)
    assert first["issuerKeyHash"] == second["issuerKeyHash"]
    assert first["issuerNameHash"] == second["issuerNameHash"]
    assert first["serialNumber"] != second["serialNumber"]


@pytest.mark.parametrize(("number", "status"), [(0, "Accepted"), (1, "Accepted"), (2, "Failed"), (3, "Failed")])
def test_the_last_root_that_the_connection_hangs_on_is_not_deleted(number: int, status: str) -> None:
    """TC_076_CS."""
    bench = in_profile(number)
    [name] = installed(bench, CENTRAL)
    assert delete(bench, name) == status
