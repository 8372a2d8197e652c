"""Answers that everybody may see: only where the person allowed it, with noise, and of large crowds."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from consent.decision import decide
from consent.errors import QueryRefusedError
from consent.odrl import from_odrl, to_offer
from consent.policy import Permitted, Refusal, Refused
from consent.query import Condition, Query, Statistic
from consent.query_check import check
from consent.vocabulary import Engine, StatisticKind
from consent.wording import describe_policy, describe_query
from crypto.errors import MalformedError
from tests.consent.examples import CONSENT_ID, EXAM, NOW, POLICY, QUERY, RECORD, USE, loose, policies

ALLOWING = replace(POLICY, publication=True)
DESCRIBING = Query(
    data_set="exam/1",
    purpose=QUERY.purpose,
    statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.HISTOGRAM, "exam_score")),
    floor=50,
    epsilon=Decimal(1),
    publication=True,
)
FOR_EVERYBODY = replace(USE, query=replace(QUERY, publication=True))


def test_nobody_is_shown_to_everybody_by_default():
    assert decide(POLICY, FOR_EVERYBODY, now=NOW) == Refused(Refusal.PUBLICATION_NOT_ALLOWED)


def test_whoever_allows_it_is_in_published_answers_and_in_others():
    assert decide(ALLOWING, FOR_EVERYBODY, now=NOW) == Permitted()
    assert decide(ALLOWING, USE, now=NOW) == Permitted()


@given(policies())
def test_allowing_it_allows_nothing_else(policy):
    use = replace(USE, query=QUERY, node_ids=policy.node_ids)

    allowing, refusing = (replace(policy, publication=each) for each in (True, False))

    assert decide(allowing, use, now=policy.given_at) == decide(refusing, use, now=policy.given_at)


def test_the_permission_is_written_and_read_and_left_out_by_default():
    assert from_odrl(to_offer(ALLOWING, CONSENT_ID)) == ALLOWING
    assert "publication" not in str(to_offer(POLICY, CONSENT_ID))


@pytest.mark.parametrize("right", ["false", "yes", "", None, True, ["true"]])
def test_the_permission_is_true_or_left_out(right):
    offer = loose(to_offer(ALLOWING, CONSENT_ID))
    constraints = offer["permission"][0]["constraint"]
    (mark,) = [each for each in constraints if each["leftOperand"] == "mk:publication"]
    mark["rightOperand"] = right

    with pytest.raises(MalformedError):
        from_odrl(offer)


def test_the_record_says_that_it_is_made_available():
    def processing(record):
        (process,) = loose(record.to_json())["record"]["dpv:hasProcess"]
        return process["dpv:hasProcessing"]

    assert "dpv:MakeAvailable" in processing(replace(RECORD, policy=ALLOWING))
    assert "dpv:MakeAvailable" not in processing(RECORD)


def test_a_query_says_that_its_answer_is_for_everybody_and_has_another_digest():
    hidden = replace(DESCRIBING, publication=False)

    assert Query.from_json(DESCRIBING.to_json()) == DESCRIBING
    assert "publication" not in hidden.to_json()
    assert hidden.digest != DESCRIBING.digest


@pytest.mark.parametrize(
    ("language", "allowed", "asked"),
    [("en", "public catalogue", "shown to everybody"), ("de", "öffentlichen Katalog", "für alle sichtbar")],
)
def test_it_is_said_in_plain_words_before_and_afterwards(language, allowed, asked):
    assert allowed in describe_policy(ALLOWING, EXAM, language).text
    assert allowed not in describe_policy(POLICY, EXAM, language).text
    assert asked in describe_query(DESCRIBING, EXAM, language)


def test_counts_and_distributions_of_a_large_crowd_with_noise_may_be_published():
    check(DESCRIBING, EXAM)
    check(replace(DESCRIBING, engine=Engine.ADDITIVE), EXAM)


REFUSED = {
    "an exact answer": (
        {"epsilon": None, "statistics": (Statistic(StatisticKind.COUNT),)},
        "must have noise",
    ),
    "a small crowd": ({"floor": 49}, "large crowd"),
    "an average": ({"statistics": (Statistic(StatisticKind.MEAN, "exam_score"),)}, "only counts"),
    "groups": ({"group_by": "school_type"}, "only counts"),
    "a choice of people": ({"where": (Condition("sex", "F"),)}, "only counts"),
    "an engine whose answer others cannot check": ({"engine": Engine.PAILLIER}, "cannot check"),
}


@pytest.mark.parametrize(("changes", "said"), REFUSED.values(), ids=REFUSED)
def test_nothing_else_may_be_published(changes, said):
    with pytest.raises(QueryRefusedError, match=said):
        check(replace(DESCRIBING, **changes), EXAM)
