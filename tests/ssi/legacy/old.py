"""Old credentials as didkit signed them, and the process that reads them."""

import importlib.util
import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ssi.key_binding import Challenge

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHALLENGE = Challenge("https://market.example", "n-0S6_WzA2Mj")
FOLDER = Path(__file__).parents[2] / "vectors" / "legacy"
VECTORS: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}

needs_didkit = pytest.mark.skipif(
    importlib.util.find_spec("didkit") is None,
    reason="didkit has no wheel for this Python: old credentials are not read here",
)


def vector(name: str, **changes: Any) -> Any:
    """A document of its own; None takes a member out."""
    document = deepcopy(VECTORS[name])
    if not changes:
        return document
    return {key: value for key, value in {**document, **changes}.items() if value is not None}


def with_proof(name: str, **changes: Any) -> dict[str, Any]:
    """A document whose proof has changed members."""
    document = vector(name)
    proof = {key: value for key, value in {**document["proof"], **changes}.items() if value is not None}
    return {**document, "proof": proof}
