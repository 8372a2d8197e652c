"""Which data can be asked about? Open to everybody, in bands that give no single person away."""

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from marketplace.domain.catalogue import CatalogueEntry
from marketplace.services.suite import Services
from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError


def screens(services: Services) -> Blueprint:
    """The catalogue and the page of one data set."""
    blueprint = Blueprint("catalogue", __name__)

    @blueprint.get("/")
    def overview() -> str:
        return render_template("market/catalogue.html", entries=services.show_catalogue())

    @blueprint.get("/data/<name>/<int:version>")
    def detail(name: str, version: int) -> str:
        return render_template("market/data_set.html", entry=entry_of(services, f"{name}/{version}"))

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
