from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.data_integrity.selective.pointers import (
    MAX_POINTER_LENGTH,
    MAX_POINTERS,
    parse_pointer,
    select,
)
from ssi.errors import MalformedCredentialError

DOCUMENT: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:credential",
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:example:issuer", "name": "University"},
    "a/b~c": "odd name",
    "credentialSubject": {
        "type": "Person",
        "name": "Ada",
        "courses": [{"id": "urn:1", "title": "One", "grade": 1}, {"title": "Two"}, {"title": "Three"}],
    },
}
ROOT = {name: DOCUMENT[name] for name in ("@context", "id", "type")}


def test_no_pointers_select_nothing():
    assert select(DOCUMENT, []) is None


def test_the_empty_pointer_selects_everything():
    assert select(DOCUMENT, [""]) == DOCUMENT


def test_contexts_identifiers_and_types_come_along():
    assert select(DOCUMENT, ["/credentialSubject/name"]) == {
        **ROOT,
        "credentialSubject": {"type": "Person", "name": "Ada"},
    }


def test_elements_of_arrays_lose_the_gaps_and_keep_their_order():
    selection = select(DOCUMENT, ["/credentialSubject/courses/2", "/credentialSubject/courses/0/title"])

    assert selection is not None
    assert selection["credentialSubject"]["courses"] == [{"id": "urn:1", "title": "One"}, {"title": "Three"}]


def test_a_pointer_to_the_whole_takes_what_others_took_in_part():
    pointers = ["/credentialSubject/courses/0/title", "/credentialSubject"]

    assert select(DOCUMENT, pointers) == select(DOCUMENT, pointers[::-1])
    assert select(DOCUMENT, pointers) == {**ROOT, "credentialSubject": DOCUMENT["credentialSubject"]}


def test_a_name_with_slash_and_tilde_is_escaped():
    assert select(DOCUMENT, ["/a~1b~0c"]) == {**ROOT, "a/b~c": "odd name"}


def test_a_selection_shares_nothing_with_the_document():
    selection = select(DOCUMENT, ["/credentialSubject"])
    assert selection is not None

    selection["credentialSubject"]["courses"].clear()
    selection["@context"].clear()

    assert DOCUMENT["credentialSubject"]["courses"]
    assert DOCUMENT["@context"]


@pytest.mark.parametrize(
    "pointer",
    [
        "/missing",
        "/credentialSubject/missing",
        "/credentialSubject/name/first",
        "/credentialSubject/courses/3",
        "/credentialSubject/courses/-1",
        "/credentialSubject/courses/00",
        "/credentialSubject/courses/-",
        "/credentialSubject/courses/title",
        "/credentialSubject/courses/1000000000000",
        "/credentialSubject/courses/²",
        "/",
    ],
)
def test_a_pointer_at_nothing_is_refused(pointer):
    with pytest.raises(MalformedCredentialError, match="points at nothing"):
        select(DOCUMENT, [pointer])
    with pytest.raises(MalformedCredentialError, match="points at nothing"):
        select(DOCUMENT, ["", pointer])


@pytest.mark.parametrize("pointer", ["name", "/a~2", "/a~", "#/a", "/" + "a" * MAX_POINTER_LENGTH, 7])
def test_what_is_no_pointer_is_refused(pointer):
    with pytest.raises(MalformedCredentialError, match="JSON pointer"):
        parse_pointer(pointer)


def test_more_pointers_than_the_limit_are_refused():
    with pytest.raises(MalformedCredentialError, match="at most"):
        select(DOCUMENT, ["/id"] * (MAX_POINTERS + 1))


@given(st.lists(st.text(max_size=10), max_size=5))
def test_any_name_can_be_pointed_at(names):
    pointer = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)

    assert parse_pointer(pointer) == tuple(names)
