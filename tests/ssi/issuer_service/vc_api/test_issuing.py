"""What is issued follows the data model, and what breaks it is refused (VC Data Model 2.0 §4, §5)."""

from typing import Any

import pytest

from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from tests.ssi.issuer_service.vc_api.suites import (
    ALL,
    DATA_MODEL,
    EXAMPLES,
    SECURITY,
    SELECTIVE,
    SIGNING,
    TOKENS,
    Service,
    credential,
    kind_of,
    prefix,
)

BAD = "https://example.org/#Bad"
SCHEMA = {"type": "https://example.org/#ExampleSchema", "id": "did:example:schemas/1"}
REFRESH = {"type": "https://example.org/#ExampleRefresh", "id": "did:example:refresh/1"}
TERMS = {"type": "https://example.org/#ExampleTerms"}
EVIDENCE = {"type": ["https://example.org/#ExampleEvidence"]}
LIST_2017 = {"CredentialStatusList2017": "https://example.org/examples#CredentialStatusList2017"}
CONTEXT_SRI = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
RESOURCE = {"id": CREDENTIALS_V2, "digestSRI": CONTEXT_SRI}

ACCEPTED: dict[str, dict[str, Any]] = {
    "plain": {},
    "without an id": {"id": None},
    "a known context": {"@context": [CREDENTIALS_V2, EXAMPLES], "type": ["VerifiableCredential", "Any"]},
    "a context of its own": {
        "@context": [CREDENTIALS_V2, {"Example": "https://example.org/#Example"}],
        "type": ["VerifiableCredential", "Example"],
    },
    "a type that is a URL": {"type": ["VerifiableCredential", "https://example.org/#Example"]},
    "an issuer with a name": {"issuer": {"id": "did:example:issuer", "name": "Example"}},
    "a name in two languages": {
        "name": [
            {"@value": "Example", "@language": "en"},
            {"@value": "مثال", "@language": "ar", "@direction": "rtl"},
        ]
    },
    "two subjects": {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
    "a subject without an id": {"credentialSubject": {"name": "Example"}},
    "a period": {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2030-01-01T00:00:00+01:00"},
    "no dates": {"validFrom": None},
    "a status of another kind": {
        "@context": [CREDENTIALS_V2, LIST_2017],
        "credentialStatus": {"id": "did:example:status", "type": "CredentialStatusList2017"},
    },
    "a schema": {"credentialSchema": SCHEMA},
    "two schemas": {"credentialSchema": [SCHEMA, {**SCHEMA, "id": "did:example:schemas/2"}]},
    "a refresh service": {"refreshService": REFRESH},
    "two refresh services": {"refreshService": [REFRESH, REFRESH]},
    "terms of use": {"termsOfUse": TERMS},
    "terms of use with an id": {"termsOfUse": [{**TERMS, "id": "did:example:terms"}, TERMS]},
    "evidence": {"evidence": EVIDENCE},
    "two pieces of evidence": {"evidence": [EVIDENCE, {**EVIDENCE, "id": "did:example:evidence"}]},
    "a related resource": {"relatedResource": RESOURCE},
    "a resource by its bare digest": {
        "relatedResource": {
            "id": CREDENTIALS_V2,
            "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ",
        }
    },
}

REFUSED: dict[str, dict[str, Any]] = {
    "no context": {"@context": None},
    "another first context": {"@context": [EXAMPLES, CREDENTIALS_V2]},
    "no base context": {"@context": [EXAMPLES]},
    "a context that is no URL": {"@context": [CREDENTIALS_V2, "https ://not-a-url/contexts/v1"]},
    "a context nobody keeps": {"@context": [CREDENTIALS_V2, "https://no-context.example/"]},
    "a context that is a number": {"@context": [CREDENTIALS_V2, 123192875]},
    "an id that is no URL": {"id": "not-a-url"},
    "several ids": {"id": ["did:example:credential", "did:example:other"]},
    "an id that is nothing": {"id": 5},
    "a subject with several ids": {"credentialSubject": {"id": ["did:example:a", "did:example:b"]}},
    "no type": {"type": None},
    "another type": {"type": ["https://example.org/#Example"]},
    "a type nobody defined": {"type": ["VerifiableCredential", "ExampleTestCredential"]},
    "a type defined as no URL": {
        "@context": [CREDENTIALS_V2, {"ExampleTestCredential": "not-a-url"}],
        "type": ["VerifiableCredential", "ExampleTestCredential"],
    },
    "a vocabulary taken away": {
        "@context": [CREDENTIALS_V2, {"@vocab": None}],
        "type": ["VerifiableCredential", "ExampleTestCredential"],
    },
    "a protected type defined anew": {"@context": [CREDENTIALS_V2, {"VerifiableCredential": BAD}]},
    "a protected term defined anew": {"@context": [CREDENTIALS_V2, {"name": BAD}]},
    "a term nobody defined": {"credentialSubject": {"id": "did:example:a", "unknownTerm": 1}},
    "a member nobody defined": {"statusEntry": {"type": "BitstringStatusListEntry", "statusListIndex": True}},
    "no issuer": {"issuer": None},
    "an issuer that is no URL": {"issuer": "not-a-url"},
    "an issuer without an id": {"issuer": {"name": "Example"}},
    "an issuer whose id is no URL": {"issuer": {"id": "not-a-url"}},
    "an issuer whose id is null": {"issuer": {"id": None}},
    "an issuer that is a number": {"issuer": 5},
    "a name in no language": {"name": {"@value": "Example", "@language": 5}},
    "a name with more": {"name": {"@value": "Example", "url": "did:example:bad"}},
    "no subject": {"credentialSubject": None},
    "an empty subject": {"credentialSubject": {}},
    "an empty subject among others": {"credentialSubject": [{"id": "did:example:a"}, {}]},
    "a subject that is a text": {"credentialSubject": "did:example:subject"},
    "a date that is none": {"validFrom": "Feb 26th 2023"},
    "a date without a time zone": {"validFrom": "2023-02-26T00:37:06"},
    "an end that is none": {"validUntil": "2050-02-30T00:00:00Z"},
    "an end before its start": {"validUntil": "2020-01-01T00:00:00Z"},
    "a status without a type": {"credentialStatus": {"id": "did:example:status"}},
    "a status whose id is no URL": {
        "@context": [CREDENTIALS_V2, LIST_2017],
        "credentialStatus": {"id": "not-a-url", "type": "CredentialStatusList2017"},
    },
    "a schema without a type": {"credentialSchema": {"id": "did:example:schemas/1"}},
    "a schema without an id": {"credentialSchema": {"type": "https://example.org/#ExampleSchema"}},
    "a schema whose id is no URL": {"credentialSchema": {**SCHEMA, "id": "not-a-url"}},
    "a refresh service without a type": {"refreshService": {"id": "did:example:refresh"}},
    "terms of use without a type": {"termsOfUse": {"id": "did:example:terms"}},
    "evidence without a type": {"evidence": {"id": "did:example:evidence"}},
    "evidence that is a text": {"evidence": "did:example:evidence"},
    "a related resource without a digest": {"relatedResource": {"id": CREDENTIALS_V2}},
    "a related resource without an id": {"relatedResource": {"digestSRI": CONTEXT_SRI}},
    "a related resource twice": {"relatedResource": [RESOURCE, RESOURCE]},
    "a related resource that is another": {
        "relatedResource": {"id": CREDENTIALS_V2, "digestSRI": CONTEXT_SRI.replace("l/Hr", "l/Hs")}
    },
    "a related resource of an older day": {
        "relatedResource": {
            "id": CREDENTIALS_V2,
            "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k",
        }
    },
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_credential_that_follows_the_data_model_is_issued_and_verified(service: Service, case: str):
    issued = service.issue(credential(**ACCEPTED[case]))

    assert issued["@context"][0] == CREDENTIALS_V2
    assert service.verify(issued, checks=["proof"]).get_json()["verified"] is True


@pytest.mark.parametrize("slug", ["", "eddsa-jcs-2022", "vc-jose", "bbs-2023"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_credential_that_breaks_the_data_model_is_refused(service: Service, case: str, slug: str):
    response = service.try_to_issue(credential(**REFUSED[case]), slug)

    assert response.status_code == 400
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("slug", ALL)
def test_every_suite_issues_by_its_own_issuer(service: Service, slug: str):
    shown = service.shown(slug, credential())

    if slug.startswith("vc-"):
        assert shown["type"] == "EnvelopedVerifiableCredential"
        assert shown["id"].startswith("data:application/vc+")
    else:
        assert shown["issuer"] == service.issuer(slug)
        assert shown["proof"]["type"] == "DataIntegrityProof"
        assert shown["proof"]["verificationMethod"].startswith(f"{service.issuer(slug)}#")
    assert service.verify(shown).get_json()["verified"] is True


def test_no_two_suites_share_an_issuer(service: Service):
    assert len({service.issuer(slug) for slug in ALL}) == len(ALL)


def test_issuers_come_back_after_a_restart_and_differ_between_services(service: Service):
    assert Service().issuer("bbs-2023") == service.issuer("bbs-2023")
    assert Service(seed=bytes(32)).issuer("bbs-2023") != service.issuer("bbs-2023")


@pytest.mark.parametrize("slug", [*SIGNING, *SELECTIVE])
def test_credentials_of_the_data_model_1_1_are_secured_by_proofs_too(service: Service, slug: str):
    old = credential(
        **{"@context": [CREDENTIALS_V1]},
        validFrom=None,
        issuanceDate="2023-01-01T00:00:00Z",
        credentialSubject={"id": "did:example:subject"},
    )

    shown = service.shown(slug, old)
    assert "https://w3id.org/security/data-integrity/v2" in shown["@context"]
    assert service.verify(shown).status_code == 200


def test_an_issuer_keeps_what_is_said_about_it(service: Service):
    issued = service.issue(credential(issuer={"id": "did:example:issuer", "name": "Example"}))

    assert issued["issuer"] == {"id": service.issuer("eddsa-rdfc-2022"), "name": "Example"}


@pytest.mark.parametrize("slug", SELECTIVE)
def test_pointers_say_what_a_holder_always_shows(service: Service, slug: str):
    issued = service.issue(credential(), slug, mandatoryPointers=["/issuer", "/credentialSubject/name"])

    assert service.derive(issued)["credentialSubject"]["name"] == "Example"


@pytest.mark.parametrize("slug", SELECTIVE)
def test_without_pointers_a_holder_shows_what_verifiers_need(service: Service, slug: str):
    shown = service.derive(service.issue(credential(), slug), "/credentialSubject/id")

    assert set(shown) == {"@context", "id", "type", "issuer", "validFrom", "credentialSubject", "proof"}
    assert "name" not in shown["credentialSubject"]
    assert service.verify(shown).status_code == 200


@pytest.mark.parametrize("slug", SELECTIVE)
@pytest.mark.parametrize("pointer", ["/non/existent/path", "no-pointer", "/credentialSubject/5"])
def test_pointers_that_point_at_nothing_are_refused(service: Service, slug: str, pointer: str):
    assert kind_of(service.try_to_issue(credential(), slug, mandatoryPointers=[pointer])).startswith(
        DATA_MODEL
    )
    issued = service.issue(credential(), slug)
    response = service.post(
        "/credentials/derive", verifiableCredential=issued, options={"selectivePointers": [pointer]}
    )
    assert kind_of(response).startswith(DATA_MODEL)


@pytest.mark.parametrize("pointers", ["/issuer", [5], [["/issuer"]], {"a": 1}, ["/a"] * 101])
def test_pointers_that_are_none_are_refused(service: Service, pointers: Any):
    response = service.try_to_issue(credential(), "ecdsa-sd-2023", mandatoryPointers=pointers)

    assert kind_of(response) == f"{DATA_MODEL}PARSING_ERROR"


@pytest.mark.parametrize("slug", ["eddsa-jcs-2022", "vc-jose"])
def test_only_base_proofs_are_derived_from(service: Service, slug: str):
    response = service.post("/credentials/derive", verifiableCredential=service.issue(credential(), slug))

    assert kind_of(response) == f"{SECURITY}PROOF_VERIFICATION_ERROR"


def test_a_derived_credential_is_not_derived_from_again(service: Service):
    shown = service.shown("ecdsa-sd-2023", credential())

    assert service.post("/credentials/derive", verifiableCredential=shown).status_code == 400


def test_data_that_would_be_lost_is_named_so(service: Service):
    response = service.try_to_issue(credential(unknownTerm=1), "eddsa-jcs-2022")

    assert kind_of(response) == f"{SECURITY}DATA_LOSS_DETECTION_ERROR"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'{"credential": 5}', b'{"credential": []}', b"\xff"]
)
@pytest.mark.parametrize("path", ["/credentials/issue", "/credentials/derive", "/presentations/prove"])
def test_a_body_that_is_none_is_refused(service: Service, path: str, body: bytes):
    response = service.client.post(path, data=body, content_type="application/json")

    assert response.status_code == 400
    assert response.get_json()["type"].startswith("https://")


def test_options_that_are_no_object_are_refused(service: Service):
    response = service.post("/credentials/issue", credential=credential(), options=[])

    assert kind_of(response) == f"{DATA_MODEL}PARSING_ERROR"


@pytest.mark.parametrize("path", ["credentials/issue", "credentials/verify", "presentations/verify"])
def test_an_unknown_suite_is_refused(service: Service, path: str):
    assert service.post(f"{prefix('other')}/{path}", credential=credential()).status_code == 400


def test_the_configuration_names_an_end_point_for_every_suite(service: Service):
    document = service.client.get("/vc-api/configuration").get_json()

    for member in ("issuers", "verifiers", "vpVerifiers"):
        assert [entry["endpoint"].split("/")[4] for entry in document[member]] == list(
            dict.fromkeys(entry["endpoint"].split("/")[4] for entry in document[member])
        )
        assert {entry["endpoint"].split("/")[4] for entry in document[member]} == set(ALL)
    assert {tag for entry in document["vcHolders"] for tag in entry["tags"]} == {"vcHolder", *SELECTIVE}
    assert all(entry["id"].startswith("did:key:z") for entry in document["issuers"])
    assert TOKENS[0] in {tag for entry in document["issuers"] for tag in entry["tags"]}
