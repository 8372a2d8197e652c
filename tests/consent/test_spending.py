"""Two accounts of the same answers: the sum that a person agreed to, and what they come to together."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.computation import compile_groups
from consent.query import LEAST_EPSILON, Statistic
from consent.spending import Spending, rho_of, spending
from consent.vocabulary import StatisticKind
from crypto.accounting import composed
from crypto.encoding import Json
from crypto.errors import MalformedError, OutOfRangeError
from crypto.noise import epsilon_from_rho
from crypto.reading import Fields
from ssi.dataset import data_set
from tests.consent.examples import QUERY

epsilons = st.decimals(LEAST_EPSILON, Decimal(10), places=2)
EXAM = data_set("exam/1")


@settings(max_examples=30)
@given(st.lists(epsilons, max_size=8))
def test_what_answers_come_to_is_never_above_their_sum_nor_below_what_composition_says(spent: list[Decimal]):
    account = spending(spent)

    assert account.epsilon == sum(spent)
    assert account.composed <= account.epsilon
    assert account.composed == min(account.epsilon, composed(spent))


@settings(max_examples=30)
@given(st.lists(epsilons, min_size=1, max_size=6), st.lists(epsilons, min_size=1, max_size=6))
def test_every_answer_adds_to_both_accounts_whatever_came_before(some: list[Decimal], more: list[Decimal]):
    before, after = spending(some), spending([*some, *more])

    assert after.rho == before.rho + spending(more).rho
    assert before.composed < after.composed
    assert before.epsilon < after.epsilon


def test_many_small_answers_cost_what_composition_says():
    account = spending([Decimal("0.1")] * 100)

    assert account.epsilon == Decimal(10)
    assert Decimal("0.9") < account.composed < Decimal("1.5")


def test_an_exact_answer_is_in_neither_account():
    assert spending([Decimal(0), Decimal(0)]) == Spending()
    assert Spending().to_json() == {
        "epsilon_sum": "0",
        "epsilon_composed": "0",
        "delta": "0.000001",
        "rho": "0",
    }


@pytest.mark.parametrize("epsilon", ["-0.1", "Infinity", "NaN"])
def test_what_is_no_epsilon_is_refused(epsilon: str):
    with pytest.raises(OutOfRangeError):
        spending([Decimal(epsilon)])


SUMS = [
    (StatisticKind.COUNT, None),
    (StatisticKind.MEAN, "exam_score"),
    (StatisticKind.STANDARD_DEVIATION, "exam_score"),
    (StatisticKind.HISTOGRAM, "sex"),
]


@given(st.lists(st.sampled_from(SUMS), min_size=1, unique=True), epsilons, st.sampled_from([None, "sex"]))
@settings(max_examples=40)
def test_the_noise_of_an_answer_costs_no_more_than_its_person_is_charged(asked, epsilon: Decimal, group_by):
    statistics = tuple(Statistic(*each) for each in asked if each[1] != group_by or group_by is None)
    query = replace(
        QUERY, data_set="exam/1", statistics=statistics, epsilon=epsilon, group_by=group_by, where=()
    )
    if not statistics:
        return
    groups = (None,) if group_by is None else EXAM.attribute(group_by).codes

    computation = compile_groups(query, EXAM, groups=groups, people=100)

    # A person is in one group, so she meets each measure once.
    assert sum((each.rho for each in computation.measures), Fraction(0)) <= rho_of(epsilon)


def test_the_draws_of_a_place_cost_no_more_than_its_person_is_charged():
    query = replace(
        QUERY,
        data_set="exam/1",
        statistics=(Statistic(StatisticKind.MEDIAN, "exam_score"),),
        epsilon=Decimal(1),
        group_by=None,
        where=(),
    )

    (task,) = compile_groups(query, EXAM, groups=(None,), people=100).tasks

    assert task.rho * task.bits * len(task.fractions) <= rho_of(Decimal(1))


def test_the_account_and_its_epsilon_belong_together():
    rho = spending([Decimal(1), Decimal(2)]).rho

    assert spending([Decimal(1), Decimal(2)]).composed == epsilon_from_rho(rho)


@settings(max_examples=30)
@given(st.lists(epsilons, max_size=8))
def test_an_account_is_read_as_it_was_written(spent: list[Decimal]):
    account = spending(spent)

    read = Spending.from_fields(Fields.of(account.to_json(), "privacy"))

    assert read == account
    assert read.is_at_least(account)
    assert not read.is_at_least(spending([*spent, LEAST_EPSILON]))


@pytest.mark.parametrize(
    "change",
    [
        {"epsilon_sum": "-1"},
        {"epsilon_sum": "1e9"},
        {"epsilon_sum": "NaN"},
        {"epsilon_sum": "9" * 99},
        {"epsilon_sum": 2},
        {"epsilon_composed": "0.5"},
        {"delta": "0.1"},
        {"rho": "0"},
        {"rho": "1/0"},
        {"rho": "1" * 41},
        {"rho": "3"},
        {"rho": None},
        {"more": "1"},
    ],
    ids=str,
)
def test_an_account_whose_members_do_not_fit_together_is_refused(change: dict[str, Json]):
    good = spending([Decimal(1), Decimal(1)]).to_json()

    with pytest.raises(MalformedError):
        Spending.from_fields(Fields.of({**good, **change}, "privacy"))
