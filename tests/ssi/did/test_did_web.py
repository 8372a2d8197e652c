import json

import pytest

from ssi.did.did_web import MAX_DOCUMENT_BYTES, document_url, resolve_did_web
from ssi.did.document import Purpose
from ssi.errors import IdentifierError, UnresolvableError
from tests.ssi.did.test_document import DID, KEY, document
from tests.ssi.parties import NOW


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
        ("did:web:example.com%3a3000", "https://example.com:3000/.well-known/did.json"),
        ("did:web:Example.COM", "https://example.com/.well-known/did.json"),
        ("did:web:localhost%3A8443", "http://localhost:8443/.well-known/did.json"),
        ("did:web:example.com:a%20b", "https://example.com/a%20b/did.json"),
    ],
)
def test_the_address_of_a_document_is_that_of_the_specification(did: str, url: str):
    assert document_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:key:z6Mk",
        "did:web:example.com:",
        "did:web::a",
        "did:web:example.com:..",
        "did:web:example.com:%2e%2e",
        "did:web:example.com:a%2Fb",
        "did:web:example.com:a%00",
        "did:web:example.com:a b",
        "did:web:example.com/a",
        "did:web:user@example.com",
        "did:web:user%40example.com",
        "did:web:example.com%2Fa",
        "did:web:example.com%3A0",
        "did:web:example.com%3A65536",
        "did:web:example.com%3A80%3A80",
        "did:web:127.0.0.1",
        "did:web:2130706433",
        "did:web:0x7f.1",
        "did:web:[::1]",
        "did:web:-example.com",
        "did:web:example.com.",
        "did:web:exämple.com",
        f"did:web:{'a' * 64}.com",
        "did:web:example.com#a",
    ],
)
def test_what_could_lead_elsewhere_is_refused(did: str):
    with pytest.raises(IdentifierError):
        document_url(did)


def served(body: bytes):
    asked: list[tuple[str, int]] = []

    def fetch(url: str, *, max_bytes: int) -> bytes:
        asked.append((url, max_bytes))
        return body

    return fetch, asked


def test_the_document_is_read_from_its_server():
    fetch, asked = served(json.dumps(document()).encode())

    assert resolve_did_web(DID, fetch).method(f"{DID}#a", Purpose.ASSERTION, now=NOW).key == KEY
    assert asked == [("https://university.example/.well-known/did.json", MAX_DOCUMENT_BYTES)]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"\xff", b" " * (MAX_DOCUMENT_BYTES + 1), b'{"id": "did:web:other.example"}'],
)
def test_an_answer_that_is_no_document_of_the_identifier_is_refused(body: bytes):
    with pytest.raises(IdentifierError):
        resolve_did_web(DID, served(body)[0])


def test_a_server_that_cannot_be_asked_is_an_error_of_its_own():
    def fetch(url: str, *, max_bytes: int) -> bytes:
        raise UnresolvableError(f"{url} {max_bytes}")

    with pytest.raises(UnresolvableError):
        resolve_did_web(DID, fetch)
