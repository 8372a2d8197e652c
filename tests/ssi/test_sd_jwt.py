from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError, SignatureError
from ssi.disclosures import RESERVED_NAMES, disclosure_digest
from ssi.sd_jwt import (
    MAX_DISCLOSURES,
    Decoy,
    Selective,
    issue_sd_jwt,
    join_sd_jwt,
    parse_sd_jwt,
    present_sd_jwt,
)
from tests.ssi.parties import es256, random_of

TYP = "example+sd-jwt"
KEY = es256("sd-jwt")
CLAIMS = {
    "sub": "user_42",
    "given_name": Selective("Johanna"),
    "address": Selective({"street": Selective("Ringstraße 1"), "city": "Wien"}),
    "nationalities": [Selective("AT"), "DE", Selective("CH")],
}


def issue(claims: Any, label: str = "salts") -> str:
    return issue_sd_jwt(claims, KEY, typ=TYP, random=random_of(label))


def verify(token: str) -> Any:
    return parse_sd_jwt(token, "token").verify(KEY.public, typ=TYP).claims


def resigned(payload: dict[str, Any], disclosures: list[str]) -> str:
    """A payload of any form, properly signed, with any disclosures."""
    parts = [b64url_encode(canonical_json(part)) for part in ({"alg": "ES256", "typ": TYP}, payload)]
    signature = b64url_encode(KEY.sign(".".join(parts).encode()))
    return join_sd_jwt(".".join([*parts, signature]), disclosures)


def disclosure(*parts: object) -> str:
    return b64url_encode(canonical_json(parts))


def test_everything_is_there_when_everything_is_disclosed():
    assert verify(issue(CLAIMS)) == {
        "sub": "user_42",
        "given_name": "Johanna",
        "address": {"street": "Ringstraße 1", "city": "Wien"},
        "nationalities": ["AT", "DE", "CH"],
    }


def test_what_is_not_disclosed_is_not_there():
    assert verify(present_sd_jwt(issue(CLAIMS), [])) == {"sub": "user_42", "nationalities": ["DE"]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("given_name",), {"given_name": "Johanna"}),
        (("address",), {"address": {"city": "Wien"}}),
        (("address", "street"), {"address": {"city": "Wien", "street": "Ringstraße 1"}}),
        (("nationalities", 2), {"nationalities": ["DE", "CH"]}),
    ],
)
def test_a_path_discloses_a_claim_with_its_parents_and_nothing_else(path: Any, expected: dict[str, Any]):
    hidden = {"sub": "user_42", "nationalities": ["DE"]}

    assert verify(present_sd_jwt(issue(CLAIMS), [path])) == hidden | expected


@pytest.mark.parametrize("path", [("sub",), ("nothing",), ("nationalities", 1), ("nationalities", 7), ()])
def test_a_path_to_no_disclosure_is_refused(path: Any):
    with pytest.raises(MalformedError, match="nothing to disclose at"):
        present_sd_jwt(issue(CLAIMS), [path])


def test_a_holder_cannot_show_what_was_dropped_before():
    with pytest.raises(MalformedError, match="nothing to disclose at 'given_name'"):
        present_sd_jwt(present_sd_jwt(issue(CLAIMS), [("address",)]), [("given_name",)])


def test_the_order_of_digests_does_not_depend_on_the_order_of_claims():
    payload = parse_json(b64url_decode(issue(CLAIMS).split(".")[1]))

    assert isinstance(payload, dict)
    assert payload["_sd"] == sorted(payload["_sd"])  # type: ignore[type-var, arg-type]
    assert payload["_sd_alg"] == "sha-256"


def test_equal_claims_have_different_digests_because_salts_have_128_fresh_bits():
    first, second = (parse_sd_jwt(issue(CLAIMS, label), "token").disclosures for label in ("one", "two"))

    salts = {parse_json(b64url_decode(found.encoded))[0] for found in (*first, *second)}  # type: ignore[index]

    assert len(salts) == len(first) + len(second)
    assert all(len(b64url_decode(str(salt))) == 16 for salt in salts)
    assert not {found.digest for found in first} & {found.digest for found in second}


