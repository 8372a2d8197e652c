"""The vectors are what the code makes, and each tampering fails as it says."""

import json

import pytest

from crypto import merkle
from crypto.commitments import commit, generators, verify_opening
from crypto.curve import hash_to_point
from crypto.encoding import sha256
from crypto.errors import CryptoError
from crypto.randomness import expand, stream
from crypto.sealing import SealingKey, SealingPublicKey, open_sealed
from crypto.sharing.bundle_table import decode_bundles
from crypto.sharing.integer_masked import Component, split
from crypto.sharing.replicated import ROLES, decode_bundle, encode_bundle, following
from crypto.signing import VerifyingKey, generate_ed25519, generate_es256
from tests.crypto.vectors import FOLDER, error_of, names, vector
from tests.vectors import make_crypto_vectors


def test_making_the_vectors_again_changes_nothing():
    made = make_crypto_vectors.documents()

    kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}

    assert json.loads(json.dumps(made)) == kept


def test_seeds_expand_as_in_the_vectors():
    document = vector("expansion")
    seed = bytes.fromhex(document["seed"])

    for case in document["cases"]:
        expected = bytes.fromhex(case["output"])
        assert expand(seed, case["label"], len(expected)) == expected


def test_signatures_are_those_of_the_vectors():
    document = vector("signatures")
    message, seed = bytes.fromhex(document["message"]), bytes.fromhex(document["seed"])
    generate = {"es256": generate_es256, "ed25519": generate_ed25519}

    for case in document["cases"]:
        key = generate[case["label"]](stream(seed, case["label"]))
        signature = bytes.fromhex(case["signature"])
        assert key.sign(message) == signature
        assert key.public.thumbprint() == case["thumbprint"]
        VerifyingKey.from_jwk(case["jwk"]).verify(signature, message)


def test_a_message_sealed_by_the_written_out_standard_opens():
    document = vector("hpke")
    key = SealingKey.from_bytes(bytes.fromhex(document["key"]))

    opened = open_sealed(bytes.fromhex(document["sealed"]), key, context=bytes.fromhex(document["context"]))

    assert opened.hex() == document["plaintext"]


def test_a_message_sealed_to_the_key_of_the_x_wing_draft_opens():
    document = vector("hpke_hybrid")
    key = SealingKey.from_bytes(bytes.fromhex(document["key"]))
    sealed, context = bytes.fromhex(document["sealed"]), bytes.fromhex(document["context"])

    assert sha256(key.public.to_bytes()[1:]).hex() == document["public_key_sha256"]
    assert open_sealed(sealed, key, context=context).hex() == document["plaintext"]


@pytest.mark.parametrize("name", names("bad_envelope_*"))
def test_tampered_envelopes_are_refused(name):
    document = vector(name)
    key = SealingKey.from_bytes(bytes.fromhex(document["key"]))

    with pytest.raises(CryptoError) as refused:
        open_sealed(bytes.fromhex(document["sealed"]), key, context=bytes.fromhex(document["context"]))

    assert refused.type is error_of(document)


@pytest.mark.parametrize("name", names("bad_sealing_key_*"))
def test_tampered_sealing_keys_are_refused(name):
    document = vector(name)
    read = {"public": SealingPublicKey.from_bytes, "private": SealingKey.from_bytes}[document["read"]]

    with pytest.raises(CryptoError) as refused:
        read(bytes.fromhex(document["bytes"]))

    assert refused.type is error_of(document)


def test_the_written_out_standard_agrees_with_rfc_9180_appendix_a_1_1():
    sealed = make_crypto_vectors.hpke_seal(
        bytes.fromhex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736"),
        bytes.fromhex("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d"),
        b"Beauty is truth, truth beauty",
        info=b"Ode on a Grecian Urn",
        aad=b"Count-0",
        key_bytes=16,
    )

    assert sealed.hex() == (
        "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
    )


def test_commitments_and_generators_are_those_of_the_vectors():
    document = vector("commitment")
    values, blinding = [int(value) for value in document["values"]], int(document["blinding"], 16)
    bases = generators(document["domain"], len(values))
    commitment = commit(values, blinding, domain=document["domain"])

    assert [point.to_bytes().hex() for point in bases.values] == document["generators"]
    assert bases.blinding.to_bytes().hex() == document["blinding_generator"]
    hashed = [hash_to_point(document["domain"], index).to_bytes().hex() for index in range(3)]
    assert hashed == document["hashed"]
    assert commitment.to_bytes().hex() == document["commitment"]


