"""The catalogue for data portals: DCAT-AP 3 as JSON-LD, and the same statements as Turtle."""

import json

from flask import Blueprint, Response
from rdflib import Graph

from marketplace.api.problems import STATUS
from marketplace.domain.dcat import CONTEXT, Node, Publisher, catalogue_to_dcat
from marketplace.services.data_space_suite import DataSpace
from marketplace.services.suite import Services
from ssi.http.problems import register
from ssi.linked_data.rdf import quads_of

_KEEP_SECONDS = 300


def dcat_api(services: Services, space: DataSpace) -> Blueprint:
    """The two documents; they say the same, and nothing that the catalogue's page does not."""
    blueprint = Blueprint("dcat_api", __name__)
    register(blueprint, STATUS)
    publisher = Publisher(services.marketplace_id, space.name, space.root)

    def document() -> Node:
        return catalogue_to_dcat(publisher, services.show_market_terms(), services.read_publications.latest())

    @blueprint.get("/catalog.jsonld")
    def as_json_ld() -> Response:
        return _kept(Response(json.dumps(document(), ensure_ascii=False), mimetype="application/ld+json"))

    @blueprint.get("/catalog.ttl")
    def as_turtle() -> Response:
        return _kept(Response(turtle_of(document()), mimetype="text/turtle"))

    return blueprint


def turtle_of(document: Node) -> str:
    """A JSON-LD document of ours in Turtle. Its context stands in it, so nothing is fetched."""
    graph = Graph()
    graph.parse(data="".join(quad.line() for quad in quads_of(document)), format="nt")
    for prefix, namespace in CONTEXT.items():
        graph.bind(prefix, str(namespace))
    return graph.serialize(format="turtle")


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_KEEP_SECONDS}"
    return response
