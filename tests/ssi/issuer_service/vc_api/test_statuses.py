"""A credential that was taken back is refused, and so is one whose status cannot be known."""

import gzip
from typing import Any

import pytest

from crypto.encoding import canonical_json, parse_json
from ssi.bitstring import MIN_ENTRIES, Bitstring
from ssi.did.multibase import encode_base64url
from tests.ssi.issuer_service.vc_api.suites import (
    ALL,
    DATA_MODEL,
    REVOCATION,
    SELECTIVE,
    STATUS,
    SUSPENSION,
    URL,
    Service,
    answering,
    credential,
    kind_of,
    presentation,
)

ID = credential()["id"]


def set_status(service: Service, entry: Any = REVOCATION, **body: Any) -> int:
    asked = {"credentialId": ID, "credentialStatus": entry, **body}
    return service.post("/credentials/status", **asked).status_code


@pytest.mark.parametrize("slug", ALL)
def test_a_credential_is_revoked(service: Service, slug: str):
    shown = service.shown(slug, credential(), credentialStatus=REVOCATION)
    assert service.verify(shown).status_code == 200

    assert set_status(service) == 200

    assert kind_of(service.verify(shown, checks=["proof"])) == "urn:argonauta:problem:revoked"


def test_a_credential_is_put_on_hold_and_counts_again(service: Service):
    shown = service.issue(credential(), credentialStatus=[REVOCATION, SUSPENSION])

    set_status(service, [SUSPENSION])
    assert kind_of(service.verify(shown)) == "urn:argonauta:problem:suspended"
    set_status(service, SUSPENSION, status=False)
    assert service.verify(shown).status_code == 200


def test_a_revoked_credential_spoils_its_presentation(service: Service):
    shown = service.prove(presentation(service.issue(credential(), credentialStatus=REVOCATION)))
    assert service.verify_presentation(shown).status_code == 200

    set_status(service)
    assert kind_of(service.verify_presentation(shown)) == "urn:argonauta:problem:revoked"


def test_only_the_credential_that_was_meant_is_taken_back(service: Service):
    other = service.issue(credential(id="urn:uuid:1"), credentialStatus=REVOCATION)
    service.issue(credential(), credentialStatus=REVOCATION)
    set_status(service)

    assert service.verify(other).status_code == 200


def test_a_suite_issues_with_a_status_always(service: Service):
    issued = service.issue(credential(id=None), "bitstring-status-list")
    entry = issued["credentialStatus"]

    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] == "revocation"
    assert str(int(entry["statusListIndex"])) == entry["statusListIndex"]
    assert entry["id"] != entry["statusListCredential"]
    assert issued["id"].startswith("urn:uuid:")


@pytest.mark.parametrize("slug", ALL)
def test_a_list_is_served_where_its_entries_say(service: Service, slug: str):
    service.issue(credential(), slug, credentialStatus=REVOCATION)
    response = service.client.get(f"/vc-api/{slug}/status-lists/revocation")

    assert response.status_code == 200
    assert service.verify(response.get_json()).status_code == 200
    document: dict[str, Any] = response.get_json() or {}
    if "proof" in document:
        assert document["id"] == f"{URL}/vc-api/{slug}/status-lists/revocation"
        assert "BitstringStatusListCredential" in document["type"]
        assert document["credentialSubject"]["statusPurpose"] == "revocation"
        assert len(Bitstring.decode(document["credentialSubject"]["encodedList"])) == MIN_ENTRIES


def test_publishing_a_list_changes_nothing(service: Service):
    assert (
        service.client.post("/vc-api/bitstring-status-list/status-lists/revocation/publish").status_code
        == 204
    )


@pytest.mark.parametrize("path", ["other/status-lists/revocation", "bbs-2023/status-lists/other"])
def test_a_list_that_is_not_there_is_not_found(service: Service, path: str):
    response = service.client.get(f"/vc-api/{path}")

    assert response.status_code in {400, 404}
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"credentialId": 5},
        {"credentialId": "urn:uuid:unknown"},
        {"credentialStatus": {**REVOCATION, "type": "Other"}},
        {"credentialStatus": {**REVOCATION, "statusPurpose": "other"}},
        {"credentialStatus": SUSPENSION},
        {"credentialStatus": 5},
    ],
)
def test_only_a_status_that_was_given_out_is_changed(service: Service, body: dict[str, Any]):
    if body:
        service.issue(credential(), credentialStatus=REVOCATION)

    assert set_status(service, **{"entry": body.pop("credentialStatus", REVOCATION), **body}) == 400


def test_an_id_stands_for_one_credential(service: Service):
    service.issue(credential(), credentialStatus=REVOCATION)

    assert (
        kind_of(service.try_to_issue(credential(), credentialStatus=REVOCATION))
        == f"{DATA_MODEL}PARSING_ERROR"
    )


@pytest.mark.parametrize("asked", [5, {"type": "Other"}, [REVOCATION] * 5, {"statusPurpose": "message"}])
def test_a_status_that_is_not_given_out_here_is_refused(service: Service, asked: Any):
    assert kind_of(service.try_to_issue(credential(), credentialStatus=asked)) == f"{DATA_MODEL}PARSING_ERROR"


LIST = f"{URL}/vc-api/eddsa-rdfc-2022/status-lists/revocation"
ENTRY = {**REVOCATION, "id": f"{LIST}#5", "statusListIndex": "5", "statusListCredential": LIST}