def test_components_and_bundles_are_those_of_the_vectors():
    document = vector("integer_masked")
    bits, blinding = document["bits"], int(document["blinding"], 16)
    values = [int(value) for value in document["values"]]
    random = stream(bytes.fromhex(document["seed"]), "split")
    components = split(values, bits, blinding, random)

    for component, expected in zip(components, document["components"], strict=True):
        assert [str(value) for value in component.values] == expected["values"]
        assert component.encode().hex() == expected["encoded"]
        decoded = Component.decode(bytes.fromhex(expected["encoded"]), bits)
        assert decoded == component
        commitment = component.commitment(document["domain"])
        assert commitment.to_bytes().hex() == expected["commitment"]
        verify_opening(commitment, decoded.values, decoded.blinding, domain=document["domain"])
    assert [encode_bundle(role, components).hex() for role in ROLES] == document["bundles"]


@pytest.mark.parametrize("role", ROLES)
def test_bundles_stand_in_the_ring_and_in_the_field_as_in_the_vectors(role):
    document = vector("integer_masked")

    table = decode_bundles([bytes.fromhex(document["bundles"][role])], role, document["bits"])

    for index, component in zip((role, following(role)), table.components, strict=True):
        expected = document["components"][index]
        assert [str(value) for value in component.ring()[0].tolist()] == expected["ring"]
        assert [str(value) for value in component.field()[0].tolist()] == expected["field"]


@pytest.mark.parametrize("name", names("bad_bundle_*"))
def test_tampered_bundles_are_refused_in_a_batch_with_the_same_error(name):
    document = vector(name)
    role = document["role"]
    good = bytes.fromhex(vector("integer_masked")["bundles"][role])

    table = decode_bundles([good, bytes.fromhex(document["bytes"]), good], role, document["bits"])

    assert table.accepted == (0, 2)
    assert type(table.refused[1]) is error_of(document)


@pytest.mark.parametrize("name", [*names("bad_component_*"), *names("bad_bundle_*")])
def test_tampered_components_are_refused(name):
    document = vector(name)
    raw, bits = bytes.fromhex(document["bytes"]), document["bits"]

    with pytest.raises(CryptoError) as refused:
        _ = (
            Component.decode(raw, bits)
            if "role" not in document
            else decode_bundle(raw, document["role"], bits)
        )

    assert refused.type is error_of(document)


def test_roots_and_proofs_are_those_of_the_vectors():
    document = vector("merkle")
    leaves = [bytes.fromhex(leaf) for leaf in document["leaves"]]

    assert document["roots"][8] == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    for size in range(9):
        tree = leaves[:size]
        assert merkle.root(tree).hex() == document["roots"][size]
        for index in range(size):
            proof = [hashed.hex() for hashed in merkle.inclusion_proof(index, tree)]
            assert proof == document["inclusion"][size][index]
        for earlier in range(size + 1):
            proof = [hashed.hex() for hashed in merkle.consistency_proof(earlier, tree)]
            assert proof == document["consistency"][size][earlier]


@pytest.mark.parametrize("name", names("bad_inclusion_*"))
def test_tampered_inclusion_proofs_are_refused(name):
    document = vector(name)
    hashed_leaf, root = bytes.fromhex(document["leaf_hash"]), bytes.fromhex(document["root"])
    proof = [bytes.fromhex(hashed) for hashed in document["proof"]]

    with pytest.raises(CryptoError) as refused:
        merkle.verify_inclusion(hashed_leaf, document["index"], document["size"], proof, root)

    assert refused.type is error_of(document)


@pytest.mark.parametrize("name", names("bad_consistency_*"))
def test_tampered_consistency_proofs_are_refused(name):
    document = vector(name)
    sizes, roots = (document["old_size"], document["new_size"]), (document["old_root"], document["new_root"])
    proof = [bytes.fromhex(hashed) for hashed in document["proof"]]
    old_root, new_root = map(bytes.fromhex, roots)

    with pytest.raises(CryptoError) as refused:
        merkle.verify_consistency(*sizes, proof=proof, old_root=old_root, new_root=new_root)

    assert refused.type is error_of(document)
