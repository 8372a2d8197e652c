from datetime import timedelta
from typing import Any

import pytest

from crypto.reading import utc_text
from ssi.did.document import DidDocument, Purpose, read_document
from ssi.did.multibase import encode_base58
from ssi.errors import IdentifierError, VerificationMethodError
from tests.ssi.did.keys import keys
from tests.ssi.parties import NOW

DID = "did:web:university.example"
KEY = keys()[0]
SECOND = timedelta(seconds=1)


def multikey(**changes: Any) -> dict[str, Any]:
    method = {
        "id": f"{DID}#a",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": KEY.to_multikey(),
    }
    return {name: value for name, value in {**method, **changes}.items() if value is not None}


def document(*methods: dict[str, Any], **changes: Any) -> dict[str, Any]:
    base = {"id": DID, "verificationMethod": list(methods or (multikey(),)), "assertionMethod": [f"{DID}#a"]}
    return {**base, **changes}


def read(*methods: dict[str, Any], **changes: Any) -> DidDocument:
    return read_document(document(*methods, **changes), DID)


def test_a_listed_key_is_found_for_its_purpose():
    assert read().method(f"{DID}#a", Purpose.ASSERTION, now=NOW).key == KEY


@pytest.mark.parametrize("type_", ["JsonWebKey", "JsonWebKey2020"])
@pytest.mark.parametrize("key", keys(), ids=lambda key: key.type.curve)
def test_keys_are_read_as_jwk_as_well(type_: str, key: Any):
    method = multikey(type=type_, publicKeyMultibase=None, publicKeyJwk=key.to_jwk())

    assert read(method).method(f"{DID}#a", Purpose.ASSERTION, now=NOW).key == key


def test_relative_ids_are_those_of_the_document():
    found = read(multikey(id="#a"), assertionMethod=["#a"])

    assert found.method(f"{DID}#a", Purpose.ASSERTION, now=NOW).key == KEY


def test_a_method_that_stands_under_a_purpose_is_for_this_purpose_only():
    found = read_document({"id": DID, "authentication": [multikey()]}, DID)

    assert found.method(f"{DID}#a", Purpose.AUTHENTICATION, now=NOW).key == KEY
    with pytest.raises(VerificationMethodError, match="not listed under assertionMethod"):
        found.method(f"{DID}#a", Purpose.ASSERTION, now=NOW)


def test_a_key_that_is_not_listed_for_the_purpose_is_refused():
    with pytest.raises(VerificationMethodError, match="not listed under authentication"):
        read().method(f"{DID}#a", Purpose.AUTHENTICATION, now=NOW)


def test_an_unknown_method_is_refused():
    with pytest.raises(VerificationMethodError, match="has no verification method"):
        read().method(f"{DID}#b", Purpose.ASSERTION, now=NOW)


def test_a_key_that_somebody_else_controls_is_refused():
    with pytest.raises(VerificationMethodError, match=r"controlled by did:web:other\.example"):
        read(multikey(controller="did:web:other.example")).method(f"{DID}#a", Purpose.ASSERTION, now=NOW)


@pytest.mark.parametrize(("name", "word"), [("expires", "expired"), ("revoked", "revoked")])
def test_a_key_counts_until_it_expires_or_is_revoked(name: str, word: str):
    found = read(multikey(**{name: utc_text(NOW)}))

    assert found.method(f"{DID}#a", Purpose.ASSERTION, now=NOW - SECOND).key == KEY
    with pytest.raises(VerificationMethodError, match=word):
        found.method(f"{DID}#a", Purpose.ASSERTION, now=NOW)


@pytest.mark.parametrize(
    "other",
    [
        multikey(id=f"{DID}#b", type="RsaVerificationKey2018"),
        multikey(id=f"{DID}#b", publicKeyMultibase="z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"),
        multikey(id=f"{DID}#b", type="JsonWebKey", publicKeyJwk={"kty": "OKP", "crv": "X25519", "x": "AA"}),
    ],
)
def test_methods_and_keys_of_other_types_are_passed_over(other: dict[str, Any]):
    found = read(multikey(), other, assertionMethod=[f"{DID}#a", f"{DID}#b"])

    assert found.method(f"{DID}#a", Purpose.ASSERTION, now=NOW).key == KEY
    with pytest.raises(VerificationMethodError, match="has no verification method"):
        found.method(f"{DID}#b", Purpose.ASSERTION, now=NOW)


@pytest.mark.parametrize(
    "broken",
    [
        document(id="did:web:other.example"),
        document(id=None),
        document(multikey(), multikey()),
        document(multikey(type="RsaVerificationKey2018"), multikey()),
        document(multikey(publicKeyMultibase=encode_base58(KEY.type.prefix + KEY.raw[1:]))),
        document(multikey(publicKeyMultibase=5)),
        document(multikey(controller=None)),
        document(multikey(secretKeyMultibase="z6Mk")),
        document(multikey(expires="tomorrow")),
        document(multikey(type="JsonWebKey", publicKeyJwk="key")),
        document(verificationMethod={}),
        document(verificationMethod=["#a"]),
        document(assertionMethod=[5]),
        document(assertionMethod=["#a"] * 101),
        [],
        None,
    ],
)
def test_a_document_that_is_not_of_its_form_is_refused(broken: Any):
    with pytest.raises(IdentifierError):
        read_document(broken, DID)
