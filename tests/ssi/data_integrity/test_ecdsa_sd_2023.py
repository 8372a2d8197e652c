from copy import deepcopy
from itertools import product
from typing import Any

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from crypto.errors import SignatureError
from crypto.signing import SigningKey, generate_es256
from ssi.data_integrity.ecdsa_sd_2023 import (
    EcdsaSd2023,
    EcdsaSd2023Maker,
    derive,
    verify_base_proof,
)
from ssi.data_integrity.signers import KeySigner
from ssi.did.multibase import encode_base64url
from ssi.did.public_key import KeyType, PublicKey
from ssi.errors import AlteredCredentialError, CredentialError, ProofError, VerificationMethodError
from ssi.linked_data.canonical import canonicalize
from ssi.linked_data.quads import read_quads
from tests.ssi.data_integrity.selective.parties import ECDSA, SHOWN, derived, issued, parts_of, with_parts
from tests.ssi.data_integrity.w3c_selective import drawn_from, key_of, split, w3c_vector
from tests.ssi.did.keys import ed25519_signer, p384_signer

VECTOR = w3c_vector("ecdsa_sd_2023_prc")
BASE, KEY, SIGNATURES, LABELS, MANDATORY = range(5)


def scalar_of(multikey: str) -> bytes:
    """The scalar of a P-256 private key as the W3C writes it: two bytes of prefix, then 32."""
    return base58.b58decode(multikey[1:])[2:]


def with_part(place: int, part: Any) -> dict[str, Any]:
    parts = parts_of(derived(ECDSA))
    parts[place] = part
    return with_parts(derived(ECDSA), parts)


def test_the_base_proof_of_the_w3c_is_made():
    document, proof = split(VECTOR["base"])
    secret = int.from_bytes(scalar_of(VECTOR["secret_multikey"]), "big")
    signer = KeySigner(SigningKey("ES256", ec.derive_private_key(secret, ec.SECP256R1())))
    # A key is drawn as one more than a number below the order.
    drawn = int.from_bytes(scalar_of(VECTOR["proof_secret_multikey"]), "big") - 1
    random = drawn_from(bytes.fromhex(VECTOR["hmac_key"]), drawn.to_bytes(32, "big"))
    maker = EcdsaSd2023Maker(signer, tuple(VECTOR["mandatory"]), random)

    made = maker.make(document, {name: value for name, value in proof.items() if name != "proofValue"})

    assert made == proof


def test_the_base_proof_of_the_w3c_verifies():
    verify_base_proof(*split(VECTOR["base"]), key_of(VECTOR["base"]))


def test_what_the_w3c_derives_is_derived():
    assert derive(VECTOR["base"], VECTOR["selective"]) == VECTOR["derived"]


def test_the_derived_proof_of_the_w3c_verifies():
    document, proof = split(VECTOR["derived"])

    assert EcdsaSd2023().verify(document, proof, key_of(VECTOR["derived"])) == document


def test_signatures_cannot_be_exchanged():
    signatures = parts_of(derived(ECDSA))[SIGNATURES]

    for changed in (
        [signatures[1], signatures[0], *signatures[2:]],
        signatures[:-1],
        [*signatures, signatures[0]],
        [],
    ):
        with pytest.raises(AlteredCredentialError):
            ECDSA.verify(with_part(SIGNATURES, changed))


def test_statements_of_two_credentials_cannot_be_mixed():
    other = parts_of(ECDSA.derive(ECDSA.issue(seed="another"), SHOWN))

    for place in (BASE, KEY, SIGNATURES, LABELS):
        with pytest.raises(AlteredCredentialError):
            ECDSA.verify(with_part(place, other[place]))


def test_one_thing_cannot_be_shown_as_two():
    """Signed about one degree: its name and its grade. Shown as two, each with one of them and one label."""
    shown = deepcopy(ECDSA.derive(issued(ECDSA), ["/credentialSubject/degree/0"]))
    degree = shown["credentialSubject"]["degree"].pop()
    halves = [{"type": degree["type"], "name": degree["name"]}, {"type": degree["type"], "grade": 1.5}]
    shown["credentialSubject"]["degree"] = halves
    _, key, signatures, labels, mandatory = parts = parts_of(shown)
    verifying = PublicKey(KeyType.P256, key[2:]).verifying_key()
    document = split(shown)[0]

    def fits(signature: bytes, line: str) -> bool:
        try:
            verifying.verify(signature, line.encode())
        except SignatureError:
            return False
        return True

    canonical = canonicalize(document)
    unknown = frozenset(canonical.labels.values()) - {f"c14n{place}" for place in labels}
    assert len(unknown) == 1
    found = 0
    for values in product(labels.values(), repeat=len(canonical.labels)):
        mapped = {f"c14n{place}": encode_base64url(value) for place, value in enumerate(values)}
        tokens = {f"_:{old}": f"_:{new}" for old, new in mapped.items()}
        lines = sorted(quad.relabelled(tokens).line() for quad in read_quads(canonical.quads))
        optional = [line for place, line in enumerate(lines) if place not in mandatory]
        matching = [[each for each in signatures if fits(each, line)][:1] for line in optional]
        if all(matching):
            found += 1
            parts[2], parts[3] = [each for (each,) in matching], dict(enumerate(values))
            with pytest.raises(AlteredCredentialError, match="of its own"):
                ECDSA.verify(with_parts(shown, parts))
    assert found


def test_a_key_drawn_by_the_holder_signs_nothing():
    """She may sign other statements with a key of hers, but its issuer's signature is for another one."""
    key = generate_es256()
    parts = parts_of(derived(ECDSA))
    parts[KEY] = KeyType.P256.prefix + PublicKey.of(key.public).raw
    parts[SIGNATURES] = [key.sign(b"anything") for _ in parts[SIGNATURES]]

    with pytest.raises(AlteredCredentialError):
        ECDSA.verify(with_parts(derived(ECDSA), parts))


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (BASE, bytes(63)),
        (BASE, "text"),
        (KEY, bytes(34)),
        (SIGNATURES, [bytes(63)]),
        (SIGNATURES, b"x"),
        (LABELS, {0: bytes(31)}),
        (LABELS, {0: 1}),
        (LABELS, [bytes(32)]),
        (MANDATORY, [1, 0]),
        (MANDATORY, {0: 1}),
    ],
)
def test_parts_of_another_form_are_refused(place, part):
    with pytest.raises(ProofError):
        ECDSA.verify(with_part(place, part))


@pytest.mark.parametrize(
    "key",
    [bytes(35), b"\x80\x24\x02" + b"\xff" * 32, b"\xed\x01" + parts_of(issued(ECDSA))[1][2:]],
    ids=["zeros", "no point", "another type"],
)
def test_a_proof_key_that_is_none_is_refused_by_the_holder(key):
    parts = parts_of(issued(ECDSA))
    parts[1] = key

    with pytest.raises(ProofError, match="publicKey"):
        ECDSA.derive(with_parts(issued(ECDSA), parts), SHOWN)


def test_only_a_key_on_p_256_signs():
    for signer in (p384_signer("selective"), ed25519_signer("selective")):
        with pytest.raises(VerificationMethodError):
            EcdsaSd2023Maker(signer).make(ECDSA.document(), {})


def test_a_signature_that_its_holder_changed_in_the_base_proof_is_found():
    parts = parts_of(issued(ECDSA))
    parts[3][0] = parts[3][1]

    with pytest.raises(CredentialError):
        ECDSA.derive(with_parts(issued(ECDSA), parts), SHOWN)
