"""Whatever is changed in a signed credential, it does not verify any more.

A suite over the graph does not sign the order of a set, so elements are exchanged only under suites over the
text. Contexts may be followed by others (`test_signature_suites`), so they are replaced and taken out only.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssi.data_integrity.credentials import verify_credential
from ssi.errors import CredentialError
from tests.ssi.data_integrity.signed import KINDS, VERIFICATION, issued, maker
from tests.ssi.parties import NOW

Path = tuple[str | int, ...]

scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(0.25, 0.75),
    st.text("abc ", min_size=1, max_size=5),
)
# A list in a list is the same set to a graph, and an element that stands twice stands there once.
claims = st.dictionaries(
    st.sampled_from(["alumniOf", "degree", "grade", "motto"]),
    st.recursive(
        scalars | st.lists(scalars, min_size=1, max_size=3, unique_by=repr),
        lambda inner: st.dictionaries(
            st.sampled_from(["founded", "degree", "grade"]), inner, min_size=1, max_size=2
        ),
        max_leaves=5,
    ),
    min_size=1,
    max_size=3,
)


@cache
def _issued(kind: str) -> dict[str, Any]:
    return issued(maker(kind))


def credential(kind: str, subject: dict[str, Any]) -> dict[str, Any]:
    return issued(maker(kind), credentialSubject={"id": "did:example:abcdefgh", **subject})


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below the top of a document, contexts left out."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in members:
        if name != "@context":
            yield (*path, name)
            yield from places(member, (*path, name))


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def replaced(document: dict[str, Any], path: Path) -> None:
    value = at(document, path)
    at(document, path[:-1])[path[-1]] = (
        value + 1
        if isinstance(value, int | float) and not isinstance(value, bool)
        else f"{value}x"
        if isinstance(value, str)
        else not value
        if isinstance(value, bool)
        else "replaced"
    )


def removed(document: dict[str, Any], path: Path) -> None:
    del at(document, path[:-1])[path[-1]]


def added(document: dict[str, Any], path: Path) -> None:
    value = at(document, path)
    if isinstance(value, list):
        value.append("added")
    elif isinstance(value, dict):
        value["grade" if "grade" not in value else "nonce"] = "added"
    else:
        at(document, path[:-1])[path[-1]] = [value, "added"]


CHANGES = [replaced, removed, added]


def verify(document: Any) -> None:
    verify_credential(document, VERIFICATION, now=NOW)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(subject=claims, data=st.data())
def test_a_changed_added_or_removed_member_is_found(kind: str, subject: dict[str, Any], data: st.DataObject):
    document = credential(kind, subject)
    verify(document)
    path = data.draw(st.sampled_from(list(places(document))))
    change: Callable[[dict[str, Any], Path], None] = data.draw(st.sampled_from(CHANGES))
    changed = deepcopy(document)
    change(changed, path)

    with pytest.raises(CredentialError):
        verify(changed)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "jcs" in kind])
@settings(max_examples=40)
@given(data=st.data())
def test_an_exchanged_element_is_found_in_a_signed_text(kind: str, data: st.DataObject):
    document = credential(kind, {"motto": ["learn", "teach", "rest"], "grade": [[1, 2], [3]]})
    lists = [
        path
        for path in places(document)
        if isinstance(at(document, path), list) and len(at(document, path)) > 1
    ]
    path = data.draw(st.sampled_from(lists))
    changed = deepcopy(document)
    at(changed, path).reverse()

    with pytest.raises(CredentialError):
        verify(changed)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_changed_character_of_the_signature_is_found(kind: str, data: st.DataObject):
    document = deepcopy(_issued(kind))
    value = document["proof"]["proofValue"]
    index = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != value[index]))
    document["proof"]["proofValue"] = value[:index] + other + value[index + 1 :]

    with pytest.raises(CredentialError):
        verify(document)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "contexts", [lambda c: c[:1], lambda c: c[1:], lambda c: c[::-1], lambda c: [c[0], c[0]]]
)
def test_a_context_that_is_missing_or_moved_is_found(kind: str, contexts: Callable[[list[str]], list[str]]):
    document = _issued(kind)

    with pytest.raises(CredentialError):
        verify({**document, "@context": contexts(document["@context"])})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"]
)
def test_no_member_of_the_proof_can_be_taken_out(kind: str, name: str):
    document = deepcopy(_issued(kind))
    del document["proof"][name]

    with pytest.raises(CredentialError):
        verify(document)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"])
def test_a_proof_is_not_taken_for_one_of_another_suite(kind: str, other: str):
    document = deepcopy(_issued(kind))
    if document["proof"]["cryptosuite"] == other:
        return
    document["proof"]["cryptosuite"] = other

    with pytest.raises(CredentialError):
        verify(document)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["id", "type", "@id"]), inner, max_size=2)
        ),
        max_leaves=4,
    ),
    name=st.sampled_from(["@context", "id", "type", "issuer", "validFrom", "credentialSubject", "proof"]),
)
def test_hostile_members_are_refused_by_name(kind: str, data: Any, name: str):
    if data == _issued(kind)[name] or [data] == _issued(kind)[name]:
        return

    with pytest.raises(CredentialError):
        verify({**_issued(kind), name: data})
