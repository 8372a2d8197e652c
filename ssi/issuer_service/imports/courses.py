"""What do one person's courses come to? The sums and means of a record of `transcript/1`.

Means are weighted by ECTS credits. Groups of subjects follow the fields of ISCED-F 2013; the first prefix
that fits decides, so that mathematics (054) is not counted among the sciences (05).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

MAX_COURSES = 1000
"""How many courses one document may tell of one person."""
MOST_CREDITS = Decimal(480)
_SUBJECTS = (
    ("054", "mathematics"),
    ("023", "languages"),
    ("05", "sciences"),
    ("02", "humanities"),
    ("03", "social_sciences"),
    ("04", "social_sciences"),
    ("06", "technology"),
    ("07", "technology"),
)
_TENTH, _TOP_FIFTH, _LOWEST_FIFTH = Decimal("0.1"), Decimal(80), Decimal(20)


@dataclass(frozen=True, repr=False)
class Course:
    """One course: ECTS credits, its grade from 0, the lowest that passes, to 100, and its ISCED-F code."""

    passed: bool
    credits: Decimal
    grade: Decimal | None
    isced: str


def read_credits(text: str) -> Decimal | None:
    """ECTS credits from 0 to 480, or None for anything else."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= MOST_CREDITS else None


def sums(courses: Sequence[Course]) -> dict[str, str]:
    """What courses that were passed or failed come to, by attribute of `transcript/1`."""
    passed = [course for course in courses if course.passed]
    values = sums_of_passed(passed)
    values["courses_failed"] = str(len(courses) - len(passed))
    values["credits_attempted"] = tenths(_credits(courses))
    return values


def sums_of_passed(passed: Sequence[Course]) -> dict[str, str]:
    """The same without what only a document that tells failures can say."""
    graded = [course for course in passed if course.grade is not None]
    values = {
        "courses_passed": str(len(passed)),
        "credits_earned": tenths(_credits(passed)),
        "grades_top_fifth": str(sum(1 for each in graded if (each.grade or 0) >= _TOP_FIFTH)),
        "grades_bottom_fifth": str(sum(1 for each in graded if (each.grade or 0) <= _LOWEST_FIFTH)),
    }
    mean = _mean(graded)
    if mean is not None:
        values["mean_grade"] = mean
    for subject in sorted({name for _, name in _SUBJECTS}):
        mine = [each for each in passed if _subject(each.isced) == subject]
        if mine:
            values[f"credits_{subject}"] = tenths(_credits(mine))
        mean = _mean([each for each in mine if each.grade is not None])
        if mean is not None:
            values[f"mean_{subject}"] = mean
    return values


def tenths(number: Decimal) -> str:
    """A number as it stands in a record: one decimal, half to even."""
    return str(number.quantize(_TENTH, ROUND_HALF_EVEN))


def _credits(courses: Sequence[Course]) -> Decimal:
    return sum((each.credits for each in courses), Decimal(0))


def _subject(isced: str) -> str | None:
    return next((name for prefix, name in _SUBJECTS if isced.startswith(prefix)), None)


def _mean(graded: Sequence[Course]) -> str | None:
    weight = _credits(graded)
    if not weight:
        return None
    return tenths(sum(((each.grade or Decimal(0)) * each.credits for each in graded), Decimal(0)) / weight)