def test_a_decoy_looks_like_a_claim_that_is_not_shown():
    token = issue({"a": Selective(1), "b": Decoy(), "c": [Decoy(), 2]})

    payload = parse_sd_jwt(token, "token").jws.payload

    assert len({len(str(digest)) for digest in payload["_sd"]}) == 1  # type: ignore[union-attr]
    assert len(payload["_sd"]) == 2  # type: ignore[arg-type]
    assert verify(token) == {"a": 1, "c": [2]}


def test_claims_without_anything_selective_are_a_plain_token_with_a_tilde():
    token = issue({"a": 1})

    assert token.endswith("~")
    assert token.count("~") == 1
    assert "_sd_alg" not in parse_sd_jwt(token, "token").jws.payload


@pytest.mark.parametrize("name", sorted(RESERVED_NAMES))
@pytest.mark.parametrize("nested", [False, True])
def test_reserved_names_are_not_issued(name: str, nested: bool):
    claims: dict[str, object] = {name: Selective("x")}

    with pytest.raises(MalformedError, match="is reserved"):
        issue({"inner": claims} if nested else claims)


def test_the_signature_covers_what_is_not_disclosed():
    other = issue_sd_jwt(CLAIMS, es256("stranger"), typ=TYP, random=random_of("salts"))

    with pytest.raises(SignatureError):
        verify(present_sd_jwt(other, []))


@pytest.mark.parametrize(
    "token",
    ["", "~", "~~", "a.b.c", "a.b.c~", issue(CLAIMS) + "~", "~" + issue(CLAIMS), issue({"a": 1}).rstrip("~")],
    ids=range(8),
)
def test_what_is_not_an_sd_jwt_is_refused(token: str):
    with pytest.raises(MalformedError, match="token"):
        parse_sd_jwt(token, "token")


def test_what_follows_the_last_tilde_is_a_key_binding_and_never_a_disclosure():
    parsed = parse_sd_jwt(issue({"a": Selective(1)}).rstrip("~"), "token")

    assert parsed.key_binding is not None
    assert parsed.verify(KEY.public, typ=TYP).claims == {}


def test_more_disclosures_than_anyone_needs_are_refused_before_they_are_read():
    token = issue({"a": 1}) + "x~" * (MAX_DISCLOSURES + 1)

    with pytest.raises(MalformedError, match=f"expected up to {MAX_DISCLOSURES} disclosures"):
        parse_sd_jwt(token, "token")


NAME = disclosure("salt", "name", "value")
ELEMENT = disclosure("salt", "value")
OTHER = disclosure("pepper", "name", "another value")
PARENT = disclosure("salt", "parent", {"_sd": [disclosure_digest(NAME)]})

HOSTILE: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "disclosure nobody signed": ({"_sd": []}, [NAME], "did not sign"),
    "disclosure nobody signed, no digests": ({"a": 1}, [NAME], "did not sign"),
    "disclosure twice": ({"_sd": [disclosure_digest(NAME)]}, [NAME, NAME], "a disclosure stands twice"),
    "digest twice in a list": ({"_sd": [disclosure_digest(NAME)] * 2}, [NAME], "a digest stands twice"),
    "closed digest twice": ({"_sd": ["x", "x"]}, [], "a digest stands twice"),
    "digest in two places": (
        {"_sd": [disclosure_digest(NAME)], "inner": {"_sd": [disclosure_digest(NAME)]}},
        [NAME],
        "a digest stands twice",
    ),
    "digest twice by way of a disclosure": (
        {"_sd": [disclosure_digest(NAME), disclosure_digest(PARENT)]},
        [NAME, PARENT],
        "a digest stands twice",
    ),
    "digest of a claim and of an element": (
        {"_sd": [disclosure_digest(NAME)], "list": [{"...": disclosure_digest(NAME)}]},
        [NAME],
        "in place of an array element",
    ),
    "child without its parent": ({"_sd": [disclosure_digest(PARENT)]}, [NAME], "did not sign"),
    "overwrites a plain claim": ({"_sd": [disclosure_digest(NAME)], "name": 1}, [NAME], "would overwrite"),
    "overwrites a disclosed claim": (
        {"_sd": [disclosure_digest(NAME), disclosure_digest(OTHER)]},
        [NAME, OTHER],
        "would overwrite",
    ),
    "element in place of a claim": ({"_sd": [disclosure_digest(ELEMENT)]}, [ELEMENT], "in place of a claim"),
    "claim in place of an element": (
        {"list": [{"...": disclosure_digest(NAME)}]},
        [NAME],
        "in place of an array element",
    ),
    "element digest with company": ({"list": [{"...": "x", "more": 1}]}, [], "has company"),
    "element digest is no text": ({"list": [{"...": 1}]}, [], "expected a digest as text"),
    "element digest outside an array": ({"inner": {"...": "x"}}, [], "'...' is reserved"),
    "digests are no list": ({"_sd": "x"}, [], "expected a list of digests"),
    "digests are null": ({"_sd": None}, [], "expected a list of digests"),
    "digest is no text": ({"_sd": [1]}, [], "expected a digest as text"),
    "unknown digest algorithm": ({"_sd": [], "_sd_alg": "md5"}, [], "_sd_alg: expected sha-256"),
    "digest algorithm is null": ({"_sd": [], "_sd_alg": None}, [], "_sd_alg: expected sha-256"),
    "digest algorithm further down": ({"inner": {"_sd_alg": "sha-256"}}, [], "'_sd_alg' is reserved"),
}


