"""Records, keys and terms of small size for the tests of linked ciphertexts."""

from functools import lru_cache

from crypto.commitments import Opening, commit
from crypto.curve import ORDER
from crypto.elgamal.keys import PublicKey
from crypto.functional.als16 import MasterSecretKey
from crypto.linked.statement import Context, Terms
from crypto.randomness import random_below, stream
from tests.crypto.elgamal.parties import key_shares

RANDOM = stream(b"\x51" * 16, "linked")
DOMAIN = "argonauta/test/1"
VALUES = (7, 0, 1, 0, 250, 2**40)
CHOSEN = (0, 2, 3)
CONTEXT = Context("consent 1", "test/1", "schema 1")
TERMS = Terms(CONTEXT, DOMAIN, len(VALUES), CHOSEN)


def record(values: tuple[int, ...] = VALUES, domain: str = DOMAIN) -> Opening:
    """A record as an issuer commits to it."""
    blinding = random_below(ORDER, RANDOM)
    return Opening(commit(values, blinding, domain=domain), values, blinding)


def terms(consent: str = "consent 1", chosen: tuple[int, ...] = CHOSEN, columns: int = len(VALUES)) -> Terms:
    """The terms of one person."""
    return Terms(Context(consent, "test/1", "schema 1"), DOMAIN, columns, chosen)


def threshold_key(name: str = "key") -> PublicKey:
    """A key that three parties hold."""
    return key_shares(name=name)[0].public


@lru_cache
def owner(length: int = len(CHOSEN), seed: bytes = b"\x52") -> MasterSecretKey:
    """The key of one owner."""
    return MasterSecretKey(length, seed * 32)
