from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.bbs.keys import SecretKey
from crypto.bbs.proof import MIN_PROOF_BYTES
from crypto.randomness import stream
from ssi.data_integrity.bbs_2023 import (
    BASE_HEADER,
    DERIVED_HEADER,
    Bbs2023,
    Bbs2023Maker,
    derive,
    verify_base_proof,
)
from ssi.data_integrity.secure import Expectation, verify_proofs
from ssi.did.multibase import decode_base64url, encode_base64url
from ssi.did.public_key import KeyType, PublicKey
from ssi.did.resolve import Resolver
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    GraphTooComplexError,
    ProofError,
    VerificationMethodError,
)
from tests.crypto.bbs.test_group import OUTSIDE_OF_G1
from tests.ssi.data_integrity.selective.parties import (
    BBS,
    BBS_KEY,
    CHALLENGE,
    SHOWN,
    derived,
    issued,
    parts_of,
    with_parts,
)
from tests.ssi.data_integrity.w3c_selective import drawn_from, key_of, split, w3c_vector
from tests.ssi.parties import NOW

VECTORS = ("bbs_2023_prc", "bbs_2023_windsurf")
PROOF, LABELS, MANDATORY, SELECTIVE, PRESENTATION = range(5)
IDENTITY = b"\xc0" + bytes(47)


def with_part(place: int, part: Any) -> dict[str, Any]:
    parts = parts_of(derived(BBS))
    parts[place] = part
    return with_parts(derived(BBS), parts)


def test_the_base_proof_of_the_w3c_is_made():
    vector = w3c_vector("bbs_2023_prc")
    document, proof = split(vector["base"])
    key = SecretKey.decode(bytes.fromhex(vector["secret_key"]))
    maker = Bbs2023Maker(key, tuple(vector["mandatory"]), drawn_from(bytes.fromhex(vector["hmac_key"])))

    made = maker.make(document, {name: value for name, value in proof.items() if name != "proofValue"})

    assert made == proof


@pytest.mark.parametrize("name", VECTORS)
def test_the_base_proofs_of_the_w3c_verify(name):
    base = w3c_vector(name)["base"]

    verify_base_proof(*split(base), key_of(base))


@pytest.mark.parametrize("name", VECTORS)
def test_the_derived_proofs_of_the_w3c_verify(name):
    vector = w3c_vector(name)
    document, proof = split(vector["derived"])

    suite = Bbs2023(bytes.fromhex(vector["presentation_header"]))

    assert suite.verify(document, proof, key_of(vector["derived"])) == document


@pytest.mark.parametrize("name", VECTORS)
def test_what_the_w3c_derives_is_derived(name):
    vector = w3c_vector(name)
    header = bytes.fromhex(vector["presentation_header"])

    made = derive(vector["base"], vector["selective"], presentation_header=header)

    assert split(made)[0] == split(vector["derived"])[0]
    _, labels, mandatory, selective, presentation = parts_of(made)
    assert {str(key): value for key, value in labels.items()} == vector["labels"]
    assert (mandatory, selective) == (vector["mandatory_indexes"], vector["selective_indexes"])
    assert presentation == header
    assert parts_of(made)[1:] == parts_of(vector["derived"])[1:]


def test_proofs_are_bound_to_what_the_verifier_asked():
    document, proof = split(derived(BBS))

    for expected in (b"", b"another question", CHALLENGE + b"\x00"):
        with pytest.raises(AlteredCredentialError, match="another question"):
            Bbs2023(expected).verify(document, proof, BBS.key)
    Bbs2023().verify(document, proof, BBS.key)


def test_a_presentation_header_cannot_be_exchanged():
    changed = with_part(PRESENTATION, b"another question")

    with pytest.raises(AlteredCredentialError):
        Bbs2023(b"another question").verify(*split(changed), BBS.key)


@settings(max_examples=10)
@given(st.binary(max_size=20), st.binary(max_size=20))
def test_two_derivations_share_nothing_that_the_proof_is_made_of(first, second):
    proofs = [
        parts_of(derive(issued(BBS), SHOWN, presentation_header=header))[PROOF] for header in (first, second)
    ]

    pieces = [{proof[place : place + 16] for place in range(0, len(proof), 16)} for proof in proofs]
    assert not pieces[0] & pieces[1]
    signature = parts_of(issued(BBS))[0]
    assert not any(signature[place : place + 16] in proof for proof in proofs for place in range(0, 80, 16))


def test_two_credentials_alike_are_shown_alike():
    other = BBS.issue(seed="another")

    one, two = (parts_of(BBS.derive(credential, SHOWN)) for credential in (issued(BBS), other))

    assert len(one[PROOF]) == len(two[PROOF])
    assert len(one[SELECTIVE]) == len(two[SELECTIVE])
    assert parts_of(issued(BBS))[3] != parts_of(other)[3]


