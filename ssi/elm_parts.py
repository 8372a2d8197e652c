"""Of what parts does a record of education consist in the European Learning Model?

Achievements with what specifies and proves them, activities with the opportunity that they took up, and the
notes for everything else (ELM v3, classes LearningAchievement, LearningActivity, LearningAssessment).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ssi import elm_terms as elm
from ssi.attribute import Attribute
from ssi.dataset import DataSet

_GRADES: Final = {"diploma/1": "final_grade", "course/1": "grade", "transcript/1": "mean_grade"}
_CREDITS: Final = {
    "diploma/1": "credit_points",
    "course/1": "credit_points",
    "transcript/1": "credits_earned",
}
_MODES: Final = {"distance": elm.ONLINE, "on_site": elm.ON_SITE, "online": elm.ONLINE, "blended": elm.BLENDED}
_LOADS: Final = {"full_time": elm.FULL_TIME, "part_time": elm.PART_TIME}


@dataclass(frozen=True)
class Frame:
    """What stands around a record: the credential's own id, who awards, whose it is, and since when.

    `id` and `issuer` are URIs, `issuer_name` is for people; `holder` is a URI too, or absent, and then the
    document does not say whose record it is.
    """

    id: str
    issuer: str
    issuer_name: str
    issued_at: datetime
    holder: str | None = field(default=None, repr=False)
    valid_until: datetime | None = None


class Parts:
    """The parts of one document. Each value that found its place is crossed off; the rest is noted."""

    def __init__(self, found: DataSet, values: Mapping[str, Any], frame: Frame) -> None:
        self._found = found
        self._values = dict(values)
        self._frame = frame
        self._made = 0

    def achievement(self) -> dict[str, Any]:
        """A qualification, a course, or a programme as far as it was passed."""
        specification = self._specification()
        specification |= self._concept_of("mode", "mode_of_learning", _MODES, elm.MODE)
        mode_of_study = self._values.get("mode_of_study")
        if mode_of_study in _MODES:
            specification |= self._concept_of("mode", "mode_of_study", _MODES, elm.MODE)
        made = {
            "title": dict(self._found.label),
            "awardedBy": self._awarding(),
            **self._credits("creditReceived", _CREDITS[self._found.ref]),
            **self._proof(),
            "specifiedBy": specification,
        }
        if mode_of_study in _LOADS:
            made["influencedBy"] = self.node(
                "LearningActivity",
                title=dict(self._found.label),
                learningOpportunity=self._opportunity("mode_of_study"),
            )
        return self.node("LearningAchievement", **made, **self._notes())

    def activity(self) -> dict[str, Any]:
        """A term of study, which leads to a qualification."""
        opportunity = self._opportunity("load")
        opportunity["learningAchievementSpecification"] = self._specification()
        made: dict[str, Any] = {
            "title": dict(self._found.label),
            "awardedBy": self._awarding(),
            "learningOpportunity": opportunity,
        }
        if self._values.get("standing") == "completed":
            made["levelOfCompletion"] = 100
        return self.node("LearningActivity", **made, **self._notes())

    def organisation(self) -> dict[str, Any]:
        """The institution, under its own id wherever it stands."""
        name = {"en": self._frame.issuer_name}
        return {"id": self._frame.issuer, "type": "Organisation", "legalName": name}

    def node(self, type_: str, **members: Any) -> dict[str, Any]:
        """An object of the document with an id of its own below the document's."""
        self._made += 1
        return {
            "id": f"{self._frame.id}#{type_[0].lower()}{type_[1:]}-{self._made}",
            "type": type_,
            **members,
        }

    def _specification(self) -> dict[str, Any]:
        type_ = "LearningAchievementSpecification" if self._found.ref == "course/1" else "Qualification"
        specification = self.node(type_, title=dict(self._found.label))
        for member, name, base in (
            ("eqfLevel", "eqf_level", elm.EQF),
            ("thematicArea", "field_of_study", elm.ISCED_F),
        ):
            code = self._values.get(name)
            if code is not None:
                specification |= self._concept_of(member, name, {code: f"{base}{code}"}, base)
        if self._found.ref == "course/1":
            specification["dcType"] = concept(elm.COURSE, elm.OPPORTUNITY)
        hours = self._values.pop("workload_hours", None)
        if hours is not None:
            specification["volumeOfLearning"] = f"PT{hours}H"
        return specification

    def _awarding(self) -> dict[str, Any]:
        # A record knows the year of an award at most, which is no `awardingDate`: that is a moment.
        return self.node("AwardingProcess", awardingBody=self.organisation())

    def _credits(self, member: str, name: str) -> dict[str, Any]:
        points = self._values.pop(name, None)
        if points is None:
            return {}
        framework = concept(elm.ECTS, elm.CREDIT)
        return {member: self.node("CreditPoint", framework=framework, point=str(points))}

    def _proof(self) -> dict[str, Any]:
        grade = self._values.pop(_GRADES[self._found.ref], None)
        kind = self._values.get("assessment")
        if grade is None and kind is None:
            return {}
        scale = {
            "id": elm.PERCENT_SCALE,
            "type": "GradingScheme",
            "title": {"en": "0 is the lowest grade that passes, 100 the best"},
        }
        specification = self.node(
            "LearningAssessmentSpecification", title=dict(self._found.label), gradingScheme=scale
        )
        if kind is not None:
            words = {kind: f"{elm.ASSESSMENT}{kind}"}
            specification |= self._concept_of("dcType", "assessment", words, elm.ASSESSMENT)
        proof = self.node("LearningAssessment", title=dict(self._found.label), specifiedBy=specification)
        if grade is not None:
            proof["grade"] = self.node("Note", noteLiteral={"en": str(grade)})
        return {"provenBy": proof}

    def _opportunity(self, name: str) -> dict[str, Any]:
        schedule = self._concept_of("learningSchedule", name, _LOADS, elm.SCHEDULE)
        return self.node("LearningOpportunity", title=dict(self._found.label), **schedule)

    def _concept_of(self, member: str, name: str, concepts: Mapping[str, str], base: str) -> dict[str, Any]:
        """A member that holds the concept of a value, which is crossed off."""
        code = self._values.pop(name, None)
        if code is None:
            return {}
        label = next(each.label for each in self._found.attribute(name).categories if each.code == code)
        return {member: {**concept(concepts[code], base), "prefLabel": dict(label)}}

    def _notes(self) -> dict[str, Any]:
        """What has no place of its own, in words and in the order of the data set."""
        notes = [
            self.node(
                "Note", noteLiteral={"en": f"{each.label['en']}: {_shown(each, self._values[each.name])}"}
            )
            for each in self._found.attributes
            if each.name in self._values
        ]
        return {"additionalNote": notes} if notes else {}


def _shown(attribute: Attribute, value: Any) -> str:
    labels = {each.code: each.label["en"] for each in attribute.categories}
    unit = "" if attribute.unit == "1" or attribute.categories else f" {attribute.unit}"
    return labels.get(str(value), f"{value}{unit}")


def concept(address: str, base: str) -> dict[str, Any]:
    """A concept of a vocabulary, which is one of the EU or, with a URN, one of ours."""
    scheme = f"{base}{elm.SCHEME}" if base.startswith("http") else base.rstrip(":")
    return {"id": address, "type": "Concept", "inScheme": {"id": scheme, "type": "ConceptScheme"}}
