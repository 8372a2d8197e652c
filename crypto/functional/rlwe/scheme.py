"""Encrypting a batch of records, and opening one weighted sum of each.

The scheme of ePrint 2021/046, §4, as `crypto.functional.rlwe` writes it out. Since q = K · Q, a value times Q
is zero modulo every prime of Q, so a message only touches the residues modulo K; and the noise is read off
modulo Q when a result is opened. Noise beyond Q/4 in magnitude, which no honest ciphertext has, is noticed in
about half of the coefficients that an altered ciphertext spoils, and nothing is given out then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from crypto.errors import DecryptionError, MalformedError, OutOfRangeError
from crypto.functional.rlwe.gaussian import Integers, Width, draw
from crypto.functional.rlwe.messages import (
    SEED_BYTES,
    Ciphertext,
    MasterPublicKey,
    read_residues,
    residue_bytes,
    uniform_from,
)
from crypto.functional.rlwe.ntt import Constants, Residues
from crypto.functional.rlwe.parameters import Parameters
from crypto.randomness import RandomBytes, expand, random_bytes

_KEY: Final = b"\x01\x0b"
_WEIGHT_BYTES: Final = 4
_UNIFORM: Final = "argonauta rlwe uniform v1"
_SECRETS: Final = "argonauta rlwe secrets v1"
_ERRORS: Final = "argonauta rlwe errors v1"
_NOISES: Final = ("argonauta rlwe r v1", "argonauta rlwe f0 v1", "argonauta rlwe f v1")


@dataclass(frozen=True)
class MasterSecretKey:
    """The secrets of an owner, all expanded from one seed of 32 bytes. They stay out of ``repr``."""

    parameters: Parameters
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise MalformedError(f"expected a seed of {SEED_BYTES} bytes, got {len(self.seed)}")

    @cached_property
    def public(self) -> MasterPublicKey:
        """The public key: b_i = a s_i + e_i."""
        ring, seed = self.parameters.ring, expand(self.seed, _UNIFORM, SEED_BYTES)
        # Every s_i times the one a: a is the factor, and the secrets are the constants.
        products = ring.multiply(uniform_from(seed, self.parameters), ring.constants(self.secrets))
        errors = ring.transform(ring.reduce(self._drawn(_ERRORS)))
        return MasterPublicKey(self.parameters, seed, ring.add(products, errors))

    @cached_property
    def secrets(self) -> Residues:
        """The s_i, transformed."""
        ring = self.parameters.ring
        return ring.transform(ring.reduce(self._drawn(_SECRETS)))

    def _drawn(self, label: str) -> Integers:
        chosen = self.parameters
        shape = (chosen.columns, chosen.degree)
        return _gaussians(self.seed, label, chosen.widths[0], shape)

    def derive_key(self, weights: Sequence[int]) -> "FunctionalKey":
        """The key of these weights. NOTE: it refuses no weights; ask `crypto.functional.authority` first.

        Raises:
            OutOfRangeError: there are not as many weights as columns, or one is beyond ±bound.
        """
        checked = _checked([weights], self.parameters.columns, self.parameters.weight_bound, "weight")
        secret = self.public.parameters.ring.combine(checked[0], self.secrets)
        return FunctionalKey(self.public, tuple(weights), secret)


@dataclass(frozen=True, eq=False)
class FunctionalKey:
    """What opens <x, y> for every record of an owner. The secret stays out of ``repr``."""

    public: MasterPublicKey
    weights: tuple[int, ...]
    secret: Residues = field(repr=False)

    @cached_property
    def _prepared(self) -> Constants:
        return self.public.parameters.ring.constants(self.secret[np.newaxis])

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || key id (32) || weights (4 each, two's complement) || s_y."""
        weights = b"".join(weight.to_bytes(_WEIGHT_BYTES, "big", signed=True) for weight in self.weights)
        return _KEY + self.public.key_id + weights + residue_bytes(self.secret)

    @classmethod
    def decode(cls, raw: bytes, public: MasterPublicKey) -> "FunctionalKey":
        """Read a key for ciphertexts of this public key.

        Raises:
            MalformedError: another version, kind, public key or length, a weight beyond its bound, or a
                residue that is not reduced.
        """
        head, chosen = _KEY + public.key_id, public.parameters
        end = len(head) + chosen.columns * _WEIGHT_BYTES
        if raw[: len(head)] != head or len(raw) < end:
            raise MalformedError("expected a lattice functional key of a known version and of this key")
        starts = range(len(head), end, _WEIGHT_BYTES)
        weights = tuple(int.from_bytes(raw[at : at + _WEIGHT_BYTES], "big", signed=True) for at in starts)
        if any(abs(weight) > chosen.weight_bound for weight in weights):
            raise MalformedError("a weight of the functional key is beyond its bound")
        return cls(public, weights, read_residues(raw[end:], (), chosen))

    def decrypt(self, ciphertext: Ciphertext) -> list[int]:
        """The inner product of the weights with each record of the batch.

        Raises:
            DecryptionError: the ciphertext is of another key or was altered, or a result is beyond what the
                bounds allow; never told which.
        """
        public, ring = self.public, self.public.parameters.ring
        if ciphertext.key_id != public.key_id:
            raise _undecryptable()
        weighted = ring.combine(np.array(self.weights, dtype=np.int64), ciphertext.columns)
        masks = ring.multiply(ciphertext.mask, self._prepared)[0]
        phase = ring.restore(ring.subtract(weighted, masks))
        results = _rounded(phase, public.parameters)[: ciphertext.records]
        if (np.abs(results) > public.parameters.value_bound * sum(map(abs, self.weights))).any():
            raise _undecryptable()
        return [int(result) for result in results]


