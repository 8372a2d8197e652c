"""What a plan says of rounds and bytes is what three roles that hold records send, over the whole menu."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.computation import compile as compile_query
from consent.menu import MENU
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Engine, Purpose, StatisticKind
from crypto.mpc.output import encode_output
from marketplace.domain import count_shares
from marketplace.domain.pace import NodePace, pace_of
from marketplace.domain.plan_cost import ASSUMES, PlanCost
from marketplace.domain.plan_count import compiled, cost_of, count
from ssi.attribute import Kind
from ssi.dataset import data_set
from tests.crypto.mpc.trio import play
from tests.marketplace.mpc_node.menu import BINDING, protocols, records_of_exams
from tests.marketplace.mpc_node.parties import NOW

EXAMS = data_set("exam/1")
EXACT_KINDS = {StatisticKind.LOGISTIC_REGRESSION, StatisticKind.K_MEANS}
STATISTICS = {
    StatisticKind.COUNT: Statistic(StatisticKind.COUNT),
    StatisticKind.HISTOGRAM: Statistic(StatisticKind.HISTOGRAM, "intake"),
    StatisticKind.QUANTILES: Statistic(
        StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.1"), Decimal("0.9"))
    ),
    StatisticKind.TOP_CATEGORIES: Statistic(StatisticKind.TOP_CATEGORIES, "intake", count=2),
    StatisticKind.COVARIANCE: Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",)),
    StatisticKind.CORRELATION: Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
    StatisticKind.LINEAR_REGRESSION: Statistic(
        StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score",)
    ),
    StatisticKind.LOGISTIC_REGRESSION: Statistic(
        StatisticKind.LOGISTIC_REGRESSION, "sex", ("reading_score",)
    ),
    StatisticKind.K_MEANS: Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=2),
}


def asked(kind: StatisticKind, *, epsilon: str | None = "2", **named: object) -> Query:
    """A query for one kind of statistic, exact where it has to be."""
    exact = kind in EXACT_KINDS or epsilon is None
    return Query(
        "exam/1",
        Purpose.ACADEMIC_RESEARCH,
        (STATISTICS.get(kind, Statistic(kind, "exam_score")),),
        10,
        None if exact else Decimal(epsilon or 0),
        **{"engine": Engine.MPC, **named},  # type: ignore[arg-type]
    )


def really_sent(query: Query, people: int) -> PlanCost:
    """The rounds and bytes of three roles with people's records."""
    records = records_of_exams(people)
    compiled = compile_query(query, EXAMS, records)
    played = play(protocols(compiled, EXAMS, records), binding=BINDING)
    sent: dict[tuple[int, int], int] = {}
    for boxes in played.inboxes:
        for receiver, box in boxes.items():
            for sender, raw in box.items():
                sent[sender, receiver] = sent.get((sender, receiver), 0) + len(raw)
    given = sum(len(encode_output(end.own, end.held)) for end in played.results)
    products = people * sum(cell.right is not None for cell in compiled.cells)
    return PlanCost(people, played.rounds, tuple(sorted(sent.items())), given, products, exact=True)


@pytest.mark.parametrize("kind", StatisticKind)
@pytest.mark.parametrize("people", [70])
def test_every_statistic_costs_what_was_planned(kind: StatisticKind, people: int):
    query = asked(kind)

    assert cost_of(query, people) == really_sent(query, people)


@pytest.mark.parametrize("kind", [StatisticKind.MEAN, StatisticKind.MEDIAN])
def test_a_verified_exact_answer_costs_what_was_planned(kind: StatisticKind):
    query = asked(kind, epsilon=None, verified=True)

    assert MENU[kind].verifiable
    assert cost_of(query, 70) == really_sent(query, 70)


def test_private_conditions_and_private_groups_cost_what_was_planned():
    query = asked(StatisticKind.MEAN, where=(Condition("sex", "female"),), group_by="intake")

    assert cost_of(query, 100) == really_sent(query, 100)


