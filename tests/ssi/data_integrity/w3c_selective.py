"""The W3C's own test vectors of both selective suites; source and licence are written in each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crypto.randomness import RandomBytes
from ssi.did.public_key import PublicKey

FOLDER = Path(__file__).parents[2] / "vectors" / "w3c_selective"


def w3c_vector(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def split(credential: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The document and its proof."""
    return {name: value for name, value in credential.items() if name != "proof"}, credential["proof"]


def key_of(credential: Mapping[str, Any]) -> PublicKey:
    return PublicKey.from_multikey(credential["proof"]["verificationMethod"].partition("#")[2])


def drawn_from(*draws: bytes) -> RandomBytes:
    """A source of randomness that gives these bytes, one after the other."""
    left = list(draws)
    return lambda length: left.pop(0)