def setup(parameters: Parameters, random: RandomBytes = random_bytes) -> MasterSecretKey:
    """Draw the keys of an owner, for parameters of `choose`."""
    return MasterSecretKey(parameters, random(SEED_BYTES))


def encrypt(
    records: Sequence[Sequence[int]], public: MasterPublicKey, random: RandomBytes = random_bytes
) -> Ciphertext:
    """Encrypt 1 to N records, each with one value for each column.

    Raises:
        OutOfRangeError: there are no records or too many, a record has another number of values, or a value
            is beyond ±bound; its column is named.
    """
    chosen, ring = public.parameters, public.parameters.ring
    if not 1 <= len(records) <= chosen.degree:
        raise OutOfRangeError(f"expected 1 to {chosen.degree} records, got {len(records)}")
    values = _checked(records, chosen.columns, chosen.value_bound, "value")
    seed = random(SEED_BYTES)
    (r, f_0), f = (
        [_gaussians(seed, label, chosen.widths[1], (chosen.degree,)) for label in _NOISES[:2]],
        _gaussians(seed, _NOISES[2], chosen.widths[2], (chosen.columns, chosen.degree)),
    )
    factor, noise_0 = ring.transform(ring.reduce(np.stack((r, f_0))))
    masked = ring.add(
        ring.multiply(factor, public.prepared), ring.transform(_with_message(f, values, public))
    )
    mask = ring.add(ring.multiply(factor, public.uniform)[0], noise_0)
    return Ciphertext(public.key_id, len(records), mask, masked)


def _with_message(noise: Integers, values: Integers, public: MasterPublicKey) -> Residues:
    """f_i + Q x_i: the message is zero modulo all primes but the first."""
    chosen = public.parameters
    residues = public.parameters.ring.reduce(noise)
    plain = chosen.plain_modulus
    scaled = values.T % plain * (chosen.scale % plain) % plain
    total = residues[:, 0, : len(values)] + scaled.astype(np.uint32)
    residues[:, 0, : len(values)] = total % np.uint32(plain)
    return residues


def _rounded(phase: Residues, chosen: Parameters) -> Integers:
    """The m of phase = Q m + e: e is found from the primes of Q, and m from what is left modulo K.

    It is put together in mixed radix (Garner), where the leading digit tells its sign and whether |e| < Q/4.
    """
    digits: list[Integers] = []
    for index, p in enumerate(chosen.primes[1:], start=1):
        digit, radix = phase[index].astype(np.int64), 1
        for before, q in zip(digits, chosen.primes[1:], strict=False):
            digit, radix = (digit - before * radix) % p, radix * q % p
        digits.append(digit * pow(radix, -1, p) % p)
    last = chosen.primes[-1]
    if ((4 * digits[-1] >= last) & (4 * digits[-1] + 4 <= 3 * last)).any():
        raise _undecryptable()
    plain = chosen.plain_modulus
    noise, radix = np.where(2 * digits[-1] > last, -(chosen.scale % plain), 0), 1
    for digit, q in zip(digits, chosen.primes[1:], strict=True):
        noise, radix = (noise + digit * radix) % plain, radix * q % plain
    results = (phase[0].astype(np.int64) - noise) * pow(chosen.scale, -1, plain) % plain
    centred: Integers = np.where(2 * results > plain, results - plain, results)
    return centred


def _gaussians(seed: bytes, label: str, width: Width, shape: tuple[int, ...]) -> Integers:
    return draw(width, int(np.prod(shape)), expand(seed, label, SEED_BYTES)).reshape(shape)


def _checked(rows: Sequence[Sequence[int]], columns: int, bound: int, kind: str) -> Integers:
    if any(len(row) != columns for row in rows):
        raise OutOfRangeError(f"expected {columns} {kind}s everywhere")
    try:
        numbers = np.array(rows, dtype=np.int64)
    except OverflowError as error:
        raise OutOfRangeError(f"a {kind} is beyond its bound") from error
    beyond = ((numbers > bound) | (numbers < -bound)).any(axis=0)
    if beyond.any():
        raise OutOfRangeError(f"column {int(np.argmax(beyond))}: a {kind} is beyond its bound")
    return numbers


def _undecryptable() -> DecryptionError:
    return DecryptionError("the ciphertext gives no result of this function")
