"""How does a secret survive a proof whose random numbers were not random?

A proof of Schnorr's kind answers z = k + c·w; two answers with one nonce k give the secret w away. A
generator that repeats itself, as after a copy of a running machine, is enough for that. Here the bytes from
which k is drawn are expanded from a hash of the secret, of all that the proof is about, and of fresh random
bytes: as long as the generator works they are uniform, and if it fails, even to a constant, they are still
secret and new for every statement (hedging, as RFC 6979 §3.6 allows it for signatures).
"""

from typing import Final

from crypto.encoding import sha256
from crypto.randomness import RandomBytes, random_bytes, stream

_TAG: Final = b"argonauta hedged nonce v1"
_LABEL: Final = "argonauta hedged nonce v1"
_FRESH_BYTES: Final = 32


def hedged(secret: bytes, statement: bytes, random: RandomBytes = random_bytes) -> RandomBytes:
    """Random bytes for the nonces of one proof about a statement, with this secret.

    The statement has to cover whatever the challenge depends on besides the nonces themselves, and the kind
    of proof.
    """
    return stream(sha256(_TAG, random(_FRESH_BYTES), sha256(statement), secret), _LABEL)
