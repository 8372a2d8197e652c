"""Which claim of a learner is which record, and what of it has a place there?

- `diploma/1`: the one achievement that is specified by a qualification, or the only achievement.
- `course/1`: the one achievement that is not specified by a qualification, or the only achievement.
- `transcript/1`: all courses in all achievements: those of the type course, or of any other type but
  qualification that carry ECTS credits. What lies below a course is part of it and not counted again. A
  credential tells what was achieved, so that failures are not known and stay empty.
- `enrolment/1`: the one learning activity. An academic year begins in July at the earliest: a start from July
  to December is an autumn term.

Where two claims would do, nothing is chosen: the person is left out, and told. Grades mean what the
template's table says, or stand on our own scale (`PERCENT_SCALE`). Years are those written in a date, in
whatever zone. Years of study, class of degree, number of the term and attendance have no place in the model:
they come from the template, or stay empty.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from ssi import elm_terms as elm
from ssi.dataset import DataSet
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports.courses import MAX_COURSES, Course, sums_of_passed
from ssi.issuer_service.imports.elm_achievement import (
    Grades,
    assessment_of,
    broad_field,
    ects,
    field_in,
    is_qualification,
    levels_of,
    load_of,
    single,
)
from ssi.issuer_service.imports.elm_nodes import Node
from ssi.issuer_service.imports.imported import Place

_HOURS = re.compile(r"PT([0-9]{1,5})H")
_DATE = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])-[0-9]{2}")
_AUTUMN_FROM = 7
_WHOLE = 100


def record_of(subject: Node, data_set: DataSet, grades: Grades, place: Place) -> dict[str, str] | None:
    """What a person's claims come to as a record; None, and a note, where they do not.

    Raises:
        TableRefusedError: there are more courses than one person has, or no claim becomes a record of this
            data set.
    """
    readers: dict[str, Callable[[], dict[str, str] | None]] = {
        "diploma": lambda: _diploma(subject, grades, place),
        "course": lambda: _course(subject, grades, place),
        "transcript": lambda: _transcript(subject, grades, place),
        "enrolment": lambda: _enrolment(subject, place),
    }
    if data_set.id not in readers:
        raise TableRefusedError(f"ELM gives records of {', '.join(sorted(readers))}")
    values = readers[data_set.id]()
    return None if values is None else {name: value for name, value in values.items() if value}


def _diploma(subject: Node, grades: Grades, place: Place) -> dict[str, str] | None:
    achieved = _claims(subject, "LearningAchievement")
    qualified = [each for each in achieved if is_qualification(each)]
    found = _the_one(qualified or achieved, "a qualification", place)
    if found is None:
        return None
    modes = {mode for each in found.nodes("specifiedBy") for mode in each.concepts("mode")}
    distance = "distance" if modes == {elm.ONLINE} else ""
    return {
        **_achievement(found, grades, place, grade="final_grade"),
        "mode_of_study": distance or load_of(found.along("influencedBy", "learningOpportunity")),
    }


def _course(subject: Node, grades: Grades, place: Place) -> dict[str, str] | None:
    achieved = _claims(subject, "LearningAchievement")
    courses = [each for each in achieved if not is_qualification(each)]
    found = _the_one(courses or achieved, "a course", place)
    if found is None:
        return None
    specifications = found.nodes("specifiedBy")
    hours = [_HOURS.fullmatch(each.text("volumeOfLearning")) for each in specifications]
    modes = {elm.MODES_OF_LEARNING.get(mode, "") for each in specifications for mode in each.concepts("mode")}
    return {
        **_achievement(found, grades, place, grade="grade"),
        "workload_hours": next((match[1] for match in hours if match), ""),
        "mode_of_learning": single(modes),
        "assessment": assessment_of(found.nodes("provenBy")),
    }


def _transcript(subject: Node, grades: Grades, place: Place) -> dict[str, str] | None:
    courses: list[Course] = []
    levels: list[str] = []
    fields: list[str] = []
    waiting = _claims(subject, "LearningAchievement")[::-1]
    while waiting:
        each = waiting.pop()
        if _is_course(each):
            if len(courses) == MAX_COURSES:
                raise TableRefusedError(f"{place.name} has more than {MAX_COURSES} courses: split it")
            here = Place(f"{place.name}, course {len(courses) + 1}", place.notes)
            courses.append(_course_of(each, grades, here))
            continue
        levels += levels_of(each)
        fields += [broad_field(each)] if is_qualification(each) else []
        waiting.extend(each.nodes("hasPart")[::-1])
    if not courses:
        place.leave_out("left out: there is no course in it")
        return None
    return {
        "eqf_level": max(levels, default=""),
        "field_of_study": single(set(fields)),
        **sums_of_passed(courses),
    }


def _enrolment(subject: Node, place: Place) -> dict[str, str] | None:
    found = _the_one(_claims(subject, "LearningActivity"), "a learning activity", place)
    if found is None:
        return None
    opportunities = found.nodes("learningOpportunity")
    programmes = [node for each in opportunities for node in each.nodes("learningAchievementSpecification")]
    starts = [_DATE.match(each.text("startDate")) for each in found.nodes("temporal")]
    start = next((match for match in starts if match), None)
    values = {
        "load": load_of(opportunities),
        "standing": "completed" if found.text("levelOfCompletion") == str(_WHOLE) else "",
        "eqf_level": single({level for each in programmes for level in each.codes("eqfLevel", elm.EQF)}),
        "field_of_study": single({field_in(each) for each in programmes}),
    }
    if start is None:
        place.leave_out("it does not say when it began: academic year and term come from the template")
        return values
    autumn = int(start[2]) >= _AUTUMN_FROM
    return values | {
        "term": "autumn" if autumn else "spring",
        "academic_year": start[1] if autumn else str(int(start[1]) - 1),
    }


def _achievement(achievement: Node, grades: Grades, place: Place, *, grade: str) -> dict[str, str]:
    """What diplomas and courses have in common."""
    awarded = [_DATE.match(each.text("awardingDate")) for each in achievement.nodes("awardedBy")]
    points = ects(achievement)
    mark = grades.of(achievement, place)
    return {
        "eqf_level": single(set(levels_of(achievement))),
        "field_of_study": broad_field(achievement),
        "credit_points": "" if points is None else str(points),
        "awarding_year": next((match[1] for match in awarded if match), ""),
        grade: "" if mark is None else str(mark),
    }


def _course_of(achievement: Node, grades: Grades, place: Place) -> Course:
    points = ects(achievement)
    if points is None:
        place.leave_out("it counts without credits: give them as ECTS")
    codes = [
        code for each in achievement.nodes("specifiedBy") for code in each.codes("thematicArea", elm.ISCED_F)
    ]
    isced = codes[0] if len(codes) == 1 else ""
    return Course(True, points or Decimal(0), grades.of(achievement, place), isced)


def _is_course(achievement: Node) -> bool:
    types = [kind for each in achievement.nodes("specifiedBy") for kind in each.concepts("dcType")]
    return elm.COURSE in types or (not is_qualification(achievement) and ects(achievement) is not None)


def _claims(subject: Node, kind: str) -> list[Node]:
    return [each for each in subject.nodes("hasClaim") if each.is_a(kind)]


def _the_one(found: list[Node], what: str, place: Place) -> Node | None:
    if len(found) == 1:
        return found[0]
    number = "several claims" if found else "no claim"
    place.leave_out(f"left out: it has {number} of {what}: hand in one credential for each")
    return None
