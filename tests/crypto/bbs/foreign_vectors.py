"""The draft's own test vectors: those of SHA-256 lie beside the checkout, a few of SHAKE-256 in it."""

import json
import os
from pathlib import Path
from typing import Any

from crypto.bbs.ciphersuite import Ciphersuite
from crypto.bbs.hash_to_curve import EXPAND_BYTES
from crypto.randomness import RandomBytes

MISSING = "no shared vectors: set ARGONAUTA_VECTORS to the folder that holds bbs"


def folder() -> Path:
    beside = Path(__file__).parents[4] / "shared" / "vectors"
    return Path(os.environ.get("ARGONAUTA_VECTORS", beside)) / "bbs" / "bls12-381-sha-256"


def paths(pattern: str) -> list[Path]:
    return sorted(folder().glob(pattern))


def load(path: Path | str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder() / path).read_text(encoding="utf-8"))
    return document


def shake_256() -> dict[str, Any]:
    path = Path(__file__).parents[2] / "vectors" / "bbs_shake_256_draft.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def unhex(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def mocked_random(suite: Ciphersuite, seed: bytes, count: int) -> RandomBytes:
    """The draft's mocked random scalars (§8.1) as a source of bytes, good for `count` scalars."""
    expanded = suite.expand(seed, b"MOCK_RANDOM_SCALARS_DST_", count * EXPAND_BYTES)
    drawn = 0

    def random(length: int) -> bytes:
        nonlocal drawn
        drawn += length
        return expanded[drawn - length : drawn]

    return random
