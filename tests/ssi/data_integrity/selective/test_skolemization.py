from typing import Any

import pytest

from ssi.data_integrity.selective.pointers import select
from ssi.data_integrity.selective.skolemization import (
    MAX_AMBIGUOUS,
    PREFIX,
    skolemize,
    skolemized_quads,
)
from ssi.errors import DataLossError, GraphTooComplexError
from ssi.linked_data.canonical import canonicalize, canonicalize_quads

V2 = "https://www.w3.org/ns/credentials/v2"
TERMS = {
    "@vocab": "https://example.org/terms#",
    "text": {"@id": "https://example.org/terms#text", "@container": "@language"},
    "raw": {"@id": "https://example.org/terms#raw", "@type": "@json"},
    "list": {"@id": "https://example.org/terms#list", "@container": "@list"},
}


def credential(**subject: Any) -> dict[str, Any]:
    return {
        "@context": [V2, TERMS],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": subject,
    }


DOCUMENTS = {
    "things": credential(a={"b": [{"c": 1}, {"c": 2}, "text"]}, d={}),
    "identifiers": credential(id="urn:person", a={"@id": "urn:a", "b": 1}),
    "values": credential(a={"@value": "x", "@language": "en"}, b=[{"@value": "y", "@type": "urn:type"}]),
    "languages": credential(text={"en": "one", "de": ["eins", "ein"]}, name={"say": "text only"}),
    "json": credential(raw={"some": {"inner": [1, {"id": 3}]}}, a={"b": {"c": "d"}}),
    "lists": credential(list=[{"a": 1}, "x", {"b": {"c": 2}}], a={"list": ["y", "x"]}),
    "list of lists": credential(list=[["a", "b"], [["c"]], []]),
    "list object": credential(a={"@list": [{"b": 1}, 2]}),
    "context within": credential(a={"@context": {"other": "urn:other"}, "other": "x"}),
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_quads_are_those_of_the_document(document):
    assert canonicalize_quads(skolemize(document).quads).quads == canonicalize(document).quads


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_whole_of_the_document_has_the_same_blank_nodes(document):
    skolemized = skolemize(document)
    whole = select(skolemized.document, [""])
    assert whole is not None

    assert frozenset(skolemized_quads(whole)) == frozenset(skolemized.quads)


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("things", "/credentialSubject/a/b/1"),
        ("things", "/credentialSubject/d"),
        ("identifiers", "/credentialSubject/a"),
        ("languages", "/credentialSubject/text/de/0"),
        ("languages", "/credentialSubject/name"),
        ("json", "/credentialSubject/raw"),
        ("json", "/credentialSubject/a/b/c"),
        ("lists", "/credentialSubject/list"),
        ("lists", "/credentialSubject/a/list"),
        ("list of lists", "/credentialSubject/list"),
        ("list object", "/credentialSubject/a"),
        ("context within", "/credentialSubject/a/other"),
    ],
)
def test_a_part_of_the_document_says_quads_of_the_whole(name, pointer):
    skolemized = skolemize(DOCUMENTS[name])
    part = select(skolemized.document, [pointer])
    assert part is not None

    quads = frozenset(skolemized_quads(part))

    assert quads <= frozenset(skolemized.quads)
    assert len(quads) > 2


@pytest.mark.parametrize("pointer", ["/credentialSubject/list/1", "/credentialSubject/list/0/a"])
def test_a_part_of_a_list_is_not_in_the_whole(pointer):
    skolemized = skolemize(DOCUMENTS["lists"])
    part = select(skolemized.document, [pointer])
    assert part is not None

    assert not frozenset(skolemized_quads(part)) <= frozenset(skolemized.quads)


def test_a_document_is_not_changed():
    document = credential(a={"b": {"c": 1}})

    skolemize(document)

    assert document == credential(a={"b": {"c": 1}})


@pytest.mark.parametrize(
    "subject",
    [
        {"id": "_:b0", "a": 1},
        {"a": {"@id": "_:x", "b": 1}},
        {"id": f"{PREFIX}0", "a": 1},
        {"a": f"{PREFIX}0"},
    ],
    ids=["a label", "a label by keyword", "an identifier like ours", "a text like ours"],
)
def test_what_has_a_name_for_the_moment_is_refused(subject):
    with pytest.raises(DataLossError, match="blank node label"):
        skolemize(credential(**subject))


def test_a_document_that_is_not_lossless_is_refused():
    with pytest.raises(DataLossError):
        skolemize(credential(a=None))


def test_two_lists_that_are_alike_are_refused():
    document = credential(a=[{"@list": ["x"]}, {"@list": ["x"]}])

    with pytest.raises(DataLossError, match="alike"):
        skolemize(document)


def test_a_graph_without_an_identifier_is_refused():
    document = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential(a=1)],
    }

    with pytest.raises(DataLossError, match="graph"):
        skolemize(document)


def test_too_many_objects_of_texts_beside_languages_are_refused():
    things = [{"say": str(place)} for place in range(MAX_AMBIGUOUS + 1)]

    with pytest.raises(GraphTooComplexError):
        skolemize(credential(text={"en": "one"}, things=things))
