from typing import Any

import pytest

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.errors import RegistryError
from ssi.issuer_anchors import MAX_DIDS, IssuerAnchors
from ssi.trust_entries import IssuerEntry
from ssi.trust_parts import issuer_part
from tests.ssi.foreign import ACADEMY, DID_JWK, DIPLOMA, ROOTED, anchored, authority
from tests.ssi.parties import assembled, es256, parts

WHOLE = IssuerAnchors(
    x509_roots=(authority().pem, authority("other").pem),
    dids=(DID_JWK, "did:web:academy.example"),
    metadata=True,
    data_sets={DIPLOMA: ("exam/1", "exam/2")},
)


def read(document: Any) -> IssuerAnchors:
    fields = Fields.of(document, "issuer")
    anchors = IssuerAnchors.read(fields)
    fields.done()
    return anchors


def test_what_an_entry_names_reads_back():
    assert read(WHOLE.to_json()) == WHOLE
    assert WHOLE.roots == (authority().certificate, authority("other").certificate)


def test_an_entry_that_names_nothing_says_nothing():
    assert IssuerAnchors().to_json() == {}
    assert read({}) == IssuerAnchors()
    assert not IssuerAnchors().find_keys
    assert not IssuerAnchors(data_sets={DIPLOMA: ("exam/1",)}).find_keys


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "a root that is none": ({"x509_roots": ["x"]}, r"x509_roots\[0\]: expected one X.509"),
    "two roots in one": ({"x509_roots": [authority().pem * 2]}, r"x509_roots\[0\]: expected one X.509"),
    "a root twice": ({"x509_roots": [authority().pem] * 2}, "stands twice"),
    "a DID that is none": ({"dids": ["https://a.example"]}, "expected a DID"),
    "a DID URL": ({"dids": ["did:web:a.example#key-1"]}, "expected a DID"),
    "a DID with a control character": ({"dids": ["did:web:a\x1b"]}, "expected a DID"),
    "a data set with a line break": ({"data_sets": {DIPLOMA: ["a\nb"]}}, "without control characters"),
    "too many DIDs": ({"dids": [f"did:web:{n}.example" for n in range(MAX_DIDS + 1)]}, "expected 0 to"),
    "metadata that may be": ({"issuer_metadata": "yes"}, "issuer_metadata: expected true or false"),
    "data sets in a list": ({"data_sets": ["exam/1"]}, "data_sets: expected an object"),
    "a type for no data set": ({"data_sets": {DIPLOMA: []}}, "expected 1 to"),
    "too many types": ({"data_sets": {str(n): ["exam/1"] for n in range(101)}}, "expected up to 100 types"),
}


@pytest.mark.parametrize(("document", "message"), BROKEN.values(), ids=list(BROKEN))
def test_an_anchor_of_another_form_is_refused(document: dict[str, Any], message: str):
    with pytest.raises(MalformedError, match=message):
        read(document)


def entry(document: dict[str, Any]) -> IssuerEntry:
    whole = {**anchored(ROOTED).issuers[0].to_json(), **document}
    return IssuerEntry.read(Fields.of({name: value for name, value in whole.items() if value}, "issuer"))


def test_an_entry_needs_a_key_or_a_way_to_find_one():
    keyless: dict[str, Any] = {"keys": [], "x509_roots": None}

    with pytest.raises(MalformedError, match="keys"):
        entry(keyless)
    whole = {**anchored(ROOTED).issuers[0].to_json(), "keys": []}
    assert IssuerEntry.read(Fields.of(whole, "issuer")).keys == {}


def test_two_issuers_do_not_share_a_did():
    made = [
        issuer_part(
            name,
            "Academy",
            keys={"1": es256(name).public},
            credential_types=[DIPLOMA],
            status_uri_prefix=f"{ACADEMY}/",
            anchors=IssuerAnchors(dids=(DID_JWK,)),
        )
        for name in ("first", "second")
    ]

    with pytest.raises(RegistryError, match="names the same id twice: did:jwk"):
        assembled([parts()[-1], *made])


def test_an_issuers_did_is_not_the_id_of_another():
    other = issuer_part(
        DID_JWK,
        "Academy",
        keys={"1": es256("x").public},
        credential_types=[DIPLOMA],
        status_uri_prefix=f"{ACADEMY}/",
    )
    mine = issuer_part(
        ACADEMY,
        "Academy",
        keys={"1": es256("y").public},
        credential_types=[DIPLOMA],
        status_uri_prefix=f"{ACADEMY}/",
        anchors=IssuerAnchors(dids=(DID_JWK,)),
    )

    with pytest.raises(RegistryError, match="names the same id twice"):
        assembled([parts()[-1], other, mine])
