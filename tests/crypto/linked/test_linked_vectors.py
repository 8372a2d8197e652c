"""The vectors of linked ciphertexts are what the code makes, and each tampering fails as it says."""

import json
from pathlib import Path
from typing import Any

import pytest

import crypto.errors
from crypto.commitments import verify_opening
from crypto.curve import Point
from crypto.elgamal.ciphertext import Ciphertext
from crypto.elgamal.keys import PublicKey
from crypto.functional import als16_wire
from crypto.linked import als16_link, elgamal_link
from crypto.linked.proof import Proof
from crypto.linked.statement import Context, LinkedCiphertext, Terms
from tests.vectors import make_linked_vectors

FOLDER = Path(__file__).parents[2] / "vectors" / "linked"
KEPT = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
READERS: dict[str, Any] = {
    "elgamal": (PublicKey.decode, Ciphertext.decode, elgamal_link.verify_linked),
    "als16": (als16_wire.decode_public_key, als16_wire.decode_ciphertext, als16_link.verify_linked),
}


def bad(member):
    found = sorted(name for name, document in KEPT.items() if name.startswith("bad_") and member in document)
    assert found
    return found


def part(name, member):
    return bytes.fromhex(KEPT[name][member])


def verified(name):
    document = KEPT[name]
    read_key, read_ciphertext, verify = READERS[document["scheme"]]
    terms = Terms(
        Context(**document["context"]), document["domain"], document["columns"], tuple(document["chosen"])
    )
    linked = LinkedCiphertext(
        terms,
        Point.from_bytes(part(name, "commitment")),
        read_ciphertext(part(name, "ciphertext")),
        Proof.decode(part(name, "proof")),
    )
    return verify(read_key(part(name, "public_key")), linked) == linked.ciphertext


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(make_linked_vectors.documents())) == KEPT


def test_the_record_of_the_vectors_opens_their_commitment():
    document = KEPT["record"]
    commitment, blinding = Point.from_bytes(part("record", "commitment")), int(document["blinding"], 16)

    verify_opening(commitment, document["values"], blinding, domain=document["domain"])
    assert KEPT["elgamal"]["commitment"] == KEPT["als16"]["commitment"] == document["commitment"]


@pytest.mark.parametrize("name", ["elgamal", "als16"])
def test_the_ciphertexts_of_the_vectors_hold_the_record(name):
    assert verified(name)


@pytest.mark.parametrize("name", bad("ciphertext"))
def test_tampered_ciphertexts_are_refused(name):
    with pytest.raises(getattr(crypto.errors, KEPT[name]["error"])):
        verified(name)


@pytest.mark.parametrize("name", bad("bytes"))
def test_tampered_bytes_are_refused(name):
    with pytest.raises(getattr(crypto.errors, KEPT[name]["error"])):
        Proof.decode(part(name, "bytes"))
