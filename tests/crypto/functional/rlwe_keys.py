"""Keys and records of the scheme over rings, for its tests."""

from hypothesis import strategies as st

from crypto.functional.rlwe.parameters import (
    choose,
)
from crypto.functional.rlwe.scheme import MasterSecretKey, encrypt
from crypto.randomness import stream

DEGREE, COLUMNS, BOUND = 64, 3, 50

SMALL = choose(COLUMNS, BOUND, BOUND, degree=DEGREE)

OWNER = MasterSecretKey(SMALL, b"\x41" * 32)

OTHER_OWNER = MasterSecretKey(SMALL, b"\x42" * 32)

PUBLIC = OWNER.public

RANDOM = stream(b"\x43" * 32, "encrypt")

WEIGHTS = (50, -50, 7)

KEY = OWNER.derive_key(WEIGHTS)

rows = st.lists(st.integers(-BOUND, BOUND), min_size=COLUMNS, max_size=COLUMNS)


def results(weights, records):
    return [sum(y * x for y, x in zip(weights, record, strict=True)) for record in records]


RAW = encrypt([(1, 2, 3)] * DEGREE, PUBLIC, RANDOM).encode()
