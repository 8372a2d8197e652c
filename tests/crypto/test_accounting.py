"""All releases about one person together, held against OpenDP and against the sum that nodes charge."""

from decimal import Decimal
from fractions import Fraction

import opendp.prelude as dp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.accounting import composed, rho_of_pure
from crypto.errors import OutOfRangeError
from crypto.noise import DELTA, rho_from_epsilon

dp.enable_features("contrib")
epsilons = st.decimals(Decimal("0.01"), Decimal(3), places=2)
several = st.lists(epsilons, min_size=1, max_size=6)


@settings(max_examples=15)
@given(several)
def test_releases_together_cost_what_opendp_says_and_never_less(spent: list[Decimal]):
    rho = float(sum(map(rho_from_epsilon, spent)))
    space = dp.atom_domain(T=int), dp.absolute_distance(T=int)
    whole = dp.m.make_gaussian(*space, scale=(1 / (2 * rho)) ** 0.5)

    theirs = dp.c.make_zCDP_to_approxDP(whole).map(1).epsilon(float(DELTA))

    assert float(composed(spent)) * (1 - 1e-4) < theirs < float(composed(spent)) * (1 + 1e-9)


@settings(max_examples=15)
@given(several)
def test_the_sum_of_epsilons_is_a_bound_at_one_delta(spent: list[Decimal]):
    assert composed(spent) <= sum(spent) + Decimal("1e-18")


def test_many_small_answers_cost_much_less_than_their_sum():
    assert composed([Decimal("0.1")] * 100) < Decimal("1.5")


@settings(max_examples=15)
@given(several, several)
def test_every_release_adds_to_the_account(some: list[Decimal], more: list[Decimal]):
    assert composed(some) < composed([*some, *more]) < composed([*some, *more], some)


@pytest.mark.parametrize(("epsilon", "rho"), [("0", "0"), ("1", "1/2"), ("0.1", "1/200")])
def test_a_pure_epsilon_costs_half_its_square(epsilon: str, rho: str):
    assert rho_of_pure(Decimal(epsilon)) == Fraction(rho)


def test_pure_releases_are_converted_as_opendp_does():
    space = dp.atom_domain(T=int), dp.absolute_distance(T=int)
    laplace = dp.m.make_laplace(*space, scale=2.0)

    theirs = dp.c.make_pureDP_to_zCDP(laplace).map(1)

    assert theirs == pytest.approx(float(rho_of_pure(Decimal("0.5"))), rel=1e-9)


def test_nothing_costs_nothing():
    assert composed([]) == 0


@pytest.mark.parametrize("epsilon", ["-1", "NaN", "Infinity"])
def test_an_epsilon_that_cannot_be_is_refused(epsilon: str):
    with pytest.raises(OutOfRangeError):
        rho_of_pure(Decimal(epsilon))
