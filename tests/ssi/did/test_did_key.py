import pytest

from ssi.did.did_key import did_key, did_key_method, resolve_did_key
from ssi.did.document import Purpose
from ssi.did.public_key import PublicKey
from ssi.errors import CredentialError, IdentifierError, UnsupportedKeyError, VerificationMethodError
from tests.ssi.did.keys import keys
from tests.ssi.parties import NOW


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.type.curve)
def test_the_document_of_a_key_lists_that_key_for_every_purpose_of_signing(key: PublicKey):
    document = resolve_did_key(did_key(key))

    for purpose in set(Purpose) - {Purpose.KEY_AGREEMENT}:
        method = document.method(did_key_method(key), purpose, now=NOW)
        assert method.key == key
        assert method.controller == did_key(key)


def test_a_key_that_signs_does_not_agree_on_keys():
    key = keys()[0]

    with pytest.raises(VerificationMethodError, match="not listed under keyAgreement"):
        resolve_did_key(did_key(key)).method(did_key_method(key), Purpose.KEY_AGREEMENT, now=NOW)


@pytest.mark.parametrize(
    "did", ["did:key:", "did:key:z", "did:key:u7QE", "did:key:z6Mk", "did:key:1.1:z6Mkabc"]
)
def test_what_is_no_key_is_refused(did: str):
    with pytest.raises(IdentifierError):
        resolve_did_key(did)


def test_a_key_for_encryption_only_is_of_an_unknown_type():
    with pytest.raises(UnsupportedKeyError) as refusal:
        resolve_did_key("did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")

    assert isinstance(refusal.value, CredentialError)
