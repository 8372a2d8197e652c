"""A file of records on its way into the register: its rows, what is wrong with some, how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crypto.encoding import Json
from crypto.errors import MalformedError
from ssi.issuer_service.domain.mail_address import read_mail_address
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.submission import Submission, read_external_id
from ssi.issuer_service.domain.template import EMAIL, EXTERNAL_ID, TemplateTerms
from ssi.issuer_service.errors import MappingRefusedError, RecordRefusedError


class BatchState(StrEnum):
    """How far a batch is. A draft waits for somebody to look at it; finished and cancelled are final."""

    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What became of one row."""

    WAITING = "waiting"
    ISSUED = "issued"
    UNCHANGED = "unchanged"
    CORRECTED = "corrected"
    REFUSED = "refused"


ENDED = frozenset({BatchState.FINISHED, BatchState.CANCELLED})


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell, and what to do; the cell's own text is not repeated."""

    column: str
    problem: str


@dataclass(frozen=True)
class Plan:
    """What was read of a file and how it will be understood: kept with the batch, sealed."""

    file_name: str
    headings: tuple[str, ...]
    encoding: str
    separator: str
    terms: TemplateTerms
    notes: tuple[str, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """The headings of the columns that hold no value of a record, and so are left out."""
        read = set(self.terms.columns.values())
        return tuple(heading for heading in self.headings if heading not in read)


@dataclass(frozen=True)
class Batch:
    """One file under one version of a template."""

    batch_id: str
    template_id: str
    template_version: int
    configuration_id: str
    plan: Plan = field(repr=False)
    state: BatchState
    created_at: datetime
    created_by: str
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """A batch and how many of its rows came to what."""

    batch: Batch
    counts: Mapping[Outcome, int]

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many rows came to something."""
        return self.total - self.counts[Outcome.WAITING]

    @property
    def percent(self) -> int:
        """How much is done, rounded down, so that 100 means all."""
        return 100 * self.done // self.total if self.total else 100


@dataclass(frozen=True)
class BatchRow:
    """One row. Its cells are gone once it was issued; a refused one keeps them, so that nothing is lost."""

    number: int
    cells: tuple[str, ...] = field(repr=False)
    outcome: Outcome = Outcome.WAITING
    credential_id: str | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class RowRecord:
    """A row that can be registered, and where its link is sent."""

    submission: Submission
    email: str | None = field(repr=False)


def guess_columns(
    headings: Sequence[str], configuration: Configuration, terms: TemplateTerms
) -> dict[str, str]:
    """The column for each value: the template's, or the one of its name or label, whatever its letters."""
    spelled = {_folded(heading): heading for heading in headings}
    wanted = {EXTERNAL_ID: (EXTERNAL_ID, "id", "number"), EMAIL: (EMAIL, "e-mail")}
    wanted |= {claim.name: (claim.name, *claim.label.values()) for claim in configuration.claims}
    guessed: dict[str, str] = {}
    for value, names in wanted.items():
        said = terms.columns.get(value)
        candidates = (said,) if said else names
        found = next((spelled[_folded(name)] for name in candidates if _folded(name) in spelled), None)
        if found:
            guessed[value] = found
    return guessed


def require_columns(plan: Plan, configuration: Configuration) -> None:
    """Return only if every value that a record must have is given by a column or a default.

    Raises:
        MappingRefusedError: naming the values without one, a column that the file does not have, or a value
            that such a record does not have.
    """
    columns, defaults = plan.terms.columns, plan.terms.defaults
    known = [EXTERNAL_ID, EMAIL, *(claim.name for claim in configuration.claims)]
    for value, heading in columns.items():
        if value not in known:
            raise MappingRefusedError(f"columns.{value[:80]}: expected one of {', '.join(known)}")
        if heading not in plan.headings:
            raise MappingRefusedError(f"columns.{value}: the file has no column {heading[:80]!r}")
    needed = [EXTERNAL_ID, *(claim.name for claim in configuration.claims if claim.required)]
    missing = [value for value in needed if value not in columns and value not in defaults]
    if missing:
        raise MappingRefusedError(f"columns: say which column holds {', '.join(missing)}")


class RowReader:
    """Reads the rows of one file; all of it that is the same for each row is looked up once."""

    def __init__(self, plan: Plan, configuration: Configuration) -> None:
        self._plan = plan
        self._configuration = configuration
        self._terms = plan.terms
        self._places = {value: plan.headings.index(name) for value, name in plan.terms.columns.items()}
        self._numeric = {claim.name: claim.numeric for claim in configuration.claims}

    def external_id(self, cells: Sequence[str]) -> str:
        """The person's number as it stands in a row, possibly empty."""
        place = self._places.get(EXTERNAL_ID, len(cells))
        return cells[place] if place < len(cells) else ""

    def __call__(self, cells: Sequence[str]) -> RowRecord | tuple[Fault, ...]:
        """The record of a row, or everything that is wrong with it."""
        if len(cells) != len(self._plan.headings):
            expected, got = len(self._plan.headings), len(cells)
            return (Fault("", f"expected {expected} cells, got {got}: look for a stray separator or quote"),)
        values = self._values(cells)
        faults = [
            Fault(self._heading(name), f"{fault}: correct the cell")
            for name, fault in self._configuration.faults(values).items()
        ]
        external_id, email = self._person(cells, faults)
        if faults:
            return tuple(faults)
        try:
            parsed = self._configuration.parse(values)
        except RecordRefusedError as error:
            return (Fault("", str(error)),)
        submission = Submission(
            configuration=self._configuration,
            external_id=external_id,
            values=parsed,
            valid_days=self._terms.valid_days,
            transaction_code=self._terms.transaction_code,
            hold=self._terms.hold,
        )
        return RowRecord(submission, email)

    def _values(self, cells: Sequence[str]) -> dict[str, Json]:
        values: dict[str, Json] = {}
        for name, numeric in self._numeric.items():
            place = self._places.get(name)
            text = (cells[place] if place is not None else "") or self._terms.defaults.get(name, "")
            if self._terms.decimal_comma and numeric:
                text = text.replace(",", ".")
            if text:
                values[name] = text
        return values

    def _person(self, cells: Sequence[str], faults: list[Fault]) -> tuple[str, str | None]:
        external_id, email = self.external_id(cells), None
        try:
            external_id = read_external_id(external_id)
        except MalformedError:
            faults.append(Fault(self._heading(EXTERNAL_ID), "the person's number is missing: enter it"))
        typed = cells[self._places[EMAIL]] if EMAIL in self._places else ""
        if typed:
            try:
                email = read_mail_address(typed)
            except MalformedError:
                faults.append(
                    Fault(self._heading(EMAIL), "expected an e-mail address: correct or empty the cell")
                )
        return external_id, email

    def _heading(self, value: str) -> str:
        return self._terms.columns.get(value, value)


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())
