"""An attacker gains nothing from exact answers, and from answers with noise no more than the budget says."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from consent.errors import QueryRefusedError
from consent.query import Statistic
from consent.query_check import check
from consent.vocabulary import StatisticKind
from examples.attacks import on_exact, on_noise, on_quotes
from examples.attacks.game import Score, promised
from examples.attacks.house import House, house
from examples.bench.attacks import rows
from examples.bench.effort import quickly
from ssi.dataset import data_set


@pytest.fixture(scope="module")
def node() -> Iterator[House]:
    """A node's rules on its own stores."""
    with house() as found:
        yield found


@pytest.mark.parametrize("name", on_exact.ATTACKS)
def test_an_attack_on_exact_answers_that_succeeds_elsewhere_is_worth_nothing_here(name: str, node: House):
    elsewhere = on_exact.play(name, None, plays=on_exact.LEAST_PLAYS)
    here = on_exact.play(name, node, plays=on_exact.LEAST_PLAYS)

    assert not elsewhere.holds, elsewhere
    assert here.holds, here
    assert here.answers > 0


@pytest.mark.parametrize("attack", on_noise.ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_on_noise_gains_no_more_than_the_budget_promises(attack, node: House):
    scored = attack(node)

    assert scored.holds, scored


def test_many_buyers_together_get_as_many_answers_as_one(node: House):
    one, many = on_noise.repeated(node), on_noise.sybils(node)

    assert one.answers == many.answers == on_noise.BUDGET / on_noise.EPSILON


def test_more_answers_are_worth_more_so_that_the_budget_is_what_protects(node: House):
    name, asked = "beyond the budget", on_noise.query(Statistic(StatisticKind.COUNT))

    unbounded = on_noise.guess(name, asked, answers=100)

    assert unbounded.advantage > promised(on_noise.EPSILON) + 0.05


def test_three_attempts_of_one_job_are_worth_as_much_as_one(node: House):
    one = on_noise.guess("attempts", on_noise.query(Statistic(StatisticKind.COUNT)))

    assert abs(on_noise.attempts(node).advantage - one.advantage) < 0.02


@pytest.mark.parametrize("kind", [StatisticKind.MINIMUM, StatisticKind.MAXIMUM])
def test_an_exact_extreme_is_refused_with_a_query_close_by_that_is_allowed(kind: StatisticKind):
    asked = on_noise.query(Statistic(kind, "exam_score"), epsilon=None)

    with pytest.raises(QueryRefusedError, match="epsilon"):
        check(asked, data_set("exam/1"))

    check(on_noise.query(Statistic(kind, "exam_score"), epsilon=Decimal(1)), data_set("exam/1"))


JOINED = "quotes: she joined after an exact answer"


def test_whoever_joins_after_an_exact_answer_is_not_seen_in_prices_or_refusals_of_exact_ones(node: House):
    scored = on_quotes.play(JOINED, node)

    assert scored.bound == 0.0
    assert scored.holds, scored


def test_a_market_that_knew_no_earlier_answers_would_show_who_joined():
    assert not on_quotes.play(JOINED, None).holds


@pytest.mark.parametrize("name", [name for name in on_quotes.ATTACKS if name.endswith("(told)")])
def test_what_quotes_tell_on_purpose_is_reported_as_told(name: str, node: House):
    scored = on_quotes.play(name, node, plays=on_exact.LEAST_PLAYS)

    assert scored.bound == on_quotes.TOLD
    assert scored.advantage == pytest.approx(on_quotes.TOLD)


@pytest.mark.parametrize(("epsilon", "advantage"), [("0", 0.0), ("1", 0.2310588), ("20", 0.5)])
def test_a_promise_bounds_an_advantage(epsilon: str, advantage: float):
    assert promised(Decimal(epsilon), Decimal(0)) == pytest.approx(advantage, abs=1e-6)


def test_who_knows_exceeds_the_limit_and_who_guesses_does_not():
    assert not Score("knows", 60, 60, 0.0).holds
    assert Score("guesses", 60, 33, 0.0).holds


def test_the_report_has_a_line_for_every_attack_and_each_holds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(on_exact, "ATTACKS", dict(list(on_exact.ATTACKS.items())[:3]))  # the quick ones
    with quickly():
        found = rows()

    assert len(found) == len(on_exact.ATTACKS) + len(on_noise.ATTACKS) + len(on_quotes.ATTACKS)
    assert all(row.met for row in found), found
