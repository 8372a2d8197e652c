"""Whatever is asked in whatever order, all exact answers together are about parts of enough people."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.differencing import History, Member, held_back, key_of, refine
from consent.errors import TooFewDifferError

FLOOR = 3


def member(number: int, *, record: str = "", floor: int = FLOOR, group: str = "") -> Member:
    """Somebody by number."""
    name = str(number)
    return Member(name, key_of(name), key_of(record or name), floor, group)


def crowd(numbers: Iterable[int], *, record: str = "", floor: int = FLOOR, group: str = "") -> list[Member]:
    """People by number, who all say the same."""
    return [member(each, record=record, floor=floor, group=group) for each in numbers]


class Answering:
    """A node that answers exactly, and what it remembers."""

    def __init__(self) -> None:
        self.history = History({}, {})
        self.answers: list[dict[tuple[str, bytes], int]] = []

    def answer(self, members: Sequence[Member]) -> list[str]:
        """Answer about those who may be in the answer; who they are."""
        out = held_back(members, self.history)
        left = [each for each in members if each.row not in out]
        self.note(left)
        for group in {each.group for each in left}:
            self.answers.append({(each.row, each.record): 1 for each in left if each.group == group})
        return sorted((each.row for each in left), key=int)

    def note(self, members: Sequence[Member]) -> None:
        """Remember an answer."""
        changed, present = refine(members, self.history), {each.account for each in members}
        places = {
            account: place
            if account in present
            else place._replace(part=changed.renumbered.get(place.part, place.part))
            for account, place in self.history.places.items()
        }
        self.history = History({**self.history.parts, **changed.parts}, {**places, **changed.places})
        counted = Counter(place.part for place in self.history.places.values())
        assert {number: part.people for number, part in self.history.parts.items()} == counted


def numbers(people: Iterable[int]) -> list[str]:
    """The rows of people by number."""
    return [str(each) for each in people]


def test_the_first_answer_is_about_everybody():
    assert Answering().answer(crowd(range(10))) == numbers(range(10))


def test_the_same_people_again_are_all_in_it():
    node = Answering()
    node.answer(crowd(range(10)))

    assert node.answer(crowd(range(10))) == numbers(range(10))


@pytest.mark.parametrize(("newcomers", "admitted"), [(1, 10), (2, 10), (3, 13)])
def test_newcomers_wait_until_they_are_enough(newcomers: int, admitted: int):
    node = Answering()
    node.answer(crowd(range(10)))

    assert node.answer(crowd(range(10 + newcomers))) == numbers(range(admitted))


@pytest.mark.parametrize(("missing", "admitted"), [(1, 7), (2, 7), (3, 7), (4, 6), (8, 0)])
def test_whoever_is_missing_is_so_in_company(missing: int, admitted: int):
    node = Answering()
    node.answer(crowd(range(10)))

    left = node.answer(crowd(range(missing, 10)))

    assert len(left) == admitted
    assert set(left) <= set(numbers(range(missing, 10)))


def test_who_is_left_out_in_company_depends_on_accounts_alone():
    first, second = Answering(), Answering()
    for node in (first, second):
        node.answer(crowd(range(10)))

    assert first.answer(crowd(range(1, 10))) == second.answer(crowd(reversed(range(1, 10))))


def test_another_record_of_one_person_leaves_her_out_in_company():
    node = Answering()
    node.answer(crowd(range(10)))

    left = node.answer([member(0, record="corrected"), *crowd(range(1, 10))])

    assert "0" not in left
    assert len(left) == 7


def test_records_that_all_change_together_are_answered_about():
    node = Answering()
    node.answer(crowd(range(10)))

    assert node.answer(crowd(range(10), record="corrected")) == numbers(range(10))


def test_groups_after_a_total_are_answered_only_if_the_rest_is_a_crowd():
    node = Answering()
    node.answer(crowd(range(10)))

    # The tenth is in no group, so the total less the groups would be hers.
    left = node.answer([*crowd(range(5), group="a"), *crowd(range(5, 9), group="b")])

    assert len(left) == 7


def test_a_tracker_of_many_small_steps_is_stopped():
    node = Answering()
    node.answer(crowd(range(20)))
    node.answer(crowd(range(10)))

    # The sum over 0..9, plus one over 9..19, less one over everybody, would be the value of person 9.
    left = node.answer(crowd(range(9, 20)))

    assert left == numbers(range(10, 20))


def test_whoever_asks_for_a_larger_crowd_has_it_in_every_part():
    node = Answering()
    node.answer([*crowd(range(9)), member(9, floor=6)])

    assert node.answer(crowd(range(5))) == []
    assert node.history.parts[1].floor == 6


def test_a_newcomer_who_asks_for_more_than_there_are_waits_alone():
    node = Answering()

    assert node.answer([*crowd(range(5)), member(5, floor=7)]) == numbers(range(5))


def test_what_was_not_held_back_is_refused_when_it_is_noted():
    node = Answering()
    node.answer(crowd(range(10)))

    for wrong in (crowd(range(11)), crowd(range(1, 10)), crowd(range(10, 12))):
        with pytest.raises(TooFewDifferError):
            node.note(wrong)


asked = st.lists(
    st.lists(
        st.tuples(st.integers(0, 13), st.sampled_from(["", "corrected"]), st.sampled_from("ab")),
        min_size=1,
        max_size=14,
        unique_by=lambda each: each[0],
    ),
    min_size=1,
    max_size=7,
)


@given(asked)
def test_no_combination_of_all_answers_is_about_fewer_people_than_the_floor(queries):
    """Every combination is a sum over parts, so the sparsest ones are found among all sets of two people."""
    node = Answering()
    for each in queries:
        node.answer([member(number, record=record, group=group) for number, record, group in each])

    people = {row for answer in node.answers for row, _ in answer}

    assert not any(
        is_reached(node.answers, set(few)) for size in range(1, FLOOR) for few in combinations(people, size)
    )


def is_reached(answers: Sequence[dict[tuple[str, bytes], int]], few: set[str]) -> bool:
    """Whether some combination of answers is about these people's records alone, and not about nothing.

    The combinations that vanish on everybody else are a space; they say something about the few if it is
    larger than that of the combinations that vanish everywhere.
    """
    records = sorted({record for answer in answers for record in answer})
    everywhere = [[answer.get(record, 0) for record in records] for answer in answers]
    others = [[answer.get(record, 0) for record in records if record[0] not in few] for answer in answers]
    return rank(everywhere) > rank(others)


def rank(rows: Sequence[Sequence[int]]) -> int:
    """The rank of a matrix, by elimination with fractions."""
    left = [[Fraction(each) for each in row] for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for place in range(found + 1, len(left)):
            factor = left[place][column] / pivot[column]
            left[place] = [a - factor * b for a, b in zip(left[place], pivot, strict=True)]
        found += 1
    return found
