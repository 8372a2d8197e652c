"""What does one role of three know besides its shares? Keys, and from them randomness that others know too.

Role i draws a key k_i and gives it to role i-1, so it holds (k_i, k_{i+1}), as it holds summands (x_i,
x_{i+1}) of every value. From the keys come, without a message:

- zero shares a_i = F(k_i) - F(k_{i+1}), which add up to zero over the roles and make what a role sends
  uniform to whoever lacks one of its two keys (Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016);
- random shares (F(k_i), F(k_{i+1})) of a value that nobody knows.

F is AES-128 in counter mode under a key derived from k_i and the binding of the run; every draw has its own
counter block prefix, in the order of the program. A stream is therefore never used for two draws, two runs or
two attempts. Elements of the field are drawn by rejection, exactly uniform.

`coin` is a value that nobody chose and everybody knows afterwards, for checks with random coefficients: each
role commits to a piece before it sees another's, and tells what the others committed to, so that a role that
says one thing here and another there does not leave the honest ones with two different coins.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from crypto.encoding import sha256
from crypto.errors import OutOfRangeError, ProtocolError
from crypto.goldilocks import PRIME
from crypto.mpc import local
from crypto.mpc.rounds import BINDING_BYTES, Exchange, Protocol, Words
from crypto.mpc.shares import Planes
from crypto.randomness import expand
from crypto.sharing.replicated import ROLES, following, preceding

SEED_BYTES: Final = 32
_KEY_WORDS: Final = 4
_OPENING_BYTES: Final = 64  # a piece and its salt
_COIN_WORDS: Final = 12  # an opening, and the digest of somebody else's
_LABEL: Final = "argonauta computation v2"
_AES_KEY_BYTES: Final = 16
_BLOCK_BYTES: Final = 16
_ZEROS: Final = bytes(1 << 20)
BLOCK_WORDS: Final = 1 << 15
"""How many elements a stream makes at a time: two streams and their target stay in the second cache."""


class KeyStream:
    """The pseudorandom function F of one key in one run: numbered streams of words."""

    def __init__(self, key: bytes, binding: bytes) -> None:
        derived = expand(key, f"{_LABEL}/{binding.hex()}/stream", _AES_KEY_BYTES)
        self._cipher = algorithms.AES(derived)

    def words(self, draw: int, count: int) -> Words:
        """The first `count` words of a draw; the same for both holders of the key."""
        counter = draw.to_bytes(8, "big") + bytes(8)
        encryptor = Cipher(self._cipher, modes.CTR(counter)).encryptor()
        length = count * 8
        raw = np.empty(length + _BLOCK_BYTES, dtype=np.uint8)
        view = raw.data
        for start in range(0, length, len(_ZEROS)):
            size = min(len(_ZEROS), length - start)
            encryptor.update_into(memoryview(_ZEROS)[:size], view[start : start + size + _BLOCK_BYTES - 1])
        return raw[:length].view(np.uint64)

    def stream(self, draw: int) -> "ElementStream":
        """The elements of a draw, for those who do not want them all at once."""
        return ElementStream(self._cipher, draw)

    def elements(self, draw: int, count: int) -> Words:
        """The first `count` words of a draw that are below the prime: uniform elements of the field."""
        spare = 2 + count // (1 << 20)
        drawn = self.words(draw, count + spare)
        below = drawn < PRIME
        kept = drawn if below.all() else drawn[below]
        if kept.size < count:  # once in 2^60 draws; a longer stream begins with the same words
            drawn = self.words(draw, 2 * count + 64)
            kept = drawn[drawn < PRIME]
        return kept[:count]


class ElementStream:
    """The elements of a draw, a block at a time in one buffer: what `KeyStream.elements` gives, unstored."""

    def __init__(self, cipher: algorithms.AES, draw: int) -> None:
        self._encryptor = Cipher(cipher, modes.CTR(draw.to_bytes(8, "big") + bytes(8))).encryptor()
        self._raw = bytearray(BLOCK_WORDS * 8 + _BLOCK_BYTES)

    def next(self, count: int) -> Words:
        """The next elements, at most `BLOCK_WORDS`; they are overwritten by the next call."""
        drawn = self._words(count)
        if drawn.max(initial=0) < PRIME:
            return drawn
        kept = drawn[drawn < PRIME]
        while kept.size < count:  # once in 2^32 words
            more = self._words(count - kept.size)
            kept = np.concatenate([kept, more[more < PRIME]])
        return kept

    def _words(self, count: int) -> Words:
        self._encryptor.update_into(memoryview(_ZEROS)[: count * 8], self._raw)
        return np.frombuffer(self._raw, dtype=np.uint64, count=count)


@dataclass(eq=False)
class Party:
    """One role in one run, with both its key streams. Draws are numbered, alike at all roles."""

    role: int
    binding: bytes
    _first: KeyStream = field(repr=False)
    _second: KeyStream = field(repr=False)
    _own: bytes = field(repr=False)
    _draws: int = 0
    audit: list[tuple[Planes, Planes, Planes]] | None = field(default=None, repr=False)
    """Where every AND of planes is noted as (left, right, result) to be verified later; None if none is."""
    neighbour_digest: bytes = b""
    """SHA-256 over the key that the role after this one gave out when they met: names it, and hides it."""

    @property
    def before(self) -> int:
        """The role that holds this role's first summand as its second."""
        return preceding(self.role)

    @property
    def after(self) -> int:
        """The role that holds this role's second summand as its first."""
        return following(self.role)

    def zero_words(self, count: int) -> Words:
        """This role's part of words whose exclusive or over the roles is zero."""
        first, second = self.random_words(count)
        return np.bitwise_xor(first, second, out=first)

    def random_words(self, count: int) -> tuple[Words, Words]:
        """This role's two summands of words that nobody knows."""
        draw = self._next()
        return self._first.words(draw, count), self._second.words(draw, count)

    def random_elements(self, count: int) -> tuple[Words, Words]:
        """This role's two summands of field elements that nobody knows; (first - second) sums to zero."""
        draw = self._next()
        return self._first.elements(draw, count), self._second.elements(draw, count)

    def streams(self) -> tuple[ElementStream, ElementStream]:
        """As `random_elements`, a block at a time and without an end."""
        draw = self._next()
        return self._first.stream(draw), self._second.stream(draw)

    def elements_with(self, role: int, count: int) -> Words:
        """Uniform elements that a role and the one before it know; none at the third role."""
        draw = self._next()
        if role == self.after:
            return self._second.elements(draw, count)
        return self._first.elements(draw, count if role == self.role else 0)

    def mask(self, part: Words) -> None:
        """Add this role's part of elements that sum to zero over the roles, in place, to a flat vector."""
        first, second = self.streams()
        for start in range(0, part.size, BLOCK_WORDS):
            block = part[start : start + BLOCK_WORDS]
            local.mask(block, first.next(block.size), second.next(block.size))

    def private(self, purpose: str, length: int) -> bytes:
        """Bytes that only this role knows, independent for each purpose in this run.

        Raises:
            OutOfRangeError: the length is negative.
        """
        return expand(self._own, f"{_LABEL}/{self.binding.hex()}/{purpose}/{self._next()}", length)

    def send_back(self, words: Words) -> Exchange:
        """The exchange of a resharing: words to the role before, as many from the role after."""
        flat = words.reshape(-1)
        return Exchange({self.before: flat}, {self.after: flat.size})

    def to_both(self, words: Words) -> Exchange:
        """The exchange in which every role tells both others as many words."""
        flat = words.reshape(-1)
        return Exchange(
            {self.before: flat, self.after: flat}, {self.before: flat.size, self.after: flat.size}
        )

    def _next(self) -> int:
        self._draws += 1
        return self._draws


