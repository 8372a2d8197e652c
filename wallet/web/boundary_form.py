"""Reads and shows what a person forbids and bounds in the offer wizard: never by whom, from where, how often.

What takes away is read strictly: a thing to be forbidden that is not known is refused, and so are countries
that were ticked beside "anywhere", since leaving them out would allow more than she meant. A form that does
not have the question about countries or the number of computations leaves what was chosen as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from consent.boundary_words import boundary_words_of
from consent.country import Region
from consent.policy import MOST_RUNS
from consent.vocabulary import Purpose, RecipientKind
from wallet.domain.boundary_choice_words import LANGUAGES
from wallet.domain.boundary_choices import BoundaryChoices
from wallet.errors import ChoiceError
from wallet.web.form_fields import Form, read_terms, read_whole

TermT = TypeVar("TermT", bound=Enum)

ANYWHERE, IN_EEA, CHOSEN = "anywhere", "eea", "chosen"
_EEA = (Region.EEA.value,)


@dataclass(frozen=True)
class Typed:
    """The fields that are shown as they were typed, even where they cannot be read."""

    where: str
    countries: tuple[str, ...]
    runs: str


def read_never(form: Form, boundaries: BoundaryChoices) -> BoundaryChoices:
    """The boundaries with those of the step "who and why".

    Raises:
        ChoiceError: something is missing or not known; it names the field and the remedy.
    """
    return replace(
        boundaries,
        never_kinds=_all_terms(RecipientKind, form, "never_kinds"),
        never_purposes=_all_terms(Purpose, form, "never_purposes"),
        countries=_countries(form, boundaries),
    )


def read_bounds(form: Form, boundaries: BoundaryChoices) -> BoundaryChoices:
    """The boundaries with those of the step "protection".

    Raises:
        ChoiceError: the number of computations is none.
    """
    typed = typed_boundaries(boundaries, form).runs
    return replace(
        _with_filters(form, boundaries),
        runs=read_whole(typed, "runs", most=MOST_RUNS) if typed else None,
    )


def read_boundaries_leniently(step: str, form: Form, boundaries: BoundaryChoices) -> BoundaryChoices:
    """The boundaries with the ticks of a step that are known, so that a page never forgets them."""
    if step == "who":
        return replace(
            boundaries,
            never_kinds=read_terms(RecipientKind, form.getlist("never_kinds")),
            never_purposes=read_terms(Purpose, form.getlist("never_purposes")),
        )
    return _with_filters(form, boundaries) if step == "protection" else boundaries


def typed_boundaries(boundaries: BoundaryChoices, form: Form | None = None) -> Typed:
    """What a page shows: what stands in the form, and for fields that it does not have, what was chosen."""
    where = {(): ANYWHERE, _EEA: IN_EEA}.get(boundaries.countries, CHOSEN)
    ticked = boundaries.countries if where == CHOSEN else ()
    runs = "" if boundaries.runs is None else str(boundaries.runs)
    if form is None:
        return Typed(where, ticked, runs)
    if "where" in form or "countries" in form:
        where, ticked = form.get("where", ""), tuple(form.getlist("countries"))
    return Typed(where, ticked, form.get("runs", runs).strip())


def country_labels(language: str) -> Mapping[str, str]:
    """The countries that can be ticked, by code, in the order of their names.

    Raises:
        TermsError: there are no words in this language.
    """
    regions = {each.value for each in Region}
    places = {code: text for code, text in boundary_words_of(language).places.items() if code not in regions}
    say = LANGUAGES[language].say
    in_order = sorted(places, key=lambda code: places[code].lstrip("abcdefghijklmnopqrstuvwxyz "))
    return {code: say("country", place=places[code]) for code in in_order}


def _with_filters(form: Form, boundaries: BoundaryChoices) -> BoundaryChoices:
    return replace(boundaries, public_filters_only=form.get("public_filters_only") == "yes")


def _all_terms(kind: type[TermT], form: Form, field: str) -> tuple[TermT, ...]:
    texts = set(form.getlist(field))
    terms = read_terms(kind, form.getlist(field))
    if len(terms) != len(texts):
        raise ChoiceError("Something that you forbid is not known here. Tick what stands below.", field)
    return terms


def _countries(form: Form, boundaries: BoundaryChoices) -> tuple[str, ...]:
    typed = typed_boundaries(boundaries, form)
    ticked = tuple(dict.fromkeys(typed.countries))
    if typed.where == CHOSEN:
        if not ticked:
            raise ChoiceError("Tick at least one country, or choose another answer.", "countries")
        return ticked
    if typed.where not in {ANYWHERE, IN_EEA}:
        raise ChoiceError("Choose where organisations may be.", "where")
    if ticked:
        raise ChoiceError(
            "You ticked countries. Choose “Only the countries that I tick”, or untick them.", "where"
        )
    return _EEA if typed.where == IN_EEA else ()
