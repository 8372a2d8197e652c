from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ssi.device.credential import (
    DEVICE_TYPE,
    Device,
    DeviceClaims,
    Role,
    issue_device_credential,
    verify_device,
)
from ssi.errors import (
    CredentialError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    UntrustedIssuerError,
)
from ssi.issuance import issue_sd_jwt_vc
from ssi.sd_jwt import Selective
from tests.ssi.device.makers import (
    BAND,
    BAND_KEY,
    HUB,
    HUB_KEY,
    LISTS,
    MAKER,
    device,
    device_credential,
    registry,
)
from tests.ssi.parties import ISSUER, NOW, YEAR, exam_credential, terms


@pytest.mark.parametrize(("claims", "key"), [(BAND, BAND_KEY), (HUB, HUB_KEY)])
def test_a_device_is_what_its_maker_says(claims: DeviceClaims, key: Any):
    found = device(claims, key)

    assert found.claims == claims
    assert found.key == key.public
    assert (found.issuer, found.status.uri) == (MAKER.issuer_id, f"{LISTS}1")


def test_a_gateway_vouches_for_its_sensors_and_a_device_for_itself():
    assert BAND.vouched_for == {BAND.id}
    assert HUB.vouched_for == set(HUB.sensors)


def test_an_issuer_who_counts_for_other_things_vouches_for_no_device():
    with pytest.raises(UntrustedIssuerError, match="not trusted for credentials of type"):
        verify_device(device_credential(issuer=ISSUER), registry(), now=NOW)


@pytest.mark.parametrize(
    ("now", "error"), [(NOW - timedelta(hours=1), NotYetValidError), (NOW + YEAR, ExpiredError)]
)
def test_a_device_counts_only_while_its_credential_is_valid(now: Any, error: type[CredentialError]):
    with pytest.raises(error):
        verify_device(device_credential(), registry(), now=now)


def test_a_record_of_a_person_is_no_device():
    with pytest.raises(MalformedCredentialError, match="expected urn:argonauta:credential:device:1"):
        verify_device(exam_credential(), registry(), now=NOW)


@pytest.mark.parametrize(
    "claims",
    [replace(BAND, sensors=("urn:example:scale:1",)), replace(HUB, sensors=()), replace(BAND, measures=())],
    ids=["device with sensors", "gateway without", "nothing measured"],
)
def test_nothing_is_issued_that_would_be_refused(claims: DeviceClaims):
    with pytest.raises(MalformedCredentialError):
        issue_device_credential(claims, BAND_KEY.public, issuer=MAKER, terms=terms())


SOUND: dict[str, Any] = {
    **BAND.to_json(),
    "cnf": {"jwk": BAND_KEY.public.to_jwk()},
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + YEAR).timestamp()),
    "status": {"status_list": {"uri": f"{LISTS}1", "idx": 1}},
}
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "hidden sensors": ({"sensors": Selective([])}, "cannot be kept back"),
    "no key": ({"cnf": None}, "expected cnf and status"),
    "no status": ({"status": None}, "expected cnf and status"),
    "no end": ({"exp": None}, "expected iat and exp"),
    "no beginning": ({"iat": None}, "expected iat and exp"),
    "unknown claim": ({"colour": "red"}, "unknown member 'colour'"),
    "unknown role": ({"role": "oracle"}, "role: unknown value"),
    "device with sensors": ({"sensors": ["urn:x"]}, "a gateway names its sensors"),
    "gateway without": ({"role": Role.GATEWAY.value}, "a gateway names its sensors"),
    "no measures": ({"measures": []}, "measures: expected 1 to 32"),
    "a bell in its id": ({"sub": "band\x07"}, "sub: expected signs that can be printed"),
    "a bell in its model": ({"model": "\x07"}, "model: expected signs that can be printed"),
    "a bell in a sensor": (
        {"role": Role.GATEWAY.value, "sensors": ["a\x07"]},
        "sensors: expected signs that can be printed",
    ),
    "measure without code": ({"measures": [{"unit": "kg"}]}, "coding: missing"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_device_credential_of_another_form_is_refused(case: str):
    changes, said = BROKEN[case]
    claims = {name: value for name, value in {**SOUND, **changes}.items() if value is not None}

    with pytest.raises(MalformedCredentialError, match=said):
        verify_device(issue_sd_jwt_vc(DEVICE_TYPE, claims, issuer=MAKER), registry(), now=NOW)


def test_the_unchanged_claims_of_these_cases_are_sound():
    found = verify_device(issue_sd_jwt_vc(DEVICE_TYPE, SOUND, issuer=MAKER), registry(), now=NOW)

    assert isinstance(found, Device)
