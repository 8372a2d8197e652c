"""Public keys and ciphertexts of lattice encryption in versioned binary forms.

Parameters travel as columns, bounds and degree, from which everybody chooses the same primes and widths.
Residues are 4 bytes each, most significant first, in the order of their arrays, and reduced.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError
from crypto.functional.rlwe.gaussian import key_stream
from crypto.functional.rlwe.ntt import Constants, Residues
from crypto.functional.rlwe.parameters import LEAST_DEGREE, Parameters, choose, is_secure

SEED_BYTES: Final = 32
KEY_ID_BYTES: Final = 32
_PUBLIC: Final = b"\x01\x07"
_CIPHERTEXT: Final = b"\x01\x08"
_SHORT_BYTES: Final = 2
_BOUND_BYTES: Final = 4
_HEAD_BYTES: Final = len(_PUBLIC) + 2 * _SHORT_BYTES + 2 * _BOUND_BYTES + SEED_BYTES
_RESIDUE: Final = np.dtype(">u4")
_WORD: Final = np.dtype("<u8")
_ID_TAG: Final = b"argonauta rlwe key v1"


@dataclass(frozen=True, eq=False, repr=False)
class MasterPublicKey:
    """What anybody encrypts with: the seed of a, and the b_i, transformed."""

    parameters: Parameters
    seed: bytes
    bases: Residues

    def __repr__(self) -> str:
        return f"MasterPublicKey({self.parameters.columns} columns, {self.key_id.hex()[:16]})"

    @cached_property
    def uniform(self) -> Constants:
        """The polynomial a, transformed."""
        return self.parameters.ring.constants(uniform_from(self.seed, self.parameters)[np.newaxis])

    @cached_property
    def prepared(self) -> Constants:
        """The b_i, ready to be multiplied by."""
        return self.parameters.ring.constants(self.bases)

    @cached_property
    def key_id(self) -> bytes:
        """32 bytes that name this key: a hash of its encoding."""
        return sha256(_ID_TAG, self.encode())

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || columns, degree (2 each) || two bounds (4 each) || seed || b_i."""
        chosen = self.parameters
        head = b"".join(number.to_bytes(_SHORT_BYTES, "big") for number in (chosen.columns, chosen.degree))
        bounds = (chosen.value_bound, chosen.weight_bound)
        head += b"".join(bound.to_bytes(_BOUND_BYTES, "big") for bound in bounds)
        return _PUBLIC + head + self.seed + residue_bytes(self.bases)

    @classmethod
    def decode(cls, raw: bytes, *, least_degree: int = LEAST_DEGREE) -> "MasterPublicKey":
        """Read a key.

        Raises:
            MalformedError: another version, kind or length, parameters that do not exist or that are not
                secure while their degree is at least 4096, a degree below `least_degree`, or a residue that
                is not reduced.
        """
        if raw[: len(_PUBLIC)] != _PUBLIC or len(raw) < _HEAD_BYTES:
            raise MalformedError("expected a lattice public key of a known version")
        start = len(_PUBLIC)
        columns, degree = (
            int.from_bytes(raw[at : at + _SHORT_BYTES], "big") for at in (start, start + _SHORT_BYTES)
        )
        start += 2 * _SHORT_BYTES
        bounds = [int.from_bytes(raw[at : at + _BOUND_BYTES], "big") for at in (start, start + _BOUND_BYTES)]
        if degree < least_degree:
            raise MalformedError(f"expected a degree of at least {least_degree}, got {degree}")
        chosen = _chosen(columns, bounds[0], bounds[1], degree)
        bases = read_residues(raw[_HEAD_BYTES:], (columns,), chosen)
        return cls(chosen, raw[_HEAD_BYTES - SEED_BYTES : _HEAD_BYTES], bases)


@dataclass(frozen=True, eq=False)
class Ciphertext:
    """A batch of records: c_0 and c_1, c_2, ..., transformed, and how many records there are."""

    key_id: bytes
    records: int
    mask: Residues
    columns: Residues

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || key id (32) || records (2) || c_0 || c_1 || ..."""
        head = _CIPHERTEXT + self.key_id + self.records.to_bytes(_SHORT_BYTES, "big")
        return head + residue_bytes(self.mask) + residue_bytes(self.columns)

    @classmethod
    def decode(cls, raw: bytes, public: MasterPublicKey) -> "Ciphertext":
        """Read a ciphertext under a key.

        Raises:
            MalformedError: another version, kind, key or length, no records or too many, or a residue that
                is not reduced.
        """
        start = len(_CIPHERTEXT) + KEY_ID_BYTES
        records = int.from_bytes(raw[start : start + _SHORT_BYTES], "big")
        if raw[:start] != _CIPHERTEXT + public.key_id:
            raise MalformedError("expected a lattice ciphertext of a known version and of this key")
        if not 1 <= records <= public.parameters.degree:
            raise MalformedError(f"expected 1 to {public.parameters.degree} records, got {records}")
        shape = (public.parameters.columns + 1,)
        residues = read_residues(raw[start + _SHORT_BYTES :], shape, public.parameters)
        return cls(public.key_id, records, residues[0], residues[1:])


def uniform_from(seed: bytes, parameters: Parameters) -> Residues:
    """A uniform polynomial from a public seed, up to a distance of 2^-98 a residue."""
    primes, degree = parameters.primes, parameters.degree
    words = np.frombuffer(key_stream(seed, len(primes) * degree * 16), dtype=_WORD)
    high, low = words.reshape(2, len(primes), degree)
    moduli = np.array(primes, dtype=np.uint64)[:, np.newaxis]
    carry = np.array([2**64 % p for p in primes], dtype=np.uint64)[:, np.newaxis]
    reduced: Residues = (((high % moduli) * carry + low % moduli) % moduli).astype(np.uint32)
    return reduced


def _chosen(columns: int, value_bound: int, weight_bound: int, degree: int) -> Parameters:
    try:
        chosen = choose(columns, value_bound, weight_bound, degree=degree)
    except OutOfRangeError as error:
        raise MalformedError("there are no parameters for these columns, bounds and degree") from error
    if degree >= LEAST_DEGREE and not is_secure(chosen):
        raise MalformedError("the degree is too small for these columns and bounds")
    return chosen


def residue_bytes(residues: Residues) -> bytes:
    """Residues in the order of their array, 4 bytes each."""
    return residues.astype(_RESIDUE).tobytes()


def read_residues(raw: bytes, shape: tuple[int, ...], parameters: Parameters) -> Residues:
    """Read an array of polynomials.

    Raises:
        MalformedError: there are not as many residues, or one is not reduced.
    """
    whole = (*shape, len(parameters.primes), parameters.degree)
    if len(raw) != int(np.prod(whole)) * _RESIDUE.itemsize:
        raise MalformedError("expected as many residues as the parameters say")
    residues = np.frombuffer(raw, dtype=_RESIDUE).astype(np.uint32).reshape(whole)
    if (residues >= np.array(parameters.primes, dtype=np.uint32)[:, np.newaxis]).any():
        raise MalformedError("a residue is not reduced")
    return residues
