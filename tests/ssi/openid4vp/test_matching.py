from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.errors import ErrorCode, RequestRefusedError
from ssi.openid4vp.matching import MAX_HELD, HeldCredential, fit_claims, match
from tests.ssi.foreign import DIPLOMA
from tests.ssi.openid4vp.asking import asked, held, query_json

CLAIMS: dict[str, Any] = {
    "vct": DIPLOMA,
    "given_name": "Ada",
    "age": 41,
    "degrees": [{"name": "BSc"}, {"name": "MSc", "grade": 1}],
    "address": {"country": "AT"},
}


def in_wallet(key: str = "mine", **changes: Any) -> HeldCredential:
    settings = {"format": "dc+sd-jwt", "types": frozenset({DIPLOMA}), "claims": CLAIMS, **changes}
    return HeldCredential(key, **settings)


def places(*claims: Any, **changes: Any) -> Any:
    (one,) = match(asked(*claims, **changes), [in_wallet()]).choose()
    return one.fit.places


def two(*sets: dict[str, Any]) -> Any:
    documents = [
        {**query_json(["given_name"])["credentials"][0], "id": name, "meta": {"vct_values": [vct]}}
        for name, vct in (("a", DIPLOMA), ("b", "urn:other"))
    ]
    return read_query({"credentials": documents, **({"credential_sets": list(sets)} if sets else {})})


def test_only_the_claims_that_were_asked_for_are_shown():
    assert places(["given_name"]) == (("given_name",),)
    assert places(["degrees", None, "name"]) == (("degrees", 0, "name"), ("degrees", 1, "name"))
    assert places(["degrees", 1, "grade"]) == (("degrees", 1, "grade"),)


def test_a_query_without_claims_asks_for_what_is_always_shown():
    assert places() == ()


def test_an_element_asked_for_by_position_needs_those_before_it():
    fit = fit_claims(asked(["degrees", 1]).credentials[0], CLAIMS)

    assert fit is not None
    assert fit.before == (("degrees", 0),)


def test_only_values_that_were_asked_for_are_shown():
    assert places(claims=[{"path": ["degrees", None, "name"], "values": ["MSc"]}]) == (
        ("degrees", 1, "name"),
    )


@pytest.mark.parametrize(
    "claims",
    [
        [{"path": ["family_name"]}],
        [{"path": ["given_name"]}, {"path": ["family_name"]}],
        [{"path": ["given_name"], "values": ["Eve"]}],
        [{"path": ["age"], "values": ["41"]}],
        [{"path": ["age", "x"]}],
        [{"path": ["address", 0]}],
        [{"path": ["degrees", 7]}],
        [{"path": ["given_name", None]}],
    ],
)
def test_a_credential_without_the_claim_or_its_value_does_not_fit(claims):
    matches = match(asked(claims=claims), [in_wallet()])

    assert matches.missing() == ("diploma",)
    with pytest.raises(RequestRefusedError) as refused:
        matches.choose()
    assert refused.value.code is ErrorCode.ACCESS_DENIED


def test_the_first_set_of_claims_that_is_there_is_shown():
    claims = [
        {"id": "f", "path": ["family_name"]},
        {"id": "g", "path": ["given_name"]},
        {"id": "a", "path": ["age"]},
    ]

    assert places(claims=claims, claim_sets=[["f"], ["a"], ["g", "a"]]) == (("age",),)


@pytest.mark.parametrize(
    "other",
    [
        {"types": frozenset({"urn:other"})},
        {"format": "ldp_vc"},
        {"holder_bound": False},
    ],
)
def test_another_type_format_or_a_credential_of_nobody_does_not_fit(other):
    assert match(asked(["given_name"]), [in_wallet(**other)]).missing() == ("diploma",)


def test_a_credential_of_nobody_fits_where_no_holder_is_asked_for():
    query = asked(["given_name"], require_cryptographic_holder_binding=False)

    assert match(query, [in_wallet(holder_bound=False)]).missing() == ()


def test_only_issuers_of_a_framework_that_was_asked_for_fit():
    query = asked(["given_name"], trusted_authorities=[{"type": "aki", "values": ["k1", "k2"]}])
    inside = in_wallet("inside", authorities=frozenset({("aki", "k2")}))
    outside = in_wallet("outside", authorities=frozenset({("etsi_tl", "k2")}))

    assert [one.credential.key for one in match(query, [outside, inside]).choose()] == ["inside"]


def test_every_credential_is_required_where_there_are_no_sets():
    with pytest.raises(RequestRefusedError, match="as b"):
        match(two(), [in_wallet()]).choose()


def test_the_first_option_that_is_there_is_taken():
    query = two({"options": [["b"], ["a"]]})

    assert [one.query_id for one in match(query, [in_wallet()]).choose()] == ["a"]
    both = [in_wallet(), in_wallet("other", types=frozenset({"urn:other"}))]
    assert [one.query_id for one in match(query, both).choose()] == ["b"]


def test_what_is_optional_is_neither_needed_nor_shown_unasked():
    query = two({"options": [["a"]]}, {"options": [["b"]], "required": False})

    both = match(query, [in_wallet(), in_wallet("other", types=frozenset({"urn:other"}))])

    assert [one.query_id for one in match(query, [in_wallet()]).choose()] == ["a"]
    assert [one.query_id for one in both.choose()] == ["a"]
    assert both.options(query.credential_sets[1].options) == (("b",),)


def test_a_required_set_of_which_nothing_is_there_is_refused():
    with pytest.raises(RequestRefusedError):
        match(two({"options": [["b"], ["a", "b"]]}), [in_wallet()]).choose()


def test_a_wallet_looks_through_a_bounded_number():
    with pytest.raises(MalformedError):
        match(asked(), [in_wallet()] * (MAX_HELD + 1))


def test_a_real_credential_is_read_with_all_its_claims():
    found = held().as_held()

    assert found.claims["given_name"] == "Ada"
    assert found.holder_bound
    assert not held(key=None).as_held().holder_bound


names = st.sampled_from(["a", "b", "c"])
trees = st.recursive(
    st.integers(0, 2) | st.text(max_size=1) | st.booleans(),
    lambda inner: st.dictionaries(names, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)
paths = st.lists(names | st.none() | st.integers(0, 2), min_size=1, max_size=4)


@given(st.dictionaries(names, trees, max_size=3), st.lists(paths, min_size=1, max_size=3))
def test_what_is_shown_is_there_and_fits_again(claims, wanted):
    query = asked(*wanted).credentials[0]
    fit = fit_claims(query, claims)

    for place in () if fit is None else fit.places:
        value: Any = claims
        for step in place:
            value = value[step]
        assert any(_leads(path, place) for path in wanted)
    if fit is not None:
        assert fit_claims(query, claims) == fit


def _leads(path: Any, place: Any) -> bool:
    return len(path) == len(place) and all(
        step == at or (step is None and isinstance(at, int)) for step, at in zip(path, place, strict=True)
    )
