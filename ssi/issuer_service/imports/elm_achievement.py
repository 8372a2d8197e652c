"""What do an achievement and its parts say, read by the words of the European Learning Model?

Nothing is chosen where two answers would do: the value is empty then, and so it is where a word is not known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from ssi import elm_terms as elm
from ssi.issuer_service.imports.courses import read_credits
from ssi.issuer_service.imports.elm_nodes import Node
from ssi.issuer_service.imports.imported import Place

_QUALIFICATION = "Qualification"
_BROAD = re.compile(r"[0-9]{2}")
_WHOLE = 100


@dataclass(frozen=True)
class Grades:
    """What labels of grades mean: from 0, the lowest that passes, to 100, the best."""

    table: Mapping[str, str] = field(repr=False)

    def of(self, achievement: Node, place: Place) -> Decimal | None:
        """The grade of an achievement; None where there is none, more than one, or one not explained."""
        proofs = [each for each in achievement.nodes("provenBy") if each.nodes("grade")]
        if not proofs:
            return None
        found = {self._meaning(each) for each in proofs}
        if len(found) != 1 or None in found:
            place.leave_out("its grade is left out: the template's table of grades does not settle it")
            return None
        return found.pop()

    def _meaning(self, assessment: Node) -> Decimal | None:
        labels = {word for note in assessment.nodes("grade") for word in note.words("noteLiteral")}
        ours = elm.PERCENT_SCALE in [
            scheme
            for specification in assessment.nodes("specifiedBy")
            for scheme in specification.concepts("gradingScheme")
        ]
        meanings = {label if ours else self.table[label] for label in labels if ours or label in self.table}
        if len(meanings) != 1:
            return None
        try:
            value = Decimal(meanings.pop())
        except InvalidOperation:
            return None
        return value if value.is_finite() and 0 <= value <= _WHOLE else None


def is_qualification(achievement: Node) -> bool:
    """Whether it leads to a qualification, as opposed to a course or a part of one."""
    return any(each.is_a(_QUALIFICATION) for each in achievement.nodes("specifiedBy"))


def ects(achievement: Node) -> Decimal | None:
    """The ECTS credits that were received, or else those of what was achieved."""
    for points in (achievement.nodes("creditReceived"), achievement.along("specifiedBy", "creditPoint")):
        found = [
            read_credits(each.text("point")) for each in points if elm.ECTS in each.concepts("framework")
        ]
        if len(found) == 1:
            return found[0]
    return None


def levels_of(achievement: Node) -> list[str]:
    """The levels of the EQF that its specifications name."""
    codes = [code for each in achievement.nodes("specifiedBy") for code in each.codes("eqfLevel", elm.EQF)]
    return [code for code in codes if code in {"1", "2", "3", "4", "5", "6", "7", "8"}]


def broad_field(achievement: Node) -> str:
    """The two digits of the broad field of ISCED-F, if all its specifications agree on it."""
    return single({field_in(each) for each in achievement.nodes("specifiedBy")})


def field_in(specification: Node) -> str:
    """The two digits of the broad field, if all codes of a specification agree on it."""
    codes = specification.codes("thematicArea", elm.ISCED_F)
    return single({match[0] if (match := _BROAD.match(code)) else "" for code in codes})


def assessment_of(assessments: list[Node]) -> str:
    """How it was found out: our own word, or what the model's words allow no doubt about."""
    found = set()
    for each in assessments:
        specifications = each.nodes("specifiedBy")
        ours = {word for part in specifications for word in part.codes("dcType", elm.ASSESSMENT)}
        project = any(elm.PROJECT_BASED in part.concepts("mode") for part in specifications)
        quiz = elm.UNSUPERVISED in each.concepts("idVerification")
        found |= ours or {"coursework" if project else "quiz" if quiz else ""}
    return single(found)


def load_of(opportunities: list[Node]) -> str:
    """Full time or part time, as the learning opportunities say, or empty."""
    found = [schedule for each in opportunities for schedule in each.concepts("learningSchedule")]
    return single({elm.LOADS.get(each, "") for each in found})


def single(values: set[str]) -> str:
    """The one value, or empty where there is none or more than one."""
    return values.pop() if len(values) == 1 else ""
