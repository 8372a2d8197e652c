"""Make the vectors of `crypto.linked` anew: `PYTHONPATH=. python tests/vectors/make_linked_vectors.py`.

A record with its commitment; chosen columns of it encrypted and proved under both schemes; and tamperings,
each with the error that must come of it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from crypto.base_point import BASE
from crypto.commitments import Opening, commit
from crypto.curve import ORDER
from crypto.elgamal.ciphertext import Bin, encrypt
from crypto.elgamal.key_generation import start
from crypto.elgamal.key_generation_messages import Terms as KeyTerms
from crypto.elgamal.keys import PublicKey
from crypto.functional import als16_wire
from crypto.functional.als16 import MasterPublicKey, MasterSecretKey
from crypto.linked import als16_link, elgamal_link
from crypto.linked.preimage import prove
from crypto.linked.statement import Context, Terms, witness_of
from crypto.randomness import RandomBytes, random_below, stream

FOLDER = Path(__file__).parent / "linked"
MADE_BY = "python tests/vectors/make_linked_vectors.py"
SOURCE = "Maurer: Unifying zero-knowledge proofs of knowledge (Africacrypt 2009)"
Document = dict[str, object]

SEED = b"\x31" * 32
DOMAIN = "argonauta/vector/1"
VALUES = (0, 1, 0, 17, 0, 4095)
CHOSEN = (1, 2, 3)
CONTEXT = Context("consent 7", "vector/1", "schema 1")
TERMS = Terms(CONTEXT, DOMAIN, len(VALUES), CHOSEN)
POINT = 33
HEAD_BYTES = 4


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**record(), **elgamal(), **als16(), **bytes_that_are_none()}
    return {name: {"source": SOURCE, "made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def random(label: str) -> RandomBytes:
    """The randomness of a part of the vectors."""
    return stream(SEED, label)


def opening(values: tuple[int, ...] = VALUES, label: str = "record") -> Opening:
    """A record as its issuer committed to it."""
    blinding = random_below(ORDER, random(label))
    return Opening(commit(values, blinding, domain=DOMAIN), values, blinding)


@lru_cache
def threshold_key() -> PublicKey:
    """The public key that three parties make together."""
    terms = KeyTerms(3, 2, bytes(32))
    states: dict[int, Any] = {me: start(terms, me, random(f"party {me}")) for me in terms.everyone}
    boxes = {me: state.outbox for me, state in states.items()}
    for number in range(6):
        said = {me: state.broadcast for me, state in states.items()}
        for me, state in states.items():
            others = {sender: raw for sender, raw in said.items() if sender != me}
            dealt = ({sender: box[me] for sender, box in boxes.items() if sender != me},)
            states[me] = state.receive(others, *(dealt if number == 0 else ()))
    key: PublicKey = states[1].key.public
    return key


def owner(label: str = "owner") -> MasterSecretKey:
    """The secret key of an owner of vectors of the chosen columns."""
    return MasterSecretKey(len(CHOSEN), random(label)(32))


def cheat_elgamal(values: tuple[int, ...], label: str) -> elgamal_link.LinkedContribution:
    """Encrypt other values than those of the record and prove as if they were its; without the checks."""
    key, record = threshold_key(), opening()
    encryption = encrypt(key, values, random(label))
    statement, weights = elgamal_link._state(key, record.commitment, encryption.ciphertext, TERMS)
    mask = sum(weight * one for weight, one in zip(weights, encryption.masks, strict=True))
    witness = witness_of(record.blinding, VALUES, mask)
    proof = prove(statement, witness, random(label))
    return elgamal_link.LinkedContribution(TERMS, record.commitment, encryption.ciphertext, proof)


def record() -> dict[str, Document]:
    """What is not told, and what of it is: the commitment."""
    made = opening()
    return {
        "record": {
            "domain": DOMAIN,
            "values": list(made.values),
            "blinding": f"{made.blinding:064x}",
            "commitment": made.commitment.to_bytes().hex(),
            "seed": SEED.hex(),
        }
    }


def elgamal() -> dict[str, Document]:
    """A contribution to a sum; and what is none."""
    key = threshold_key()
    made = elgamal_link.encrypt_linked(key, opening(), TERMS, random("elgamal"))
    bins, (first, *rest) = made.ciphertext.bins, made.proof.responses
    another = opening((0, 1, 0, 18, 0, 4095), "another record")
    lies = {
        "consent": replace(made, terms=replace(TERMS, context=replace(CONTEXT, consent="consent 8"))),
        "schema": replace(made, terms=replace(TERMS, context=replace(CONTEXT, schema="schema 2"))),
        "domain": replace(made, terms=replace(TERMS, domain="argonauta/vector/2")),
        "other_columns": replace(made, terms=replace(TERMS, chosen=(1, 2, 4))),
        "other_record": replace(made, commitment=another.commitment),
        "off_by_one": cheat_elgamal((1, 0, 18), "off by one"),
        "two_errors_that_cancel": cheat_elgamal((2, -1, 17), "two errors"),
        "bins_swapped": _with_bins(made, (bins[1], bins[0], bins[2])),
        "one_more": _with_bins(made, (Bin(bins[0].mask, bins[0].masked + BASE), *bins[1:])),
        "response": replace(made, proof=replace(made.proof, responses=(first ^ 1, *rest))),
    }
    return {
        "elgamal": _elgamal_document(key, made),
        **{
            f"bad_elgamal_{name}": {**_elgamal_document(key, lie), "error": "ProofError"}
            for name, lie in lies.items()
        },
    }


def als16() -> dict[str, Document]:
    """A record for weighted scores; and what is none."""
    public, other = owner().public, owner("another owner").public
    made = als16_link.encrypt_linked(public, opening(), TERMS, random("als16"))
    theirs = als16_link.encrypt_linked(other, opening(), TERMS, random("als16"))
    points = made.ciphertext.values
    lies = {
        "consent": replace(made, terms=replace(TERMS, context=replace(CONTEXT, consent="consent 8"))),
        "one_more": _with_points(made, (points[0] + BASE, *points[1:])),
        "points_swapped": _with_points(made, (points[1], points[0], points[2])),
        "second_mask": replace(
            made, ciphertext=replace(made.ciphertext, second_mask=made.ciphertext.second_mask + BASE)
        ),
        "other_owner": theirs,
        "other_owner_renamed": replace(theirs, ciphertext=replace(theirs.ciphertext, key_id=public.key_id)),
    }
    return {
        "als16": _als16_document(public, made),
        **{
            f"bad_als16_{name}": {**_als16_document(public, lie), "error": "ProofError"}
            for name, lie in lies.items()
        },
    }


def bytes_that_are_none() -> dict[str, Document]:
    """Bytes that are no proof."""
    made = elgamal_link.encrypt_linked(threshold_key(), opening(), TERMS, random("elgamal"))
    raw = made.proof.encode()
    cases = {
        "truncated": raw[:-1],
        "trailing_byte": raw + b"\0",
        "version": b"\x02" + raw[1:],
        "no_commitment": raw[:1] + b"\0" + raw[2:HEAD_BYTES] + raw[HEAD_BYTES + 3 * POINT :],
        "no_response": raw[:2] + b"\0\0" + raw[HEAD_BYTES : HEAD_BYTES + 3 * POINT],
        "more_responses_than_there_are": raw[:2] + b"\xff\xff" + raw[HEAD_BYTES:],
        "response_not_reduced": raw[:-32] + ORDER.to_bytes(32, "big"),
        "infinity": raw[:HEAD_BYTES] + bytes(POINT) + raw[HEAD_BYTES + POINT :],
        "not_on_curve": raw[:HEAD_BYTES] + b"\x02" + bytes(31) + b"\x05" + raw[HEAD_BYTES + POINT :],
    }
    return {
        f"bad_proof_{name}": {"bytes": case.hex(), "error": "MalformedError"} for name, case in cases.items()
    }


def _with_bins(
    made: elgamal_link.LinkedContribution, bins: tuple[Bin, ...]
) -> elgamal_link.LinkedContribution:
    return replace(made, ciphertext=replace(made.ciphertext, bins=bins))


def _with_points(made: als16_link.LinkedRecord, points: tuple[Any, ...]) -> als16_link.LinkedRecord:
    return replace(made, ciphertext=replace(made.ciphertext, values=points))


def _elgamal_document(key: PublicKey, made: elgamal_link.LinkedContribution) -> Document:
    ciphertext = made.ciphertext.encode()
    return {"scheme": "elgamal", "public_key": key.encode().hex(), **_document(made, ciphertext)}


def _als16_document(public: MasterPublicKey, made: als16_link.LinkedRecord) -> Document:
    raw, ciphertext = als16_wire.encode_public_key(public), als16_wire.encode_ciphertext(made.ciphertext)
    return {"scheme": "als16", "public_key": raw.hex(), **_document(made, ciphertext)}


def _document(
    made: elgamal_link.LinkedContribution | als16_link.LinkedRecord, ciphertext: bytes
) -> Mapping[str, object]:
    context = made.terms.context
    return {
        "context": {"consent": context.consent, "dataset": context.dataset, "schema": context.schema},
        "domain": made.terms.domain,
        "columns": made.terms.columns,
        "chosen": list(made.terms.chosen),
        "commitment": made.commitment.to_bytes().hex(),
        "ciphertext": ciphertext.hex(),
        "proof": made.proof.encode().hex(),
    }


if __name__ == "__main__":
    write(FOLDER)
