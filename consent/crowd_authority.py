"""Would this sum say too much about one person, given everything that was said before?

`crypto.functional.authority_crowd` decides; here it meets one wallet's memory. A wallet sees the cohorts that
it is in, and no others, and keeps each: who the people were, which weights, at what privacy cost. The columns
of the authority are all columns of everybody it ever was in a cohort with.

Who is protected. Two sums over cohorts that differ in one person differ, but for noise, by that person. Where
she was in the first and is not asked for the second, it is the *others*, asked twice, who see that the
difference is one person, and refuse. So every member guards every other.

Scores. What a person sold of her own record in the clear (`consent.score_authority`) stays known: her own
columns must have a double under those functions and all sums together, as if the sums were exact.

Bits. A sum at ρ-zCDP tells at most ρ·log2(e) bits about one record to whoever knows all others: the
divergence of order 1 between any two records is at most ρ (Bun and Steinke, TCC 2016, definition 1.1). It is
charged, rounded up, to the same budget of yes-or-no answers that the scores of the record have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, e, log2
from typing import Final

from consent.crowd_run import CrowdNumbers
from consent.crowd_terms import CrowdRefusal, CrowdRefused, CrowdTerms
from consent.errors import MismatchError
from consent.score_authority import Function as OwnFunction
from consent.score_authority import record_bits, spent_bits
from consent.score_function import scored_attributes
from crypto.encoding import sha256
from crypto.functional.authority import Grants, Refusal
from crypto.functional.authority import Refused as RefusedFunction
from crypto.functional.authority_algebra import echelon, is_inside, single_columns
from crypto.functional.authority_crowd import CrowdGranted, CrowdGrants, decide_crowd
from crypto.functional.authority_crowd import CrowdTerms as Limits
from crypto.functional.authority_doubles import has_double
from crypto.functional.authority_terms import MILLIBITS, Terms, check_weights
from crypto.functional.decentralised_keys import Cohort
from crypto.functional.multi_client_function import MAX_MAGNITUDE, Function
from crypto.noise import rho_from_epsilon
from ssi.dataset import DataSet

_MOST_BITS: Final = 10**9
_MOST_COLUMNS: Final = 48
_LEAST_AMBIGUITY: Final = Terms((1, 1, 1), 0).least_ambiguity
_REASONS: Final = {
    Refusal.TOO_LARGE: CrowdRefusal.TOO_LARGE,
    Refusal.SINGLE_VALUE: CrowdRefusal.SINGLE_VALUE,
    Refusal.PROTECTED: CrowdRefusal.SINGLE_VALUE,
    Refusal.TOO_MANY_FUNCTIONS: CrowdRefusal.TOO_MANY_FUNCTIONS,
    Refusal.DOMINATED: CrowdRefusal.DOMINATED,
    Refusal.PACKED: CrowdRefusal.PACKED,
    Refusal.OVER_BUDGET: CrowdRefusal.BUDGET_SPENT,
    Refusal.CROWD_TOO_SMALL: CrowdRefusal.CROWD_TOO_SMALL,
}


@dataclass(frozen=True)
class ToldSum:
    """A sum that a wallet took part in: the order, who the people were, which weights, and what it cost."""

    order_id: str
    handles: frozenset[str]
    weights: OwnFunction
    rho: Fraction


@dataclass(frozen=True)
class Exposure:
    """What is known of one record so far: all sums, and all scores of it alone."""

    sums: tuple[ToldSum, ...] = ()
    scores: tuple[OwnFunction, ...] = ()

    def without(self, order_id: str) -> "Exposure":
        """What was told apart from one order, which is judged anew once it is known who was heard in it."""
        return replace(self, sums=tuple(each for each in self.sums if each.order_id != order_id))

    @property
    def spent_rho(self) -> Fraction:
        """What all sums cost together."""
        return sum((each.rho for each in self.sums), Fraction(0))

    @property
    def millibits(self) -> int:
        """What all sums may have told of this record, in thousandths of a bit, rounded up for each."""
        return sum(millibits_of(each.rho) for each in self.sums)


@dataclass(frozen=True)
class CrowdForesight:
    """What a buyer could learn about one person from a sum: bits, of all that the record says.

    `told` is what the wallet keeps before it says anything.
    """

    told: ToldSum
    cost_bits: float
    record_bits: float


def judge(
    exposure: Exposure, numbers: CrowdNumbers, told: ToldSum, own: str, terms: CrowdTerms
) -> CrowdForesight | CrowdRefused:
    """Decide on a sum over these people, given everything that was told of the record before.

    Args:
        exposure: what was told.
        numbers: of the order, over exactly these people.
        told: the sum as it would be remembered.
        own: the person's own handle, among them.
        terms: what she allows; floor and total budget are taken from here.

    Raises:
        MismatchError: she is not among the people.
    """
    if own not in told.handles:
        raise MismatchError("the person is not in the cohort")
    if any(each.order_id == told.order_id for each in exposure.sums):
        return CrowdRefused(CrowdRefusal.ALREADY_TOLD)
    refused = _refused_by_crowd(exposure, numbers, told, terms) or _refused_by_scores(
        exposure, numbers.function.data_set, (*exposure.sums, told), own
    )
    if refused is not None:
        return CrowdRefused(refused)
    return CrowdForesight(
        told=told,
        cost_bits=spent_bits((), numbers.function.data_set, told_millibits=millibits_of(told.rho)),
        record_bits=record_bits(numbers.function.data_set),
    )


def millibits_of(rho: Fraction) -> int:
    """How much a release at ρ-zCDP tells of one record, in thousandths of a bit, rounded up."""
    return ceil(MILLIBITS * float(rho) * log2(e) + 1e-6)


class _Span:
    """All columns of everybody in some sums, and functions over them."""

    def __init__(self, data_set: DataSet, sums: Sequence[ToldSum]) -> None:
        self.spans = tuple(each.steps for each in scored_attributes(data_set))
        # A person is a digest here, because that is what a cohort is made of.
        self.people = sorted({_person(handle) for each in sums for handle in each.handles})
        self.width = len(self.spans)

    def row(self, told: ToldSum) -> tuple[int, ...]:
        """The weights of a sum over all columns."""
        inside = {_person(handle) for handle in told.handles}
        zeros = (0,) * self.width
        return tuple(
            weight for person in self.people for weight in (told.weights if person in inside else zeros)
        )


def _refused_by_crowd(
    exposure: Exposure, numbers: CrowdNumbers, told: ToldSum, terms: CrowdTerms
) -> CrowdRefusal | None:
    span = _Span(numbers.function.data_set, (*exposure.sums, told))
    columns = Terms(span.spans * len(span.people), _MOST_BITS * MILLIBITS, largest_result=MAX_MAGNITUDE)
    limits = Limits(
        columns,
        people=len(span.people),
        floor=terms.crowd_floor,
        colluding=numbers.colluding,
        rho_budget=rho_from_epsilon(terms.epsilon_total),
    )
    granted = _independent([check_weights(span.row(each), len(columns.spans)) for each in exposure.sums])
    before = CrowdGrants(limits, Grants(columns, granted), exposure.spent_rho)
    row = span.row(told)
    rows = tuple(row[at : at + span.width] for at in range(0, len(row), span.width))
    function = Function(Cohort(tuple(span.people)), rows, numbers.bounds)
    decision = decide_crowd(before, function, rho=told.rho)
    return None if isinstance(decision, CrowdGranted) else _reason(decision)


def _refused_by_scores(
    exposure: Exposure, data_set: DataSet, sums: Sequence[ToldSum], own: str
) -> CrowdRefusal | None:
    """Whether scores and sums together, exact as if there were no noise, pin down one of her numbers.

    A double that changes only her and some others is one of everybody: only those are looked at who were in
    the same sums as she, as far as there are any, so that what the search finds does not depend on names.
    """
    if not exposure.scores:
        return None
    others = sorted({handle for each in sums for handle in each.handles} - {own})
    others.sort(key=lambda handle: sum((handle in each.handles) != (own in each.handles) for each in sums))
    width = len(scored_attributes(data_set))
    people = (own, *others[: max(1, _MOST_COLUMNS // width - 1)])
    rows = _independent(
        [
            *((*score, *(0,) * (width * (len(people) - 1))) for score in exposure.scores),
            *(
                tuple(w for each in people for w in (told.weights if each in told.handles else (0,) * width))
                for told in sums
            ),
        ]
    )
    if any(column < width for column in single_columns(echelon(rows))):
        return CrowdRefusal.SINGLE_VALUE
    spans = tuple(each.steps for each in scored_attributes(data_set)) * len(people)
    units = ([int(at == column) for at in range(len(spans))] for column in range(width))
    if all(has_double(unit, rows, spans, _LEAST_AMBIGUITY) for unit in units):
        return None
    return CrowdRefusal.PACKED


def _independent(rows: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    kept: list[tuple[int, ...]] = []
    for row in rows:
        if not is_inside(echelon(kept), row):
            kept.append(row)
    return tuple(kept)


def _reason(refused: RefusedFunction) -> CrowdRefusal:
    return _REASONS[refused.reason]


def _person(handle: str) -> bytes:
    return sha256(b"argonauta crowd person v1", handle.encode())
