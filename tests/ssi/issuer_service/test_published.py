"""What others need to believe an issuer lies where they look for it, and holds."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crypto.encoding import parse_json
from crypto.signing import generate_es256
from ssi.did.did_web import resolve_did_web
from ssi.did.document import Purpose
from ssi.did.public_key import PublicKey
from ssi.issuer_service.domain.did_document import did_document, did_web_of
from ssi.jws import parse_jws
from ssi.type_documents import local_types
from ssi.type_metadata import MAX_DOCUMENT_BYTES, integrity_of, resolve_type
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.visitors import Office, answer_of
from tests.ssi.parties import NOW

URL = "https://issuer.example"
DID = "did:web:issuer.example"


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Office]:
    """An office whose address makes a did:web."""
    database = f"sqlite:///{tmp_path / 'issuer.sqlite'}"
    office = found_office(tmp_path / "u", database, url=URL, id=DID)
    yield office
    office.issuer.database.close()


class Server:
    """Fetches from an office as if it stood at its address."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def __call__(self, url: str, *, max_bytes: int) -> bytes:
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == URL
        response = self._office.visitor().get(parts.path)
        assert response.status_code == 200
        return bytes(response.data[:max_bytes])


def test_the_key_of_a_credential_is_found_by_the_did_of_its_issuer(named: Office):
    handed_in = named.institution.hand_in()
    wallet = named.wallet()
    token = wallet.token(handed_in["offer_uri"])
    answer = answer_of(wallet.ask(token, wallet.proof(aud=URL)))
    unverified = parse_jws(answer["credentials"][0]["credential"].partition("~")[0], "credential")

    document = resolve_did_web(str(unverified.payload["iss"]), Server(named))

    method = document.method(f"{DID}#{unverified.kid}", Purpose.ASSERTION, now=NOW)
    assert unverified.verify(method.key.verifying_key(), typ="dc+sd-jwt")


def test_each_key_is_listed_for_tokens_and_for_proofs_and_for_assertions_only(named: Office):
    document = resolve_did_web(DID, Server(named))
    keys = named.issuer.identity.assertion_keys
    by_kid = {f"{DID}#{kid}": PublicKey.of(key) for kid, key in keys.items()}
    by_multikey = {f"{DID}#{key.to_multikey()}": key for key in by_kid.values()}

    assert {each.id: each.key for each in document.methods.values()} == by_kid | by_multikey
    assert document.relationships[Purpose.ASSERTION] == set(document.methods)
    assert not any(ids for purpose, ids in document.relationships.items() if purpose != Purpose.ASSERTION)


def test_the_document_holds_no_secret(named: Office):
    published = named.visitor().get("/.well-known/did.json")

    assert published.mimetype == "application/did+json"
    assert '"d"' not in published.text
    assert "private" not in published.text.lower()


def test_an_issuer_that_goes_by_another_name_says_so():
    document = did_document(DID, {"k": generate_es256().public}, issuer_id="did:web:university.example")

    assert document["id"] == DID
    assert document["alsoKnownAs"] == ["did:web:university.example"]


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://issuer.example", "did:web:issuer.example"),
        ("https://issuer.example:8443/uni/registry", "did:web:issuer.example%3A8443:uni:registry"),
        ("http://localhost:8701", "did:web:localhost%3A8701"),
        ("http://issuer.example", None),
        ("https://localhost", None),
        ("http://127.0.0.1:8701", None),
        ("http://[::1]:8701", None),
    ],
)
def test_only_an_address_at_which_a_resolver_looks_has_a_did(url: str, did: str | None):
    assert did_web_of(url) == did


def test_an_issuer_without_a_did_of_its_own_publishes_no_document(office: Office):
    assert office.visitor().get("/.well-known/did.json").status_code == 404


def test_every_type_that_is_issued_has_its_document_with_its_hash(named: Office):
    metadata = answer_of(named.visitor().get("/.well-known/openid-credential-issuer"))
    issued = {each["vct"] for each in metadata["credential_configurations_supported"].values()}
    listed = answer_of(named.visitor().get("/types"))["types"]

    assert {each["vct"] for each in listed} == issued
    for each in listed:
        document = Server(named)(each["uri"], max_bytes=MAX_DOCUMENT_BYTES)
        assert integrity_of(document) == each["uri#integrity"]
        assert document == local_types(each["vct"], max_bytes=MAX_DOCUMENT_BYTES)

        def fetch(url: str, *, max_bytes: int, found: bytes = document) -> bytes:
            return found[:max_bytes]

        assert resolve_type(each["vct"], fetch, integrity=each["uri#integrity"]).claims


def test_a_type_says_its_digest_and_may_be_kept_for_a_while(named: Office):
    response = named.visitor().get("/types/exam/1")

    digest = integrity_of(response.data).removeprefix("sha256-")
    assert response.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert "max-age" in response.headers["Cache-Control"]
    assert isinstance(parse_json(response.data), dict)


@pytest.mark.parametrize(
    "path",
    [
        "/types/exam/2",
        "/types/degree/1",
        "/types/exam/x",
        "/types/exam/01",
        "/types/exam",
        f"/types/exam/{'9' * 5000}",
    ],
    ids=lambda path: path[:20],
)
def test_a_type_that_is_not_issued_is_not_found(named: Office, path: str):
    assert named.visitor().get(path).status_code == 404
