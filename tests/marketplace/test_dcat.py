"""The catalogue as data portals read it: DCAT-AP 3, the same in both spellings, and of nobody alone."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from marketplace.api.dcat import turtle_of
from marketplace.domain.dcat import Publisher, catalogue_to_dcat
from marketplace.domain.supply import SupplyTerms, market_terms
from ssi.dataset import data_set, data_sets
from tests.marketplace.connector import ROOT, Connector, connected

SHAPES = Path(__file__).parents[1] / "vectors" / "dcat" / "mandatory.ttl"
EXAM = URIRef(f"{ROOT}/data/exam/1")
ANSWERS = URIRef(f"{ROOT}/data/exam/1#answers")
HAS_PURPOSE = URIRef("https://w3id.org/dpv#hasPurpose")
SERVICE = URIRef(f"{ROOT}/dsp/2025-1#service")


@pytest.fixture(scope="module")
def standing() -> Iterator[Connector]:
    with connected() as connector:
        yield connector


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(SHAPES)


@pytest.fixture(scope="module")
def turtle(standing) -> str:
    answer = standing.web.get("/catalog.ttl")
    assert answer.mimetype == "text/turtle"
    return str(answer.text)


@pytest.fixture
def graph(turtle) -> Graph:
    return Graph().parse(data=turtle, format="turtle")


def canonical(text: str, spelling: RdfFormat) -> set[str]:
    """What a document says, as another library reads it, with blank nodes named by what is said of them."""
    found = Dataset(parse(text, format=spelling))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in found}


def faults(graph: Graph, shapes: Graph) -> str:
    conforms, _, report = validate(graph, shacl_graph=shapes, advanced=False)
    return "" if conforms else report


def test_the_catalogue_is_what_the_profile_asks_for(graph, shapes):
    assert faults(graph, shapes) == ""
    assert len(list(graph.subjects(RDF.type, DCAT.Dataset))) == len(data_sets())


def test_both_spellings_say_the_same(standing, turtle):
    answer = standing.web.get("/catalog.jsonld")

    assert answer.mimetype == "application/ld+json"
    assert canonical(answer.text, RdfFormat.JSON_LD) == canonical(turtle, RdfFormat.TURTLE)


def test_nothing_has_to_be_fetched_to_read_it(standing):
    context = standing.web.get("/catalog.jsonld").json["@context"]

    assert isinstance(context, dict)
    assert all(isinstance(value, str) for value in context.values())


def test_a_data_set_is_described_in_every_language_it_has(graph):
    assert Literal("Exam results", lang="en") in set(graph.objects(EXAM, DCTERMS.title))
    assert Literal("Prüfungsergebnisse", lang="de") in set(graph.objects(EXAM, DCTERMS.title))
    rights = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
    assert graph.value(EXAM, DCTERMS.accessRights) == URIRef(rights)


Change = Callable[[Graph], Any]
SPOILT: dict[str, Change] = {
    "no title of a data set": lambda graph: graph.remove((EXAM, DCTERMS.title, None)),
    "no description of a data set": lambda graph: graph.remove((EXAM, DCTERMS.description, None)),
    "two titles in one language": lambda graph: graph.add((EXAM, DCTERMS.title, Literal("X", lang="en"))),
    "a title that is no text": lambda graph: graph.add((EXAM, DCTERMS.title, URIRef("urn:x"))),
    "no publisher": lambda graph: graph.remove((URIRef(f"{ROOT}/catalog"), DCTERMS.publisher, None)),
    "a publisher without a name": lambda graph: graph.remove((None, FOAF.name, None)),
    "no access address": lambda graph: graph.remove((ANSWERS, DCAT.accessURL, None)),
    "an access address that is a text": lambda graph: graph.add((ANSWERS, DCAT.accessURL, Literal("x"))),
    "a distribution of no class": lambda graph: graph.remove((ANSWERS, RDF.type, None)),
    "no endpoint": lambda graph: graph.remove((SERVICE, DCAT.endpointURL, None)),
    "no data set": lambda graph: graph.remove((None, DCAT.dataset, None)),
    "a second media type": lambda graph: graph.add((ANSWERS, DCAT.mediaType, URIRef("urn:x"))),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_catalogue_that_was_spoilt_does_not_conform(name, graph, shapes):
    SPOILT[name](graph)

    assert faults(graph, shapes)


def test_a_name_with_marks_of_the_spelling_stays_a_name():
    name = 'A "market"\n<urn:x> . \\ @prefix'
    document = catalogue_to_dcat(
        Publisher("did:web:market.example", name, ROOT),
        [(each, market_terms(each.ref, None)) for each in data_sets()],
    )

    turtle = turtle_of(document)

    graph = Graph().parse(data=turtle, format="turtle")
    assert {str(each) for each in graph.objects(None, FOAF.name)} == {name}
    assert canonical(turtle, RdfFormat.TURTLE) == canonical(json.dumps(document), RdfFormat.JSON_LD)


def test_what_many_people_allow_is_said_and_of_few_nothing(turtle):
    told = SupplyTerms(
        data_set="exam/1",
        least_people=50,
        purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
        recipient_kinds=frozenset({RecipientKind.UNIVERSITY}),
        statistics=frozenset({StatisticKind.MEAN}),
        from_cents=100,
        to_cents=200,
        fresh_on=date(2026, 3, 1),
    )
    publisher = Publisher("did:web:market.example", "Market", ROOT)

    said = turtle_of(catalogue_to_dcat(publisher, [(data_set("exam/1"), market_terms("exam/1", told))]))

    graph = Graph().parse(data=said, format="turtle")
    assert set(graph.objects(EXAM, HAS_PURPOSE)) == {URIRef(Purpose.ACADEMIC_RESEARCH.iri)}
    assert "mk:compensationCents" in said
    assert "mk:compensationCents" not in turtle
