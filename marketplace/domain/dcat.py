"""How does the catalogue look to data portals? DCAT 3 in the profile DCAT-AP 3.0.1, as JSON-LD.

What a portal finds is a description of data sets that nobody can download: what is distributed is the service
that sells answers over them. Access is therefore RESTRICTED, and each data set carries the offer that says
what may be asked of it. Counts that a buyer published about it, and rows made up from them, are a sample
(`adms:sample`): the one thing that anybody may fetch. The context is written out in the document, so that
nobody has to fetch one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consent.order_terms import MarketTerms
from consent.vocabulary import DPV_NAMESPACE, MARKET_NAMESPACE, Purpose
from crypto.encoding import Json
from marketplace.domain.described import Description
from marketplace.domain.dsp import BASE
from ssi.dataset import DataSet

_JSON: Final = "http://www.iana.org/assignments/media-types/application/json"
PROFILE: Final = "http://data.europa.eu/r5r/"
DSP_STANDARD: Final = "https://w3id.org/dspace/2025/1/"
_DATE: Final = "http://www.w3.org/2001/XMLSchema#date"
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
_THEMES: Final = {"education": "EDUC", "health": "HEAL", "energy": "ENER", "environment": "ENVI"}
_LANGUAGES: Final = {"en": "ENG", "de": "DEU"}

CONTEXT: Final[dict[str, Json]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": PROFILE,
    "dct": "http://purl.org/dc/terms/",
    "dpv": DPV_NAMESPACE,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "mk": MARKET_NAMESPACE,
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}

Node = dict[str, Json]


@dataclass(frozen=True)
class Publisher:
    """Who publishes the catalogue: the market's id, its name, and its address without a slash at its end."""

    market: str
    name: str
    root: str

    def page_of(self, data_set: DataSet) -> str:
        """The address of a data set's page, which is also what the data set is called."""
        return f"{self.root}/data/{data_set.ref}"

    def description_of(self, data_set: DataSet) -> str:
        """The address at which programs read what was published about a data set."""
        return f"{self.root}/api/v1/data-sets/{data_set.ref}/description"


def catalogue_to_dcat(
    publisher: Publisher,
    entries: Sequence[tuple[DataSet, MarketTerms]],
    described: Mapping[str, Description] | None = None,
) -> Node:
    """The catalogue as a JSON-LD document; `described` are the published answers by data set."""
    known = described or {}
    data_sets = [
        _data_set(publisher, each, terms) | _sample(publisher, each, known.get(each.ref))
        for each, terms in entries
    ]
    service = _service(publisher, [each for each, _ in entries])
    return {
        "@context": dict(CONTEXT),
        "@id": f"{publisher.root}/catalog",
        "@type": "dcat:Catalog",
        "dct:title": _in("en", f"Data of {publisher.name} that can be asked about"),
        "dct:description": _in(
            "en", "Answers about many people can be bought. No record is distributed, to anybody."
        ),
        "dct:publisher": _agent(publisher),
        "dct:language": [_language(each) for each in _LANGUAGES],
        "dct:conformsTo": _standard(PROFILE),
        "foaf:homepage": {"@id": f"{publisher.root}/", "@type": "foaf:Document"},
        "dcat:themeTaxonomy": {"@id": f"{_AUTHORITY}data-theme", "@type": "skos:ConceptScheme"},
        "dcat:dataset": [*data_sets],
        "dcat:service": service,
    }


def _data_set(publisher: Publisher, described: DataSet, terms: MarketTerms) -> Node:
    page = publisher.page_of(described)
    node: Node = {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:title": _texts(described.label),
        "dct:description": _texts(described.about),
        "dct:identifier": described.ref,
        "dct:publisher": _agent(publisher),
        "dct:accessRights": {"@id": f"{_AUTHORITY}access-right/RESTRICTED", "@type": "dct:RightsStatement"},
        "dcat:keyword": [_in("en", attribute.label["en"]) for attribute in described.attributes[:20]],
        "dcat:version": str(described.version),
        "dcat:landingPage": {"@id": page, "@type": "foaf:Document"},
        "dpv:hasPurpose": [_purpose(each) for each in sorted(terms.purposes, key=lambda each: each.value)],
        "dcat:distribution": _distribution(publisher, described, terms),
    }
    if described.domain in _THEMES:
        node["dcat:theme"] = {
            "@id": f"{_AUTHORITY}data-theme/{_THEMES[described.domain]}",
            "@type": "skos:Concept",
            "skos:prefLabel": _in("en", described.domain),
        }
    return node


