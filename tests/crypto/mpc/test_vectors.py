"""The vectors of whole computations are what the code makes, and each tampering fails as it says."""

import json
from typing import Any

import pytest

from crypto.errors import CryptoError, ProtocolError
from crypto.mpc.output import Digests, combine, decode_output
from crypto.mpc.rounds import Done, Envelope, resume
from tests.crypto.vectors import error_of
from tests.vectors.make_mpc_vectors import BINDING, FOLDER, Run, documents


def vector(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def names(*patterns: str) -> list[str]:
    return sorted(path.stem for pattern in patterns for path in FOLDER.glob(f"{pattern}.json"))


def opened(document: dict[str, Any]) -> list[int]:
    outputs = [decode_output(bytes.fromhex(output), 4) for output in document["outputs"]]
    digests = [Digests(*map(bytes.fromhex, pair)) for pair in document["digests"]]
    return combine(outputs, digests, binding=BINDING)


def test_making_the_vectors_again_changes_nothing():
    made = json.loads(json.dumps(documents()))

    assert {name: vector(name) for name in made} == made


@pytest.mark.parametrize("name", ["statistics", "statistics_authenticated"])
def test_the_buyer_opens_the_results_of_the_vectors(name):
    document = vector(name)

    assert opened(document) == document["results"]


@pytest.mark.parametrize("name", ["statistics", "statistics_authenticated"])
@pytest.mark.parametrize("role", range(3))
def test_a_role_that_gets_the_messages_of_the_vectors_ends_with_their_output(name, role):
    document = vector(name)
    received = [
        {int(sender): bytes.fromhex(raw) for sender, raw in box.items()} for box in document["received"][role]
    ]

    state = resume(Run(BINDING, mac=document["mac"]).protocol(role), Envelope(role, BINDING), received)

    assert isinstance(state, Done)
    assert [state.result.own_digest.hex(), state.result.held_digest.hex()] == document["digests"][role]


@pytest.mark.parametrize("name", names("bad_keying_*", "bad_resharing_*", "bad_noise_*", "bad_summand_*"))
def test_tampered_messages_are_refused_and_their_culprits_named(name):
    document, base = vector(name), Run(BINDING)
    receiver = document["receiver"]
    received = [dict(boxes[receiver]) for boxes in base.messages]
    received[document["round"] - 1][document["sender"]] = bytes.fromhex(document["message"])

    with pytest.raises(ProtocolError) as refused:
        resume(base.protocol(receiver), Envelope(receiver, BINDING), received)

    assert refused.type is error_of(document)
    assert list(refused.value.culprits) == document["culprits"]


@pytest.mark.parametrize("name", names("bad_output_*"))
def test_tampered_outputs_are_refused_and_their_culprits_named(name):
    document = vector(name)

    with pytest.raises(CryptoError) as refused:
        opened(document)

    assert refused.type is error_of(document)
    assert list(getattr(refused.value, "culprits", ())) == document["culprits"]
