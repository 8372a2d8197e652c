"""How a record is typed in: one field for each value of its configuration, with errors at the fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from crypto.encoding import Json
from crypto.errors import MalformedError
from ssi.issuer_service.domain.offering import Claim, Configuration
from ssi.issuer_service.domain.submission import MAX_VALID_DAYS, Submission, read_external_id
from ssi.issuer_service.web.words import unit_text

EXTERNAL_ID = "external_id"
VALID_DAYS = "valid_days"
_VALUE = "value-"
_DEFAULT_DAYS = "365"
_MAX_DIGITS = 5


@dataclass(frozen=True)
class FieldView:
    """One field of the form, ready to be shown."""

    name: str
    label: str
    help: str
    value: str = field(repr=False)
    required: bool
    unit: str | None
    choices: tuple[tuple[str, str], ...]
    numeric: bool


@dataclass(frozen=True)
class RecordForm:
    """What an officer typed about one person; nothing in it is checked until `submission` says so."""

    configuration: Configuration
    typed: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, configuration: Configuration, sent: MultiDict[str, str]) -> "RecordForm":
        """Take the fields of this form from a request, without blanks around them; others are left out."""
        names = [EXTERNAL_ID, VALID_DAYS, *(_VALUE + claim.name for claim in configuration.claims)]
        return cls(configuration, {name: sent.get(name, "").strip() for name in names})

    @classmethod
    def empty(cls, configuration: Configuration) -> "RecordForm":
        """A form nobody has typed into."""
        return cls(configuration, {VALID_DAYS: _DEFAULT_DAYS})

    @property
    def external_id(self) -> str:
        """The person's number, as typed."""
        return self.typed.get(EXTERNAL_ID, "")

    @property
    def valid_days(self) -> str:
        """For how many days, as typed."""
        return self.typed.get(VALID_DAYS, "")

    @property
    def fields(self) -> list[FieldView]:
        """The fields for the values."""
        return [self._field(claim) for claim in self.configuration.claims]

    @property
    def values(self) -> dict[str, Json]:
        """The values as typed, empty ones left out."""
        typed = {claim.name: self.typed.get(_VALUE + claim.name, "") for claim in self.configuration.claims}
        return {name: text for name, text in typed.items() if text}

    def errors(self) -> dict[str, str]:
        """What has to be looked at again, by field; empty when the record can be issued."""
        found = {}
        try:
            read_external_id(self.external_id)
        except MalformedError:
            found[EXTERNAL_ID] = "Number of the person: enter the number under which you know this person."
        if self._days() is None:
            found[VALID_DAYS] = f"Valid for: enter a number of days from 1 to {MAX_VALID_DAYS}."
        labels = {claim.name: claim.label["en"] for claim in self.configuration.claims}
        for name, fault in self.configuration.faults(self.values).items():
            found[_VALUE + name] = f"{labels[name]}: {fault}."
        return found

    def submission(self) -> Submission:
        """The record, to be issued with a transaction code. Only for a form without errors.

        Raises:
            MalformedError, RecordRefusedError: the form has errors.
        """
        return Submission(
            configuration=self.configuration,
            external_id=read_external_id(self.external_id),
            values=self.configuration.parse(self.values),
            valid_days=self._days() or 1,
            transaction_code=True,
        )

    def _days(self) -> int | None:
        text = self.valid_days
        if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
            return None
        return int(text) if 1 <= int(text) <= MAX_VALID_DAYS else None

    def _field(self, claim: Claim) -> FieldView:
        unit = unit_text(claim.unit)
        hint = f" Enter {claim.hint}{f' {unit}' if unit else ''}." if claim.hint else ""
        return FieldView(
            name=_VALUE + claim.name,
            label=claim.label["en"],
            help=claim.about["en"] + hint,
            value=self.typed.get(_VALUE + claim.name, ""),
            required=claim.required,
            unit=unit or None,
            choices=claim.choices,
            numeric=claim.numeric,
        )
