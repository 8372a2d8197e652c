import base64
from typing import Any

import pytest

from ssi.errors import MalformedCredentialError
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from ssi.vcdm.presentation import (
    ENVELOPED_CREDENTIAL_TYPE,
    ENVELOPED_PRESENTATION_TYPE,
    read_envelope,
    read_presentation,
)
from tests.ssi.linked_data.documents import credential


def presentation(**members: Any) -> dict[str, Any]:
    base = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential()],
    }
    return {**base, **members}


def enveloped(**members: Any) -> dict[str, Any]:
    base = {
        "@context": CREDENTIALS_V2,
        "id": "data:application/vc+jwt,eyJ.eyJ.c2",
        "type": ENVELOPED_CREDENTIAL_TYPE,
    }
    return {name: value for name, value in {**base, **members}.items() if value is not None}


def test_a_presentation_becomes_values():
    model = read_presentation(
        presentation(
            id="urn:uuid:1",
            holder={"id": "did:example:ada"},
            verifiableCredential=[credential(), enveloped()],
            termsOfUse={"type": "Terms"},
        )
    )

    assert model.holder == "did:example:ada"
    assert model.credentials == (credential(),)
    assert [(envelope.media_type, envelope.content) for envelope in model.envelopes] == [
        ("application/vc+jwt", b"eyJ.eyJ.c2")
    ]
    assert model.terms_of_use[0].types == ("Terms",)


def test_a_presentation_may_hold_nothing_and_name_nobody():
    model = read_presentation({"@context": [CREDENTIALS_V1], "type": "VerifiablePresentation"})

    assert (model.holder, model.credentials, model.envelopes) == (None, (), ())


BROKEN = {
    "@context": [{"type": "VerifiablePresentation"}, presentation(**{"@context": ["urn:a", CREDENTIALS_V2]})],
    "type": [presentation(type="Other"), presentation(type=[]), presentation(type=None)],
    "id": [presentation(id="a"), presentation(id=["urn:a"])],
    "holder": [presentation(holder=value) for value in ("ada", 5, None, {}, {"id": "ada"})],
    "verifiableCredential": [
        presentation(verifiableCredential=value)
        for value in (
            [],
            "eyJ",
            5,
            None,
            "https://example.com/credential",
            ["https://example.com/credential"],
            [credential(), 5],
            {"type": "Other"},
            {"id": "urn:a"},
            enveloped(id="https://example.com"),
        )
    ],
    "termsOfUse": [presentation(termsOfUse={})],
    "proof": [presentation(proof="a"), presentation(proof=[{}])],
}


@pytest.mark.parametrize(
    ("member", "document"),
    [(member, document) for member, documents in BROKEN.items() for document in documents],
)
def test_what_breaks_a_rule_is_refused_with_the_path_of_the_member(member: str, document: dict[str, Any]):
    with pytest.raises(MalformedCredentialError, match=rf"^presentation\.{member}"):
        read_presentation(document)


@pytest.mark.parametrize(
    ("url", "media_type", "content"),
    [
        ("data:application/vc+jwt,a.b.c", "application/vc+jwt", b"a.b.c"),
        ("data:Application/VC+SD-JWT;charset=utf-8,a~", "application/vc+sd-jwt", b"a~"),
        ("data:application/vc+jwt,a%2Eb", "application/vc+jwt", b"a.b"),
        (
            f"data:application/vc+cose;base64,{base64.b64encode(bytes(5)).decode()}",
            "application/vc+cose",
            bytes(5),
        ),
    ],
)
def test_an_envelope_is_opened_to_its_bytes(url: str, media_type: str, content: bytes):
    envelope = read_envelope(enveloped(id=url), ENVELOPED_CREDENTIAL_TYPE, "it")

    assert (envelope.media_type, envelope.content) == (media_type, content)


@pytest.mark.parametrize(
    "document",
    [
        enveloped(id="data:,"),
        enveloped(id="data:text"),
        enveloped(id="data:application/vc+jwt,"),
        enveloped(id="data:application/vc+cose;base64,!"),
        enveloped(id="https://example.com"),
        enveloped(id=5),
        {**enveloped(), "id": None},
        {**enveloped(), "@context": None},
        {**enveloped(), "type": "Other"},
        [],
        None,
    ],
)
def test_what_is_no_envelope_is_refused(document: object):
    with pytest.raises(MalformedCredentialError, match=r"^it"):
        read_envelope(document, ENVELOPED_CREDENTIAL_TYPE, "it")


def test_an_enveloped_presentation_is_read_as_one():
    document = enveloped(type=[ENVELOPED_PRESENTATION_TYPE])

    assert read_envelope(document, ENVELOPED_PRESENTATION_TYPE, "it").media_type == "application/vc+jwt"