@pytest.mark.parametrize(("payload", "disclosures", "message"), HOSTILE.values(), ids=list(HOSTILE))
def test_disclosures_that_do_not_fit_are_refused(
    payload: dict[str, Any], disclosures: list[str], message: str
):
    with pytest.raises(MalformedError, match=message):
        verify(resigned(payload, disclosures))


@pytest.mark.parametrize(
    "encoded",
    [
        disclosure("salt", "_sd", "value"),
        disclosure("salt", "...", "value"),
        disclosure("salt", "_sd_alg", "value"),
        disclosure("salt", 1, "value"),
        disclosure(1, "name", "value"),
        disclosure("", "name", "value"),
        disclosure("salt"),
        disclosure("salt", "name", "value", "more"),
        disclosure(),
        b64url_encode(canonical_json({"salt": "name"})),
        b64url_encode(b"[1,"),
        b64url_encode(b'["salt","name",{"a":1,"a":2}]'),
        NAME + "=",
        "é",
    ],
    ids=range(14),
)
def test_a_disclosure_of_another_form_is_refused_even_if_it_was_signed(encoded: str):
    digest = disclosure_digest(encoded) if encoded.isascii() else "x"

    with pytest.raises(MalformedError, match="token: disclosure"):
        verify(resigned({"_sd": [digest]}, [encoded]))


def test_a_disclosed_value_cannot_nest_without_end():
    chain = [disclosure("salt", "leaf", 1)]
    for _ in range(70):
        chain.append(disclosure("salt", "next", {"_sd": [disclosure_digest(chain[-1])]}))

    with pytest.raises(MalformedError, match="nested deeper than"):
        verify(resigned({"_sd": [disclosure_digest(chain[-1])]}, chain))


scalars = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=8)
names = st.text(min_size=1, max_size=6).filter(lambda name: name not in RESERVED_NAMES)


def wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    either = inner | inner.map(Selective)
    return st.lists(either, max_size=3) | st.dictionaries(names, either, max_size=3)


documents = st.dictionaries(names, st.recursive(scalars, wrapped, max_leaves=8).map(Selective), max_size=4)


def plain(value: Any) -> Any:
    if isinstance(value, Selective):
        return plain(value.value)
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(element) for element in value] if isinstance(value, list) else value


@given(documents)
def test_any_document_comes_back_whole_when_all_of_it_is_disclosed(document: dict[str, Any]):
    assert verify(issue(document)) == plain(document)


@given(documents, st.data())
def test_any_choice_of_disclosures_verifies_and_shows_only_parts_of_the_whole(
    document: dict[str, Any], data: st.DataObject
):
    token = issue(document)
    places = parse_sd_jwt(token, "token").verify(KEY.public, typ=TYP).places
    paths = data.draw(st.lists(st.sampled_from(sorted(places, key=str)), unique=True)) if places else []

    shown = parse_sd_jwt(present_sd_jwt(token, paths), "token").verify(KEY.public, typ=TYP)

    wanted = {places[path] for path in paths}
    assert wanted <= set(shown.places.values()) <= set(places.values())
    assert set(shown.claims) == {str(path[0]) for path in paths}


def test_what_a_disclosure_says_stays_out_of_repr():
    parsed = parse_sd_jwt(issue(CLAIMS), "token")

    assert "Johanna" not in repr(parsed) + repr(parsed.disclosures)
    assert parsed.disclosures[0].digest in repr(parsed.disclosures[0])
