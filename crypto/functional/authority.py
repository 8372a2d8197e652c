"""Which functions of a person's record may be computed: the authority that keeps keys from adding up.

A functional key for y gives <y, x> for every record x that its owner encrypts under the same master key, and
keys add: whoever holds keys for y and z computes every combination, and nobody can take a key back. So what
matters is never one key but the row span of *all* keys of an owner in an epoch, whoever bought them: the
authority does not know buyers, because buyers can be invented. Its state is a value, the functions granted
so far; a new epoch is a new master key and an empty state.

A function is granted if, together with all granted before,

1. its result and its weights fit: Σ |y_j| span_j is at most the stated largest result;
2. no single column and no protected combination is in the rational row span;
3. the rank is at most n - 2, so that at least a plane of records is left;
4. no column is explained by more than a stated share of its variance (its leverage, see
   `authority_algebra.leverages`), which is what a dominating weight or many keys around one column do;
5. every column and protected combination has a double (`authority_doubles`): another record in range with
   equal results. Digits such as y = (1, B, B²) fail here, and spans that hide a column modulo the order of
   the group in which keys add;
6. the budget holds: a key is charged log2(Σ |y_j| span_j + 1) bits, the logarithm of the number of its
   possible results, for y without common divisor. The information that all keys together carry about a
   record, for whatever distribution of records, is at most the sum of the charges.

A function inside the span of those granted follows from them and costs nothing, a repetition above all.
All conditions are monotone: a set of functions that is granted has no subset that would not be.

Guarantee. Decisions are exact and deterministic. Rule 5 is about which records are possible; rule 4 about
records with independent, equally spread columns, and a column that in reality is correlated with others is
predicted better than its leverage says. None of this is differential privacy: for a single record there is
no noise to hide in, and the bits charged are a bound, not a promise of ignorance. Sums over many people have
further rules in `crypto.functional.authority_crowd`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from crypto.errors import FunctionRefusedError
from crypto.functional.authority_algebra import (
    Matrix,
    echelon,
    is_inside,
    leverages,
    single_columns,
)
from crypto.functional.authority_doubles import column_without_double, has_double
from crypto.functional.authority_terms import MILLIBITS, Terms, charge_millibits, check_weights, reach


class Refusal(Enum):
    """Why a function is refused, for machines."""

    TOO_LARGE = "result larger than agreed"
    SINGLE_VALUE = "a single value follows"
    PROTECTED = "a protected combination follows"
    TOO_MANY_FUNCTIONS = "too many independent functions"
    DOMINATED = "one value dominates"
    PACKED = "results single out a value"
    OVER_BUDGET = "the budget is spent"
    CROWD_TOO_SMALL = "too few people"


@dataclass(frozen=True)
class Grants:
    """The authority's state: the independent functions that it granted under its terms, oldest first."""

    terms: Terms
    functions: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def spent_millibits(self) -> int:
        """What has been charged so far."""
        return sum(charge_millibits(function, self.terms) for function in self.functions)


@dataclass(frozen=True)
class Granted:
    """The function may be computed: the state to store before its key is handed out, and its charge."""

    grants: Grants
    charged_millibits: int


@dataclass(frozen=True)
class Refused:
    """The function may not be computed; the explanation is for people and says what would help."""

    reason: Refusal
    explanation: str


def decide(grants: Grants, weights: Sequence[int]) -> Granted | Refused:
    """Decide on a function, given all those granted before.

    Raises:
        OutOfRangeError: the weights are not one for each column, all zero, or beyond 2^63 - 1.
    """
    terms = grants.terms
    function = check_weights(weights, len(terms.spans))
    if reach(weights, terms) > terms.largest_result:
        return Refused(
            Refusal.TOO_LARGE,
            f"the result could be larger than the agreed {terms.largest_result}; use smaller weights",
        )
    if is_inside(echelon(grants.functions), function):
        return Granted(grants, 0)
    after = Grants(terms, (*grants.functions, function))
    refused = refusal_of(after)
    return refused or Granted(after, charge_millibits(function, terms))


def grant(grants: Grants, weights: Sequence[int]) -> Granted:
    """Decide on a function and insist.

    Raises:
        FunctionRefusedError: the function is refused; the message is the explanation.
        OutOfRangeError: the weights are no function of the record.
    """
    decision = decide(grants, weights)
    if isinstance(decision, Refused):
        raise FunctionRefusedError(decision.explanation)
    return decision


def refusal_of(grants: Grants) -> Refused | None:
    """Rules 2 to 6 for a set of independent functions; None if they may all be known together."""
    basis = echelon(grants.functions)
    # The search for doubles is the only long one, so it comes last.
    return _linear(grants, basis) or _dominated(grants, basis) or _over_budget(grants) or _packed(grants)


def _linear(grants: Grants, basis: Matrix) -> Refused | None:
    terms = grants.terms
    for column in single_columns(basis):
        return Refused(
            Refusal.SINGLE_VALUE,
            f"with the functions already granted, column {column} alone could be computed; "
            "combine it with other columns in every function",
        )
    for number, combination in enumerate(terms.protected):
        if is_inside(basis, combination):
            return Refused(
                Refusal.PROTECTED,
                f"with the functions already granted, protected combination {number} could be computed",
            )
    if len(basis) > len(terms.spans) - 2:
        return Refused(
            Refusal.TOO_MANY_FUNCTIONS,
            f"at most {len(terms.spans) - 2} independent functions of {len(terms.spans)} columns are granted "
            "in one epoch; ask again in the next",
        )
    return None


def _dominated(grants: Grants, basis: Matrix) -> Refused | None:
    terms = grants.terms
    for column, share in enumerate(leverages(basis, terms.spans)):
        if share > terms.largest_share:
            return Refused(
                Refusal.DOMINATED,
                f"the results would explain {float(share):.0%} of column {column}, and "
                f"{float(terms.largest_share):.0%} are agreed; weigh other columns more",
            )
    return None


def _packed(grants: Grants) -> Refused | None:
    terms, rows = grants.terms, grants.functions
    column = column_without_double(rows, terms.spans, terms.least_ambiguity)
    if column is not None:
        return Refused(
            Refusal.PACKED,
            f"the results would leave column {column} too few possible values; use small weights that are "
            "close to each other",
        )
    for number, combination in enumerate(terms.protected):
        if not has_double(combination, rows, terms.spans, terms.least_ambiguity):
            return Refused(
                Refusal.PROTECTED,
                f"the results would leave protected combination {number} too few possible values",
            )
    return None


def _over_budget(grants: Grants) -> Refused | None:
    budget = grants.terms.budget_millibits
    if grants.spent_millibits <= budget:
        return None
    return Refused(
        Refusal.OVER_BUDGET,
        f"all results together would carry {grants.spent_millibits / MILLIBITS:.1f} bits about a record, and "
        f"{budget / MILLIBITS:.1f} are agreed; ask for coarser weights, or again in the next epoch",
    )