def test_public_groups_are_planned_in_rounds_and_said_to_be_no_exact_count():
    query = asked(StatisticKind.MEAN, group_by="school_type")

    planned = cost_of(query, 140)

    assert planned is not None
    assert not planned.exact
    assert planned.rounds == really_sent(query, 140).rounds


@pytest.mark.parametrize("kind", [StatisticKind.MEDIAN, StatisticKind.LOGISTIC_REGRESSION])
def test_a_larger_crowd_is_planned_from_smaller_ones_to_five_percent(kind: StatisticKind):
    query = asked(kind)
    people = 2 * count_shares.COUNTED_PEOPLE

    planned, real = cost_of(query, people), really_sent(query, people)

    assert planned is not None
    assert not planned.exact
    assert planned.rounds == real.rounds
    for (pair, expected), (other, found) in zip(planned.sent_bytes, real.sent_bytes, strict=True):
        assert pair == other
        assert expected == pytest.approx(found, rel=0.05)


@pytest.mark.parametrize("floor", [10, 4000])
def test_a_crowd_above_the_counted_ones_may_be_the_least_that_is_asked_for(floor: int):
    planned = cost_of(replace(asked(StatisticKind.COUNT), floor=floor), 5000)

    assert planned is not None
    assert planned.people == 5000


def test_what_says_too_much_is_continued_from_a_small_crowd(monkeypatch: pytest.MonkeyPatch):
    query = asked(StatisticKind.MEDIAN)
    whole = cost_of(query, 2048)
    monkeypatch.setattr(count_shares, "MOST_COUNTED_BYTES", 8_000_000)

    continued = cost_of(query, 2048)

    assert whole is not None
    assert continued is not None
    assert (whole.exact, continued.exact) == (True, False)
    assert continued.rounds == whole.rounds
    assert continued.total_bytes == pytest.approx(whole.total_bytes, rel=0.1)


def test_what_is_too_large_even_for_few_people_is_left_uncounted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(count_shares, "MOST_COUNTED_BYTES", 100_000)

    assert cost_of(asked(StatisticKind.MEDIAN), 2048) is None


def test_counting_the_largest_question_that_can_be_asked_can_be_ended_after_any_round():
    fractions = tuple(Decimal(each) / 10 for each in range(1, 10))
    numbers = [each.name for each in data_set("activity/1").attributes if each.kind is Kind.NUMBER][:16]
    query = Query(
        "activity/1",
        Purpose.ACADEMIC_RESEARCH,
        tuple(Statistic(StatisticKind.QUANTILES, each, fractions=fractions) for each in numbers),
        10,
        Decimal(2),
        group_by="age_band",
        engine=Engine.MPC,
    )

    rounds = 0

    def is_over() -> bool:
        nonlocal rounds
        rounds += 1
        return rounds >= 3

    assert len(numbers) == 16
    assert count(query, compiled(query, 1_000_000), 1_000_000, is_over) is None
    # Ended in the third round, and asked once more whether a smaller crowd is worth a try.
    assert rounds == 4


def test_the_estimate_is_a_range_that_says_what_it_assumes():
    planned = cost_of(asked(StatisticKind.MEDIAN), 100)

    assert planned is not None
    estimate = planned.estimate(None)
    assert 0 < estimate.least < estimate.most
    assert (estimate.assumes, estimate.measured_at) == (ASSUMES, None)


def test_the_estimate_follows_what_the_nodes_measured():
    planned = cost_of(asked(StatisticKind.MEDIAN), 100)
    slow = pace_of([NodePace(each, 1e6, NOW) for each in (0.2, 0.25, 0.3)])
    quick = pace_of([NodePace(0.002, None, NOW)] * 3)

    assert planned is not None
    assert planned.estimate(slow).least > planned.rounds * 0.2
    assert planned.estimate(slow).most > planned.rounds * 0.3
    assert planned.estimate(slow).measured_at == NOW
    assert planned.estimate(quick).most < planned.estimate(slow).least


def test_one_node_that_measured_nothing_leaves_nothing_measured():
    assert pace_of([NodePace(0.2, None, NOW), NodePace(0.2, None, NOW), None]) is None