def test_the_hidden_statements_are_counted_and_not_shown():
    proof, _, mandatory, selective, _ = parts_of(derived(BBS))

    hidden = (len(proof) - MIN_PROOF_BYTES) // 32

    assert hidden > 0
    assert max(selective) < hidden + len(selective)
    assert mandatory[0] >= 0


def test_the_same_randomness_derives_the_same():
    one, two = (derive(issued(BBS), SHOWN, random=stream(b"\x05" * 32, "proof")) for _ in range(2))

    assert one == two


def test_another_selective_index_does_not_verify():
    indexes = parts_of(derived(BBS))[SELECTIVE]
    free = next(index for index in range(100) if index not in indexes)

    for changed in (sorted([*indexes[1:], free]), [*indexes[:-1], 5000], indexes[:-1], [*indexes, 5000], []):
        with pytest.raises(AlteredCredentialError):
            BBS.verify(with_part(SELECTIVE, changed))


@pytest.mark.parametrize("indexes", [[1, 1], [3, 2], [0, 0, 0], ["0"], [-1]], ids=str)
def test_indexes_that_do_not_ascend_are_refused(indexes):
    with pytest.raises(ProofError):
        BBS.verify(with_part(SELECTIVE, indexes))


@pytest.mark.parametrize(
    "tamper",
    [
        lambda proof: IDENTITY + proof[48:],
        lambda proof: OUTSIDE_OF_G1 + proof[48:],
        lambda proof: proof[:-32] + bytes(32),
        lambda proof: proof[:-32] + b"\xff" * 32,
        lambda proof: proof[:-1],
        lambda proof: proof[:-32],
        lambda proof: proof + proof[-32:],
        lambda proof: b"",
    ],
    ids=[
        "the identity",
        "outside of the subgroup",
        "a zero scalar",
        "a scalar over the order",
        "a byte short",
        "a scalar short",
        "a scalar long",
        "empty",
    ],
)
def test_a_bbs_proof_that_is_none_is_refused(tamper):
    with pytest.raises(AlteredCredentialError, match="does not fit"):
        BBS.verify(with_part(PROOF, tamper(parts_of(derived(BBS))[PROOF])))


@pytest.mark.parametrize("option", range(4, 10))
def test_proofs_of_other_features_are_refused(option):
    """Holder binding and pseudonyms have headers of their own (vc-di-bbs §3.4)."""
    raw = decode_base64url(derived(BBS)["proof"]["proofValue"])
    changed = deepcopy(derived(BBS))

    changed["proof"]["proofValue"] = encode_base64url(bytes([0xD9, 0x5D, option]) + raw[3:])

    with pytest.raises(ProofError, match="header"):
        BBS.verify(changed)
    with pytest.raises(ProofError, match="header"):
        BBS.derive(changed, SHOWN)


def test_a_base_proof_of_another_key_is_found_before_anything_is_shown():
    parts = parts_of(issued(BBS))
    parts[2] = SecretKey(7).public.encode()

    with pytest.raises(AlteredCredentialError, match="does not fit"):
        BBS.derive(with_parts(issued(BBS), parts), SHOWN)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_parts_of_a_base_proof_are_read_strictly(place):
    for part in (b"short", "text", 0):
        parts = parts_of(issued(BBS))
        parts[place] = part
        with pytest.raises(CredentialError):
            BBS.derive(with_parts(issued(BBS), parts), SHOWN)


def test_settings_that_were_changed_are_found_before_anything_is_shown():
    changed = deepcopy(issued(BBS))
    changed["proof"]["created"] = "2020-01-01T00:00:00Z"

    with pytest.raises(AlteredCredentialError, match="settings"):
        BBS.derive(changed, SHOWN)


def test_a_key_that_is_no_point_of_the_subgroup_is_refused():
    key = PublicKey(KeyType.BLS12_381_G2, b"\xc0" + bytes(95))

    with pytest.raises(VerificationMethodError):
        Bbs2023().verify(*split(derived(BBS)), key)


def test_a_credential_with_too_many_statements_is_not_signed():
    subject = {"type": "Person", "degree": [{"name": f"Degree {place}"} for place in range(1500)]}

    with pytest.raises(GraphTooComplexError, match="too many statements"):
        BBS.issue(BBS.document(credentialSubject=subject))


def test_a_did_key_on_bls12_381_is_resolved():
    verified = verify_proofs(
        derived(BBS), Expectation(), resolver=Resolver(), suites={"bbs-2023": BBS.suite}, now=NOW
    )

    assert verified.proofs[0].cryptosuite == "bbs-2023"
    assert verified.proofs[0].did.startswith("did:key:zUC7")


def test_the_secret_key_stays_out_of_the_maker():
    assert str(BBS_KEY.scalar) not in repr(Bbs2023Maker(BBS_KEY))
    assert (BASE_HEADER, DERIVED_HEADER) == (b"\xd9\x5d\x02", b"\xd9\x5d\x03")