def _distribution(publisher: Publisher, described: DataSet, terms: MarketTerms) -> Node:
    page = publisher.page_of(described)
    return {
        "@id": f"{page}#answers",
        "@type": "dcat:Distribution",
        "dct:title": _in("en", f"Answers about: {described.label['en']}"),
        "dct:description": _in("en", "One answer for each question that is paid for, sealed to its buyer."),
        "dcat:accessURL": {"@id": page},
        "dcat:accessService": {"@id": _service_id(publisher)},
        "dcat:mediaType": {
            "@id": _JSON,
            "@type": "dct:MediaType",
        },
        "dct:rights": {
            "@id": f"{publisher.root}/how-it-works",
            "@type": "dct:RightsStatement",
        },
        "odrl:hasPolicy": _policy(terms),
    }


def _sample(publisher: Publisher, data_set: DataSet, description: Description | None) -> Node:
    if description is None:
        return {}
    page = publisher.page_of(data_set)
    sample: Node = {
        "@id": f"{page}#sample",
        "@type": "dcat:Distribution",
        "dct:title": _in("en", f"Published counts about: {data_set.label['en']}"),
        "dct:description": _in(
            "en",
            f"Counts of single attributes with noise, of {description.band.text} people who allowed that "
            "everybody sees them, and rows made up from them. No row is a person.",
        ),
        "dct:issued": {"@type": _DATE, "@value": description.answered_at.date().isoformat()},
        "dct:rights": {"@id": f"{publisher.root}/how-it-works", "@type": "dct:RightsStatement"},
        "dcat:accessURL": {"@id": page},
        "dcat:downloadURL": {"@id": publisher.description_of(data_set)},
        "dcat:mediaType": {"@id": _JSON, "@type": "dct:MediaType"},
    }
    return {"adms:sample": sample}


def _service(publisher: Publisher, data_sets: Sequence[DataSet]) -> Node:
    return {
        "@id": _service_id(publisher),
        "@type": "dcat:DataService",
        "dct:title": _in("en", f"Connector of {publisher.name}"),
        "dct:description": _in("en", "Negotiates about answers and delivers them."),
        "dct:publisher": _agent(publisher),
        "dct:conformsTo": _standard(DSP_STANDARD),
        "dcat:endpointURL": {"@id": publisher.root + BASE},
        "dcat:endpointDescription": {"@id": f"{publisher.root}/.well-known/dspace-version"},
        "dcat:servesDataset": [{"@id": publisher.page_of(each)} for each in data_sets],
    }


def _policy(terms: MarketTerms) -> Node:
    """The offer of the catalogue (`MarketTerms.to_offer`) in the words of ODRL 2.2 as RDF."""
    offer = terms.to_offer()
    return {
        "@id": terms.offer_id,
        "@type": ["odrl:Offer", "odrl:Policy"],
        "odrl:profile": {"@id": str(offer["profile"])},
        "odrl:permission": {
            "odrl:action": {"@id": "mk:aggregate"},
            "odrl:constraint": [
                _constraint(operand, operator, value)
                for operand, (operator, value) in terms.constraints().items()
            ],
        },
    }


def _constraint(operand: str, operator: str, value: Json) -> Node:
    words = value if isinstance(value, list) else [value]
    right: Json = [{"@id": word} for word in words] if operand == "purpose" else words
    return {
        "@type": "odrl:Constraint",
        "odrl:leftOperand": {"@id": operand if ":" in operand else f"odrl:{operand}"},
        "odrl:operator": {"@id": f"odrl:{operator}"},
        "odrl:rightOperand": right,
    }


def _service_id(publisher: Publisher) -> str:
    return f"{publisher.root}{BASE}#service"


def _agent(publisher: Publisher) -> Node:
    return {
        "@id": f"{publisher.root}/#publisher",
        "@type": "foaf:Agent",
        "foaf:name": publisher.name,
        "dct:identifier": publisher.market,
    }


def _purpose(purpose: Purpose) -> Node:
    return {"@id": purpose.iri}


def _standard(iri: str) -> Node:
    return {"@id": iri, "@type": "dct:Standard"}


def _language(code: str) -> Node:
    return {"@id": f"{_AUTHORITY}language/{_LANGUAGES[code]}", "@type": "dct:LinguisticSystem"}


def _texts(by_language: Mapping[str, str]) -> list[Json]:
    return [_in(language, text) for language, text in by_language.items()]


def _in(language: str, text: str) -> Node:
    return {"@language": language, "@value": text}
