import json

import pytest

from ssi.did.did_jwk import did_jwk
from ssi.did.did_key import did_key, did_key_method
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import IdentifierError, UnresolvableError, VerificationMethodError
from tests.ssi.did.keys import keys
from tests.ssi.did.test_did_web import served
from tests.ssi.did.test_document import DID, KEY, document
from tests.ssi.parties import NOW


def test_each_method_finds_its_document():
    fetch, _ = served(json.dumps(document()).encode())
    resolver = Resolver(fetch)

    assert resolver.resolve(did_key(KEY)).id == did_key(KEY)
    assert resolver.resolve(did_jwk(KEY)).id == did_jwk(KEY)
    assert resolver.verification_method(f"{DID}#a", Purpose.ASSERTION, now=NOW).key == KEY


def test_without_a_fetch_no_server_is_asked():
    with pytest.raises(UnresolvableError, match="is not fetched"):
        Resolver().resolve(DID)


@pytest.mark.parametrize("did", ["did:example:a", "did:ion:a", "did:webvh:a:b"])
def test_an_unknown_method_is_named(did: str):
    with pytest.raises(UnresolvableError, match="expected did:key, did:jwk or did:web"):
        Resolver().resolve(did)


@pytest.mark.parametrize(
    "did", ["", "https://university.example", f"{DID}?a", f"{DID}/a", f"{DID} ", "did:key:" + "z" * 2000]
)
def test_what_is_no_did_is_refused(did: str):
    with pytest.raises(IdentifierError):
        Resolver().resolve(did)


@pytest.mark.parametrize(
    "method_id", [did_key(KEY), f"{did_key(KEY)}#", "#a", "https://university.example#a"]
)
def test_a_method_is_named_by_a_did_and_a_fragment(method_id: str):
    with pytest.raises(IdentifierError):
        Resolver().verification_method(method_id, Purpose.ASSERTION, now=NOW)


def test_a_fragment_that_is_not_in_the_document_is_refused():
    with pytest.raises(VerificationMethodError):
        Resolver().verification_method(f"{did_key(KEY)}#{did_key(keys()[1])[8:]}", Purpose.ASSERTION, now=NOW)


def test_the_method_of_a_key_is_found_by_its_own_name():
    assert Resolver().verification_method(did_key_method(KEY), Purpose.AUTHENTICATION, now=NOW).key == KEY
