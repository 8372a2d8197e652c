"""A prohibition says something of each operand once, in words that there are."""

from decimal import Decimal

import pytest

from consent.country import COUNTRIES, Region, countries_in, is_place, known_country
from consent.errors import TermsError
from consent.prohibition import (
    NUMBERS,
    OPERATORS,
    TRUTHS,
    Constraint,
    Operand,
    Operator,
    Prohibition,
    never,
)

INSURER = never(Operand.RECIPIENT_KIND, "insurer")


@pytest.mark.parametrize("operand", Operand)
@pytest.mark.parametrize("operator", Operator)
def test_an_operand_is_compared_only_by_its_own_operators(operand, operator):
    if operand in NUMBERS:
        right: frozenset[str] | Decimal = Decimal(5)
    else:
        right = frozenset({_TERM.get(operand, "a")})

    if operator in OPERATORS[operand]:
        assert Constraint(operand, operator, right).right == right
    else:
        with pytest.raises(TermsError, match="is not compared by"):
            Constraint(operand, operator, right)


_TERM = {
    Operand.PURPOSE: "dpv:AcademicResearch",
    Operand.RECIPIENT_KIND: "insurer",
    Operand.COUNTRY: "AT",
    Operand.STATISTIC: "mean",
    Operand.ENGINE: "mpc",
    **dict.fromkeys(TRUTHS, "true"),
}


@pytest.mark.parametrize(
    ("operand", "right"),
    [
        (Operand.PURPOSE, frozenset({"dpv:Marketing"})),
        (Operand.RECIPIENT_KIND, frozenset({"insurers"})),
        (Operand.COUNTRY, frozenset({"AT", "UK"})),
        (Operand.STATISTIC, frozenset({"average"})),
        (Operand.ENGINE, frozenset({"auto"})),
        (Operand.RECIPIENT, frozenset()),
        (Operand.EXACT, frozenset({"true", "false"})),
        (Operand.EXACT, frozenset({"yes"})),
        (Operand.CROWD, frozenset({"50"})),
        (Operand.CROWD, Decimal(-1)),
        (Operand.CROWD, Decimal("50.5")),
        (Operand.COMPENSATION, Decimal("0.5")),
        (Operand.COMPENSATION, Decimal(1_000_000)),
        (Operand.CROWD, Decimal("1E+999999")),
        (Operand.CROWD, Decimal("-0")),
        (Operand.EPSILON, Decimal("0.0000001")),
        (Operand.EPSILON, Decimal("1E-999999")),
        (Operand.EPSILON, Decimal("NaN")),
        (Operand.EPSILON, Decimal("Infinity")),
    ],
)
def test_something_that_there_is_not_cannot_be_forbidden(operand, right):
    with pytest.raises(TermsError):
        Constraint(operand, OPERATORS[operand][0], right)


@pytest.mark.parametrize(
    "constraints",
    [
        frozenset(),
        INSURER.constraints | never(Operand.RECIPIENT_KIND, "company").constraints,
    ],
)
def test_a_prohibition_has_one_constraint_for_each_operand_and_at_least_one(constraints):
    with pytest.raises(TermsError):
        Prohibition(constraints)


@pytest.mark.parametrize("operand", Operand)
def test_what_is_not_known_counts_as_forbidden(operand):
    right = Decimal(5) if operand in NUMBERS else frozenset({_TERM.get(operand, "a")})

    for operator in OPERATORS[operand]:
        assert Constraint(operand, operator, right).is_met_by(None)


def test_a_bound_holds_up_to_itself():
    small = Constraint(Operand.CROWD, Operator.LESS, Decimal(50))
    dear = Constraint(Operand.EPSILON, Operator.GREATER, Decimal("0.5"))

    assert [small.is_met_by(Decimal(each)) for each in (49, 50, 51)] == [True, False, False]
    assert [dear.is_met_by(Decimal(each)) for each in ("0.49", "0.5", "0.51")] == [False, False, True]


def test_regions_are_made_of_countries():
    assert len(COUNTRIES) == 249
    assert len(Region.EU.members) == 27
    assert Region.EEA.members - Region.EU.members == {"IS", "LI", "NO"}
    assert Region.EEA.members < COUNTRIES
    assert not COUNTRIES & set(Region)


def test_a_country_lies_in_itself_and_in_its_regions():
    assert countries_in(frozenset({"AT"})) == {"AT"}
    assert countries_in(frozenset({"US", "EU"})) == Region.EU.members | {"US"}
    assert countries_in(frozenset({"EU", "EEA"})) == Region.EEA.members
    assert countries_in(frozenset()) == frozenset()


@pytest.mark.parametrize("text", ["UK", "at", "", "XX", "AUT", "EU"])
def test_what_is_no_country_is_not_known(text):
    assert known_country(text) is None
    assert is_place(text) is (text == "EU")
