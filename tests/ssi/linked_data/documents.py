"""Documents to expand: small, and with one thing that a test is about."""

from typing import Any

from ssi.linked_data.contexts import CREDENTIALS_V2

TERMS: dict[str, Any] = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "Thing": "urn:Thing",
    "name": "urn:name",
    "knows": {"@id": "urn:knows", "@type": "@id"},
    "steps": {"@id": "urn:steps", "@container": "@list"},
    "said": {"@id": "urn:said", "@container": "@language"},
    "data": {"@id": "urn:data", "@type": "@json"},
    "size": {"@id": "urn:size", "@type": "http://www.w3.org/2001/XMLSchema#double"},
    "graph": {"@id": "urn:graph", "@container": "@graph"},
    "indexed": {"@id": "urn:indexed", "@container": "@index"},
    "back": {"@reverse": "urn:back"},
    "forgotten": None,
}


def thing(**members: Any) -> dict[str, Any]:
    """A document with contexts of its own."""
    return {"@context": TERMS, "id": "urn:it", **members}


def credential(**members: Any) -> dict[str, Any]:
    """An unsecured credential that says that a subject has a name."""
    base = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:university.example",
        "credentialSubject": {"id": "did:example:ada", "name": "Ada"},
    }
    return {**base, **members}
