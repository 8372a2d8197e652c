"""Sums over many people: nobody's part follows, few people's part neither, and noise hides the rest.

The columns of a function over a cohort are all columns of all its members, and the rules of
`crypto.functional.authority` hold for them. Three more hold for people.

Crowd. No combination of the granted functions may depend on fewer than `floor` people: the sum over fifty
and the sum over forty-nine of them are both over a crowd, and their difference is one person. Let τ_i be the
sum of the leverages of member i's columns. The authority demands that the floor - 1 largest τ_i sum to less
than 1. This is enough: if a combination u ≠ 0 in the scaled row span, with projection P, is zero outside of
the columns S of floor - 1 people, then u = Pu and |u|² = u'Pu <= |u|² · trace(P_SS) < |u|². One function that
weighs N people alike has τ_i = 1/N: it is granted from N = floor on. No τ_i may exceed the largest share that
the terms allow a column, so that nobody outweighs the others either.

Noise. Every opened result carries discrete Gaussian noise, of which each member adds its own part with its
key share. Δ is the largest |Σ_j y_ij span_j| that one person can change, and the parts are as wide as
`crypto.noise.distributed_variance` says, so that those of the members that do not collude give ρ-zCDP by
themselves. The ρ add up over results against a stated budget, and here a repetition is *not* free: a second
key share with fresh noise is a second look, and averages it away.

Who decides. In a decentralised cohort each wallet, or an auditor for all of them, runs this value; the order
of requests must be agreed. A drop-out and a second run with those who are left is a second function.

Limits. The noise of a member is only as good as that member; `colluding` of them may have told theirs.
Under a subscription (`crypto.functional.multi_client`) key shares carry no noise: there each wallet adds its
noise to the value that it encrypts, once for each label.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from crypto.encoding import sha256
from crypto.errors import OutOfRangeError
from crypto.functional.authority import Grants, Refusal, Refused, decide
from crypto.functional.authority_algebra import echelon, leverages
from crypto.functional.authority_terms import Terms
from crypto.functional.multi_client_function import Function
from crypto.noise import distributed_variance

MIN_FLOOR: Final = 2
_TERMS_TAG: Final = b"argonauta functional crowd terms v1"


@dataclass(frozen=True)
class CrowdTerms:
    """What a cohort holds to in one epoch.

    Attributes:
        columns: the terms for all columns of all members, member after member.
        people: how many members there are.
        floor: how few people any combination of results may depend on, at least 2.
        colluding: how many members may tell the buyer their noise.
        rho_budget: what all results together may spend in zCDP, at least 0.

    Raises:
        OutOfRangeError: the columns are not equally many for each person, or a number is outside its range.
    """

    columns: Terms
    people: int
    floor: int
    colluding: int
    rho_budget: Fraction

    def __post_init__(self) -> None:
        if self.people < MIN_FLOOR or len(self.columns.spans) % self.people:
            raise OutOfRangeError("expected at least two people with equally many columns each")
        if not MIN_FLOOR <= self.floor <= self.people or not 0 <= self.colluding < self.people:
            raise OutOfRangeError("expected a floor of at least 2, and floor and colluders among the people")
        if self.rho_budget < 0:
            raise OutOfRangeError("expected a budget of at least 0")

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that stand for these terms."""
        numbers = (self.people, self.floor, self.colluding, *self.rho_budget.as_integer_ratio())
        return sha256(_TERMS_TAG, self.columns.digest, ",".join(map(str, numbers)).encode())


@dataclass(frozen=True)
class CrowdGrants:
    """The functions granted to a cohort, and what their noise has spent."""

    terms: CrowdTerms
    grants: Grants
    spent_rho: Fraction = Fraction(0)

    @classmethod
    def empty(cls, terms: CrowdTerms) -> "CrowdGrants":
        """The state of a new epoch."""
        return cls(terms, Grants(terms.columns))


@dataclass(frozen=True)
class CrowdGranted:
    """The result may be opened, with noise of this variance from each member."""

    grants: CrowdGrants
    member_variance: Fraction


def decide_crowd(grants: CrowdGrants, function: Function, *, rho: Fraction) -> CrowdGranted | Refused:
    """Decide on one opening of a function over a cohort.

    Args:
        grants: the state.
        function: what is to be opened; its members are the people of the terms, in order.
        rho: what this result may spend, positive.

    Raises:
        OutOfRangeError: the function has other columns than the terms, or rho is not positive.
    """
    terms = grants.terms
    weights = [weight for row in function.weights for weight in row]
    if function.cohort.size != terms.people or len(weights) != len(terms.columns.spans):
        raise OutOfRangeError("expected a function over all columns of all people of the terms")
    variance = distributed_variance(
        sensitivity(function, terms), rho, nodes=terms.people, colluding=terms.colluding
    )
    decision = decide(grants.grants, weights)
    if isinstance(decision, Refused):
        return decision
    after = replace(grants, grants=decision.grants, spent_rho=grants.spent_rho + rho)
    return crowd_refusal_of(after) or CrowdGranted(after, variance)


def crowd_refusal_of(grants: CrowdGrants) -> Refused | None:
    """The rules for people, for a set of independent functions and what they spent."""
    return _crowd_too_small(grants.grants, grants.terms) or _over_rho(grants.spent_rho, grants.terms)


def sensitivity(function: Function, terms: CrowdTerms) -> int:
    """By how much one person can change the result: the largest Σ_j |y_ij| span_j over the members."""
    width = len(function.bounds)
    spans = terms.columns.spans
    return max(
        sum(abs(weight) * span for weight, span in zip(row, spans[at * width :], strict=False))
        for at, row in enumerate(function.weights)
    )


def _crowd_too_small(grants: Grants, terms: CrowdTerms) -> Refused | None:
    if not grants.functions:
        return None
    shares = leverages(echelon(grants.functions), terms.columns.spans)
    width = len(shares) // terms.people
    people = sorted((sum(shares[at : at + width]) for at in range(0, len(shares), width)), reverse=True)
    if people[0] > terms.columns.largest_share:
        return Refused(
            Refusal.DOMINATED,
            "the results would be mostly about one person; weigh people alike, and ask about the same ones "
            "each time",
        )
    if sum(people[: terms.floor - 1]) < 1:
        return None
    return Refused(
        Refusal.CROWD_TOO_SMALL,
        f"with the functions already granted, a result over fewer than {terms.floor} people could follow; "
        "ask about more people at once, and about the same ones each time",
    )


def _over_rho(spent: Fraction, terms: CrowdTerms) -> Refused | None:
    if spent <= terms.rho_budget:
        return None
    return Refused(
        Refusal.OVER_BUDGET,
        f"all results together would spend a rho of {float(spent):.4g}, and {float(terms.rho_budget):.4g} is "
        "agreed; accept more noise, or ask again in the next epoch",
    )
