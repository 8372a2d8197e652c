import threading
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.errors import (
    CredentialError,
    DataLossError,
    GraphTooComplexError,
    MalformedCredentialError,
    UnknownContextError,
)
from ssi.linked_data.contexts import CREDENTIALS_V2
from ssi.linked_data.expansion import MAX_NAMED_CONTEXTS, MAX_VALUES, expand
from tests.ssi.linked_data.documents import TERMS, credential, thing

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def subject(**members: Any) -> dict[str, Any]:
    return credential(credentialSubject={"id": "did:example:ada", **members})


def test_names_become_iris():
    assert expand(thing(type="Thing", name="it")) == [
        {"@id": "urn:it", "@type": ["urn:Thing"], "urn:name": [{"@value": "it"}]}
    ]


LOSSES = {
    "an undefined term": subject(shoeSize=41),
    "an undefined term in a list": thing(steps=[{"shoeSize": 41}]),
    "an undefined term deep inside": thing(knows={"knows": {"shoeSize": 41}}),
    "an undefined type": credential(type=["VerifiableCredential", "Diploma"]),
    "an undefined type of a subject": subject(type="Person", name="Ada"),
    "a relative id": subject(id="ada", name="Ada"),
    "an empty id": subject(id="", name="Ada"),
    "a relative reference": thing(knows="ada"),
    "a relative path": thing(knows="../ada"),
    "an id with a space": thing(knows="urn:a b"),
    "an id that closes its brackets": thing(knows="urn:a> <urn:b"),
    "an id like a keyword": thing(knows="@foo"),
    "a name like a keyword": thing(**{"@foo": 1}),
    "a term that its context forgets": thing(forgotten="it"),
    "a null": thing(name=None),
    "a null in a list": thing(name=["it", None]),
    "a null value": thing(name={"@value": None}),
    "an index": thing(knows={"id": "urn:a", "@index": "1"}),
    "an index of a value": thing(name={"@value": "it", "@index": "1"}),
    "an index container": thing(indexed={"one": "it"}),
    "nested members": thing(**{"@nest": {"name": "it"}}),
    "included nodes": thing(name="it", **{"@included": [{"id": "urn:a", "name": "a"}]}),
    "a reverse property": thing(back={"id": "urn:a", "name": "a"}),
    "the keyword reverse": thing(**{"@reverse": {"name": {"id": "urn:a"}}}),
    "a set object": thing(name={"@set": ["it"]}),
    "a graph": {"@context": TERMS, "@graph": [{"id": "urn:a", "name": "a"}]},
    "two things": {"@context": TERMS, "@graph": [{"id": "urn:a", "name": "a"}, {"id": "urn:b", "name": "b"}]},
    "a graph member without content": thing(graph={"id": "urn:a"}),
    "a malformed language": thing(said={"no language": "it"}),
    "a malformed language tag": thing(name={"@value": "it", "@language": "a b"}),
    "a relative data type": thing(name={"@value": "it", "@type": "date"}),
    "a name that is an IRI": thing(**{"https://schema.org/name": "it"}),
    "a blank node as a name": thing(**{"_:name": "it"}),
    "a relative vocabulary": {"@context": {"@vocab": "vocabulary#"}, "@id": "urn:it", "name": "it"},
    "a base": {"@context": {**TERMS, "@base": "https://example.com/"}, "id": "urn:it", "knows": "ada"},
    "a nesting alias": {"@context": {**TERMS, "more": "@nest"}, "id": "urn:it", "more": {"name": "it"}},
    "nothing but an id": {"@context": TERMS, "id": "urn:it"},
    "nothing at all": {},
    "a scalar beside the graph": {"@context": TERMS, "@graph": ["it"]},
}


@pytest.mark.parametrize("document", LOSSES.values(), ids=list(LOSSES))
def test_what_would_be_lost_is_an_error(document: dict[str, Any]):
    with pytest.raises(DataLossError):
        expand(document)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (subject(id="ada lovelace", name="Ada"), "credentialSubject: an identifier is relative"),
        (thing(knows="ada lovelace"), "urn:knows: an identifier is relative"),
        (thing(knows={"steps": [{"id": "ada lovelace"}]}), "urn:steps: an identifier"),
        (thing(id="ada lovelace", name="it"), "the document: an identifier"),
        (thing(name={"@value": "it", "@language": "ada lovelace"}), "urn:name: expected a language tag"),
    ],
)
def test_the_place_of_what_would_be_lost_is_named_and_not_the_value(document: dict[str, Any], place: str):
    with pytest.raises(DataLossError) as caught:
        expand({**document})

    assert place in str(caught.value)
    assert "lovelace" not in "".join(traceback.format_exception(caught.value))


