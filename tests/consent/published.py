"""Every kind of published document, and what schemas and shapes say of it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import rdflib
from jsonschema import Draft202012Validator
from pyld import jsonld
from pyshacl import validate

from consent.published import DOCUMENTS
from consent.receipt_credential import issue_deletion_credential, issue_status_credential
from consent.record import ConsentRecord
from crypto.encoding import parse_json
from ssi.dataset import data_set
from ssi.linked_data.contexts import load_document
from tests.consent.examples import MARKETPLACE, NODE, POLICY, RECORD, loose
from tests.consent.kept import papers
from tests.consent.test_receipt_credential import DELETION, RECEIPTS

SHAPES = "shapes-1.ttl"
RECORD_SCHEMA, RECEIPT_SCHEMA, DELETION_SCHEMA = (
    "consent-record-1.json",
    "consent-receipt-1.json",
    "deletion-receipt-1.json",
)
DPV = "https://w3id.org/dpv/2.3"
"""Not a context at its own address; the prefixes that records use are in ours."""


def health_record() -> ConsentRecord:
    """A record about data of a special category."""
    names = frozenset(attribute.name for attribute in data_set("health/1").attributes)
    return replace(RECORD, policy=replace(POLICY, data_set="health/1", attributes=names))


def altruist() -> ConsentRecord:
    """A record that is given for the general interest."""
    return replace(RECORD, policy=replace(POLICY, altruism=True, compensation_cents=0))


def examples() -> dict[str, tuple[str, dict[str, Any]]]:
    """One document of each kind, with the name of its schema."""
    return {
        "record": (RECORD_SCHEMA, loose(RECORD.to_json())["record"]),
        "health record": (RECORD_SCHEMA, loose(health_record().to_json())["record"]),
        "altruist record": (RECORD_SCHEMA, loose(altruist().to_json())["record"]),
        "withdrawn record": (RECORD_SCHEMA, loose(RECORD.withdraw(POLICY.valid_until).to_json())["record"]),
        "score record": (RECORD_SCHEMA, loose(papers("score").record)),
        "crowd record": (RECORD_SCHEMA, loose(papers("crowd").record)),
        "receipt": (RECEIPT_SCHEMA, loose(issue_status_credential(RECEIPTS[0], MARKETPLACE))),
        "ran out": (RECEIPT_SCHEMA, loose(issue_status_credential(RECEIPTS[1], MARKETPLACE))),
        "last receipt": (RECEIPT_SCHEMA, loose(issue_status_credential(RECEIPTS[2], MARKETPLACE))),
        "deletion": (DELETION_SCHEMA, loose(issue_deletion_credential(DELETION, NODE))),
    }


@cache
def _validator(name: str) -> Draft202012Validator:
    schema: Any = parse_json(DOCUMENTS[name].content)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def schema_faults(name: str, document: object) -> list[str]:
    """What a schema has against a document."""
    return [f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(document)]


@cache
def _shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(data=DOCUMENTS[SHAPES].content, format="turtle")


def shape_faults(document: Mapping[str, Any]) -> list[str]:
    """What the shapes have against what a document says."""
    # A proof is a graph of its own, and about the document rather than in it.
    bare = {name: value for name, value in document.items() if name != "proof"}
    nquads = jsonld.to_rdf(bare, {"format": "application/n-quads", "documentLoader": _loader})
    graph = rdflib.Graph().parse(data=nquads, format="nt")
    holds, _, text = validate(graph, shacl_graph=_shapes(), meta_shacl=False, advanced=False)
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line.startswith(("Constraint Violation", "Result Path", "Message"))]
    return [] if holds else found or [text]


def _loader(url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    if url == DPV:
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": {}}}
    return load_document(url, options)
