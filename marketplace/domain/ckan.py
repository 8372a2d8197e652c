"""How does the catalogue look to programs that speak with CKAN? Packages, and the search among them.

The shapes are those that the actions `package_show` and `package_search` of CKAN 2.10 answer with, as far as
there is something to say. A package is a kind of data, its first resource the page on which answers are sold.
Counts that were published about it are a second one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.domain.dcat import Publisher
from marketplace.domain.facets import Facets
from ssi.dataset import DataSet

SHAPES_OF: Final = "2.10"
MOST_ROWS: Final = 1_000
USUAL_ROWS: Final = 10

Document = dict[str, Json]


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted: so many from a place on."""

    start: int
    rows: int


def name_of(data_set: DataSet) -> str:
    """How a kind of data is called as a package: CKAN's names have no slash."""
    return f"{data_set.id}-{data_set.version}"


def package_names(entries: Sequence[CatalogueEntry], page: Page) -> list[Json]:
    """The names of the packages."""
    return [name_of(each.data_set) for each in _part(entries, page)]


def package(publisher: Publisher, entries: Sequence[CatalogueEntry], name: str) -> Document | None:
    """The package of this name or id; None if there is none."""
    found = (_package(publisher, each) for each in entries)
    return next((each for each in found if name in {each["name"], each["id"]}), None)


def search(publisher: Publisher, entries: Sequence[CatalogueEntry], words: str, page: Page) -> Document:
    """The packages whose description holds all of the words; `*:*` and nothing find every one."""
    sought = () if words.strip() in {"", "*:*"} else tuple(words.casefold().split())
    found = [each for each in entries if Facets(words=sought).describes(each)]
    return {
        "count": len(found),
        "sort": "name asc",
        "facets": {},
        "search_facets": {},
        "results": [_package(publisher, each) for each in _part(found, page)],
    }


def status(publisher: Publisher) -> Document:
    """What the site is, and of which version its answers have the shapes."""
    return {
        "ckan_version": SHAPES_OF,
        "site_url": publisher.root,
        "site_title": publisher.name,
        "site_description": "Answers over many people's data; no record can be downloaded.",
        "locale_default": "en",
        "extensions": [],
    }


def _part(entries: Sequence[CatalogueEntry], page: Page) -> Sequence[CatalogueEntry]:
    return sorted(entries, key=lambda each: name_of(each.data_set))[page.start :][: page.rows]


def _package(publisher: Publisher, entry: CatalogueEntry) -> Document:
    described = entry.data_set
    address, title = publisher.page_of(described), described.label["en"]
    identifier = str(uuid5(NAMESPACE_URL, address))
    resources: list[Json] = [
        _resource(identifier, address, title),
        *([] if entry.description is None else [_counts(publisher, identifier, entry)]),
    ]
    document: Document = {
        "id": identifier,
        "name": name_of(described),
        "title": title,
        "notes": described.about["en"],
        "url": address,
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": False,
        "license_id": "notspecified",
        "version": str(described.version),
        "author": publisher.name,
        "organization": _organisation(publisher),
        "groups": [],
        "tags": [_tag(described.domain)],
        "num_tags": 1,
        "extras": _extras(entry),
        "resources": resources,
        "num_resources": len(resources),
    }
    return document


def _organisation(publisher: Publisher) -> Document:
    return {
        "id": str(uuid5(NAMESPACE_URL, publisher.market)),
        "name": "market",
        "title": publisher.name,
        "type": "organization",
        "is_organization": True,
        "state": "active",
    }


def _resource(package_id: str, address: str, title: str) -> Document:
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{address}#answers")),
        "package_id": package_id,
        "name": f"Answers about: {title}",
        "description": "One answer for each question that is paid for, sealed to its buyer.",
        "url": address,
        "format": "HTML",
        "mimetype": "text/html",
        "state": "active",
        "position": 0,
    }


def _counts(publisher: Publisher, package_id: str, entry: CatalogueEntry) -> Document:
    address = publisher.description_of(entry.data_set)
    document: Document = {
        "id": str(uuid5(NAMESPACE_URL, address)),
        "package_id": package_id,
        "name": f"Published counts about: {entry.data_set.label['en']}",
        "description": "Counts with noise, and rows made up from them. No row is a person.",
        "url": address,
        "format": "JSON",
        "mimetype": "application/json",
        "state": "active",
        "position": 1,
    }
    if entry.description is not None:
        document["created"] = utc_text(entry.description.answered_at)
    return document


def _tag(name: str) -> Document:
    identifier = str(uuid5(NAMESPACE_URL, f"tag {name}"))
    return {"id": identifier, "name": name, "display_name": name, "state": "active"}


def _extras(entry: CatalogueEntry) -> list[Json]:
    """What CKAN has no members for, in bands and of many people only, as the catalogue's page has it."""
    said = {"people": entry.people.text, "sensitivity": entry.data_set.sensitivity.value}
    if entry.supply is not None:
        said |= {
            "compensation_from_cents": str(entry.supply.from_cents),
            "purposes": ", ".join(sorted(each.value for each in entry.supply.purposes)),
            "fresh_on": entry.supply.fresh_on.isoformat(),
        }
    return [{"key": key, "value": value} for key, value in said.items()]
