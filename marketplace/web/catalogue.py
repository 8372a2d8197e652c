"""Which data can be asked about? Open to everybody, in bands that give no single person away."""

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from marketplace.domain.catalogue import CatalogueEntry
from marketplace.services.suite import Services
from marketplace.web.examples import examples
from marketplace.web.first_steps import first_steps
from marketplace.web.visitor import signed_in
from marketplace.web.words import values_text
from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError


def screens(services: Services) -> Blueprint:
    """The catalogue and the page of one data set."""
    blueprint = Blueprint("catalogue", __name__)

    @blueprint.get("/")
    def overview() -> str:
        entries = services.show_catalogue()
        domains = sorted({entry.data_set.domain for entry in entries})
        about = request.args.get("about")
        chosen = about if about in domains else None
        return render_template(
            "market/catalogue.html",
            entries=[entry for entry in entries if chosen in {None, entry.data_set.domain}],
            domains=domains,
            chosen=chosen,
            steps=first_steps(services, signed_in()),
        )

    @blueprint.get("/data/<name>/<int:version>")
    def detail(name: str, version: int) -> str:
        entry = entry_of(services, f"{name}/{version}")
        return render_template(
            "market/data_set.html", entry=entry, examples=examples(entry.data_set), values_text=values_text
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
