"""Runs over bit-planes are those of the vectors, byte by byte, and each tampering fails as it says."""

import json

import pytest

import crypto.errors
from crypto.errors import ProtocolError
from tests.vectors import make_mpc_bits_vectors as vectors

KEPT = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(vectors.FOLDER.glob("*.json"))
}


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(vectors.documents())) == KEPT


@pytest.mark.parametrize("name", vectors.PROTOCOLS)
def test_a_run_opens_to_what_its_records_say(name):
    assert KEPT[name]["result"] == vectors.RESULTS[name]


@pytest.mark.parametrize("name", [name for name in KEPT if name.startswith("bad_")])
def test_tampered_messages_are_refused_and_their_culprits_named(name):
    document = KEPT[name]
    number, sender, receiver = document["round"], document["sender"], document["receiver"]
    honest = vectors.Run(vectors.PROTOCOLS[document["base"]])
    inbox = {**honest.boxes[number - 1][receiver], sender: bytes.fromhex(document["message"])}

    with pytest.raises(ProtocolError) as refused:
        honest.state(receiver, number).receive(inbox)

    assert refused.type is getattr(crypto.errors, document["error"])
    assert list(refused.value.culprits) == document["culprits"]
