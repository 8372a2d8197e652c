"""The documents of our own types: generated from the data sets, so that they cannot contradict them.

Our types are URNs, which nobody can fetch; `local_types` is the registry of them (SD-JWT VC §4.3.2), and an
issuer may serve the same bytes over HTTP.
"""

from functools import cache

from crypto.encoding import Json, canonical_json
from ssi.attribute import Attribute
from ssi.credential_payload import OPENING_CLAIM, ORGANISATION_MEMBERS, ORGANISATION_TYPE
from ssi.dataset import DataSet, data_sets
from ssi.errors import UnresolvableError

_ORGANISATION_LABELS = {
    "name": {"en": "Name", "de": "Name"},
    "kind": {"en": "Kind of organisation", "de": "Art der Organisation"},
    "country": {"en": "Country", "de": "Land"},
}


def type_document(found: DataSet) -> dict[str, Json]:
    """The type of a data set's credentials: each attribute can always be kept back, its commitment never.

    A copy for showing has no commitment, so that none is demanded.
    """
    return {
        "vct": found.credential_type,
        "name": found.ref,
        "description": found.about["en"],
        "display": [
            {"locale": language, "name": label, "description": found.about.get(language, label)}
            for language, label in found.label.items()
        ],
        "claims": [
            *(_claim(attribute) for attribute in found.attributes),
            {"path": ["commitment"], "sd": "never"},
            {"path": [OPENING_CLAIM], "sd": "always"},
        ],
    }


def organisation_document() -> dict[str, Json]:
    """The type of a buyer's credential: nothing in it can be kept back."""
    return {
        "vct": ORGANISATION_TYPE,
        "name": "organisation",
        "display": [
            {"locale": "en", "name": "Proof of organisation"},
            {"locale": "de", "name": "Nachweis einer Organisation"},
        ],
        "claims": [
            {
                "path": [name],
                "mandatory": True,
                "sd": "never",
                "svg_id": name,
                "display": [
                    {"locale": language, "label": label}
                    for language, label in _ORGANISATION_LABELS[name].items()
                ],
            }
            for name in ORGANISATION_MEMBERS
        ],
    }


def local_types(url: str, *, max_bytes: int) -> bytes:
    """The document of one of our own types: a `Fetch` that asks nobody.

    Raises:
        UnresolvableError: it is none of ours, or longer than was asked for.
    """
    document = _documents().get(url)
    if document is None or len(document) > max_bytes:
        raise UnresolvableError(f"there is no document of type {url[:200]!r} here")
    return document


@cache
def _documents() -> dict[str, bytes]:
    documents = [organisation_document(), *(type_document(found) for found in data_sets())]
    return {str(document["vct"]): canonical_json(document) for document in documents}


def _claim(attribute: Attribute) -> dict[str, Json]:
    return {
        "path": [attribute.name],
        "mandatory": attribute.required,
        "sd": "always",
        "svg_id": attribute.name,
        "display": [
            {"locale": language, "label": label, "description": attribute.about.get(language, label)}
            for language, label in attribute.label.items()
        ],
    }
