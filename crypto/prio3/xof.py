"""How does a short seed become field elements, each use independent of every other?

The extendable-output functions of draft-irtf-cfrg-vdaf-20, section 6.2. `XofTurboShake128` is a random oracle
over (seed, domain separation tag, binder) and is what Prio3 uses. `XofFixedKeyAes128` only expands seeds that
an attacker does not choose; Prio3 never uses it, and it is here because the draft's vectors cover it.
"""

from typing import ClassVar, Final, Protocol

from Cryptodome.Hash import TurboSHAKE128
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from crypto.errors import OutOfRangeError
from crypto.prio3.field import PrimeField, Vector

_MAX_TAG_BYTES: Final = 0xFFFF
_MAX_SEED_BYTES: Final = 0xFF
_TURBOSHAKE_DOMAIN: Final = 1
_FIXED_KEY_DOMAIN: Final = 2
_BLOCK_BYTES: Final = 16


class Xof(Protocol):
    """A stream of bytes determined by seed, domain separation tag and binder."""

    SEED_BYTES: ClassVar[int]

    def __init__(self, seed: bytes, tag: bytes, binder: bytes) -> None: ...

    def next(self, length: int) -> bytes:
        """The next bytes of the stream."""
        ...


class XofTurboShake128:
    """TurboSHAKE128 (RFC 9861) over len(tag) || tag || len(seed) || seed || binder."""

    SEED_BYTES: ClassVar[int] = 32

    def __init__(self, seed: bytes, tag: bytes, binder: bytes) -> None:
        head = prefix(tag, len(seed))
        self._sponge = TurboSHAKE128.new(domain=_TURBOSHAKE_DOMAIN, data=head + seed + binder)

    def next(self, length: int) -> bytes:
        """The next bytes of the stream."""
        squeezed: bytes = self._sponge.read(length)
        return squeezed


class XofFixedKeyAes128:
    """AES-128 under a key that tag and binder fix, on a counter whitened by the seed.

    Block i is π(σ(seed ⊕ i)) ⊕ σ(seed ⊕ i) with σ(lo || hi) = hi || (lo ⊕ hi), the hash of Guo, Katz, Wang
    and Yu (ePrint 2019/074). Not a random oracle.
    """

    SEED_BYTES: ClassVar[int] = 16

    def __init__(self, seed: bytes, tag: bytes, binder: bytes) -> None:
        if len(seed) != self.SEED_BYTES:
            raise OutOfRangeError(f"expected a seed of {self.SEED_BYTES} bytes, got {len(seed)}")
        key = TurboSHAKE128.new(domain=_FIXED_KEY_DOMAIN, data=_tag_length(tag) + tag + binder).read(
            _BLOCK_BYTES
        )
        # One block at a time under a public key that is used as a permutation: ECB is that permutation.
        self._cipher = Cipher(algorithms.AES128(key), modes.ECB())  # noqa: S305
        self._seed = int.from_bytes(seed, "little")
        self._consumed = 0

    def next(self, length: int) -> bytes:
        """The next bytes of the stream."""
        start, end = self._consumed, self._consumed + length
        self._consumed = end
        blocks = range(start // _BLOCK_BYTES, -(-end // _BLOCK_BYTES))
        inputs = b"".join(_sigma(self._seed ^ index) for index in blocks)
        encryptor = self._cipher.encryptor()
        encrypted = encryptor.update(inputs) + encryptor.finalize()
        hashed = int.from_bytes(encrypted, "little") ^ int.from_bytes(inputs, "little")
        offset = start % _BLOCK_BYTES
        return hashed.to_bytes(len(inputs), "little")[offset : offset + length]


def derive_seed(xof: type[Xof], seed: bytes, tag: bytes, binder: bytes) -> bytes:
    """One new seed."""
    return xof(seed, tag, binder).next(xof.SEED_BYTES)


def expand_vector(stream: Xof, field: PrimeField, count: int) -> Vector:
    """Uniform field elements, by rejection: an integer of `element_bytes` that is not reduced is skipped."""
    vector: Vector = []
    while len(vector) < count:
        raw = stream.next((count - len(vector)) * field.element_bytes)
        places = range(0, len(raw), field.element_bytes)
        drawn = (int.from_bytes(raw[place : place + field.element_bytes], "little") for place in places)
        vector += [element for element in drawn if element < field.modulus]
    return vector


def prefix(tag: bytes, seed_bytes: int) -> bytes:
    """What `XofTurboShake128` hashes before the seed.

    Raises:
        OutOfRangeError: the tag is longer than 65535 bytes or the seed longer than 255.
    """
    if seed_bytes > _MAX_SEED_BYTES:
        raise OutOfRangeError(f"expected a seed of at most {_MAX_SEED_BYTES} bytes, got {seed_bytes}")
    return _tag_length(tag) + tag + bytes((seed_bytes,))


def _tag_length(tag: bytes) -> bytes:
    if len(tag) > _MAX_TAG_BYTES:
        raise OutOfRangeError(f"expected a tag of at most {_MAX_TAG_BYTES} bytes, got {len(tag)}")
    return len(tag).to_bytes(2, "little")


def _sigma(block: int) -> bytes:
    raw = block.to_bytes(_BLOCK_BYTES, "little")
    low, high = raw[:8], raw[8:]
    return high + bytes(x ^ y for x, y in zip(low, high, strict=True))
