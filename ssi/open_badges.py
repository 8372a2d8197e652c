"""A record of education as an Open Badge: what an issuer says in `diploma/1`, `course/1` or `transcript/1`.

Open Badges 3.0 (1EdTech, 2024) is a credential of the data model 2.0 with one achievement. Only the issuer
can write one, since its signature is what counts: it signs the document made here with Data Integrity
(`data_integrity.credentials.issue_credential`) or as a token (`vc_jose.credentials.issue_token`). A badge is
for showing: it has no commitment, hides nothing, and whoever gets one sees all that is in it. Only what an
Open Badge has a place for is in it, and of that only what the issuer names: see `SHOWN`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from crypto.reading import utc_text
from ssi.data_integrity.credentials import VerifiedCredential
from ssi.dataset import DataSet
from ssi.errors import DataSetError, MalformedCredentialError
from ssi.linked_data.contexts import CREDENTIALS_V2

CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BADGE_TYPE: Final = "OpenBadgeCredential"
EQF: Final = "http://data.europa.eu/snb/eqf/"
ISCED_F: Final = "http://data.europa.eu/snb/isced-f/"
SHOWN: Final[Mapping[str, tuple[str, str]]] = {
    "diploma/1": ("credit_points", "final_grade"),
    "course/1": ("credit_points", "grade"),
    "transcript/1": ("credits_earned", "mean_grade"),
}
"""Which attributes of a data set are its credits and its grade; level and field have one name in all."""
_DEGREES: Final = {"6": "BachelorDegree", "7": "MasterDegree", "8": "DoctoralDegree"}
_KINDS: Final = {"diploma/1": "Diploma", "course/1": "Course", "transcript/1": "LearningProgram"}
_ALLOWED_SCHEMES: Final = frozenset({"http", "https", "urn", "did"})


@dataclass(frozen=True)
class BadgeIssuer:
    """Who awards: its DID, and its name as people read it."""

    id: str
    name: str


@dataclass(frozen=True)
class Award:
    """What a badge says beyond the record: its own id, what was achieved, by whom, and when.

    `achievement_id` names what can be achieved, the same for all who did; `holder` is the DID of the person.
    """

    id: str
    achievement_id: str
    name: str
    criteria: str
    holder: str
    awarded_at: datetime
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Badge:
    """What a verified Open Badge says, as far as every badge says it; made by `read_badge`."""

    issuer: str
    holder: str | None
    achievement_id: str
    name: str
    criteria: str
    results: tuple[tuple[str, str], ...] = field(repr=False)


def shown_attributes(found: DataSet) -> frozenset[str]:
    """The attributes without which there is no badge of a record, and those for which a badge has a place.

    Raises:
        DataSetError: no data set of `SHOWN`.
    """
    _require_achievement(found)
    placed = {"eqf_level", "field_of_study", *SHOWN[found.ref]}
    return frozenset(each.name for each in found.attributes if each.required or each.name in placed)


def badge_document(
    found: DataSet, values: Mapping[str, object], *, issuer: BadgeIssuer, award: Award
) -> dict[str, Any]:
    """The badge of a record, not signed yet.

    Raises:
        DataSetError: no data set of `SHOWN`, a value that it refuses, or an id that is no URL.
    """
    _require_achievement(found)
    for name in ("id", "achievement_id", "holder"):
        _require_url(f"award.{name}", getattr(award, name))
    parsed = found.parse_values(values)
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, CONTEXT],
        "id": award.id,
        "type": ["VerifiableCredential", BADGE_TYPE],
        "name": award.name,
        "issuer": {"id": issuer.id, "type": ["Profile"], "name": issuer.name},
        "validFrom": utc_text(award.awarded_at),
        "awardedDate": utc_text(award.awarded_at),
        "credentialSubject": _subject(found, parsed, award),
    }
    if award.valid_until is not None:
        document["validUntil"] = utc_text(award.valid_until)
    return document


def read_badge(credential: VerifiedCredential) -> Badge:
    """What a verified credential says as an Open Badge.

    Raises:
        MalformedCredentialError: it is none, or lacks what every badge has (Open Badges 3.0 §B.1); the
            message names the place.
    """
    model = credential.model
    if BADGE_TYPE not in model.types and "AchievementCredential" not in model.types:
        raise MalformedCredentialError(f"credential.type: expected {BADGE_TYPE}")
    if len(model.subjects) != 1:
        raise MalformedCredentialError("credentialSubject: a badge is about one person")
    (subject,) = model.subjects
    where = "credentialSubject"
    _require_type(subject.claims, "AchievementSubject", where)
    achievement = _object(subject.claims.get("achievement"), f"{where}.achievement")
    _require_type(achievement, "Achievement", f"{where}.achievement")
    criteria = _object(achievement.get("criteria"), f"{where}.achievement.criteria")
    _text(achievement, "description", f"{where}.achievement")
    return Badge(
        issuer=credential.issuer,
        holder=subject.id,
        achievement_id=_text(achievement, "id", f"{where}.achievement"),
        name=_text(achievement, "name", f"{where}.achievement"),
        criteria=_criteria(criteria, f"{where}.achievement.criteria"),
        results=_read_results(subject.claims, achievement, where),
    )


def _subject(found: DataSet, values: Mapping[str, Any], award: Award) -> dict[str, Any]:
    credits_name, grade_name = SHOWN[found.ref]
    achievement: dict[str, Any] = {
        "id": award.achievement_id,
        "type": ["Achievement"],
        "achievementType": _kind(found, values),
        "name": award.name,
        "description": found.about["en"],
        "criteria": {"narrative": award.criteria},
    }
    subject: dict[str, Any] = {"id": award.holder, "type": ["AchievementSubject"], "achievement": achievement}
    alignment = _alignment(found, values)
    if alignment:
        achievement["alignment"] = alignment
    if "field_of_study" in values:
        achievement["fieldOfStudy"] = _label(found, "field_of_study", values)
    if credits_name in values:
        subject["creditsEarned"] = values[credits_name]
    if grade_name in values:
        name = found.attribute(grade_name).label["en"]
        description = f"{award.achievement_id}#{grade_name}"
        achievement["resultDescription"] = [
            {
                "id": description,
                "type": ["ResultDescription"],
                "name": name,
                "resultType": "Percent",
                "valueMin": "0",
                "valueMax": "100",
            }
        ]
        result = {"type": ["Result"], "resultDescription": description, "value": str(values[grade_name])}
        subject["result"] = [result]
    return subject


def _alignment(found: DataSet, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    frameworks = (
        ("eqf_level", EQF, "European Qualifications Framework"),
        ("field_of_study", ISCED_F, "ISCED-F 2013"),
    )
    return [
        {
            "type": ["Alignment"],
            "targetName": _label(found, name, values),
            "targetUrl": f"{base}{values[name]}",
            "targetCode": values[name],
            "targetFramework": framework,
        }
        for name, base, framework in frameworks
        if name in values
    ]


def _kind(found: DataSet, values: Mapping[str, Any]) -> str:
    kind = _KINDS[found.ref]
    return _DEGREES.get(values.get("eqf_level", ""), kind) if kind == "Diploma" else kind


def _label(found: DataSet, name: str, values: Mapping[str, Any]) -> str:
    return next(each.label["en"] for each in found.attribute(name).categories if each.code == values[name])


def _read_results(
    subject: Mapping[str, Any], achievement: Mapping[str, Any], where: str
) -> tuple[tuple[str, str], ...]:
    described = _listed(achievement.get("resultDescription"))
    names = {}
    for index, entry in enumerate(described):
        place = f"{where}.achievement.resultDescription[{index}]"
        names[_text(_object(entry, place), "id", place)] = _text(entry, "name", place)
    found = []
    for index, entry in enumerate(_listed(subject.get("result"))):
        place = f"{where}.result[{index}]"
        result = _object(entry, place)
        if "value" not in result:
            continue
        named = result.get("resultDescription")
        if named is not None and (not isinstance(named, str) or named not in names):
            raise MalformedCredentialError(f"{place}.resultDescription: the achievement has no such result")
        found.append((names.get(named or "", "Result"), _text(result, "value", place)))
    return tuple(found)


def _criteria(criteria: Mapping[str, Any], where: str) -> str:
    return _text(criteria, "narrative" if "narrative" in criteria else "id", where)


def _require_achievement(found: DataSet) -> None:
    if found.ref not in SHOWN:
        raise DataSetError(f"{found.ref} is no achievement: Open Badges are made of {', '.join(SHOWN)}")


def _require_type(value: Mapping[str, Any], name: str, where: str) -> None:
    if name not in _listed(value.get("type")):
        raise MalformedCredentialError(f"{where}.type: expected {name}")


def _require_url(where: str, text: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise DataSetError(f"{where}: expected a URL, a URN or a DID") from error
    known = parts.scheme in _ALLOWED_SCHEMES and (parts.netloc or parts.path)
    if not known or " " in text or not text.isprintable():
        raise DataSetError(f"{where}: expected a URL, a URN or a DID")


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise MalformedCredentialError(f"{where}: expected an object")
    return value


def _text(value: Mapping[str, Any], name: str, where: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text:
        raise MalformedCredentialError(f"{where}.{name}: expected text")
    return text


def _listed(value: object) -> Sequence[Any]:
    if value is None:
        return ()
    return list(value) if isinstance(value, list | tuple) else [value]
