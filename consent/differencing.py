"""Whom must an exact answer leave out, so that it and all exact answers before it hide everybody in a crowd?

Two exact sums over crowds that differ by one person differ by that person's value, and longer combinations of
answers (trackers; Denning, Denning and Schwartz 1979) reach what no pair does. So people are kept in *parts*:
two people are in one part if every exact answer so far was about both of them or about neither. All those
answers are then functions of the sums over whole parts, whichever way they are combined. The rule:

    every part has as many people as the largest crowd that anybody in it asks for.

A new crowd splits the parts that it meets. Where a piece would be too small, some of its people are left out
of the answer until no piece is: newcomers wait until they are enough; where somebody is missing, enough
others of her part are missing with her. What is left out is chosen by sets and by an order that the people's
accounts fix, never by a value, so neither an answer nor a refusal says more than who was asked about before
(simulatable auditing; Kenthapadi, Mishra and Nissim 2005).

A record counts with the person: whoever hands in another record stays where she is, and is in a piece with
those who did so since the same answers. So the records of a part are also replaced together, or not at all.

It does not matter of what the sums were: how many people there are is part of every answer, and values of one
person are related. Noise needs none of this: there the privacy budget bounds all answers together.

Limits. What is known from elsewhere is not counted: who knows all values of a part but one computes that one,
in a crowd of any size, and who knows that all but one were replaced by equal ones learns by how much that one
changed. Parts only ever become smaller, so each person who leaves takes others out of exact answers with her:
that is what exactness costs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from consent.errors import TooFewDifferError
from crypto.encoding import sha256

_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Member:
    """One person as a crowd takes her in: by `account`, with one `record`, in one `group` of the answer.

    `row` is how the job calls her, `floor` how many people there must be that she may be any of.
    """

    row: str
    account: bytes
    record: bytes
    floor: int
    group: str = ""


class Part(NamedTuple):
    """People whom no exact answer tells apart: how many there are, and how many there have to be."""

    people: int
    floor: int


class Place(NamedTuple):
    """In which part somebody is, and by which record of hers."""

    part: int
    record: bytes


@dataclass(frozen=True)
class History:
    """The parts of a data set by number, and where the people of a crowd stand; others are in no answer."""

    parts: Mapping[int, Part]
    places: Mapping[bytes, Place]


@dataclass(frozen=True)
class Refined:
    """What an answer changes in a history: parts, places, and the parts whose people are not in the answer.

    `renumbered` has the new number of a part's absent people, where those who are in the answer keep theirs.
    """

    parts: Mapping[int, Part]
    places: Mapping[bytes, Place]
    renumbered: Mapping[int, int]


class _Cell(NamedTuple):
    """A piece of a part: those of one group who come with the record that was answered on, or another."""

    group: str
    is_new_record: bool


_Cells = dict[_Cell, list[Member]]


def key_of(name: str) -> bytes:
    """Under which 16 bytes an account or a record is remembered."""
    return sha256(name.encode())[:_KEY_BYTES]


def held_back(members: Sequence[Member], history: History) -> frozenset[str]:
    """The rows that an exact answer has to leave out; what is left, `refine` takes."""
    newcomers, met = _pieces(members, history)
    out = {each.row for cell in newcomers.values() for each in _waiting(cell)}
    for number, cells in met.items():
        out |= {each.row for each in _company(cells, history.parts[number])}
    return frozenset(out)


def refine(members: Sequence[Member], history: History) -> Refined:
    """What changes in the history when an exact answer is given: new and smaller parts, and new places.

    The largest piece of a part keeps its number, so that the fewest people are written down anew.

    Raises:
        TooFewDifferError: a piece would have too few people, so the answer must not be given.
    """
    newcomers, met = _pieces(members, history)
    changed = _Changes(history)
    for cell in newcomers.values():
        changed.settle(cell, Part(len(cell), _asked(cell)))
    for number, cells in met.items():
        people, floor = history.parts[number]
        least = max(floor, *map(_asked, cells.values()))
        pieces = sorted(cells.values(), key=len)
        absent = people - sum(map(len, pieces))
        if absent > len(pieces[-1]):
            changed.keep(number, Part(absent, least))
        else:
            changed.settle(pieces[-1], Part(len(pieces.pop()), least), number)
            if absent:
                changed.renumber(number, Part(absent, least))
        for piece in pieces:
            changed.settle(piece, Part(len(piece), least))
    return Refined(changed.parts, changed.places, changed.renumbered)


class _Changes:
    """What a history becomes, as far as it is not as before."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._unused = max(history.parts, default=0) + 1
        self.parts: dict[int, Part] = {}
        self.places: dict[bytes, Place] = {}
        self.renumbered: dict[int, int] = {}

    def keep(self, number: int, part: Part) -> None:
        """Let a number stand for these people."""
        if part.people < part.floor:
            raise TooFewDifferError("people would differ from those of an earlier exact answer by too few")
        if self._history.parts.get(number) != part:
            self.parts[number] = part

    def renumber(self, number: int, part: Part) -> None:
        """Give a new number to the absent people of a part."""
        self.renumbered[number], self._unused = self._unused, self._unused + 1
        self.keep(self.renumbered[number], part)

    def settle(self, piece: Sequence[Member], part: Part, number: int | None = None) -> None:
        """Put people into a part, a new one where it has no number."""
        if number is None:
            number, self._unused = self._unused, self._unused + 1
        self.keep(number, part)
        places = self._history.places
        for each in piece:
            place = places.get(each.account)
            if place is None or place.part != number or place.record != each.record:
                self.places[each.account] = Place(number, each.record)


def _pieces(members: Sequence[Member], history: History) -> tuple[_Cells, dict[int, _Cells]]:
    """Those in no answer yet, and those of each part, in pieces."""
    newcomers: _Cells = defaultdict(list)
    met: dict[int, _Cells] = defaultdict(lambda: defaultdict(list))
    for each in members:
        place = history.places.get(each.account)
        if place is None:
            newcomers[_Cell(each.group, is_new_record=False)].append(each)
        else:
            cell = _Cell(each.group, is_new_record=place.record != each.record)
            met[place.part][cell].append(each)
    return newcomers, met


def _waiting(cell: Sequence[Member]) -> Iterable[Member]:
    """The newcomers of a group who have to wait: those who ask for more people than come with them."""
    if len(cell) >= _asked(cell):
        return
    ordered = sorted(cell, key=lambda each: (each.floor, each.account))
    while ordered and len(ordered) < ordered[-1].floor:
        yield ordered.pop()


def _company(cells: _Cells, part: Part) -> Iterable[Member]:
    """Those of a part who are left out, so that nobody of it is left in or out with too few others."""
    floor = max(part.floor, *map(_asked, cells.values()))
    left = dict(cells)
    missing = part.people - sum(map(len, left.values()))
    while True:
        for name in [each for each, cell in left.items() if len(cell) < floor]:
            yield from left[name]
            missing += len(left.pop(name))
        if not left or missing == 0 or missing >= floor:
            return
        largest = max(left, key=lambda each: (len(left[each]), each))
        ordered = sorted(left[largest], key=lambda each: each.account)
        left[largest] = ordered[floor - missing :]
        yield from ordered[: floor - missing]
        missing = part.people - sum(map(len, left.values()))


def _asked(cell: Sequence[Member]) -> int:
    """How many people the most careful of some asks for."""
    return max(each.floor for each in cell)
