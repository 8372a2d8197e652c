"""BBS over `py_ecc`, written from the draft anew: the peer of the benchmark and an oracle for the tests.

Nothing of `crypto.bbs` is used. It checks what is sound to check and reads leniently: a measure, no library.
Pairings share one final exponentiation, so that the comparison is with the best that `py_ecc` can do.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from py_ecc import optimized_bls12_381
from py_ecc.bls.hash import expand_message_xmd
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, decompress_G1, decompress_G2

# The annotations of the library do not fit its own names.
curve: Any = optimized_bls12_381
SHA_256: Any = hashlib.sha256

API_ID = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_"
POINT, SCALAR = 48, 32
P1 = int(
    "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9", 16
)
ORDER = curve.curve_order
Point = Any


def hash_to_scalar(message: bytes, label: bytes = b"H2S_") -> int:
    """A scalar from bytes under a label."""
    expanded = expand_message_xmd(message, API_ID + label, 48, SHA_256)
    return int(int.from_bytes(expanded, "big") % ORDER)


@cache
def generators(count: int) -> tuple[Point, ...]:
    """Q_1, H_1 … of a number of messages."""
    series = _series()
    return tuple(next(series) for _ in range(count + 1))


def verify_signature(signature: bytes, messages: Sequence[bytes], key: bytes, header: bytes) -> bool:
    """Whether a signature verifies."""
    points = generators(len(messages))
    factors = [_domain(points, key, header), *map(_message, messages)]
    b = _sum([_g1(P1.to_bytes(POINT, "big")), *points], [1, *factors])
    a, e = _g1(signature[:POINT]), int.from_bytes(signature[POINT:], "big")
    left = curve.add(_g2(key), curve.multiply(curve.G2, e))
    return _pairings_cancel([(a, left), (curve.neg(b), curve.G2)])


def verify_proof(
    proof: bytes, disclosed: Mapping[int, bytes], key: bytes, header: bytes, presentation_header: bytes
) -> bool:
    """Whether a proof verifies."""
    abar, bbar, d = (_g1(proof[place : place + POINT]) for place in range(0, 3 * POINT, POINT))
    cut = [proof[place : place + SCALAR] for place in range(3 * POINT, len(proof), SCALAR)]
    e, r1, r3, *hidden, c = (int.from_bytes(octets, "big") for octets in cut)
    count = len(disclosed) + len(hidden)
    points, shown = generators(count), {index: _message(said) for index, said in disclosed.items()}
    domain = _domain(points, key, header)
    t1 = _sum([bbar, abar, d], [c, e, r1])
    signed = _sum(
        [_g1(P1.to_bytes(POINT, "big")), points[0], *(points[1 + index] for index in shown)],
        [1, domain, *shown.values()],
    )
    rest = [points[1 + index] for index in range(count) if index not in shown]
    t2 = _sum([signed, d, *rest], [c, r3, *hidden])
    said = len(shown).to_bytes(8, "big")
    said += b"".join(i.to_bytes(8, "big") + m.to_bytes(SCALAR, "big") for i, m in sorted(shown.items()))
    said += b"".join(map(octets_of, (abar, bbar, d, t1, t2))) + domain.to_bytes(SCALAR, "big")
    said += len(presentation_header).to_bytes(8, "big") + presentation_header
    return hash_to_scalar(said) == c and _pairings_cancel([(abar, _g2(key)), (curve.neg(bbar), curve.G2)])


def octets_of(point: Point) -> bytes:
    """The 48 bytes of a point."""
    return int(compress_G1(point)).to_bytes(POINT, "big")


def _series() -> Iterator[Point]:
    state = expand_message_xmd(
        API_ID + b"MESSAGE_GENERATOR_SEED", API_ID + b"SIG_GENERATOR_SEED_", 48, SHA_256
    )
    place = 0
    while True:
        place += 1
        tagged = state + place.to_bytes(8, "big")
        state = expand_message_xmd(tagged, API_ID + b"SIG_GENERATOR_SEED_", 48, SHA_256)
        yield hash_to_G1(state, API_ID + b"SIG_GENERATOR_DST_", SHA_256)


def _message(octets: bytes) -> int:
    return hash_to_scalar(octets, b"MAP_MSG_TO_SCALAR_AS_HASH_")


def _domain(points: Sequence[Point], key: bytes, header: bytes) -> int:
    count = (len(points) - 1).to_bytes(8, "big")
    said = key + count + b"".join(map(octets_of, points)) + API_ID
    return hash_to_scalar(said + len(header).to_bytes(8, "big") + header)


def _sum(points: Sequence[Point], scalars: Sequence[int]) -> Point:
    total = curve.Z1
    for point, scalar in zip(points, scalars, strict=True):
        total = curve.add(total, curve.multiply(point, scalar % ORDER))
    return total


def _pairings_cancel(pairs: Sequence[tuple[Point, Point]]) -> bool:
    product = curve.FQ12.one()
    for g1, g2 in pairs:
        product *= curve.pairing(g2, g1, final_exponentiate=False)
    return bool(curve.final_exponentiate(product) == curve.FQ12.one())


def _g1(octets: bytes) -> Point:
    return decompress_G1(int.from_bytes(octets, "big"))  # type: ignore[arg-type]


def _g2(octets: bytes) -> Point:
    return decompress_G2((int.from_bytes(octets[:POINT], "big"), int.from_bytes(octets[POINT:], "big")))  # type: ignore[arg-type]
