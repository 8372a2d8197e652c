"""Which data can be asked about? Open to everybody, in bands that give no single person away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from consent.vocabulary import Purpose
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.domain.facets import MOST_CENTS, MOST_PEOPLE, WITHIN_DAYS, Facets, read_facets
from marketplace.domain.preview import preview
from marketplace.domain.supply import SupplyTerms
from marketplace.services.suite import Services
from marketplace.web.coverage import coverage_of
from marketplace.web.examples import examples
from marketplace.web.first_steps import first_steps
from marketplace.web.kept import KeptParts
from marketplace.web.visitor import signed_in
from marketplace.web.words import ORGANISATIONS, PURPOSES, unit_text, values_text
from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError
from ssi.hosting.design.words import money

Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """What can be chosen in the form of the catalogue: pairs of a value and its words."""

    domains: Options
    purposes: Options
    prices: Options
    people: Options
    days: Options

    @classmethod
    def of(cls, domains: Sequence[str]) -> "Choices":
        """The choices for data sets of these kinds."""
        return cls(
            domains=[(each, each.capitalize()) for each in domains],
            purposes=[(purpose.value, words) for purpose, words in PURPOSES.items()],
            prices=[(str(cents), f"{money(cents)} or less") for cents in MOST_CENTS],
            people=[(str(edge), f"{edge:,} or more") for edge in MOST_PEOPLE],
            days=[(str(days), f"in the last {days} days") for days in WITHIN_DAYS],
        )


def screens(services: Services) -> Blueprint:
    """The catalogue and the page of one data set."""
    blueprint = Blueprint("catalogue", __name__)
    kept = KeptParts()

    @blueprint.get("/")
    def overview() -> str:
        entries = services.show_catalogue()
        domains = sorted({entry.data_set.domain for entry in entries})
        facets = read_facets(request.args, domains=domains)
        today = services.clock().date()

        def found() -> str:
            return render_template(
                "market/catalogue_list.html",
                entries=facets.found(entries, today=today),
                choices=Choices.of(domains),
                facets=facets,
                chosen=_chosen(facets),
                has_dcat=services.data_space is not None,
            )

        return render_template(
            "market/catalogue.html",
            found=kept.markup(("catalogue", facets), (entries, today), found),
            steps=first_steps(services, signed_in()) if facets.is_empty else (),
        )

    @blueprint.get("/data/<name>/<int:version>")
    def detail(name: str, version: int) -> str:
        entry = entry_of(services, f"{name}/{version}")
        described = entry.description

        def told() -> str:
            return render_template(
                "market/data_set_parts.html",
                entry=entry,
                supply=entry.supply,
                purposes=_purposes(entry.supply),
                recipients=_recipients(entry.supply),
                fresh_at=_fresh_at(entry.supply),
                preview=preview(entry.data_set, described),
                coverage=None if described is None else coverage_of(entry.data_set, described),
                examples=examples(entry.data_set),
                values_text=values_text,
                unit_text=unit_text,
            )

        return render_template(
            "market/data_set.html",
            entry=entry,
            told=kept.markup(("data set", entry.data_set.ref), entry, told),
        )

    return blueprint


def entry_of(services: Services, ref: str) -> CatalogueEntry:
    """The catalogue's entry of a data set.

    Raises:
        NotFound: there is no such data set.
    """
    try:
        known = data_set(ref)
    except UnknownDataSetError as error:
        raise NotFound from error
    return next(entry for entry in services.show_catalogue() if entry.data_set.ref == known.ref)


def _chosen(facets: Facets) -> dict[str, str]:
    """What was chosen, as the form's fields have it; what was no choice is not there."""
    return {
        "q": " ".join(facets.words),
        "about": facets.domain or "",
        "purpose": "" if facets.purpose is None else facets.purpose.value,
        "price": "" if facets.most_cents is None else str(facets.most_cents),
        "people": "" if facets.least_people is None else str(facets.least_people),
        "fresh": "" if facets.within_days is None else str(facets.within_days),
    }


def _purposes(supply: SupplyTerms | None) -> list[str]:
    found = frozenset[Purpose]() if supply is None else supply.purposes
    return [words for purpose, words in PURPOSES.items() if purpose in found]


def _recipients(supply: SupplyTerms | None) -> list[str]:
    return (
        []
        if supply is None
        else [ORGANISATIONS[each] for each in ORGANISATIONS if each in supply.recipient_kinds]
    )


def _fresh_at(supply: SupplyTerms | None) -> datetime | None:
    return None if supply is None else datetime.combine(supply.fresh_on, time(), UTC)
