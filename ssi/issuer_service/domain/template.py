"""What a registrar settles once for records of one kind, so that a batch asks for a file and nothing else.

A template is versioned: a batch names the version that it was started with, and amending a template makes a
new version, so that what was issued can always be explained.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.issuer_service.domain.also_as import AlsoAs, is_achievement
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.submission import MAX_VALID_DAYS

EXTERNAL_ID = "external_id"
EMAIL = "email"
MAX_NAME = 100
MAX_HEADING = 200
_MAX_GRADES = 200
_MAX_DIGITS = 10
_BEST = 100
_TERMS = (
    "display_name",
    "valid_days",
    "transaction_code",
    "hold",
    "decimal_comma",
    "columns",
    "defaults",
    "grades",
    "also_as",
)


@dataclass(frozen=True)
class TemplateTerms:
    """How records are issued under a template.

    `columns` names the column of a file for each value, for `external_id` and, if links go by e-mail, for
    `email`; a value without one is looked for under its own name. `defaults` fill empty cells. `grades` say
    for each label of a grade where it stands from 0, the lowest that passes, to 100, the best. With `hold`
    records are registered on hold, until an officer lets them count. With `decimal_comma`, 12,5 is a number.
    `also_as` names a further form in which people get their records (`AlsoAs`), or none.
    """

    name: str
    display_name: str = ""
    valid_days: int = 365
    transaction_code: bool = True
    hold: bool = False
    decimal_comma: bool = False
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    defaults: Mapping[str, str] = field(default_factory=dict, hash=False)
    grades: Mapping[str, str] = field(default_factory=dict, hash=False)
    also_as: str = ""

    def to_json(self) -> dict[str, Json]:
        """The terms as they are kept and told."""
        return {
            "name": self.name,
            "display_name": self.display_name,
            "valid_days": self.valid_days,
            "transaction_code": self.transaction_code,
            "hold": self.hold,
            "decimal_comma": self.decimal_comma,
            "columns": dict(self.columns),
            "defaults": dict(self.defaults),
            "grades": dict(self.grades),
            "also_as": self.also_as,
        }

    def with_columns(self, columns: Mapping[str, str]) -> "TemplateTerms":
        """The same terms for a file with other headings."""
        return replace(self, columns=dict(columns))


@dataclass(frozen=True)
class Template:
    """One version of a template. A retired one starts no further batch."""

    template_id: str
    version: int
    configuration_id: str
    terms: TemplateTerms
    created_at: datetime
    created_by: str
    retired_at: datetime | None = None


def read_template(fields: Fields, catalogue: Catalogue) -> tuple[Configuration, TemplateTerms]:
    """Read `{data_set, name, display_name?, valid_days?, transaction_code?, hold?, …}`.

    Raises:
        MalformedError: a member is missing, unknown or not of its form, or a column or a default is for a
            value that the data set does not have.
        NotOfferedError: this issuer does not issue that data set.
    """
    configuration = catalogue.get(fields.text("data_set", max_length=100))
    return configuration, read_terms(fields, configuration)


def read_terms(fields: Fields, configuration: Configuration) -> TemplateTerms:
    """Read the terms alone, as an amendment hands them in.

    Raises:
        MalformedError: as `read_template`.
    """
    name = _printable(fields.text("name", max_length=MAX_NAME), f"{fields.where}.name")
    given = {member for member in _TERMS if fields.has(member)}
    plain = TemplateTerms(name)
    known = {claim.name for claim in configuration.claims}
    terms = TemplateTerms(
        name=name,
        display_name=_text(fields, "display_name") if "display_name" in given else "",
        valid_days=fields.integer("valid_days", least=1, most=MAX_VALID_DAYS)
        if "valid_days" in given
        else plain.valid_days,
        transaction_code=fields.boolean("transaction_code") if "transaction_code" in given else True,
        hold="hold" in given and fields.boolean("hold"),
        decimal_comma="decimal_comma" in given and fields.boolean("decimal_comma"),
        columns=_texts(fields, "columns", known | {EXTERNAL_ID, EMAIL}) if "columns" in given else {},
        defaults=_texts(fields, "defaults", known) if "defaults" in given else {},
        grades=_grades(fields) if "grades" in given else {},
        also_as=_also_as(fields, configuration) if "also_as" in given else "",
    )
    fields.done()
    return terms


def _also_as(fields: Fields, configuration: Configuration) -> str:
    said = fields.any("also_as")
    if said == "":
        return ""
    if said not in list(AlsoAs):
        raise MalformedError(f"{fields.where}.also_as: expected one of {', '.join(AlsoAs)}, or nothing")
    if not is_achievement(configuration):
        raise MalformedError(f"{fields.where}.also_as: {configuration.id} is no achievement: leave it out")
    return str(said)


def _text(fields: Fields, member: str) -> str:
    value = fields.any(member)
    if value == "":
        return ""
    return _printable(fields.text(member, max_length=MAX_NAME), f"{fields.where}.{member}")


def _printable(text: str, where: str) -> str:
    stripped = text.strip()
    if not stripped or not stripped.isprintable():
        raise MalformedError(f"{where}: expected 1 to {MAX_NAME} printable characters")
    return stripped


def _grades(fields: Fields) -> dict[str, str]:
    section, where = fields.any("grades"), f"{fields.where}.grades"
    if not isinstance(section, dict) or len(section) > _MAX_GRADES:
        raise MalformedError(f"{where}: expected an object of at most {_MAX_GRADES} grades")
    for label, value in section.items():
        if isinstance(value, bool) or not isinstance(value, (int, float, str)) or not _is_percent(str(value)):
            raise MalformedError(f"{where}.{label[:40]}: expected a number from 0 to {_BEST}")
    return {label: str(value) for label, value in section.items()}


def _is_percent(text: str) -> bool:
    whole, _, rest = text.partition(".")
    plain = (
        text.isascii() and whole.isdecimal() and (not rest or rest.isdecimal()) and len(text) <= _MAX_DIGITS
    )
    return plain and 0 <= float(text) <= _BEST


def _texts(fields: Fields, member: str, known: set[str]) -> dict[str, str]:
    section = fields.any(member)
    where = f"{fields.where}.{member}"
    if not isinstance(section, dict):
        raise MalformedError(f"{where}: expected an object of texts")
    for key, value in section.items():
        if key not in known:
            raise MalformedError(f"{where}.{key[:80]}: expected one of {', '.join(sorted(known))}")
        if not isinstance(value, str) or not 0 < len(value) <= MAX_HEADING:
            raise MalformedError(f"{where}.{key}: expected text of 1 to {MAX_HEADING} characters")
    return {key: str(value) for key, value in section.items()}
