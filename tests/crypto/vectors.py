"""Reading the vectors of this folder."""

import json
from pathlib import Path
from typing import Any

import crypto.errors

FOLDER = Path(__file__).parents[1] / "vectors" / "crypto"


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
