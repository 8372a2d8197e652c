"""Policies that are read by their terms are what the long way reads, and nothing else is read that way."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import TermsError
from consent.odrl import from_odrl, to_offer
from consent.policy import Policy
from consent.prohibition import Operand, never
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from marketplace.storage.policies import read_policy
from tests.marketplace.builders import a_policy, consent_id
from tests.marketplace.mpc_node.parties import NOW

LINES = ("", "urn:uuid:x", '"@id":"urn:uuid:', '{"leftOperand":"mk:givenAt","operator":"eq","rightOperand":"')


def written(policy: Policy, number: int = 1) -> str:
    return canonical_json(to_offer(policy, consent_id(number))).decode()


@given(
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.integers(10, 500),
    st.sampled_from(LINES),
    st.booleans(),
)
def test_a_policy_comes_back_as_it_was(given_before, length, floor, text, forbids):
    given_at = NOW - timedelta(seconds=given_before)
    policy = a_policy(
        given_at=given_at,
        valid_until=given_at + timedelta(seconds=length),
        crowd_floor=floor,
        excluded_recipients=frozenset({f"urn:x:{text}"}),
        prohibitions=frozenset({never(Operand.RECIPIENT, text)}) if forbids and text else frozenset(),
    )

    assert read_policy(written(policy)) == policy


def test_people_of_the_same_terms_each_have_their_own_time():
    first, second = a_policy(), a_policy(valid_until=NOW + timedelta(days=7))
    narrow = a_policy(epsilon_total=Decimal(2))

    assert read_policy(written(first)) == first
    assert read_policy(written(second, 2)) == second
    assert read_policy(written(narrow, 3)) == narrow


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T", " "),
        ("Z", "z"),
        ("2026-12", "2026-13"),
        ('"operator":"lt"', '"operator":"gt"'),
        ('"@type":"Offer"', '"@type":"Other"'),
    ],
)
def test_a_document_that_the_long_way_refuses_is_refused(old, new):
    document = written(a_policy(valid_until=NOW.replace(year=2026, month=12, day=30))).replace(old, new)
    with pytest.raises(MalformedError):
        from_odrl(parse_json(document))

    with pytest.raises(MalformedError):
        read_policy(document)


def test_a_time_that_ends_before_it_begins_is_refused():
    with pytest.raises(TermsError, match="end after it begins"):
        a_policy().dated(NOW, NOW)

    document = written(a_policy())
    begun = document.index('"mk:givenAt"')
    at = document.index("20", begun)
    with pytest.raises(TermsError):
        read_policy(f"{document[:at]}2099{document[at + 4 :]}")


def test_a_policy_of_another_time_has_every_other_term():
    policy = a_policy(runs=3, crowd_floor=77)
    later = policy.dated(NOW, NOW + timedelta(days=1))

    assert later == replace(policy, given_at=NOW, valid_until=NOW + timedelta(days=1))
    assert policy.given_at != later.given_at
