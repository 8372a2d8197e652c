"""Reads the forms of the offer wizard, one step at a time, into choices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import lazy_gettext

from consent.policy import NODES
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from wallet.domain.choices import MOST_FLOOR, MOST_MONTHS, PolicyChoices
from wallet.errors import ChoiceError
from wallet.web.boundary_form import read_boundaries_leniently, read_bounds, read_never
from wallet.web.form_fields import Form, read_cents, read_terms, read_whole


@dataclass(frozen=True)
class Level:
    """How much all answers together may tell: the privacy budgets behind a word."""

    label: str
    per_query: Decimal
    total: Decimal


LEVELS: Mapping[str, Level] = {
    "very_strong": Level(lazy_gettext("Very strong protection"), Decimal("0.5"), Decimal(2)),
    "strong": Level(lazy_gettext("Strong protection"), Decimal(1), Decimal(5)),
    "medium": Level(lazy_gettext("Medium protection"), Decimal(2), Decimal(10)),
    "light": Level(lazy_gettext("Light protection"), Decimal(4), Decimal(20)),
}
FLOORS = (50, 100, 250, 1000)
ALL_THREE = "three"
"""That all three partners would have to work together to read a record, and not two."""


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
        choices = replace(choices, boundaries=read_boundaries_leniently(step, form, choices.boundaries))
    readers = {
        "data": _data_ticks,
        "who": _who_ticks,
        "protection": _protection_ticks,
        "compensation": _compensation_ticks,
    }
    return readers[step](form, choices) if step in readers else choices


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
    return replace(choices, attributes=attributes, joins=_joins(form))


def _data_ticks(form: Form, choices: PolicyChoices) -> PolicyChoices:
    return replace(choices, attributes=tuple(dict.fromkeys(form.getlist("attributes"))), joins=_joins(form))


def _joins(form: Form) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form.getlist("joins")))


def _who(form: Form, choices: PolicyChoices) -> PolicyChoices:
    kinds = read_terms(RecipientKind, form.getlist("recipient_kinds"))
    purposes = read_terms(Purpose, form.getlist("purposes"))
    if not kinds:
        raise ChoiceError("Choose at least one kind of organisation.", "recipient_kinds")
    if not purposes:
        raise ChoiceError("Choose at least one purpose.", "purposes")
    boundaries = read_never(form, choices.boundaries)
    boundaries.require_beside(kinds, purposes)
    return replace(choices, recipient_kinds=kinds, purposes=purposes, boundaries=boundaries)


def _who_ticks(form: Form, choices: PolicyChoices) -> PolicyChoices:
    return replace(
        choices,
        recipient_kinds=read_terms(RecipientKind, form.getlist("recipient_kinds")),
        purposes=read_terms(Purpose, form.getlist("purposes")),
    )


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
        publication=form.get("publication") == "yes",
        engines=_engines(form),
        node_ids=nodes or choices.node_ids,
        boundaries=read_bounds(form, choices.boundaries),
    )


def _protection_ticks(form: Form, choices: PolicyChoices) -> PolicyChoices:
    level = LEVELS.get(form.get("level", ""), LEVELS[level_of(choices)])
    try:
        crowd_floor = read_whole(form.get("crowd_floor", ""), "crowd_floor", most=MOST_FLOOR)
    except ChoiceError:
        crowd_floor = choices.crowd_floor
    together = Engine.ADDITIVE if form.get("together") == ALL_THREE else Engine.MPC
    return replace(
        choices,
        statistics=read_terms(StatisticKind, form.getlist("statistics")),
        crowd_floor=crowd_floor,
        epsilon_per_query=level.per_query,
        epsilon_total=level.total,
        exact_allowed=form.get("exact_allowed") == "yes",
        publication=form.get("publication") == "yes",
        # Both ticks are shown again, even where they do not go together.
        engines=(together, Engine.PAILLIER) if form.get("encrypted_sums") == "yes" else (together,),
        node_ids=tuple(form.getlist("node_ids")) or choices.node_ids,
    )


def _engines(form: Form) -> tuple[Engine, ...]:
    encrypted = form.get("encrypted_sums") == "yes"
    if form.get("together") != ALL_THREE:
        return (Engine.MPC, Engine.PAILLIER) if encrypted else (Engine.MPC,)
    if encrypted:
        raise ChoiceError(
            "What is added up under encryption can be opened by two partners. Untick it, or choose two.",
            "together",
        )
    return (Engine.ADDITIVE,)


def _compensation(form: Form, choices: PolicyChoices) -> PolicyChoices:
    chosen = replace(
        choices,
        altruism=form.get("altruism") == "yes",
        months=read_whole(form.get("months", ""), "months", most=MOST_MONTHS),
    )
    chosen.require_general_interest()
    if chosen.altruism:  # what was typed beside it does not count
        return chosen
    return replace(chosen, compensation_cents=read_cents(form.get("amount", "")))


def _compensation_ticks(form: Form, choices: PolicyChoices) -> PolicyChoices:
    return replace(choices, altruism=form.get("altruism") == "yes")
