"""The authority's state as bytes: what was granted, under which terms, complete.

Version (1 byte) || digest of the terms (32) || number of functions (2) || their weights, 8 bytes each in
two's complement || SHA-256 of all before (32). For a crowd, the spent rho stands in front: version (1) ||
digest of the crowd's terms (32) || numerator and denominator (32 each) || the state of its columns || SHA-256
of all before (32).

The hash finds damage, not malice: whoever stores the state seals it and keeps the newest, because an older
state has forgotten keys that are out. A state that its own terms would refuse is not read.
"""

from fractions import Fraction
from math import gcd
from typing import Final

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError
from crypto.functional.authority import Grants, refusal_of
from crypto.functional.authority_algebra import echelon
from crypto.functional.authority_crowd import CrowdGrants, CrowdTerms, crowd_refusal_of
from crypto.functional.authority_terms import Terms, check_weights

_VERSION: Final = b"\x01"
_DIGEST_BYTES: Final = 32
_COUNT_BYTES: Final = 2
_WEIGHT_BYTES: Final = 8
_RHO_BYTES: Final = 32
_HEAD_BYTES: Final = len(_VERSION) + _DIGEST_BYTES + _COUNT_BYTES


def encode_grants(grants: Grants) -> bytes:
    """Write the state; the length depends on the number of columns and functions only."""
    weights = [weight for function in grants.functions for weight in function]
    body = (
        _VERSION
        + grants.terms.digest
        + len(grants.functions).to_bytes(_COUNT_BYTES, "big")
        + b"".join(weight.to_bytes(_WEIGHT_BYTES, "big", signed=True) for weight in weights)
    )
    return body + sha256(body)


def decode_grants(raw: bytes, terms: Terms) -> Grants:
    """Read the state of an authority with these terms.

    Raises:
        MalformedError: another version or length, damage, a state of other terms, functions that are not
            independent or not in their one form, or that the terms refuse.
    """
    body, digest = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    count = int.from_bytes(body[_HEAD_BYTES - _COUNT_BYTES : _HEAD_BYTES], "big")
    columns = len(terms.spans)
    if body[: len(_VERSION)] != _VERSION or len(body) != _HEAD_BYTES + count * columns * _WEIGHT_BYTES:
        raise MalformedError("expected granted functions of a known version and of their stated length")
    if sha256(body) != digest:
        raise MalformedError("the granted functions are damaged")
    if body[len(_VERSION) : len(_VERSION) + _DIGEST_BYTES] != terms.digest:
        raise MalformedError("the functions were granted under other terms")
    return _checked(Grants(terms, tuple(_functions(body[_HEAD_BYTES:], columns))))


def encode_crowd(grants: CrowdGrants) -> bytes:
    """Write the state of a crowd's authority.

    Raises:
        OutOfRangeError: numerator or denominator of the spent rho need more than 256 bits.
    """
    try:
        spent = b"".join(part.to_bytes(_RHO_BYTES, "big") for part in grants.spent_rho.as_integer_ratio())
    except OverflowError as error:
        raise OutOfRangeError("the spent rho has too many digits to be written down") from error
    body = _VERSION + grants.terms.digest + spent + encode_grants(grants.grants)
    return body + sha256(body)


def decode_crowd(raw: bytes, terms: CrowdTerms) -> CrowdGrants:
    """Read the state of the authority of a crowd with these terms.

    Raises:
        MalformedError: another version, damage, a state of other terms, a rho that is no reduced fraction, or
            what `decode_grants` refuses or the crowd's terms would refuse.
    """
    body, start = raw[:-_DIGEST_BYTES], len(_VERSION) + _DIGEST_BYTES
    if body[: len(_VERSION)] != _VERSION or sha256(body) != raw[-_DIGEST_BYTES:]:
        raise MalformedError("expected an undamaged state of a crowd, of a known version")
    if body[len(_VERSION) : start] != terms.digest or len(body) < start + 2 * _RHO_BYTES:
        raise MalformedError("the functions were granted to a crowd under other terms")
    numerator, denominator = (
        int.from_bytes(body[at : at + _RHO_BYTES], "big") for at in (start, start + _RHO_BYTES)
    )
    if gcd(numerator, denominator) != 1 or denominator == 0:
        raise MalformedError("the spent rho is no reduced fraction")
    columns = decode_grants(body[start + 2 * _RHO_BYTES :], terms.columns)
    grants = CrowdGrants(terms, columns, Fraction(numerator, denominator))
    if crowd_refusal_of(grants) is not None:
        raise MalformedError("the granted functions are more than the crowd's terms allow")
    return grants


def _functions(body: bytes, columns: int) -> list[tuple[int, ...]]:
    weights = [
        int.from_bytes(body[at : at + _WEIGHT_BYTES], "big", signed=True)
        for at in range(0, len(body), _WEIGHT_BYTES)
    ]
    return [tuple(weights[at : at + columns]) for at in range(0, len(weights), columns)]


def _checked(grants: Grants) -> Grants:
    try:
        canonical = [check_weights(function, len(function)) for function in grants.functions]
    except OutOfRangeError as error:
        raise MalformedError("a granted function has no weights") from error
    if canonical != list(grants.functions) or len(echelon(grants.functions)) != len(grants.functions):
        raise MalformedError("the granted functions are not independent or not in their one form")
    if refusal_of(grants) is not None:
        raise MalformedError("the granted functions are more than their terms allow")
    return grants
