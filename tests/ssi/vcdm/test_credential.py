from datetime import UTC, datetime
from typing import Any

import pytest

from ssi.errors import MalformedCredentialError
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from ssi.vcdm.credential import read_credential
from ssi.vcdm.members import MAX_ENTRIES, LanguageText
from tests.ssi.linked_data.documents import credential

DIGEST = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
MULTIHASH = "uEiDjsMRCmPwcFJr79MiZb7kkJ65B5GSbk0yklZkbeFK4VQ"


def without(name: str) -> dict[str, Any]:
    document = credential()
    del document[name]
    return document


def old(**members: Any) -> dict[str, Any]:
    """A credential of the data model 1.1."""
    return credential(**{"@context": [CREDENTIALS_V1], "issuanceDate": "2020-01-01T00:00:00Z", **members})


def each(name: str, *values: Any) -> list[dict[str, Any]]:
    """A credential for each of these values of a member."""
    return [credential(**{name: value}) for value in values]


def test_a_credential_becomes_values():
    model = read_credential(
        credential(
            id="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
            issuer={"id": "did:web:university.example", "name": "University"},
            validFrom="2026-01-01T00:00:00+01:00",
            validUntil="2027-01-01T00:00:00Z",
            name=[
                {"@value": "Zeugnis", "@language": "de"},
                {"@value": "x", "@language": "ar", "@direction": "rtl"},
            ],
            description="A certificate",
            credentialSubject=[{"id": "did:example:ada", "name": "Ada"}, {"name": "Bo"}],
            credentialStatus={"id": "urn:status:1", "type": "BitstringStatusListEntry"},
            credentialSchema={"id": "https://example.com/schema", "type": "JsonSchema"},
            termsOfUse=[{"type": "Terms"}],
            evidence={"type": ["Exam", "Paper"]},
            refreshService={"type": "Refresh"},
            relatedResource={
                "id": "https://example.com/a",
                "digestSRI": DIGEST,
                "digestMultibase": MULTIHASH,
            },
        )
    )

    assert model.version == "2.0"
    assert model.issuer.id == "did:web:university.example"
    assert model.issuer.names == (LanguageText("University"),)
    assert model.valid_from == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert model.valid_until == datetime(2027, 1, 1, tzinfo=UTC)
    assert model.names == (LanguageText("Zeugnis", "de"), LanguageText("x", "ar", "rtl"))
    assert [subject.id for subject in model.subjects] == ["did:example:ada", None]
    assert model.statuses[0].id == "urn:status:1"
    assert model.evidence[0].types == ("Exam", "Paper")
    assert model.related_resources[0].digest_sri == DIGEST


def test_the_least_that_a_credential_says_is_enough():
    model = read_credential(credential())

    assert (model.id, model.valid_from, model.valid_until, model.statuses) == (None, None, None, ())


def test_a_credential_of_the_years_before_is_read_by_its_own_names():
    model = read_credential(old(expirationDate="2030-01-01T00:00:00Z"))

    assert model.version == "1.1"
    assert model.valid_from == datetime(2020, 1, 1, tzinfo=UTC)
    assert model.valid_until == datetime(2030, 1, 1, tzinfo=UTC)


def test_a_name_in_two_languages_is_kept_in_both():
    texts = [{"@value": "a", "@language": "en"}, {"@value": "b"}]

    assert read_credential(credential(name=texts)).names == (LanguageText("a", "en"), LanguageText("b"))


