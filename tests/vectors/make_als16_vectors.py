"""Make the ALS16 vectors anew: `PYTHONPATH=. python tests/vectors/make_als16_vectors.py`.

One key, one record encrypted in both ways, one function key and the result; and tamperings, each with the
error that must come of it.
"""

import json
from pathlib import Path

from crypto.curve import ORDER
from crypto.functional.als16 import MasterSecretKey
from crypto.functional.als16_wire import (
    encode_ciphertext,
    encode_function_key,
    encode_public_key,
    encode_secret_key,
)
from crypto.randomness import stream

FOLDER = Path(__file__).parent / "als16"
MADE_BY = "python tests/vectors/make_als16_vectors.py"
SOURCE = "Agrawal, Libert, Stehlé: Fully secure functional encryption for inner products (ePrint 2015/608)"
Document = dict[str, object]

VALUES = (36, 0, -5, 2**40)
WEIGHTS = (7, -3, 250, 0)
BOUND = 2000
OWNER = MasterSecretKey(len(VALUES), bytes(range(32)))
STRANGER = MasterSecretKey(len(VALUES), bytes(range(1, 33)))
SEED = b"\x10" * 32
POINT = 33
HEAD = 4
ID = 32


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {"als16": honest(), **bad_bytes(), **bad_decryptions()}
    return {name: {"source": SOURCE, "made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def honest() -> Document:
    """What everyone agrees on."""
    return {
        "secret_key": encode_secret_key(OWNER).hex(),
        "public_key": encode_public_key(OWNER.public).hex(),
        "values": [str(value) for value in VALUES],
        "randomness": {"seed": SEED.hex(), "label": "mask"},
        "ciphertext": _ciphertext().hex(),
        "weights": list(WEIGHTS),
        "function_key": encode_function_key(OWNER.derive_key(WEIGHTS)).hex(),
        "bound": BOUND,
        "result": 7 * 36 - 5 * 250,
    }


def bad_bytes() -> dict[str, Document]:
    """Bytes that no decoder may take."""
    public, secret = encode_public_key(OWNER.public), encode_secret_key(OWNER)
    function, ciphertext = encode_function_key(OWNER.derive_key(WEIGHTS)), _ciphertext()
    off_curve, infinity = b"\x02" + bytes(31) + b"\x05", bytes(POINT)
    first = HEAD + ID
    cases = {
        "bad_ciphertext_infinity": ("ciphertext", _put(ciphertext, first, infinity)),
        "bad_ciphertext_not_on_curve": ("ciphertext", _put(ciphertext, first + 2 * POINT, off_curve)),
        "bad_ciphertext_truncated": ("ciphertext", ciphertext[:-1]),
        "bad_ciphertext_trailing_byte": ("ciphertext", ciphertext + b"\0"),
        "bad_ciphertext_version": ("ciphertext", b"\x02" + ciphertext[1:]),
        "bad_ciphertext_more_places_than_points": ("ciphertext", _put(ciphertext, 2, b"\xff\xff")),
        "bad_public_key_infinity": ("public_key", _put(public, HEAD, infinity)),
        "bad_public_key_as_ciphertext": ("ciphertext", public),
        "bad_public_key_no_places": ("public_key", _put(public, 2, b"\0\0")),
        "bad_function_key_not_reduced": ("function_key", function[:-32] + ORDER.to_bytes(32, "big")),
        "bad_function_key_weight_out_of_range": (
            "function_key",
            _put(function, first, b"\x80" + bytes(7)),
        ),
        "bad_secret_key_no_places": ("secret_key", _put(secret, 2, b"\0\0")),
        "bad_secret_key_short_seed": ("secret_key", secret[:-1]),
    }
    return {
        name: {"decode": kind, "bytes": raw.hex(), "error": "MalformedError"}
        for name, (kind, raw) in cases.items()
    }


def bad_decryptions() -> dict[str, Document]:
    """Well-formed ciphertexts and keys that give no result together."""
    ciphertext, first = _ciphertext(), HEAD + ID
    strange = encode_ciphertext(STRANGER.owner_encrypt(VALUES, stream(SEED, "mask")))
    one, other = (slice(first + at * POINT, first + (at + 1) * POINT) for at in (2, 3))
    swapped = ciphertext[: one.start] + ciphertext[other] + ciphertext[one] + ciphertext[other.stop :]
    cases = {
        "bad_decryption_of_another_owner": (strange, BOUND),
        "bad_decryption_of_another_owner_renamed": (
            strange[:HEAD] + ciphertext[HEAD:first] + strange[first:],
            BOUND,
        ),
        "bad_decryption_points_swapped": (swapped, BOUND),
        "bad_decryption_beyond_the_bound": (ciphertext, 997),
    }
    key = encode_function_key(OWNER.derive_key(WEIGHTS)).hex()
    return {
        name: {"function_key": key, "ciphertext": raw.hex(), "bound": bound, "error": "DecryptionError"}
        for name, (raw, bound) in cases.items()
    }


def _ciphertext() -> bytes:
    return encode_ciphertext(OWNER.public.encrypt(VALUES, stream(SEED, "mask")))


def _put(raw: bytes, at: int, piece: bytes) -> bytes:
    return raw[:at] + piece + raw[at + len(piece) :]


if __name__ == "__main__":
    write(FOLDER)
