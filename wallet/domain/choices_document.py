"""What a person chose, as a document for a draft, and back."""

from enum import Enum
from typing import TypeVar

from consent.policy import MOST_RUNS
from consent.query import MAX_NAME, decimal_text, read_decimal
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from wallet.domain.boundary_choices import BoundaryChoices
from wallet.domain.choices import MOST_CENTS, MOST_FLOOR, MOST_MONTHS, PolicyChoices

TermT = TypeVar("TermT", bound=Enum)


def choices_document(choices: PolicyChoices) -> dict[str, Json]:
    """The choices as a document."""
    return {
        "attributes": None if choices.attributes is None else list(choices.attributes),
        "purposes": [purpose.value for purpose in choices.purposes],
        "recipient_kinds": [kind.value for kind in choices.recipient_kinds],
        "statistics": [kind.value for kind in choices.statistics],
        "crowd_floor": choices.crowd_floor,
        "exact_allowed": choices.exact_allowed,
        "epsilon_per_query": decimal_text(choices.epsilon_per_query),
        "epsilon_total": decimal_text(choices.epsilon_total),
        "compensation_cents": choices.compensation_cents,
        "months": choices.months,
        "node_ids": None if choices.node_ids is None else list(choices.node_ids),
        "explicit_consent": choices.explicit_consent,
        "engines": [engine.value for engine in choices.engines],
        "joins": list(choices.joins),
        "boundaries": _boundaries_document(choices.boundaries),
        "altruism": choices.altruism,
        "publication": choices.publication,
    }


def read_choices(fields: Fields) -> PolicyChoices:
    """Read what `choices_document` wrote; an older draft without boundaries has none.

    Raises:
        MalformedError: it has another form.
    """
    choices = PolicyChoices(
        attributes=fields.texts("attributes") if fields.has("attributes") else None,
        purposes=_terms(fields, "purposes", Purpose),
        recipient_kinds=_terms(fields, "recipient_kinds", RecipientKind),
        statistics=_terms(fields, "statistics", StatisticKind),
        crowd_floor=fields.integer("crowd_floor", least=0, most=MOST_FLOOR),
        exact_allowed=fields.boolean("exact_allowed"),
        epsilon_per_query=read_decimal(fields, "epsilon_per_query"),
        epsilon_total=read_decimal(fields, "epsilon_total"),
        compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_CENTS),
        months=fields.integer("months", least=0, most=MOST_MONTHS),
        node_ids=fields.texts("node_ids") if fields.has("node_ids") else None,
        explicit_consent=fields.boolean("explicit_consent"),
        engines=_terms(fields, "engines", Engine) if fields.has("engines") else (Engine.MPC,),
        joins=fields.texts("joins", max_length=MAX_NAME) if fields.has("joins") else (),
        boundaries=_read_boundaries(fields.section("boundaries"))
        if fields.has("boundaries")
        else BoundaryChoices(),
        altruism=fields.boolean("altruism") if fields.has("altruism") else False,
        publication=fields.boolean("publication") if fields.has("publication") else False,
    )
    fields.done()
    return choices


def _boundaries_document(boundaries: BoundaryChoices) -> dict[str, Json]:
    return {
        "never_kinds": [kind.value for kind in boundaries.never_kinds],
        "never_purposes": [purpose.value for purpose in boundaries.never_purposes],
        "countries": list(boundaries.countries),
        "runs": boundaries.runs,
        "public_filters_only": boundaries.public_filters_only,
    }


def _read_boundaries(fields: Fields) -> BoundaryChoices:
    boundaries = BoundaryChoices(
        never_kinds=_terms(fields, "never_kinds", RecipientKind),
        never_purposes=_terms(fields, "never_purposes", Purpose),
        countries=fields.texts("countries"),
        runs=fields.integer("runs", least=1, most=MOST_RUNS) if fields.has("runs") else None,
        public_filters_only=fields.boolean("public_filters_only"),
    )
    fields.done()
    return boundaries


def _terms(fields: Fields, name: str, kind: type[TermT]) -> tuple[TermT, ...]:
    try:
        return tuple(kind(text) for text in fields.texts(name))
    except ValueError as error:
        raise MalformedError(f"{fields.where}.{name}: an unknown term") from error
