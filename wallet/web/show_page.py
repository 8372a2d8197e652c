"""What the page of a request says, in words: from the question to lines that a template only lays out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from babel.dates import format_skeleton

from ssi.dataset import data_set, data_sets
from ssi.hosting.design import words as english
from wallet.domain.showing_card import Card
from wallet.domain.showing_option import Option, ShownLine
from wallet.domain.showing_question import Combinations, Part, Question
from wallet.domain.showing_values import claim_text, label_text, transaction_lines
from wallet.domain.showing_words import Words
from wallet.domain.shown_record import ShownRecord
from wallet.web.catalogues import ENGLISH


@dataclass(frozen=True)
class Line:
    """One claim: what it is called, what it says, and a note."""

    label: str
    text: str
    note: str | None = None


@dataclass(frozen=True)
class Choice:
    """One way to answer a part: a record, how it is called among others, and its lines."""

    key: str
    title: str
    issuer: str
    asked: tuple[Line, ...]
    always: tuple[Line, ...]
    traces: str


@dataclass(frozen=True)
class AskedPart:
    """One part of the request with everything that would answer it; `depends`: only if it is chosen."""

    part: Part
    title: str
    choices: tuple[Choice, ...]
    depends: bool


@dataclass(frozen=True)
class AskedSet:
    """Combinations of parts: for each its number and the titles in it."""

    combinations: Combinations
    titles: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Transaction:
    """What is agreed to: its kind in words and everything it says."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class QuestionPage:
    """Everything that the page of a request says about it."""

    parts: tuple[AskedPart, ...]
    sets: tuple[AskedSet, ...]
    transactions: tuple[Transaction, ...]
    missing: tuple[str, ...]
    traces: tuple[str, ...]


def page_of(question: Question, words: Words) -> QuestionPage:
    """The page of a request."""
    depending = _depending(question)
    parts = tuple(
        AskedPart(part, _summary(part, words), tuple(_choices(part, words)), part.index in depending)
        for part in _answerable(question)
    )
    titles = {asked.part.query_id: asked.title for asked in parts}
    return QuestionPage(
        parts=parts,
        sets=tuple(_set(each, titles) for each in question.sets if each.possible),
        transactions=tuple(
            Transaction(words[f"transaction_{one.type}"], transaction_lines(one, words))
            for one in question.transactions
        ),
        missing=tuple(_title(part, words) for part in question.missing),
        traces=tuple(dict.fromkeys(choice.traces for asked in parts for choice in asked.choices)),
    )


def record_lines(records: Sequence[ShownRecord], words: Words) -> Iterator[tuple[str, str, str, str]]:
    """What was shown, for the history: title, issuer, the names of the claims, traces."""
    for record in records:
        found = data_set(record.data_set) if record.data_set else None
        title = record.title if found is None else found.label[words.language]
        names = dict.fromkeys(label_text(path, found, words) for path in record.claims)
        claims = ", ".join(names) or words["only_that_held"]
        yield title, record.issuer_name, claims, words[f"traces_{record.traces.value}"]


def moment_text(at: datetime, words: Words) -> str:
    """A moment in UTC, the way it is written in a language."""
    at = at.astimezone(UTC)
    if words.language == ENGLISH:
        day = english.day_text(at)
    else:
        day = format_skeleton("yMMMd", at, tzinfo=UTC, locale=words.language)
    return f"{day}, {at:%H:%M} UTC"


def _answerable(question: Question) -> tuple[Part, ...]:
    """The parts that an answer can have: something fits them, and they are in a possible combination."""
    if not question.sets:
        return tuple(part for part in question.parts if part.options)
    possible = {part.index for each in question.sets for parts in each.possible.values() for part in parts}
    return tuple(part for part in question.parts if part.index in possible)


def _depending(question: Question) -> set[int]:
    """The parts that are shown only if a combination with them is chosen."""
    chosen = (parts for each in question.sets if each.has_choice for parts in each.possible.values())
    sure = (parts for each in question.sets if not each.has_choice for parts in each.possible.values())
    return {part.index for parts in chosen for part in parts} - {
        part.index for parts in sure for part in parts
    }


def _choices(part: Part, words: Words) -> Iterator[Choice]:
    several = len({option.key.rpartition(".")[2] for option in part.options}) > 1
    for option in part.options:
        way = words.say("alternative", number=int(option.key.rpartition(".")[2]) + 1)
        title = _card_title(option.card, words)
        yield Choice(
            key=option.key,
            title=f"{title} · {way}" if several else title,
            issuer=option.card.issuer_name,
            asked=tuple(_line(line, option, words) for line in option.asked),
            always=tuple(_line(line, option, words) for line in option.always),
            traces=words.say(
                f"learns_{option.card.traces.value}", title=title, issuer=option.card.issuer_name
            ),
        )


def _line(line: ShownLine, option: Option, words: Words) -> Line:
    found = option.card.data_set
    note = words["yes_or_no"] if line.is_yes_or_no else None
    return Line(label_text(line.path, found, words), claim_text(line.path, line.value, found, words), note)


def _set(each: Combinations, titles: dict[str, str]) -> AskedSet:
    named = ((str(number), parts) for number, parts in each.possible.items())
    return AskedSet(
        each, tuple((number, ", ".join(titles[part.query_id] for part in parts)) for number, parts in named)
    )


def _summary(part: Part, words: Words) -> str:
    """A part among others: its kind and what is asked of it, such as "Exam results: Sex"."""
    lines = ((line.path, option.card.data_set) for option in part.options for line in option.asked)
    labels = dict.fromkeys(label_text(path, found, words) for path, found in lines)
    title = _title(part, words)
    return f"{title}: {', '.join(labels)}" if labels else title


def _title(part: Part, words: Words) -> str:
    """What kind of record a part asks for: by the records that fit, or by the types that it names."""
    titles = dict.fromkeys(_card_title(option.card, words) for option in part.options)
    if titles:
        return ", ".join(titles)
    known = {found.credential_type: found.label[words.language] for found in data_sets()}
    named = part.query.meta.get("vct_values")
    types = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
    kinds = (known.get(each) or words.say("any_kind", kind=each[:200]) for each in types)
    return ", ".join(dict.fromkeys(kinds)) or words.say("any_kind", kind=part.query.format[:200])


def _card_title(card: Card, words: Words) -> str:
    return card.title if card.data_set is None else card.data_set.label[words.language]