def meet(role: int, seed: bytes, binding: bytes) -> Protocol[Party]:
    """Agree on keys with both other roles, in one round.

    Args:
        role: 0, 1 or 2.
        seed: 32 secret bytes; used for one binding only, or again for the very same inputs.
        binding: 32 bytes, the hash of all that makes this run different from any other.

    Raises:
        OutOfRangeError: role, seed or binding are out of form.
    """
    if role not in ROLES or len(seed) != SEED_BYTES or len(binding) != BINDING_BYTES:
        raise OutOfRangeError("expected a role of 0, 1 or 2, a seed of 32 bytes and a binding of 32 bytes")
    own = expand(seed, f"{_LABEL}/{binding.hex()}/key", SEED_BYTES)
    sent = np.frombuffer(own, dtype=np.uint64)
    after = following(role)
    inbox = yield Exchange({preceding(role): sent}, {after: _KEY_WORDS})
    other = inbox[after].tobytes()
    digest = sha256(b"argonauta neighbour key v1", binding, other)
    return Party(
        role, binding, KeyStream(own, binding), KeyStream(other, binding), seed, neighbour_digest=digest
    )


def coin(party: Party, purpose: str) -> Protocol[bytes]:
    """Toss 32 bytes that no role can choose, the same at both honest roles: commit, then open. Two rounds.

    Used for checks, never to hide.

    Raises:
        ProtocolError: a role opened something else than it committed to (it is the culprit), or the others do
            not say the same of what one of them committed to (both are).
    """
    piece, salt = party.private(f"coin/{purpose}", 32), party.private(f"salt/{purpose}", 32)
    said = yield party.to_both(_as_words(_coin_digest(party.binding, purpose, party.role, piece + salt)))
    commitments = {role: words.tobytes() for role, words in said.items()}
    others = {party.before: party.after, party.after: party.before}
    openings = yield Exchange(
        {role: _as_words(piece + salt + commitments[other]) for role, other in others.items()},
        dict.fromkeys(others, _COIN_WORDS),
    )
    pieces = {party.role: piece}
    for role, words in openings.items():
        opened, repeated = words.tobytes()[:_OPENING_BYTES], words.tobytes()[_OPENING_BYTES:]
        if repeated != commitments[others[role]]:
            raise ProtocolError(
                f"roles {party.before} and {party.after} say different things of one commitment to a coin",
                tuple(sorted(others)),
            )
        if _coin_digest(party.binding, purpose, role, opened) != commitments[role]:
            raise ProtocolError(f"role {role} opened another coin than it committed to", (role,))
        pieces[role] = opened[:32]
    return sha256(b"argonauta coin v1", *(pieces[role] for role in ROLES))


def _coin_digest(binding: bytes, purpose: str, role: int, opened: bytes) -> bytes:
    return sha256(b"argonauta coin commitment v1", binding, purpose.encode(), bytes((role,)), opened)


def _as_words(raw: bytes) -> Words:
    return np.frombuffer(raw, dtype=np.uint64)
