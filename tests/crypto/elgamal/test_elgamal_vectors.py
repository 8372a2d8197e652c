"""The vectors of the threshold scheme are what the code makes, and each tampering fails as it says."""

import json
from pathlib import Path

import pytest

import crypto.errors
from crypto.elgamal.ciphertext import Ciphertext
from crypto.elgamal.decryption import PartialDecryption, decrypt, verify_partial
from crypto.elgamal.keys import KeyShare, PublicKey
from crypto.elgamal.one_hot import verify_one_hot
from crypto.elgamal.one_hot_proof import Contribution, OneHotProof
from crypto.sharing.shamir import Share
from tests.vectors import make_elgamal_vectors

FOLDER = Path(__file__).parents[2] / "vectors" / "elgamal"
KEPT = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
DECODERS = {
    "public_key": PublicKey.decode,
    "ciphertext": Ciphertext.decode,
    "proof": OneHotProof.decode,
    "partial_decryption": PartialDecryption.decode,
}


def having(member):
    found = sorted(name for name, document in KEPT.items() if name.startswith("bad_") and member in document)
    assert found
    return found


def part(name, member):
    return bytes.fromhex(KEPT[name][member])


def key_of(name):
    return PublicKey.decode(part(name, "public_key"))


def contribution(name):
    ciphertext, proof = Ciphertext.decode(part(name, "ciphertext")), OneHotProof.decode(part(name, "proof"))
    return Contribution(part(name, "context"), ciphertext, proof)


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(make_elgamal_vectors.documents())) == KEPT


def test_the_shares_of_the_vector_belong_to_its_key():
    for raw in KEPT["key_generation"]["key_shares"]:
        KeyShare(key_of("key_generation"), Share.decode(bytes.fromhex(raw))).verify()


def test_the_contribution_of_the_vector_holds():
    made = contribution("contribution")

    assert verify_one_hot(key_of("contribution"), made) == made.ciphertext


def test_the_sum_of_the_vector_opens():
    document = KEPT["decryption"]
    ciphertext = Ciphertext.decode(part("decryption", "ciphertext"))
    parts = [PartialDecryption.decode(bytes.fromhex(raw)) for raw in document["partial_decryptions"].values()]

    result = decrypt(key_of("decryption"), ciphertext, parts[1:], low=0, high=document["high"])

    assert list(result) == document["result"]


@pytest.mark.parametrize("name", having("bytes"))
def test_tampered_bytes_are_refused(name):
    decode = DECODERS[KEPT[name]["decode"]]

    with pytest.raises(getattr(crypto.errors, KEPT[name]["error"])):
        decode(part(name, "bytes"))


@pytest.mark.parametrize("name", having("proof"))
def test_contributions_that_are_not_one_hot_are_refused(name):
    made = contribution(name)

    with pytest.raises(getattr(crypto.errors, KEPT[name]["error"])):
        verify_one_hot(key_of(name), made)


@pytest.mark.parametrize("name", having("partial_decryption"))
def test_wrong_partial_decryptions_are_refused(name):
    ciphertext = Ciphertext.decode(part(name, "ciphertext"))
    partial = PartialDecryption.decode(part(name, "partial_decryption"))

    with pytest.raises(getattr(crypto.errors, KEPT[name]["error"])):
        verify_partial(key_of(name), ciphertext, partial)
