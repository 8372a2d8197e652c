"""Records of one person may be put together where she allows it for both; nobody else can say so."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decision import decide
from consent.errors import MismatchError, QueryRefusedError
from consent.joining import (
    JoinClaim,
    asked_about,
    consents_of,
    handle_of,
    is_row,
    join_key,
    prove_join,
    require_one_person,
    row_of,
    verify_join,
)
from consent.policy import Permitted, Refusal, Refused
from consent.query import Condition, Query, Statistic
from consent.query_check import check
from consent.vocabulary import Engine, StatisticKind
from crypto.encoding import b64url_decode, b64url_encode, sha256
from crypto.errors import MalformedError, SignatureError
from ssi.errors import UnknownDataSetError
from tests.consent.examples import (
    CONSENT_ID,
    CREDENTIAL_DIGEST,
    EXAM,
    MARKET_ID,
    NOW,
    OTHER_CONSENT_ID,
    POLICY,
    QUERY,
    USE,
)
from tests.consent.joined_papers import (
    AGES,
    HANDLE,
    JOINABLE,
    JOINED,
    KEY,
    SECRET,
)


def test_both_consents_of_a_wallet_find_the_same_handle_whichever_comes_first():
    other_way = join_key(SECRET, marketplace=MARKET_ID, data_sets=("health/1", "exam/1"))

    assert handle_of(other_way) == HANDLE
    assert len(b64url_decode(HANDLE)) == 32


@given(
    secret=st.sampled_from([b"wallet", b"other"]),
    market=st.sampled_from([MARKET_ID, "did:web:elsewhere.example"]),
    pair=st.sampled_from([("exam/1", "health/1"), ("exam/1", "framingham/1"), ("framingham/1", "health/1")]),
)
def test_another_wallet_marketplace_or_pair_has_another_handle(secret, market, pair):
    handle = handle_of(join_key(sha256(secret), marketplace=market, data_sets=pair))

    same = (secret, market, pair) == (b"wallet", MARKET_ID, ("exam/1", "health/1"))
    assert (handle == HANDLE) is same


@pytest.mark.parametrize(
    "change",
    [
        {"consent_id": OTHER_CONSENT_ID},
        {"credential_digest": b64url_encode(sha256(b"another"))},
        {"marketplace": "did:web:elsewhere.example"},
        {"data_set": "framingham/1"},
        {"other": "framingham/1"},
    ],
)
def test_a_join_proof_is_about_one_consent_credential_marketplace_and_pair(change):
    claim = JoinClaim(CONSENT_ID, CREDENTIAL_DIGEST, MARKET_ID, "exam/1", "health/1")
    proof = b64url_decode(prove_join(claim, KEY))
    verify_join(claim, HANDLE, proof)

    with pytest.raises(SignatureError):
        verify_join(replace(claim, **change), HANDLE, proof)


def test_a_handle_that_is_no_key_proves_nothing():
    claim = JoinClaim(CONSENT_ID, CREDENTIAL_DIGEST, MARKET_ID, "exam/1", "health/1")

    with pytest.raises(MalformedError):
        verify_join(claim, b64url_encode(bytes(32)), bytes(64))


@pytest.mark.parametrize(("left", "right"), [(None, None), (HANDLE, None), (None, HANDLE), (HANDLE, "x")])
def test_two_consents_are_of_one_person_only_with_one_handle(left, right):
    require_one_person(HANDLE, HANDLE)

    with pytest.raises(MismatchError, match="of one person"):
        require_one_person(left, right)


def test_a_row_is_named_by_its_consents_and_read_back():
    assert row_of(CONSENT_ID) == CONSENT_ID
    assert consents_of(row_of(CONSENT_ID, OTHER_CONSENT_ID)) == (CONSENT_ID, OTHER_CONSENT_ID)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (CONSENT_ID, True),
        (row_of(CONSENT_ID, OTHER_CONSENT_ID), True),
        (row_of(CONSENT_ID, CONSENT_ID), False),
        (f"{CONSENT_ID}+", False),
        ("", False),
        ("+", False),
        (row_of(CONSENT_ID, OTHER_CONSENT_ID, CONSENT_ID.replace("3f", "3e")), False),
    ],
)
def test_a_row_stands_on_one_consent_or_on_two_different_ones(name, expected):
    assert is_row(name) is expected


def test_a_joined_query_survives_its_document():
    assert Query.from_json(AGES.to_json()) == AGES
    assert "join" not in QUERY.to_json()


def test_a_document_that_joins_a_data_set_with_itself_is_refused():
    with pytest.raises(MalformedError, match="another data set than exam/1"):
        Query.from_json({**QUERY.to_json(), "join": "exam/1"})


def test_a_query_asks_about_both_records_of_a_person():
    assert asked_about(JOINED).ref == JOINED.about == "exam/1+health/1"
    assert asked_about(QUERY) == EXAM
    assert JOINED.data_sets == ("exam/1", "health/1")


def test_a_query_about_a_join_with_itself_or_with_nothing_known_is_refused():
    with pytest.raises(QueryRefusedError, match="with itself"):
        asked_about(replace(QUERY, join="exam/1"))
    with pytest.raises(UnknownDataSetError):
        asked_about(replace(QUERY, join="dreams/1"))


def test_attributes_belong_to_the_record_that_their_name_says():
    query = replace(
        JOINED,
        statistics=(Statistic(StatisticKind.CORRELATION, "exam_score", ("health/1#age",)),),
        group_by="sex",
        where=(Condition("health/1#age_band", "adult"), Condition("framingham/1#age", "old")),
    )

    assert query.attributes_of("health/1") == {"age", "age_band"}
    assert query.attributes_of("exam/1") == {"exam_score", "sex", "framingham/1#age"}


def test_a_joined_query_is_held_against_both_data_sets():
    check(AGES, asked_about(AGES))
    unknown = replace(JOINED, statistics=(Statistic(StatisticKind.MEAN, "health/1#exam_score"),))

    with pytest.raises(QueryRefusedError, match="has no attribute 'health/1#exam_score'"):
        check(unknown, asked_about(unknown))
    with pytest.raises(QueryRefusedError, match=r"not a query about exam/1"):
        check(AGES, EXAM)


def test_only_the_nodes_join_records():
    encrypted = replace(JOINED, engine=Engine.PAILLIER)

    with pytest.raises(QueryRefusedError, match="joined by the nodes only"):
        check(encrypted, asked_about(encrypted))


def test_a_private_condition_on_the_second_record_narrows_the_answer():
    narrowed = replace(JOINED, floor=50, where=(Condition("health/1#sex", "female"),))
    careful = replace(
        JOINABLE, crowd_floor=60, attributes=POLICY.attributes, statistics=frozenset(StatisticKind)
    )
    use = replace(USE, query=narrowed, cohort_size=100)

    assert decide(careful, use, now=NOW) == Refused(Refusal.CROWD_TOO_SMALL)
    assert decide(careful, replace(use, query=JOINED), now=NOW) == Permitted()
