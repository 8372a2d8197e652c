"""How do three nodes come to one encrypted sum with noise that none of them could choose after the others?

Three rounds of `crypto.mpc.rounds`, one where the answer is exact:

1. *Commit* (with noise). Each role encrypts its own noise, one ciphertext a cell, and says a salted digest of
   it.
2. *Show* (with noise). Each role shows salt and ciphertexts, with a proof that it knows what they hold
   (`known_noise`). ElGamal is malleable: whoever could choose after seeing others' noise could take it off
   again without knowing it, and whoever could show what it does not know could show a person's record. The
   digest names run and role, so it cannot be copied either.
3. *Compare.* Each role says the digests of the people's sum and of everybody's noise as it sees them. What
   two say and one does not names the one; whoever shows two things to two peers is found here.

The final ciphertext is the people's sum, plus everybody's noise. That noise also rerandomises it. An exact
sum goes out as it was added up: whoever can tell from the parts what is in it, the marketplace that carried
them, named the people itself.

Inputs and one seed fix every message, so a run can be gone on with from its log. The masks of the encryption
come from the attempt's seed: fresh for every attempt, though the noise is not.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from consent.opened_sum import sum_digest
from crypto.elgamal.ciphertext import Ciphertext, add, encrypt
from crypto.elgamal.keys import PublicKey
from crypto.encoding import sha256
from crypto.errors import MalformedError, ProtocolError
from crypto.linked.proof import Proof
from crypto.mpc.rounds import WORD_BYTES, Exchange, Protocol, Words
from crypto.randomness import expand, stream
from crypto.sharing.replicated import ROLES
from marketplace.mpc_node.aggregation.known_noise import PROOF_BYTES, is_known, prove_known

_DIGEST_WORDS: Final = 4
_DIGEST_BYTES: Final = 32
_SALT_BYTES: Final = 32
_COMMIT: Final = b"argonauta encrypted noise v1"
_SHOWN: Final = b"argonauta shown noise v1"


@dataclass(frozen=True, eq=False)
class Aggregated:
    """The sum that all three nodes have, noise included, and its digest in this run.

    `own_digest` and `held_digest` are that one digest: what a node says of itself and of its neighbour.
    """

    ciphertext: Ciphertext
    own_digest: bytes
    held_digest: bytes


@dataclass(frozen=True, eq=False)
class Terms:
    """What one role brings: the people's sum, and its own noise, one number a cell; None for an exact sum."""

    role: int
    key: PublicKey
    people_sum: Ciphertext
    noise: Sequence[int] | None = field(repr=False)

    @property
    def peers(self) -> tuple[int, ...]:
        """The other two roles."""
        return tuple(role for role in ROLES if role != self.role)


def aggregate(terms: Terms, seed: bytes, binding: bytes) -> Protocol[Aggregated]:
    """Come to one sum with the two peers.

    Raises:
        ProtocolError: a peer showed another noise than it had committed to, none that can be read, or some
            that it does not know, or what the roles see differs; those who may have caused it are named.
    """
    shown = {} if terms.noise is None else (yield from _noised(terms, terms.noise, seed, binding))
    digests = [sum_digest(terms.people_sum, binding), *(_shown_digest(shown, role) for role in ROLES)]
    words = _words(b"".join(digests))
    inbox = yield Exchange(dict.fromkeys(terms.peers, words), dict.fromkeys(terms.peers, words.size))
    _compare(terms.role, digests, {role: _split(said) for role, said in inbox.items()})
    total = add((terms.people_sum, *(shown[role] for role in sorted(shown))))
    digest = sum_digest(total, binding)
    return Aggregated(total, digest, digest)


def _noised(
    terms: Terms, noise: Sequence[int], seed: bytes, binding: bytes
) -> Protocol[dict[int, Ciphertext]]:
    """Rounds 1 and 2: everybody's encrypted noise, by role."""
    encryption = encrypt(terms.key, noise, stream(seed, "aggregation noise masks"))
    own, context = encryption.ciphertext, _context(terms.role, binding)
    proof = prove_known(terms.key, encryption, context, stream(seed, "aggregation noise proof"))
    salt = expand(seed, "aggregation noise salt", _SALT_BYTES)
    opening = salt + own.encode() + proof.encode()
    peers = terms.peers
    commitment = _words(_commitment(terms.role, opening, binding))
    committed = yield Exchange(dict.fromkeys(peers, commitment), dict.fromkeys(peers, _DIGEST_WORDS))
    sent = _words(opening)
    heard = yield Exchange(dict.fromkeys(peers, sent), dict.fromkeys(peers, sent.size))
    shown = {terms.role: own}
    for role in peers:
        raw = heard[role].tobytes()
        if any(raw[len(opening) :]) or len(raw) < len(opening):
            raise ProtocolError(f"role {role} showed noise of another form", (role,))
        raw = raw[: len(opening)]
        if _commitment(role, raw, binding) != committed[role].tobytes():
            raise ProtocolError(f"role {role} showed another noise than it had committed to", (role,))
        shown[role] = _read(terms, role, raw[_SALT_BYTES:], binding)
    return shown


def _read(terms: Terms, role: int, raw: bytes, binding: bytes) -> Ciphertext:
    try:
        ciphertext, proof = Ciphertext.decode(raw[:-PROOF_BYTES]), Proof.decode(raw[-PROOF_BYTES:])
    except MalformedError as error:
        raise ProtocolError(f"role {role} showed noise that is no ciphertext", (role,)) from error
    like = terms.people_sum
    if ciphertext.key_id != like.key_id or len(ciphertext.bins) != len(like.bins):
        raise ProtocolError(f"role {role} showed noise under another key or of other cells", (role,))
    if not is_known(terms.key, ciphertext, proof, _context(role, binding)):
        raise ProtocolError(f"role {role} does not know the noise that it showed", (role,))
    return ciphertext


def _compare(role: int, own: Sequence[bytes], said: dict[int, list[bytes]]) -> None:
    """Hold what all three see against each other: of three views, one alone is to blame, else all."""
    views = {role: list(own), **said}
    for place, what in enumerate(
        ("the sum over the people", *(f"the noise of role {each}" for each in ROLES))
    ):
        seen = {each: views[each][place] for each in ROLES}
        common, times = Counter(seen.values()).most_common(1)[0]
        if times == len(ROLES):
            continue
        odd = {each for each in ROLES if seen[each] != common} if times > 1 else set(ROLES)
        if place:
            odd.add(place - 1)  # who showed it may have shown two things
        raise ProtocolError(f"the roles disagree about {what}", tuple(sorted(odd)))


def _context(role: int, binding: bytes) -> bytes:
    return binding + bytes((role,))


def _commitment(role: int, opening: bytes, binding: bytes) -> bytes:
    return sha256(_COMMIT, binding, bytes((role,)), opening)


def _shown_digest(shown: dict[int, Ciphertext], role: int) -> bytes:
    return sha256(_SHOWN, bytes((role,)), shown[role].encode() if role in shown else b"")


def _words(raw: bytes) -> Words:
    return np.frombuffer(raw + bytes(-len(raw) % WORD_BYTES), dtype=np.uint64)


def _split(words: Words) -> list[bytes]:
    raw = words.tobytes()
    return [raw[at : at + _DIGEST_BYTES] for at in range(0, len(raw), _DIGEST_BYTES)]
