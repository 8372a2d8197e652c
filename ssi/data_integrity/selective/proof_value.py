"""The bytes of a proof value: three that say the suite and the kind of proof, then an array in CBOR.

Data Integrity ECDSA Cryptosuites v1.0 §3.5.2 to §3.5.7 and Data Integrity BBS Cryptosuites v1.0 §3.4.1 to
§3.4.6, as far as they are alike. Each part is read as one type, within bounds, or refused.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from crypto.errors import MalformedError
from ssi.data_integrity.selective.cbor import Cbor, decode_cbor, encode_cbor
from ssi.data_integrity.selective.pointers import MAX_POINTERS
from ssi.did.multibase import decode_base64url, encode_base64url
from ssi.errors import ProofError

MAX_PROOF_VALUE: Final = 2_000_000
"""Characters of a proof value that are read."""
MAX_STATEMENTS: Final = 10_000
CANONICAL_PREFIX: Final = "c14n"


def write_proof_value(header: bytes, parts: Sequence[Cbor]) -> str:
    """The proof value as multibase base64url."""
    return encode_base64url(header + encode_cbor(list(parts)))


class ProofParts:
    """The parts of a proof value, read one after the other by type."""

    def __init__(self, proof_value: object, header: bytes, count: int) -> None:
        """Read a proof value with this header and number of parts.

        Raises:
            ProofError: no base64url with its multibase prefix, too long, another header, not
                CBOR as `decode_cbor` reads it, or another number of parts.
        """
        if not isinstance(proof_value, str) or len(proof_value) > MAX_PROOF_VALUE:
            raise ProofError("proofValue: expected a text of bounded length")
        try:
            raw = decode_base64url(proof_value)
        except MalformedError as error:
            raise ProofError(f"proofValue: {error}") from error
        if not raw.startswith(header):
            raise ProofError(
                f"proofValue: expected the header {header.hex()}, got {raw[: len(header)].hex()}"
            )
        parts = decode_cbor(raw[len(header) :])
        if not isinstance(parts, list) or len(parts) != count:
            raise ProofError(f"proofValue: expected an array of {count} parts")
        self._parts = iter(parts)

    def binary(self, what: str, length: int | None = None) -> bytes:
        """A byte string, of this length if one is given."""
        return _binary(next(self._parts), what, length)

    def binaries(self, what: str, length: int) -> tuple[bytes, ...]:
        """An array of byte strings, each of this length."""
        return tuple(_binary(each, what, length) for each in _array(next(self._parts), what, MAX_STATEMENTS))

    def texts(self, what: str) -> tuple[str, ...]:
        """An array of texts."""
        found = _array(next(self._parts), what, MAX_POINTERS)
        texts = tuple(each for each in found if isinstance(each, str))
        if len(texts) != len(found):
            raise ProofError(f"proofValue, {what}: expected texts")
        return texts

    def indexes(self, what: str) -> tuple[int, ...]:
        """An array of integers that ascend, so that none is there twice."""
        found = _array(next(self._parts), what, MAX_STATEMENTS)
        indexes = tuple(each for each in found if isinstance(each, int))
        ascending = all(low < high for low, high in pairwise(indexes))
        if len(indexes) != len(found) or not ascending:
            raise ProofError(f"proofValue, {what}: expected integers that ascend")
        return indexes

    def binary_labels(self, what: str, length: int) -> dict[str, str]:
        """Labels `u…` by canonical labels, from byte strings by integers (`decompressLabelMap`)."""
        return {
            f"{CANONICAL_PREFIX}{key}": encode_base64url(_binary(value, what, length))
            for key, value in _map(next(self._parts), what).items()
        }

    def numbered_labels(self, what: str) -> dict[str, str]:
        """Labels `b0`, `b1`, … by canonical labels, from integers by integers (`decompressLabelMap`)."""
        entries = _map(next(self._parts), what)
        places = {key: value for key, value in entries.items() if isinstance(value, int)}
        if len(places) != len(entries):
            raise ProofError(f"proofValue, {what}: expected integers")
        return {f"{CANONICAL_PREFIX}{key}": f"b{place}" for key, place in places.items()}


def canonical_place(label: str) -> int:
    """The number in a canonical label, `c14n7`."""
    return int(label.removeprefix(CANONICAL_PREFIX))


def _binary(value: Cbor, what: str, length: int | None) -> bytes:
    if not isinstance(value, bytes) or (length is not None and len(value) != length):
        raise ProofError(
            f"proofValue, {what}: expected a byte string" + (f" of {length} bytes" if length else "")
        )
    return value


def _array(value: Cbor, what: str, most: int) -> list[Cbor]:
    if not isinstance(value, list) or len(value) > most:
        raise ProofError(f"proofValue, {what}: expected an array of at most {most} elements")
    return value


def _map(value: Cbor, what: str) -> Mapping[int, Cbor]:
    if not isinstance(value, dict) or len(value) > MAX_STATEMENTS:
        raise ProofError(f"proofValue, {what}: expected a map of at most {MAX_STATEMENTS} entries")
    return value
