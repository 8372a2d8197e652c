"""The keys of the vectors, so that no test draws its own."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import crypto.errors
from crypto.paillier.keys import Profile
from crypto.paillier.private_key import PrivateKey
from crypto.paillier.schema import QuerySchema
from crypto.paillier.threshold import KeyShare, ThresholdKey, deal
from crypto.randomness import expand, stream

FOLDER = Path(__file__).parents[2] / "vectors" / "paillier"
TEST_BITS = 512


def vector(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def names(pattern: str) -> list[str]:
    found = sorted(path.stem for path in FOLDER.glob(f"{pattern}.json"))
    assert found, f"no vector is called {pattern}"
    return found


def error_of(document: dict[str, Any]) -> type[crypto.errors.CryptoError]:
    kind: type[crypto.errors.CryptoError] = getattr(crypto.errors, document["error"])
    return kind


@cache
def private_key(profile: Profile, bits: int = TEST_BITS) -> PrivateKey:
    return PrivateKey.decode(bytes.fromhex(vector(f"key_{profile}_{bits}")["private"]), least_bits=TEST_BITS)


SUBGROUP = private_key(Profile.SUBGROUP)
DJN = private_key(Profile.DJN)
BOTH = (SUBGROUP, DJN)


@cache
def shared_key(threshold: int = 3, decryptors: int = 5) -> tuple[ThresholdKey, tuple[KeyShare, ...]]:
    return deal(DJN, stream(b"\x05" * 16, "deal"), threshold=threshold, decryptors=decryptors)


def contributor(number: int) -> bytes:
    return expand(b"\x01" * 16, f"contributor {number}", 32)


def schema(**terms: Any) -> QuerySchema:
    standard = {"query": "q", "key_id": SUBGROUP.public.key_id, "bins": 4, "value_bits": 8}
    return QuerySchema(**{**standard, "most_contributors": 20, **terms})


def one_hot_schema(**terms: Any) -> QuerySchema:
    return schema(**{"value_bits": 1, "one_hot": True, **terms})
