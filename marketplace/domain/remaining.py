"""Who remains, once what each person asks of all of them together is held against who is there?

A person leaves where the crowd is smaller than one of her bounds and the compensation, which is the largest
minimum of those who are there, is less as well. Whoever leaves makes the crowd smaller and perhaps the
compensation less, so that others leave too, but never gives anybody a reason to stay. So there is one largest
set of people of whom nobody leaves, and it does not depend on the order in which the others went.
"""

from collections.abc import Sequence
from decimal import Decimal
from heapq import heappop, heappush
from typing import Final, NamedTuple

from consent.policy import Refusal
from consent.prohibition import Facts, Operand, Prohibition

WHATEVER: Final = 2**53
"""More than any crowd and any compensation: the bound of a side that does not matter."""


class Bound(NamedTuple):
    """The person at a place leaves where there are fewer people and the compensation is less than this."""

    place: int
    crowd: int
    compensation_cents: int
    refusal: Refusal


def bound_of(place: int, prohibition: Prohibition, facts: Facts) -> Bound | None:
    """Below which crowd and compensation a prohibition applies; None where it never does.

    `facts` are those of the use in the largest crowd at the largest compensation. What is met there is met
    in every smaller one, because both can only be forbidden to be less than something.
    """
    less = dict.fromkeys((Operand.CROWD, Operand.COMPENSATION), WHATEVER)
    for each in prohibition.constraints:
        if each.is_met(facts):
            continue
        if each.operand not in less or not isinstance(each.right, Decimal):
            return None
        less[each.operand] = int(each.right)
    return Bound(place, less[Operand.CROWD], less[Operand.COMPENSATION], Refusal.PROHIBITED)


def leaving(bounds: Sequence[Bound], compensation_cents: Sequence[int]) -> dict[int, Refusal]:
    """Who leaves, by place, and why; `compensation_cents` are the minimums of all, at their places.

    Each bound is looked at twice at most, so that people who leave one after the other, each because of the
    one before, do not cost more than those who leave at once.
    """
    left: dict[int, Refusal] = {}
    waiting = sorted(range(len(bounds)), key=lambda number: bounds[number].crowd)
    least = sorted(range(len(compensation_cents)), key=lambda place: compensation_cents[place])
    too_few: list[tuple[int, int]] = []
    while True:
        while least and least[-1] in left:
            least.pop()
        paid = compensation_cents[least[-1]] if least else 0
        if waiting and bounds[waiting[-1]].crowd > len(compensation_cents) - len(left):
            number = waiting.pop()
            heappush(too_few, (-bounds[number].compensation_cents, number))
        elif too_few and -too_few[0][0] > paid:
            bound = bounds[heappop(too_few)[1]]
            left.setdefault(bound.place, bound.refusal)
        else:
            return left
