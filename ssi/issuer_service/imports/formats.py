"""Which kind of document is this, and what reads it?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.table_file import TableFile, read_table
from ssi.issuer_service.domain.template import TemplateTerms
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports.elm import read_elm
from ssi.issuer_service.imports.elmo import read_elmo
from ssi.issuer_service.imports.fhir import read_fhir

TRANSCRIPT = "transcript"
EDUCATION = frozenset({"course", "diploma", "enrolment", TRANSCRIPT})
HEALTH = frozenset({"health", "observations"})
_HEAD = 512
_ELM_TYPES = b"EuropeanDigital"


class Format(StrEnum):
    """What a batch may be handed in as."""

    CSV = "csv"
    ELMO = "elmo"
    ELM = "elm"
    FHIR = "fhir"


def recognised(raw: bytes) -> Format:
    """By its first sign: `<` begins ELMO, `[` ELM, `{` ELM or FHIR, anything else a table.

    What begins with a brace is ELM if it has one of ELM's types in it, wherever.
    """
    first = raw[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    object_format = Format.ELM if _ELM_TYPES in raw else Format.FHIR
    return {b"<": Format.ELMO, b"[": Format.ELM, b"{": object_format}.get(first, Format.CSV)


@dataclass(frozen=True)
class Handed:
    """A document as it was handed in, and which identifier of a person is her number, if that was said."""

    raw: bytes = field(repr=False)
    format_: Format
    identifier: str | None = None


def read_document(
    handed: Handed, configuration: Configuration, terms: TemplateTerms, *, now: datetime
) -> TableFile:
    """The table that a document amounts to, for a kind of record.

    Raises:
        TableRefusedError: it cannot be read, or its format gives no records of this kind.
    """
    raw, identifier = handed.raw, handed.identifier
    readers: Mapping[Format, Callable[[], TableFile]] = {
        Format.CSV: lambda: read_table(raw),
        Format.ELMO: lambda: _elmo(raw, configuration, terms, identifier),
        Format.ELM: lambda: _elm(raw, configuration, terms, identifier),
        Format.FHIR: lambda: _fhir(raw, configuration, now, identifier),
    }
    return readers[handed.format_]()


def _elmo(
    raw: bytes, configuration: Configuration, terms: TemplateTerms, identifier: str | None
) -> TableFile:
    if configuration.numbers is None or configuration.numbers.id != TRANSCRIPT:
        raise TableRefusedError(f"ELMO gives records of {TRANSCRIPT}: choose a template for them")
    return read_elmo(raw, terms.grades, identifier_type=identifier)


def _elm(raw: bytes, configuration: Configuration, terms: TemplateTerms, identifier: str | None) -> TableFile:
    if configuration.numbers is None or configuration.numbers.id not in EDUCATION:
        raise TableRefusedError(
            f"ELM gives records of {', '.join(sorted(EDUCATION))}: choose a template for them"
        )
    return read_elm(raw, configuration.numbers, terms.grades, identifier_scheme=identifier)


def _fhir(raw: bytes, configuration: Configuration, now: datetime, identifier: str | None) -> TableFile:
    if configuration.numbers is None or configuration.numbers.id not in HEALTH:
        raise TableRefusedError(
            f"FHIR gives records of {', '.join(sorted(HEALTH))}: choose a template for them"
        )
    return read_fhir(raw, configuration.numbers, now=now, identifier_system=identifier)
