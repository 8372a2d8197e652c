from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.openid4vp.dcql import DcqlQuery
from ssi.openid4vp.dcql_reading import MAX_CLAIMS, MAX_CREDENTIALS, MAX_NAMES, read_query
from ssi.openid4vp.errors import QueryError
from tests.ssi.foreign import DIPLOMA
from tests.ssi.openid4vp.asking import query_json

ONE = query_json(["given_name"])["credentials"][0]


MANY = [{"id": f"c{index}", "path": [f"c{index}"]} for index in range(MAX_CLAIMS)]
IDS = [str(claim["id"]) for claim in MANY]
MANY_SETS = [[*IDS[:left], *IDS[left + 1 :], IDS[left]][: MAX_CLAIMS - 1] for left in range(5)]
MANY_SETS = [*MANY_SETS, IDS[:5], IDS[:1]]


def with_credential(**changes: Any) -> dict[str, Any]:
    return query_json(["given_name"], **changes)


def test_a_query_says_the_same_after_it_was_written():
    document: dict[str, Any] = {
        "credentials": [
            {
                "id": "a",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [DIPLOMA]},
                "multiple": True,
                "require_cryptographic_holder_binding": False,
                "trusted_authorities": [{"type": "aki", "values": ["x"]}],
                "claims": [
                    {"id": "n", "path": ["name"], "values": ["Ada", 1, True]},
                    {"id": "d", "path": ["degrees", None, 0]},
                ],
                "claim_sets": [["n", "d"], ["n"]],
            },
            {"id": "b", "format": "ldp_vc", "meta": {"type_values": [["https://example.org/Badge"]]}},
        ],
        "credential_sets": [
            {"options": [["a"], ["b"]], "required": True},
            {"options": [["b"]], "required": False},
        ],
    }

    query = read_query(document)

    assert query.to_json() == document
    assert read_query(query.to_json()) == query


@pytest.mark.parametrize(
    ("tampering", "document"),
    [
        ("no object", []),
        ("no credentials", {"credentials": []}),
        ("credentials missing", {}),
        (
            "too many credentials",
            {"credentials": [{**ONE, "id": f"c{i}"} for i in range(MAX_CREDENTIALS + 1)]},
        ),
        ("an id twice", {"credentials": [ONE, ONE]}),
        ("an id with a dot", with_credential(id="a.b")),
        ("an empty id", with_credential(id="")),
        ("no format", {"credentials": [{"id": "a", "meta": {"vct_values": ["x"]}}]}),
        ("no meta", {"credentials": [{"id": "a", "format": "dc+sd-jwt"}]}),
        ("no types", with_credential(meta={})),
        ("empty types", with_credential(meta={"vct_values": []})),
        ("a type that is no text", with_credential(meta={"vct_values": [1]})),
        ("a word for multiple", with_credential(multiple="yes")),
        ("empty claims", with_credential(claims=[])),
        ("an empty path", with_credential(claims=[{"path": []}])),
        ("a negative position", with_credential(claims=[{"path": [-1]}])),
        ("true as a position", with_credential(claims=[{"path": [True]}])),
        ("no values", with_credential(claims=[{"path": ["a"], "values": []}])),
        ("a fraction as a value", with_credential(claims=[{"path": ["a"], "values": [1.5]}])),
        ("null as a value", with_credential(claims=[{"path": ["a"], "values": [None]}])),
        (
            "a claim id twice",
            with_credential(claims=[{"id": "x", "path": ["a"]}, {"id": "x", "path": ["b"]}]),
        ),
        ("sets of claims without ids", with_credential(claim_sets=[["x"]])),
        (
            "a set of an unknown claim",
            with_credential(claims=[{"id": "x", "path": ["a"]}], claim_sets=[["y"]]),
        ),
        ("an empty set of claims", with_credential(claims=[{"id": "x", "path": ["a"]}], claim_sets=[[]])),
        ("sets without claims", {"credentials": [{**ONE, "claims": None, "claim_sets": [["x"]]}]}),
        ("an authority without values", with_credential(trusted_authorities=[{"type": "aki", "values": []}])),
        (
            "an authority with more in it",
            with_credential(trusted_authorities=[{"type": "aki", "values": ["x"], "surprise": 1}]),
        ),
        (
            "a claim of mdoc with more in it",
            with_credential(claims=[{"path": ["a"], "intent_to_retain": False, "surprise": 1}]),
        ),
        (
            "a set of claims twice",
            with_credential(
                claims=[{"id": "x", "path": ["a"]}, {"id": "y", "path": ["b"]}],
                claim_sets=[["x", "y"], ["y", "x"]],
            ),
        ),
        ("sets of very many claims", with_credential(claims=MANY, claim_sets=MANY_SETS)),
        ("an option twice", {**with_credential(), "credential_sets": [{"options": [["diploma"]] * 2}]}),
        ("an unknown member", with_credential(surprise=1)),
        ("a set of an unknown credential", {**with_credential(), "credential_sets": [{"options": [["x"]]}]}),
        ("a set without options", {**with_credential(), "credential_sets": [{"options": []}]}),
        ("an empty option", {**with_credential(), "credential_sets": [{"options": [[]]}]}),
        ("empty sets", {**with_credential(), "credential_sets": []}),
    ],
)
def test_a_query_that_could_be_read_in_two_ways_is_refused(tampering, document):
    with pytest.raises(QueryError):
        read_query(document)


def test_a_wallet_passes_over_what_it_does_not_know():
    authority = {"type": "aki", "values": ["x"], "surprise": 1}
    query = read_query(with_credential(surprise=1, trusted_authorities=[authority]), foreign=True)

    assert query.credentials[0].id == "diploma"


@pytest.mark.parametrize("foreign", [True, False])
def test_sets_of_claims_are_bounded_together(foreign: bool):
    allowed = with_credential(claims=MANY, claim_sets=MANY_SETS[:-1])
    assert sum(map(len, read_query(allowed, foreign=foreign).credentials[0].claim_sets)) == MAX_NAMES

    with pytest.raises(QueryError, match="up to 1000 ids"):
        read_query(with_credential(claims=MANY, claim_sets=MANY_SETS), foreign=foreign)


def test_a_format_that_is_not_known_is_kept_and_fits_nothing():
    query = read_query(with_credential(format="mso_mdoc", meta={"doctype_value": "x"}), foreign=True)

    assert not query.credentials[0].accepts_types(frozenset({"x"}))


def test_one_is_not_true():
    claim = read_query(with_credential(claims=[{"path": ["a"], "values": [1]}])).credentials[0].claims[0]

    assert claim.accepts(1)
    assert not claim.accepts(True)
    assert not claim.accepts("1")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "format", "meta", "claims", "path", "values", "claim_sets", "vct_values", "options"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_whatever_is_sent_is_a_query_or_a_named_error(value: Any, foreign: bool):
    documents: tuple[Any, ...] = (
        value,
        {"credentials": value},
        {"credentials": [value]},
        {"credentials": [{**ONE, "claims": value}]},
    )
    for document in documents:
        try:
            assert isinstance(read_query(document, foreign=foreign), DcqlQuery)
        except QueryError as error:
            assert "dcql_query" in str(error)  # noqa: PT017 — either outcome is right, neither is another error
