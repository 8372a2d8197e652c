"""No claim is left unsigned: whatever is changed, added or taken away is refused with a named error."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode
from ssi.credential import verify_credential
from ssi.errors import CredentialError, MalformedCredentialError
from tests.ssi.parties import NOW, exam_credential, health_credential, organisation_credential, registry

CREDENTIALS = {
    "exam": exam_credential(),
    "health": health_credential(),
    "organisation": organisation_credential(),
}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~="
any_credential = st.sampled_from(list(CREDENTIALS.values()))


def refused(token: str) -> None:
    with pytest.raises(CredentialError) as refusal:
        verify_credential(token, registry(), now=NOW)
    assert refusal.type is not CredentialError


@pytest.mark.parametrize("token", CREDENTIALS.values(), ids=list(CREDENTIALS))
def test_untouched_they_verify(token: str):
    assert verify_credential(token, registry(), now=NOW)


@given(any_credential, st.data())
@settings(max_examples=300)
def test_any_changed_character_is_refused(token: str, data: st.DataObject):
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(ALPHABET).filter(lambda letter: letter != token[position]))

    refused(token[:position] + other + token[position + 1 :])


@given(any_credential, st.data())
@settings(max_examples=100)
def test_any_character_taken_away_is_refused(token: str, data: st.DataObject):
    position = data.draw(st.integers(0, len(token) - 1))

    refused(token[:position] + token[position + 1 :])


@given(any_credential, st.data(), st.text(ALPHABET, min_size=1, max_size=4))
@settings(max_examples=100)
def test_any_text_put_in_is_refused(token: str, data: st.DataObject, more: str):
    position = data.draw(st.integers(0, len(token)))

    refused(token[:position] + more + token[position:])


def mutations(value: Any) -> Iterator[Any]:
    """Every way to change, take away or add one thing, anywhere in a document."""
    if isinstance(value, dict):
        yield {**value, "more": 1}
        for name, member in value.items():
            without = {other: kept for other, kept in value.items() if other != name}
            yield without
            yield {**without, f"{name}_": member}
            yield from ({**value, name: changed} for changed in mutations(member))
    elif isinstance(value, list):
        yield [*value, "more"]
        yield list(reversed(value)) + [None] * (len(value) < 2)
        for index, element in enumerate(value):
            yield value[:index] + value[index + 1 :]
            yield from ([*value[:index], changed, *value[index + 1 :]] for changed in mutations(element))
    else:
        others: tuple[Any, ...] = (None, True, 0, 1, -1, "", "x", [], {}, [value])
        yield from (other for other in others if other != value)
        yield value + "x" if isinstance(value, str) else str(value)


def encoded(value: Any) -> str:
    return b64url_encode(json.dumps(value).encode())


def decoded(part: str) -> Any:
    return json.loads(b64url_decode(part))


@pytest.mark.parametrize("token", CREDENTIALS.values(), ids=list(CREDENTIALS))
@pytest.mark.parametrize("part", [0, 1], ids=["header", "payload"])
def test_every_changed_header_claim_and_array_element_is_refused(token: str, part: int):
    jwt, *disclosures = token.split("~")
    parts = jwt.split(".")

    for changed in mutations(decoded(parts[part])):
        rewritten = [*parts[:part], encoded(changed), *parts[part + 1 :]]
        refused("~".join([".".join(rewritten), *disclosures]))


@pytest.mark.parametrize("token", [CREDENTIALS["exam"], CREDENTIALS["health"]], ids=["exam", "health"])
def test_every_changed_disclosure_is_refused(token: str):
    jwt, *disclosures, _ = token.split("~")

    for index, disclosure in enumerate(disclosures):
        for changed in mutations(decoded(disclosure)):
            refused("~".join([jwt, *disclosures[:index], encoded(changed), *disclosures[index + 1 :], ""]))


def swapped(token: str, change: Callable[[list[str]], list[str]]) -> str:
    jwt, *disclosures, _ = token.split("~")
    return "~".join([jwt, *change(disclosures), ""])


ADDED: dict[str, Callable[[list[str]], list[str]]] = {
    "one twice": lambda disclosures: [*disclosures, disclosures[0]],
    "one made up": lambda disclosures: [*disclosures, encoded(["AAAAAAAAAAAAAAAAAAAAAA", "age", 30])],
    "one of another credential": lambda disclosures: [*disclosures, CREDENTIALS["health"].split("~")[1]],
    "an empty one": lambda disclosures: [*disclosures, ""],
    "all of another credential": lambda disclosures: CREDENTIALS["health"].split("~")[1:-1],
}


@pytest.mark.parametrize("change", ADDED.values(), ids=list(ADDED))
def test_an_added_disclosure_is_refused(change: Callable[[list[str]], list[str]]):
    with pytest.raises(MalformedCredentialError):
        verify_credential(swapped(CREDENTIALS["exam"], change), registry(), now=NOW)


@given(st.permutations(range(8)), st.integers(0, 8))
@settings(max_examples=30)
def test_only_leaving_out_disclosures_is_the_holders_choice(order: list[int], kept: int):
    whole = verify_credential(CREDENTIALS["exam"], registry(), now=NOW)
    chosen = swapped(CREDENTIALS["exam"], lambda disclosures: [disclosures[index] for index in order[:kept]])

    shown = verify_credential(chosen, registry(), now=NOW)

    assert shown.claims.items() <= whole.claims.items()
    assert shown.digest == whole.digest


@pytest.mark.parametrize("first", ["exam", "health"])
def test_parts_of_two_credentials_do_not_make_a_third(first: str):
    second = "health" if first == "exam" else "exam"
    ours, theirs = (CREDENTIALS[name].split("~")[0].split(".") for name in (first, second))

    refused(".".join([ours[0], ours[1], theirs[2]]) + "~")
    refused(".".join([ours[0], theirs[1], ours[2]]) + "~")