@pytest.mark.parametrize(
    "change",
    [
        {"statusListIndex": 5},
        {"statusListIndex": "-1"},
        {"statusListIndex": "five"},
        {"statusListIndex": None},
        {"statusPurpose": None},
        {"statusListCredential": None},
        {"id": LIST},
        {"statusSize": 0},
        {"statusSize": 2},
    ],
)
def test_an_entry_that_nobody_could_read_is_not_issued(service: Service, change: dict[str, Any]):
    entry = {name: value for name, value in {**ENTRY, **change}.items() if value is not None}

    assert (
        kind_of(service.try_to_issue(credential(credentialStatus=entry)))
        == f"{DATA_MODEL}MALFORMED_VALUE_ERROR"
    )


def test_an_entry_outside_its_list_is_out_of_range(service: Service):
    entry = {**ENTRY, "statusListIndex": str(MIN_ENTRIES)}
    shown = service.issue(credential(credentialStatus=entry))

    assert kind_of(service.verify(shown)) == f"{DATA_MODEL}RANGE_ERROR"


def test_a_list_about_something_else_does_not_answer(service: Service):
    entry = {**ENTRY, "statusPurpose": "suspension"}
    shown = service.issue(credential(credentialStatus=entry))

    assert kind_of(service.verify(shown)) == f"{STATUS}STATUS_VERIFICATION_ERROR"


@pytest.mark.parametrize("url", ["https://other.example/list", f"{URL}/vc-api/other/status-lists/revocation"])
def test_a_list_that_cannot_be_had_is_named_so(service: Service, url: str):
    shown = service.issue(credential(credentialStatus={**ENTRY, "statusListCredential": url}))

    assert kind_of(service.verify(shown)) == f"{STATUS}STATUS_RETRIEVAL_ERROR"


FOREIGN = "https://lists.example/1"


def asked_elsewhere(page: bytes, issuer: Service | None = None) -> Any:
    """What a verifier says about a credential whose list lies at another address."""
    service = Service(fetch=answering({FOREIGN: page}))
    entry = {**ENTRY, "id": f"{FOREIGN}#5", "statusListCredential": FOREIGN}
    return service.verify((issuer or service).issue(credential(credentialStatus=entry)))


def foreign_list(*, slug: str = "", seed: bytes = bytes(range(32)), **members: Any) -> bytes:
    subject = {
        "id": f"{FOREIGN}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": Bitstring.of(MIN_ENTRIES, {}).encode(),
        **members.pop("subject", {}),
    }
    document = credential(
        id=FOREIGN, type=["VerifiableCredential", "BitstringStatusListCredential"], credentialSubject=subject
    )
    return canonical_json(Service(seed=seed).issue({**document, **members}, slug))


def test_a_list_at_another_address_is_fetched():
    assert asked_elsewhere(foreign_list()).status_code == 200
    revoked = Bitstring.of(MIN_ENTRIES, {5: 1}).encode()
    assert kind_of(asked_elsewhere(foreign_list(subject={"encodedList": revoked}))).endswith(":revoked")


def test_a_list_of_another_issuer_does_not_answer():
    assert kind_of(asked_elsewhere(foreign_list(seed=bytes(32)))) == f"{STATUS}STATUS_VERIFICATION_ERROR"
    assert kind_of(asked_elsewhere(foreign_list(slug="bitstring-status-list"))) == (
        f"{STATUS}STATUS_VERIFICATION_ERROR"
    )


def test_a_list_with_another_id_does_not_answer():
    assert kind_of(asked_elsewhere(foreign_list(id="https://lists.example/2"))) == (
        f"{STATUS}STATUS_VERIFICATION_ERROR"
    )


def test_a_list_that_was_changed_does_not_answer():
    document = parse_json(foreign_list())
    assert isinstance(document, dict)
    for page in (
        canonical_json({**document, "validFrom": "2023-02-26T00:37:07Z"}),
        canonical_json({name: document[name] for name in document if name != "proof"}),
        b"",
        b"[]",
        b"not a list",
        b"\xff",
    ):
        assert kind_of(asked_elsewhere(page)) == f"{STATUS}STATUS_VERIFICATION_ERROR"


def test_a_list_past_its_end_does_not_answer():
    page = foreign_list(validUntil="2026-02-01T00:00:00Z")

    assert kind_of(asked_elsewhere(page)) == f"{STATUS}STATUS_VERIFICATION_ERROR"


def test_a_short_list_hides_nobody():
    short = encode_base64url(gzip.compress(bytes(100)))

    assert kind_of(asked_elsewhere(foreign_list(subject={"encodedList": short}))) == (
        f"{STATUS}STATUS_LIST_LENGTH_ERROR"
    )


@pytest.mark.parametrize("subject", [{"encodedList": "u"}, {"encodedList": "z5"}, {"statusPurpose": []}])
def test_a_list_that_nobody_can_read_is_malformed(subject: dict[str, Any]):
    response = asked_elsewhere(foreign_list(subject=subject))

    assert kind_of(response) == f"{DATA_MODEL}MALFORMED_VALUE_ERROR"


def test_a_credential_that_is_no_list_is_malformed():
    page = foreign_list(type=["VerifiableCredential"])

    assert kind_of(asked_elsewhere(page)) == f"{DATA_MODEL}MALFORMED_VALUE_ERROR"


@pytest.mark.parametrize("slug", SELECTIVE)
def test_a_holder_cannot_keep_back_that_there_is_a_status(service: Service, slug: str):
    shown = service.derive(
        service.issue(credential(), slug, credentialStatus=REVOCATION), "/credentialSubject/id"
    )

    assert shown["credentialStatus"]["statusPurpose"] == "revocation"