def test_a_status_under_another_name_is_not_overlooked():
    aliased = {"state": "https://www.w3.org/2018/credentials#credentialStatus"}
    document = credential(**{"@context": [CREDENTIALS_V2, aliased]}, state={"id": "urn:status:1"})

    with pytest.raises(DataLossError, match="credentialStatus stands under another name"):
        expand(document)


def test_a_protected_term_cannot_be_given_another_meaning():
    context = {"VerifiableCredential": "urn:NotThat"}

    with pytest.raises(MalformedCredentialError, match="protected term redefinition"):
        expand(credential(**{"@context": [CREDENTIALS_V2, context]}))


def test_an_unknown_context_is_named_at_whatever_depth():
    with pytest.raises(UnknownContextError, match=r"example\.com/v1"):
        expand(credential(**{"@context": [CREDENTIALS_V2, "https://example.com/v1"]}))
    with pytest.raises(UnknownContextError, match=r"example\.com/v1"):
        expand(subject(name="Ada", **{"@context": "https://example.com/v1"}))


def test_a_context_that_imports_another_is_refused():
    with pytest.raises(DataLossError, match="@import"):
        expand({"@context": {"@version": 1.1, "@import": CREDENTIALS_V2}, "id": "urn:it"})


def test_a_json_literal_is_kept_whatever_is_in_it():
    kept = {"a": None, "@index": [1, {"https://example.com": None}], "b": "c d"}

    assert expand(thing(data=kept))[0]["urn:data"] == [{"@type": "@json", "@value": kept}]


def test_a_null_beside_a_json_literal_is_still_an_error():
    with pytest.raises(DataLossError, match="null"):
        expand(thing(data={"a": None}, name=None))


def test_whole_numbers_are_read_alike_however_they_are_spelled():
    assert expand(thing(name=1.0)) == expand(thing(name=1))
    with pytest.raises(MalformedCredentialError, match="2\\^53"):
        expand(thing(name=2**53))


@pytest.mark.parametrize("document", [None, [], "text", 5, [credential()]])
def test_what_is_no_object_is_no_document(document: object):
    with pytest.raises(MalformedCredentialError):
        expand(document)


@pytest.mark.parametrize(
    "document",
    [
        thing(**{"type": 5}),
        thing(type="@Foo"),
        thing(id=["urn:a", "urn:b"]),
        thing(name={"@value": "it", "@language": 5}),
        thing(name={"@value": {"a": 1}}),
        thing(name=object()),
        {"@context": {"name": 5}, "name": "it"},
        {"@context": {"name": {"@id": "@context"}}, "name": "it"},
        {"@context": 5, "@id": "urn:it"},
        {"@context": {"a": "b:c", "b": "a:d"}, "a": "it"},
        {5: "it"},
    ],
)
def test_what_is_no_json_ld_is_refused_by_name(document: Any):
    with pytest.raises(MalformedCredentialError):
        expand(document)


def nested(levels: int) -> Any:
    value: Any = "urn:it"
    for _ in range(levels):
        value = {"knows": value}
    return value


@pytest.mark.parametrize(
    "document",
    [
        thing(name=["it"] * MAX_VALUES),
        thing(knows=nested(70)),
        thing(name=[[[]]] * (MAX_VALUES // 2)),
        {"@context": [{f"t{index}": f"urn:{index}"} for index in range(600)], "t1": "it"},
        {"@context": [CREDENTIALS_V2] * (MAX_NAMED_CONTEXTS + 1), "id": "urn:it"},
    ],
    ids=["values", "levels", "lists", "definitions", "contexts"],
)
def test_a_document_that_takes_too_much_work_is_refused(document: Any):
    with pytest.raises(GraphTooComplexError):
        expand(document)


def test_documents_are_expanded_in_many_threads_at_once():
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                expand(credential(**{"@context": [CREDENTIALS_V2, EXAMPLES]}, name="a"))
        except CredentialError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures


names = st.sampled_from(
    [
        *TERMS,
        "@context",
        "@id",
        "@type",
        "@value",
        "@list",
        "@graph",
        "@set",
        "@nest",
        "@index",
        "@reverse",
        "urn:x",
        "x",
    ]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.sampled_from(["urn:a", "@id", "x", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(names, values, max_size=5))
def test_whatever_document_comes_is_expanded_or_refused_by_name(members: dict[str, Any]):
    try:
        expanded = expand({"@context": TERMS, **members})
    except CredentialError:
        return

    assert len(expanded) == 1


def test_an_error_says_nothing_of_what_the_document_says():
    secret = "a very private claim"

    with pytest.raises(MalformedCredentialError) as refusal:
        expand(thing(name={"@value": "it", "@language": 5, "@type": secret}))

    assert secret not in "".join(traceback.format_exception(refusal.value))
