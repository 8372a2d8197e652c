"""Make the vectors of one owner: `PYTHONPATH=. python tests/vectors/make_functional_owner_vectors.py`.

Those of `crypto.functional.dcr` and `crypto.functional.rlwe`. The schemes are written out a second time here:
powers are Python's own, and a transformed polynomial is one that is evaluated point by point.
"""

import hashlib
import json
from bisect import bisect_right
from decimal import Context, Decimal
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from crypto.functional.dcr import encrypt as dcr_encrypt
from crypto.functional.dcr_keys import Bounds, MasterSecretKey
from crypto.functional.rlwe.gaussian import Width, key_stream
from crypto.functional.rlwe.parameters import choose
from crypto.randomness import expand, stream

FOLDER = Path(__file__).parent / "functional"
MADE_BY = "python tests/vectors/make_functional_owner_vectors.py"
Document = dict[str, Any]

SEED = bytes(range(40, 72))

# Well-known safe primes of 160 bits.
P, Q = 0xE0D69BD62B786B629B405D9961D736E312979DEF, 0xECC9480FECEAC2CE7007DAFCB79BDC2939198C9F


def documents() -> dict[str, Document]:
    """All vectors of one owner by name."""
    made = {"dcr": dcr(), "rlwe": rlwe(), **bad_dcr(), **bad_rlwe()}
    return {name: {"made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


OWNER = MasterSecretKey(P, Q, expand(SEED, "dcr", 32), 3, Bounds(2**100, 2**100))
RECORD, DCR_WEIGHTS = (5, -(2**100), 2**99 + 12345), (2**100, -3, 2**70)


def dcr() -> Document:
    n = P * Q
    square = n * n
    g, secret = int(OWNER.public.g), [int(s) for s in OWNER.secrets]
    raw = stream(SEED, "dcr randomness")
    r = _below(n // 4, raw)
    mask = pow(g, r, square)
    elements = [
        (1 + x * n) * pow(pow(g, s, square), r, square) % square for x, s in zip(RECORD, secret, strict=True)
    ]
    body = b"".join(number.to_bytes(80, "big") for number in (mask, *elements))
    ciphertext = b"\x01\x06" + OWNER.public.key_id + (3).to_bytes(2, "big") + body
    return {
        "source": "Agrawal, Libert, Stehlé, ePrint 2015/608, section 5",
        "p": hex(P),
        "q": hex(Q),
        "seed": OWNER.seed.hex(),
        "value_bound": str(OWNER.bounds.value),
        "weight_bound": str(OWNER.bounds.weight),
        "public": OWNER.public.encode().hex(),
        "secrets": [str(s) for s in secret],
        "record": [str(x) for x in RECORD],
        "weights": [str(y) for y in DCR_WEIGHTS],
        "random": SEED.hex(),
        "ciphertext": ciphertext.hex(),
        "key": str(sum(y * s for y, s in zip(DCR_WEIGHTS, secret, strict=True))),
        "result": str(sum(y * x for y, x in zip(DCR_WEIGHTS, RECORD, strict=True))),
    }


def _below(bound: int, draw: Any) -> int:
    bits = (bound - 1).bit_length()
    while True:
        drawn: int = int.from_bytes(draw((bits + 7) // 8), "big") % 2**bits
        if drawn < bound:
            return drawn


def bad_dcr() -> dict[str, Document]:
    raw = dcr_encrypt(RECORD, OWNER.public, stream(SEED, "dcr randomness")).encode(OWNER.public)
    cases = {
        "ciphertext_truncated": ("ciphertext", raw[:-1], "MalformedError"),
        "ciphertext_of_another_key": ("ciphertext", raw[:2] + bytes(32) + raw[34:], "MalformedError"),
        "ciphertext_zero": ("ciphertext", raw[:36] + bytes(80) + raw[116:], "MalformedError"),
        "ciphertext_multiple_of_a_factor": (
            "ciphertext",
            raw[:36] + P.to_bytes(80, "big") + raw[116:],
            "MalformedError",
        ),
        "ciphertext_out_of_range": ("ciphertext", raw[:36] + b"\xff" * 80 + raw[116:], "MalformedError"),
        "ciphertext_altered": ("ciphertext", raw[:-1] + bytes((raw[-1] ^ 1,)), "DecryptionError"),
        "ciphertext_columns_swapped": (
            "ciphertext",
            raw[:36] + raw[116:196] + raw[36:116] + raw[196:],
            "DecryptionError",
        ),
    }
    return bad("dcr", cases)


LATTICE = choose(2, 10, 10, degree=16)
LATTICE_SEED = expand(SEED, "rlwe", 32)
BATCH, LATTICE_WEIGHTS = ((1, -2), (10, 10), (-7, 0)), (3, -10)
Polynomial = list[int]


def rlwe() -> Document:
    secret = [noise(LATTICE_SEED, "argonauta rlwe secrets v1", LATTICE.widths[0], at) for at in range(2)]
    return {
        "source": "Bermudo Mera, Karmakar, Marc, Soleimanian, ePrint 2021/046, section 4; a toy degree",
        "columns": LATTICE.columns,
        "value_bound": LATTICE.value_bound,
        "weight_bound": LATTICE.weight_bound,
        "degree": LATTICE.degree,
        "primes": list(LATTICE.primes),
        "seed": LATTICE_SEED.hex(),
        "secrets": secret,
        "public": lattice_public().hex(),
        "batch": [list(record) for record in BATCH],
        "random": SEED.hex(),
        "ciphertext": lattice_ciphertext().hex(),
        "weights": list(LATTICE_WEIGHTS),
        "results": [sum(y * x for y, x in zip(LATTICE_WEIGHTS, record, strict=True)) for record in BATCH],
    }


def noise(seed: bytes, label: str, width: Width, number: int, count: int = 2) -> Polynomial:
    """The polynomial at a place among `count` of the same label: inversion by bisection, Horner's rule."""
    words = key_stream(expand(seed, label, 32), count * 16 * width.steps * 8)
    limits, drawn = distribution(), []
    for at in range(number * 16, (number + 1) * 16):
        value = 0
        for step in range(width.steps):
            place = 8 * (at * width.steps + step)
            word = int.from_bytes(words[place : place + 8], "little")
            value = value * width.factor + bisect_right(limits, word) - 288
        drawn.append(value)
    return drawn


@lru_cache
def distribution() -> list[int]:
    """P(z <= x) · 2^64 for a discrete Gaussian of variance 576, rounded."""
    context = Context(prec=60)
    weights = [context.exp(context.divide(Decimal(-x * x), Decimal(1152))) for x in range(-288, 289)]
    total = sum(weights)
    shares = (context.divide(part * 2**64, Decimal(total)) for part in accumulate(weights[:-1]))
    return [min(round(share), 2**64 - 1) for share in shares]


def values(polynomial: Polynomial) -> list[list[int]]:
    """The values at the odd powers of ψ, in bit-reversed order, modulo each prime."""
    rows = []
    for p in LATTICE.primes:
        roots = (pow(x, (p - 1) // 32, p) for x in range(2, p))
        psi = next(root for root in roots if pow(root, 16, p) == p - 1)
        odd = [2 * int(f"{at:04b}"[::-1], 2) + 1 for at in range(16)]
        points = [pow(psi, exponent, p) for exponent in odd]
        rows.append([sum(c * pow(point, k, p) for k, c in enumerate(polynomial)) % p for point in points])
    return rows


def uniform_values() -> list[list[int]]:
    words = key_stream(expand(LATTICE_SEED, "argonauta rlwe uniform v1", 32), len(LATTICE.primes) * 256)
    numbers = [int.from_bytes(words[at : at + 8], "little") for at in range(0, len(words), 8)]
    high, low = numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]
    pairs = [((a << 64) + b) for a, b in zip(high, low, strict=True)]
    return [[pair % p for pair in pairs[at * 16 : (at + 1) * 16]] for at, p in enumerate(LATTICE.primes)]


def lattice_residues(rows: list[list[int]]) -> bytes:
    return b"".join(residue.to_bytes(4, "big") for row in rows for residue in row)


def plus_product(a: list[list[int]], b: list[list[int]], c: list[list[int]]) -> list[list[int]]:
    """a · b + c, value by value."""
    return [
        [(x * y + z) % p for x, y, z in zip(*rows, strict=True)]
        for *rows, p in zip(a, b, c, LATTICE.primes, strict=True)
    ]


def lattice_base(column: int) -> list[list[int]]:
    s = noise(LATTICE_SEED, "argonauta rlwe secrets v1", LATTICE.widths[0], column)
    e = noise(LATTICE_SEED, "argonauta rlwe errors v1", LATTICE.widths[0], column)
    return plus_product(uniform_values(), values(s), values(e))


def lattice_public() -> bytes:
    head = b"\x01\x07" + (2).to_bytes(2, "big") + (16).to_bytes(2, "big") + (10).to_bytes(4, "big") * 2
    bases = b"".join(lattice_residues(lattice_base(column)) for column in range(2))
    return head + expand(LATTICE_SEED, "argonauta rlwe uniform v1", 32) + bases


def lattice_ciphertext() -> bytes:
    seed = stream(SEED, "rlwe randomness")(32)
    r = values(noise(seed, "argonauta rlwe r v1", LATTICE.widths[1], 0, 1))
    f_0 = values(noise(seed, "argonauta rlwe f0 v1", LATTICE.widths[1], 0, 1))
    elements = [plus_product(uniform_values(), r, f_0)]
    for column in range(2):
        f = noise(seed, "argonauta rlwe f v1", LATTICE.widths[2], column)
        for at, record in enumerate(BATCH):
            f[at] += LATTICE.scale * record[column]
        elements.append(plus_product(lattice_base(column), r, values(f)))
    key_id = hashlib.sha256(b"argonauta rlwe key v1" + lattice_public()).digest()
    return b"\x01\x08" + key_id + (3).to_bytes(2, "big") + b"".join(map(lattice_residues, elements))


def bad_rlwe() -> dict[str, Document]:
    raw = lattice_ciphertext()
    size = 4 * 16 * len(LATTICE.primes)
    cases = {
        "ciphertext_truncated": ("ciphertext", raw[:-4], "MalformedError"),
        "ciphertext_of_another_key": ("ciphertext", raw[:2] + bytes(32) + raw[34:], "MalformedError"),
        "ciphertext_without_records": ("ciphertext", raw[:34] + bytes(2) + raw[36:], "MalformedError"),
        "ciphertext_of_too_many_records": (
            "ciphertext",
            raw[:34] + (17).to_bytes(2, "big") + raw[36:],
            "MalformedError",
        ),
        "ciphertext_not_reduced": ("ciphertext", raw[:-4] + b"\xff" * 4, "MalformedError"),
        "ciphertext_altered": ("ciphertext", raw[:-1] + bytes((raw[-1] ^ 1,)), "DecryptionError"),
        "ciphertext_without_mask": (
            "ciphertext",
            raw[:36] + bytes(size) + raw[36 + size :],
            "DecryptionError",
        ),
    }
    return bad("rlwe", cases)


def bad(base: str, cases: dict[str, tuple[str, bytes, str]]) -> dict[str, Document]:
    """One document for each tampering: the second message of its kind is replaced."""
    return {
        f"bad_{base}_{name}": {"base": base, "kind": kind, "bytes": raw.hex(), "error": error}
        for name, (kind, raw, error) in cases.items()
    }


if __name__ == "__main__":
    write(FOLDER)
