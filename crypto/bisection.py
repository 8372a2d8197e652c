"""Which items of a batch that does not hold are wrong, without letting liars make that expensive?

A suspect set is halved, and if its first half holds, what is wrong is in the second. Small sets are checked
one by one. What halving costs is counted, and once it has cost a stated multiple of the first check, whatever
is still suspect is checked one by one: whoever fills a batch with lies adds no more than that multiple.

A search checks fewer sets than there are items, so a lie among n stays hidden with probability at most n
times that of a check that passes wrongly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SearchCosts:
    """What a search may cost, counted in items of one check.

    Sets of at most `one_by_one` items are not halved. `most_checks` is how many times the cost of the first
    check halving may add. `overhead` is what a check costs before its first item.
    """

    one_by_one: int
    most_checks: int
    overhead: int


def find_wrong(places: Sequence[int], holds: Callable[[list[int]], bool], costs: SearchCosts) -> list[int]:
    """The places of all wrong items of a batch that does not hold, the largest suspect sets searched first.

    `holds` checks all items at some places at once; it is never asked about none.
    """
    suspects, alone = [list(places)], list[int]()
    budget = costs.most_checks * len(places)
    while suspects:
        suspect = suspects.pop(0)
        if len(suspect) <= costs.one_by_one or budget < len(suspect) + 2 * costs.overhead:
            alone += suspect
            continue
        middle = (len(suspect) + 1) // 2
        first, second = suspect[:middle], suspect[middle:]
        budget -= len(first) + costs.overhead
        if holds(first):
            suspects.append(second)  # a suspect set has a wrong item, so it is in here
            continue
        suspects.append(first)
        budget -= len(second) + costs.overhead
        if not holds(second):
            suspects.append(second)
    return sorted(place for place in alone if not holds([place]))
