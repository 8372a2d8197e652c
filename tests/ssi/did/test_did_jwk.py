import pytest

from crypto.encoding import b64url_encode, canonical_json
from ssi.did.did_jwk import did_jwk, resolve_did_jwk
from ssi.did.document import Purpose
from ssi.did.public_key import PublicKey
from ssi.errors import IdentifierError, UnsupportedKeyError, VerificationMethodError
from tests.ssi.did.keys import keys
from tests.ssi.parties import NOW

# The first example of the did:jwk specification.
EXAMPLE = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAi"
    "LCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)


def jwk_identifier(jwk: object) -> str:
    return f"did:jwk:{b64url_encode(canonical_json(jwk))}"


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.type.curve)
def test_the_document_of_a_jwk_holds_its_key(key: PublicKey):
    document = resolve_did_jwk(did_jwk(key))

    assert document.method(f"{did_jwk(key)}#0", Purpose.ASSERTION, now=NOW).key == key


def test_the_example_of_the_specification_resolves():
    method = resolve_did_jwk(EXAMPLE).method(f"{EXAMPLE}#0", Purpose.AUTHENTICATION, now=NOW)

    assert method.key.to_jwk()["x"] == "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0"


def test_members_beside_the_key_change_the_identifier_and_nothing_else():
    key = keys()[1]
    did = jwk_identifier({**key.to_jwk(), "use": "sig", "kid": "a", "alg": "ES256"})

    assert resolve_did_jwk(did).method(f"{did}#0", Purpose.ASSERTION, now=NOW).key == key


def test_a_key_for_encryption_signs_for_nothing():
    did = jwk_identifier({**keys()[1].to_jwk(), "use": "enc"})

    with pytest.raises(VerificationMethodError, match="not listed under assertionMethod"):
        resolve_did_jwk(did).method(f"{did}#0", Purpose.ASSERTION, now=NOW)


@pytest.mark.parametrize(
    "did",
    [
        "did:jwk:",
        "did:jwk:!",
        jwk_identifier([]),
        jwk_identifier({}),
        jwk_identifier({**keys()[1].to_jwk(), "d": "AA"}),
        jwk_identifier({**keys()[1].to_jwk(), "use": 5}),
        f"did:jwk:{b64url_encode(b'{' * 100_000)}",
    ],
)
def test_what_is_no_public_jwk_is_refused(did: str):
    with pytest.raises(IdentifierError):
        resolve_did_jwk(did)


def test_an_unknown_type_of_key_is_named():
    with pytest.raises(UnsupportedKeyError):
        resolve_did_jwk(jwk_identifier({"kty": "RSA", "crv": "none", "n": "AA"}))
