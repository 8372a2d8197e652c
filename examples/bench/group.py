"""What does a multiplication in the group secp256k1 cost, beside the plain Python of py_ecc?

The same points and scalars on both sides. py_ecc is made for clarity; its multiplication takes no constant
time, so its fair partner is ours for public scalars.
"""

from collections.abc import Callable
from functools import partial

from py_ecc.secp256k1 import secp256k1

from crypto.base_point import BASE, multiply_base
from crypto.curve import ORDER
from examples.bench.row import Row, interleaved

SCALAR = pow(3, 200, ORDER)
POINT = BASE.multiply_public(pow(5, 100, ORDER))
THEIRS = secp256k1.multiply(secp256k1.G, pow(5, 100, ORDER))
TIMES = 200
MICRO = 1e6
PEER = "py_ecc"


def rows() -> list[Row]:
    """One multiplication of each kind."""
    public, secret, base, theirs = interleaved(
        [
            partial(_repeat, POINT.multiply_public),
            partial(_repeat, POINT.multiply),
            partial(_repeat, multiply_base),
            lambda: secp256k1.multiply(THEIRS, SCALAR),
        ]
    )
    peer = theirs * MICRO
    return [
        Row(name, "µs", seconds / TIMES * MICRO, PEER, peer)
        for name, seconds in (
            ("a point times a public scalar", public),
            ("a point times a secret scalar, constant time", secret),
            ("the base point times a secret scalar, constant time", base),
        )
    ]


def _repeat(multiply: Callable[[int], object]) -> None:
    for _ in range(TIMES):
        multiply(SCALAR)