BROKEN: dict[str, list[Any]] = {
    "@context": [
        without("@context"),
        credential(**{"@context": CREDENTIALS_V2}),
        credential(**{"@context": []}),
        credential(**{"@context": {}}),
        credential(**{"@context": ["https://example.com/v1", CREDENTIALS_V2]}),
        credential(**{"@context": [{}, CREDENTIALS_V2]}),
        credential(**{"@context": [CREDENTIALS_V2, "relative"]}),
        credential(**{"@context": [CREDENTIALS_V2, 5]}),
        credential(**{"@context": [CREDENTIALS_V2, None]}),
    ],
    "id": each("id", "", "no url", "a", 5, None, ["urn:a"], {"id": "urn:a"}),
    "type": [
        without("type"),
        *each("type", "Other", [], ["Other"], 5, [5], None, "a b", {}),
    ],
    "issuer": [
        without("issuer"),
        *each("issuer", "nobody", "", 5, None, [], {}, {"id": "a"}, {"id": 5}, {"name": "a"}),
        credential(issuer={"id": "urn:a", "name": 5}),
    ],
    "credentialSubject": [
        without("credentialSubject"),
        *each("credentialSubject", {}, [], [{}], "Ada", 5, None, [{"a": 1}, "Ada"]),
        credential(credentialSubject={"id": "ada"}),
        credential(credentialSubject=[{"a": 1}] * (MAX_ENTRIES + 1)),
    ],
    "validFrom": each("validFrom", "2026-01-01", "2026-01-01T00:00:00", 5, None, [], ""),
    "validUntil": [
        credential(validUntil="soon"),
        credential(validFrom="2026-01-02T00:00:00Z", validUntil="2026-01-01T00:00:00Z"),
    ],
    "issuanceDate": [old(issuanceDate="yesterday"), old(issuanceDate=None)],
    "name": each(
        "name",
        5,
        [],
        None,
        {},
        {"@value": 5},
        {"@language": "en"},
        {"@value": "a", "@language": "no language"},
        {"@value": "a", "@language": 5},
        {"@value": "a", "@direction": "up"},
        {"@value": "a", "@direction": None},
        {"@value": "a", "url": "urn:a"},
        ["a", 5],
    ),
    "description": [credential(description={"@value": "a", "@type": "urn:t"})],
    "credentialStatus": each(
        "credentialStatus", "urn:a", {}, {"id": "urn:a"}, {"type": "A", "id": "a"}, [], [5]
    ),
    "credentialSchema": each(
        "credentialSchema", "urn:a", {"type": "A"}, {"id": "urn:a"}, {"type": "A", "id": "a"}
    ),
    "termsOfUse": each("termsOfUse", "a", {}, {"type": []}, [{"type": "A"}, {}]),
    "evidence": each("evidence", "a", {}, {"type": "A", "id": "a b"}),
    "refreshService": each("refreshService", "a", {}, {"id": "urn:a"}),
    "relatedResource": each(
        "relatedResource",
        "urn:a",
        [],
        {},
        {"id": "urn:a"},
        {"digestSRI": DIGEST},
        {"id": "a", "digestSRI": DIGEST},
        {"id": "urn:a", "digestSRI": "sha256"},
        {"id": "urn:a", "digestSRI": "md5-1B2M2Y8AsgTpgAmY7PhCfg=="},
        {"id": "urn:a", "digestSRI": DIGEST[:-2] + "="},
        {"id": "urn:a", "digestSRI": "sha384" + DIGEST[6:]},
        {"id": "urn:a", "digestSRI": 5},
        {"id": "urn:a", "digestSRI": "sha256-!"},
        {"id": "urn:a", "digestMultibase": MULTIHASH[1:]},
        {"id": "urn:a", "digestMultibase": MULTIHASH[:-2]},
        {"id": "urn:a", "digestMultibase": "z2"},
        {"id": "urn:a", "digestMultibase": 5},
        [{"id": "urn:a", "digestSRI": DIGEST}] * 2,
    ),
    "proof": each("proof", "a", 5, {}, [], [{}], {"type": 5}, None),
}


@pytest.mark.parametrize(
    ("member", "document"),
    [(member, document) for member, documents in BROKEN.items() for document in documents],
)
def test_what_breaks_a_rule_is_refused_with_the_path_of_the_member(member: str, document: dict[str, Any]):
    with pytest.raises(MalformedCredentialError, match=rf"^credential\.{member}"):
        read_credential(document)


@pytest.mark.parametrize("document", [None, [], "credential", 5, {5: 5}])
def test_what_is_no_object_is_no_credential(document: object):
    with pytest.raises(MalformedCredentialError, match="expected an object"):
        read_credential(document)


def test_a_status_of_the_years_before_needs_an_id():
    with pytest.raises(MalformedCredentialError, match=r"^credential\.credentialStatus\.id"):
        read_credential(old(credentialStatus={"type": "StatusList2021Entry"}))


def test_a_credential_may_be_valid_for_one_moment():
    moment = "2026-01-01T00:00:00Z"

    assert read_credential(credential(validFrom=moment, validUntil=moment)).valid_from == datetime(
        2026, 1, 1, tzinfo=UTC
    )
