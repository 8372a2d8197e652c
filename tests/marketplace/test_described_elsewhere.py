"""Published counts as data portals and programs for CKAN find them: a sample that conforms, a resource."""

import json
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD

from marketplace.api.dcat import turtle_of
from marketplace.domain.band import band_of
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.domain.ckan import package
from marketplace.domain.dcat import Node, Publisher, catalogue_to_dcat
from marketplace.domain.supply import market_terms
from ssi.dataset import data_set, data_sets
from tests.marketplace.connector import ROOT
from tests.marketplace.describing import description
from tests.marketplace.mpc_node.parties import NOW

SHAPES = Path(__file__).parents[1] / "vectors" / "dcat" / "mandatory.ttl"
PUBLISHER = Publisher("did:web:market.example", "Market", ROOT)
SAMPLE = URIRef("http://www.w3.org/ns/adms#sample")
EXAM = URIRef(f"{ROOT}/data/exam/1")
ADDRESS = f"{ROOT}/api/v1/data-sets/exam/1/description"


@pytest.fixture
def document() -> Node:
    entries = [(each, market_terms(each.ref, None)) for each in data_sets()]
    return catalogue_to_dcat(PUBLISHER, entries, {"exam/1": description()})


@pytest.fixture
def graph(document) -> Graph:
    return Graph().parse(data=turtle_of(document), format="turtle")


def conforms(graph: Graph) -> bool:
    held, _, _ = validate(graph, shacl_graph=Graph().parse(SHAPES), advanced=False)
    return bool(held)


def test_the_data_set_that_was_described_has_a_sample_and_no_other_has(graph):
    ((described, sample),) = graph.subject_objects(SAMPLE)

    assert described == EXAM
    assert (sample, RDF.type, DCAT.Distribution) in graph
    assert graph.value(sample, DCAT.downloadURL) == URIRef(ADDRESS)
    assert graph.value(sample, DCTERMS.issued) == Literal(NOW.date().isoformat(), datatype=XSD.date)


def test_the_catalogue_with_a_sample_is_what_the_profile_asks_for(graph):
    assert conforms(graph)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (DCAT.downloadURL, Literal("x")),
        (DCTERMS.issued, Literal("yesterday")),
        (DCAT.mediaType, URIRef("urn:x")),
    ],
    ids=str,
)
def test_a_sample_that_was_spoilt_does_not_conform(graph, name, value):
    sample = graph.value(EXAM, SAMPLE)
    graph.add((sample, name, value))

    assert not conforms(graph)


def test_both_spellings_say_the_same(document):
    def said(text: str, spelling: RdfFormat) -> set[str]:
        found = Dataset(parse(text, format=spelling))
        found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return {str(quad) for quad in found}

    assert said(json.dumps(document), RdfFormat.JSON_LD) == said(turtle_of(document), RdfFormat.TURTLE)


def test_a_package_has_the_counts_as_a_second_resource_once_there_are_some():
    entry = CatalogueEntry(data_set("exam/1"), band_of(120))
    described = CatalogueEntry(data_set("exam/1"), band_of(120), description=description())

    plain, full = (package(PUBLISHER, [each], "exam-1") for each in (entry, described))

    assert plain is not None
    assert full is not None
    assert (plain["num_resources"], full["num_resources"]) == (1, 2)
    counts = full["resources"][1]  # type: ignore[index]
    assert (counts["url"], counts["format"]) == (ADDRESS, "JSON")  # type: ignore[index,call-overload]
