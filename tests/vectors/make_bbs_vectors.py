"""Make the vectors of `crypto.bbs` anew: `PYTHONPATH=. python tests/vectors/make_bbs_vectors.py`.

A signature over a few messages, a proof that shows two of them, and tamperings of both, each with the error
that must come of it. Whoever makes them anew gets the same bytes: signing is deterministic, and the
randomness of the proof is expanded from a seed.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from crypto.bbs.group import ORDER
from crypto.bbs.keys import derive_key
from crypto.bbs.proof import ProofContext
from crypto.bbs.proof_generation import generate_proof
from crypto.bbs.signature import sign
from crypto.randomness import stream

FOLDER = Path(__file__).parent / "bbs"
MADE_BY = "python tests/vectors/make_bbs_vectors.py"
SOURCE = "draft-irtf-cfrg-bbs-signatures, BLS12-381-SHA-256"
Document = dict[str, object]

SEED = b"\x42" * 32
KEY = derive_key(SEED)
OTHER_KEY = derive_key(b"\x43" * 32)
MESSAGES = [b"field 0: name", b"field 1: 17", b"", b"field 3: name", b"field 4: \xc3\xa9"]
DISCLOSED = (1, 3)
HEADER, CHALLENGE = b"header", b"challenge"
CONTEXT = ProofContext(KEY.public, HEADER, CHALLENGE)
IDENTITY = b"\xc0" + bytes(47)
POINT, SCALAR = 48, 32


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**signatures(), **proofs()}
    return {name: {"source": SOURCE, "made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def signatures() -> dict[str, Document]:
    """A signature and what it is not."""
    signature = sign(MESSAGES, KEY, header=HEADER)
    good: Document = {
        "secret_key": KEY.encode().hex(),
        "public_key": KEY.public.encode().hex(),
        "header": HEADER.hex(),
        "messages": [message.hex() for message in MESSAGES],
        "signature": signature.hex(),
    }
    bad: dict[str, tuple[str, Mapping[str, object]]] = {
        "bad_signature_message_order": (
            "SignatureError",
            {"messages": [message.hex() for message in MESSAGES[::-1]]},
        ),
        "bad_signature_message_missing": (
            "SignatureError",
            {"messages": [message.hex() for message in MESSAGES[:-1]]},
        ),
        "bad_signature_header": ("SignatureError", {"header": b"another".hex()}),
        "bad_signature_key": ("SignatureError", {"public_key": OTHER_KEY.public.encode().hex()}),
        "bad_signature_identity_point": (
            "MalformedError",
            {"signature": (IDENTITY + signature[POINT:]).hex()},
        ),
        "bad_signature_scalar_over_order": (
            "MalformedError",
            {"signature": (signature[:POINT] + over(signature[POINT:])).hex()},
        ),
        "bad_signature_truncated": ("MalformedError", {"signature": signature[:-1].hex()}),
    }
    return {
        "signature": good,
        **{name: refused(good, error, changes) for name, (error, changes) in bad.items()},
    }


def proofs() -> dict[str, Document]:
    """A proof and what it is not."""
    signature = sign(MESSAGES, KEY, header=HEADER)
    proof = generate_proof(signature, MESSAGES, DISCLOSED, CONTEXT, random=stream(SEED, "proof"))
    shown = {str(index): MESSAGES[index].hex() for index in DISCLOSED}
    good: Document = {
        "public_key": KEY.public.encode().hex(),
        "header": HEADER.hex(),
        "presentation_header": CHALLENGE.hex(),
        "disclosed": shown,
        "random_seed": SEED.hex(),
        "proof": proof.hex(),
    }
    last = len(proof) - SCALAR
    bad: dict[str, tuple[str, Mapping[str, object]]] = {
        "bad_proof_message": ("ProofError", {"disclosed": {**shown, "1": b"field 1: 18".hex()}}),
        "bad_proof_index_swapped": ("ProofError", {"disclosed": {"1": shown["3"], "3": shown["1"]}}),
        "bad_proof_hidden_message_shown": ("ProofError", {"disclosed": {**shown, "2": ""}}),
        "bad_proof_presentation_header": ("ProofError", {"presentation_header": b"another".hex()}),
        "bad_proof_header": ("ProofError", {"header": ""}),
        "bad_proof_key": ("ProofError", {"public_key": OTHER_KEY.public.encode().hex()}),
        "bad_proof_identity_point": ("MalformedError", {"proof": (IDENTITY + proof[POINT:]).hex()}),
        "bad_proof_points_exchanged": (
            "ProofError",
            {"proof": (proof[POINT : 2 * POINT] + proof[:POINT] + proof[2 * POINT :]).hex()},
        ),
        "bad_proof_challenge_over_order": (
            "MalformedError",
            {"proof": (proof[:last] + over(proof[last:])).hex()},
        ),
        "bad_proof_zero_challenge": ("MalformedError", {"proof": (proof[:last] + bytes(SCALAR)).hex()}),
        "bad_proof_truncated": ("MalformedError", {"proof": proof[:-1].hex()}),
        "bad_proof_message_less": ("ProofError", {"proof": (proof[: last - SCALAR] + proof[last:]).hex()}),
        "bad_proof_index_out_of_range": (
            "OutOfRangeError",
            {"disclosed": {"1": shown["1"], "5": shown["3"]}},
        ),
    }
    return {"proof": good, **{name: refused(good, error, changes) for name, (error, changes) in bad.items()}}


def over(scalar: bytes) -> bytes:
    """The same scalar modulo the order, spelled otherwise."""
    return (int.from_bytes(scalar, "big") + ORDER).to_bytes(SCALAR, "big")


def refused(good: Document, error: str, changes: Mapping[str, object]) -> Document:
    """A vector with changes, and the error that must come of them."""
    return {**good, **changes, "error": error}


if __name__ == "__main__":
    write(FOLDER)
