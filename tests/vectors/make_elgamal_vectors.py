"""Make the vectors of `crypto.elgamal` anew: `PYTHONPATH=. python tests/vectors/make_elgamal_vectors.py`.

One key made by three parties, byte by byte; one contribution, the sum of two and its opening; and tamperings,
each with the error that must come of it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from crypto.base_point import multiply_base, random_scalar
from crypto.curve import ORDER
from crypto.elgamal.ciphertext import Bin, Ciphertext, Encryption, add, encrypt, rerandomize
from crypto.elgamal.decryption import PartialDecryption, decrypt_partially
from crypto.elgamal.key_generation import start
from crypto.elgamal.key_generation_messages import Terms
from crypto.elgamal.key_generation_opening import GeneratedKey
from crypto.elgamal.keys import PublicKey
from crypto.elgamal.one_hot import _draft, prove_one_hot
from crypto.elgamal.one_hot_proof import Contribution, OneHotProof, challenge_of
from crypto.randomness import RandomBytes, stream

FOLDER = Path(__file__).parent / "elgamal"
MADE_BY = "python tests/vectors/make_elgamal_vectors.py"
Document = dict[str, object]

SOURCES = {
    "key_generation": "Gennaro, Jarecki, Krawczyk, Rabin: Secure distributed key generation",
    "ciphertext": "Cramer, Gennaro, Schoenmakers: A secure multi-authority election scheme (Eurocrypt 1997)",
    "one_hot": "Cramer, Damgård, Schoenmakers: Proofs of partial knowledge (Crypto 1994)",
    "decryption": "Chaum, Pedersen: Wallet databases with observers (Crypto 1992)",
}
TERMS = Terms(3, 2, bytes(range(32)))
SEED = b"\x30" * 32
CONTEXT = b"query 7, contributor 1"
HEAD_BYTES = 35
POINT = 33


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**key_generation(), **one_hot(), **decryption()}
    return {name: {"made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def random(label: str) -> RandomBytes:
    """The randomness of a part of the vectors."""
    return stream(SEED, label)


@lru_cache
def run() -> tuple[list[Mapping[int, bytes]], Mapping[int, Mapping[int, bytes]], Mapping[int, GeneratedKey]]:
    """The broadcasts of each round, the shares, and what the parties made of them."""
    states: dict[int, Any] = {me: start(TERMS, me, random(f"party {me}")) for me in TERMS.everyone}
    shares = {me: state.outbox for me, state in states.items()}
    said: list[Mapping[int, bytes]] = []
    for number in range(6):
        said.append({me: state.broadcast for me, state in states.items()})
        for me, state in states.items():
            others = {sender: raw for sender, raw in said[-1].items() if sender != me}
            dealt = ({sender: box[me] for sender, box in shares.items() if sender != me},)
            states[me] = state.receive(others, *(dealt if number == 0 else ()))
    return said, shares, states


def key_generation() -> dict[str, Document]:
    """One honest run, and keys that no decoder may take."""
    said, shares, made = run()
    raw = made[1].key.public.encode()
    honest: Document = {
        "source": SOURCES["key_generation"],
        "terms": {"parties": 3, "threshold": 2, "binding": TERMS.binding.hex()},
        "seed": SEED.hex(),
        "broadcasts": [{str(me): message.hex() for me, message in messages.items()} for messages in said],
        "shares": {
            str(me): {str(to): message.hex() for to, message in box.items()} for me, box in shares.items()
        },
        "public_key": raw.hex(),
        "key_shares": [one.key.share.encode().hex() for one in made.values()],
        "transcript": made[1].transcript.hex(),
    }
    bad = {
        "bad_key_more_needed_than_there_are": raw[:1] + b"\x01" + raw[2:],
        "bad_key_infinity": raw[:4] + bytes(POINT) + raw[4 + POINT :],
        "bad_key_truncated": raw[:-1],
    }
    return {"key_generation": honest, **_undecodable("public_key", bad, SOURCES["key_generation"])}


def one_hot() -> dict[str, Document]:
    """One contribution; what is none; bytes that are none."""
    made = _contribution(1)
    honest: Document = {"source": SOURCES["one_hot"], **_document(made)}
    proof, ciphertext = made.proof.encode(), made.ciphertext.encode()
    key = run()[2][1].key.public
    lies = {
        "bad_contribution_vote_of_two": _forged((2, 0, 0), (1, 0, 0)),
        "bad_contribution_two_ones": _forged((1, 1, 0), (1, 1, 0)),
        "bad_contribution_no_one": _forged((0, 0, 0), (0, 0, 0)),
        "bad_contribution_minus_one": _forged((1, 1, -1), (1, 1, 0)),
        "bad_contribution_replayed": replace(made, context=b"query 7, contributor 2"),
        "bad_contribution_rerandomised": replace(
            made, ciphertext=rerandomize(key, made.ciphertext, random("copy"))
        ),
    }
    bad: dict[str, Document] = {
        name: {"source": SOURCES["one_hot"], **_document(lie), "error": "ProofError"}
        for name, lie in lies.items()
    }
    return {
        "contribution": honest,
        **bad,
        **_undecodable(
            "proof",
            {
                "bad_proof_truncated": proof[:-1],
                "bad_proof_response_not_reduced": proof[:-32] + ORDER.to_bytes(32, "big"),
                "bad_proof_infinity": proof[:3] + bytes(POINT) + proof[3 + POINT :],
            },
            SOURCES["one_hot"],
        ),
        **_undecodable(
            "ciphertext",
            {
                "bad_ciphertext_truncated": ciphertext[:-1],
                "bad_ciphertext_infinity": ciphertext[:HEAD_BYTES]
                + bytes(POINT)
                + ciphertext[HEAD_BYTES + POINT :],
                "bad_ciphertext_version": b"\x02" + ciphertext[1:],
            },
            SOURCES["ciphertext"],
        ),
    }


def decryption() -> dict[str, Document]:
    """A sum, its opening by two of three, and wrong parts of it."""
    made = run()[2]
    key = made[1].key.public
    total = rerandomize(key, add([_contribution(1).ciphertext, _contribution(2).ciphertext]), random("sum"))
    parts = {me: decrypt_partially(one.key, total, random(f"part {me}")) for me, one in made.items()}
    honest: Document = {
        "source": SOURCES["decryption"],
        "public_key": key.encode().hex(),
        "ciphertext": total.encode().hex(),
        "partial_decryptions": {str(me): part.encode().hex() for me, part in parts.items()},
        "high": 2,
        "result": [0, 1, 1],
    }
    swapped = replace(parts[1], points=parts[1].points[::-1])
    lies = {
        "bad_partial_decryption_bins_swapped": swapped,
        "bad_partial_decryption_of_another_party": replace(parts[1], party=2),
        "bad_partial_decryption_response": replace(parts[1], response=parts[1].response ^ 1),
    }
    raw = parts[1].encode()
    return {
        "decryption": honest,
        **{name: _wrong_part(key.encode(), total, lie) for name, lie in lies.items()},
        **_undecodable(
            "partial_decryption",
            {
                "bad_partial_decryption_truncated": raw[:-1],
                "bad_partial_decryption_party_zero": raw[:1] + b"\0" + raw[2:],
            },
            SOURCES["decryption"],
        ),
    }


def cheat(
    key: PublicKey, encryption: Encryption, claimed: tuple[int, ...], draw: RandomBytes
) -> Contribution:
    """Prove as the honest prover does, without its checks, as if the bins held what is claimed."""
    drafts = [_draft(key.point, value, draw) for value in claimed]
    u = random_scalar(draw)
    sum_commitment = Bin(multiply_base(u), key.point.multiply(u))
    commitments = [draft.commitments for draft in drafts]
    challenge = challenge_of(CONTEXT, encryption.ciphertext, commitments, sum_commitment)
    triples = zip(drafts, claimed, encryption.masks, strict=True)
    bins = tuple(draft.respond(challenge, value, mask) for draft, value, mask in triples)
    response = (u + challenge * sum(encryption.masks)) % ORDER
    return Contribution(CONTEXT, encryption.ciphertext, OneHotProof(bins, sum_commitment, response))


def _contribution(place: int) -> Contribution:
    key = run()[2][1].key.public
    draw = random(f"contribution {place}")
    return prove_one_hot(key, encrypt(key, _vote(place), draw), context=CONTEXT, random=draw)


def _vote(place: int) -> tuple[int, ...]:
    return tuple(int(index == place) for index in range(3))


def _forged(values: tuple[int, ...], claimed: tuple[int, ...]) -> Contribution:
    key, draw = run()[2][1].key.public, random("forged")
    return cheat(key, encrypt(key, values, draw), claimed, draw)


def _document(made: Contribution) -> Document:
    return {
        "public_key": run()[2][1].key.public.encode().hex(),
        "context": made.context.hex(),
        "ciphertext": made.ciphertext.encode().hex(),
        "proof": made.proof.encode().hex(),
    }


def _wrong_part(key: bytes, total: Ciphertext, lie: PartialDecryption) -> Document:
    return {
        "source": SOURCES["decryption"],
        "public_key": key.hex(),
        "ciphertext": total.encode().hex(),
        "partial_decryption": lie.encode().hex(),
        "error": "ProofError",
    }


def _undecodable(kind: str, cases: Mapping[str, bytes], source: str) -> dict[str, Document]:
    return {
        name: {"source": source, "decode": kind, "bytes": raw.hex(), "error": "MalformedError"}
        for name, raw in cases.items()
    }


if __name__ == "__main__":
    write(FOLDER)
