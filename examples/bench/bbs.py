"""What does a BBS signature cost, beside the same scheme over `py_ecc`?

30 messages, of which a proof shows 10. Both sides verify the same bytes, in turns in one process, with their
generators made beforehand.
"""

from crypto.bbs.keys import generate_key
from crypto.bbs.proof import ProofContext
from crypto.bbs.proof_generation import generate_proof
from crypto.bbs.proof_verification import verify_proof
from crypto.bbs.signature import sign, verify_signature
from examples.bench import bbs_on_py_ecc
from examples.bench.row import Row, interleaved

MESSAGES = tuple(f"statement {place}".encode() for place in range(30))
SHOWN = tuple(range(0, 30, 3))
HEADER, CHALLENGE = b"mandatory statements", b"challenge of a verifier"
MILLI = 1e3
PEER = "py_ecc 8"
VERIFY_GATE = 50


def rows() -> list[Row]:
    """Sign, verify, prove and verify the proof."""
    key = generate_key()
    public = key.public.encode()
    context = ProofContext(key.public, HEADER, CHALLENGE)
    signature = sign(MESSAGES, key, header=HEADER)
    proof = generate_proof(signature, MESSAGES, SHOWN, context)
    shown = {index: MESSAGES[index] for index in SHOWN}
    signed, verified, proved, believed, their_verified, their_believed = interleaved(
        [
            lambda: sign(MESSAGES, key, header=HEADER),
            lambda: verify_signature(signature, MESSAGES, key.public, header=HEADER),
            lambda: generate_proof(signature, MESSAGES, SHOWN, context),
            lambda: verify_proof(proof, shown, context),
            lambda: bbs_on_py_ecc.verify_signature(signature, MESSAGES, public, HEADER),
            lambda: bbs_on_py_ecc.verify_proof(proof, shown, public, HEADER, CHALLENGE),
        ],
        rounds=5,
    )
    return [
        Row("sign 30 messages", "ms", signed * MILLI),
        Row(
            "verify a signature of 30 messages",
            "ms",
            verified * MILLI,
            PEER,
            their_verified * MILLI,
            VERIFY_GATE,
        ),
        Row("prove 10 of 30 messages", "ms", proved * MILLI),
        Row(
            "verify a proof of 10 of 30 messages",
            "ms",
            believed * MILLI,
            PEER,
            their_believed * MILLI,
            VERIFY_GATE,
        ),
    ]
