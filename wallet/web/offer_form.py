"""Reads the forms of the offer wizard, one step at a time, into choices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from consent.policy import NODES
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from wallet.domain.choices import MOST_CENTS, MOST_FLOOR, MOST_MONTHS, PolicyChoices
from wallet.errors import ChoiceError

TermT = TypeVar("TermT", bound=Enum)
Form = MultiDict[str, str]
_MOST_AMOUNT_DIGITS = 12


@dataclass(frozen=True)
class Level:
    """How much all answers together may tell: the privacy budgets behind a word."""

    label: str
    per_query: Decimal
    total: Decimal


LEVELS: Mapping[str, Level] = {
    "very_strong": Level("Very strong protection", Decimal("0.5"), Decimal(2)),
    "strong": Level("Strong protection", Decimal(1), Decimal(5)),
    "medium": Level("Medium protection", Decimal(2), Decimal(10)),
    "light": Level("Light protection", Decimal(4), Decimal(20)),
}
FLOORS = (50, 100, 250, 1000)


def read_step(step: str, form: Form, choices: PolicyChoices) -> PolicyChoices:
    """The choices with what one step of the wizard changes.

    Raises:
        ChoiceError: something is missing or cannot be read; it names the field and the remedy.
    """
    readers = {"data": _data, "who": _who, "protection": _protection, "compensation": _compensation}
    return readers[step](form, choices)


def read_leniently(step: str, form: Form, choices: PolicyChoices) -> PolicyChoices:
    """The choices with what can be read of a step, so that a page never forgets what was ticked."""
    try:
        return read_step(step, form, choices)
    except ChoiceError:
        pass
    if step == "data":
        return replace(choices, attributes=tuple(dict.fromkeys(form.getlist("attributes"))))
    if step == "who":
        return replace(
            choices,
            recipient_kinds=read_terms(RecipientKind, form.getlist("recipient_kinds")),
            purposes=read_terms(Purpose, form.getlist("purposes")),
        )
    if step == "protection":
        return replace(choices, statistics=read_terms(StatisticKind, form.getlist("statistics")))
    return choices


def level_of(choices: PolicyChoices) -> str:
    """The name of the level that choices stand for; the first one for anything in between."""
    for name, level in LEVELS.items():
        if (choices.epsilon_per_query, choices.epsilon_total) == (level.per_query, level.total):
            return name
    return next(iter(LEVELS))


def _data(form: Form, choices: PolicyChoices) -> PolicyChoices:
    attributes = tuple(dict.fromkeys(form.getlist("attributes")))
    if not attributes:
        raise ChoiceError("Choose at least one part of your record.", "attributes")
    return replace(choices, attributes=attributes)


def _who(form: Form, choices: PolicyChoices) -> PolicyChoices:
    kinds = read_terms(RecipientKind, form.getlist("recipient_kinds"))
    purposes = read_terms(Purpose, form.getlist("purposes"))
    if not kinds:
        raise ChoiceError("Choose at least one kind of organisation.", "recipient_kinds")
    if not purposes:
        raise ChoiceError("Choose at least one purpose.", "purposes")
    return replace(choices, recipient_kinds=kinds, purposes=purposes)


def _protection(form: Form, choices: PolicyChoices) -> PolicyChoices:
    statistics = read_terms(StatisticKind, form.getlist("statistics"))
    if not statistics:
        raise ChoiceError("Choose at least one kind of answer.", "statistics")
    level = LEVELS.get(form.get("level", ""))
    if level is None:
        raise ChoiceError("Choose how strongly you want to be protected.", "level")
    nodes = tuple(dict.fromkeys(form.getlist("node_ids")))
    if nodes and len(nodes) != NODES:
        raise ChoiceError(f"Choose exactly {NODES} computing partners.", "node_ids")
    return replace(
        choices,
        statistics=statistics,
        crowd_floor=read_whole(form.get("crowd_floor", ""), "crowd_floor", most=MOST_FLOOR),
        epsilon_per_query=level.per_query,
        epsilon_total=level.total,
        exact_allowed=form.get("exact_allowed") == "yes",
        engines=(Engine.MPC, Engine.PAILLIER) if form.get("encrypted_sums") == "yes" else (Engine.MPC,),
        node_ids=nodes or choices.node_ids,
    )


def _compensation(form: Form, choices: PolicyChoices) -> PolicyChoices:
    return replace(
        choices,
        compensation_cents=read_cents(form.get("amount", "")),
        months=read_whole(form.get("months", ""), "months", most=MOST_MONTHS),
    )


def read_terms(kind: type[TermT], texts: Iterable[str]) -> tuple[TermT, ...]:
    """The terms among these texts, each once; others are left out."""
    known = {term.value: term for term in kind}
    return tuple(known[text] for text in dict.fromkeys(texts) if text in known)


def read_whole(text: str, field: str, *, most: int) -> int:
    """A whole number from 1 on.

    Raises:
        ChoiceError: it is none, or larger than `most`.
    """
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= most:
        raise ChoiceError(f"Choose a whole number from 1 to {most}.", field)
    return int(text)


def read_cents(text: str) -> int:
    """Euros as people type them, with a comma or a point, as cents.

    Raises:
        ChoiceError: it is no amount, or a larger one than can be asked for.
    """
    cleaned = text.strip().removeprefix("€").strip().replace(",", ".")
    try:
        cents = Decimal(cleaned[:_MOST_AMOUNT_DIGITS]) * 100
    except InvalidOperation as error:
        raise ChoiceError("Type an amount such as 0.50.", "amount") from error
    if not cents.is_finite() or cents != int(cents) or not 0 <= cents <= MOST_CENTS:
        raise ChoiceError(f"Type an amount from 0.00 to {MOST_CENTS // 100}.00.", "amount")
    return int(cents)
