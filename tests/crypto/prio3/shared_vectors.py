"""The draft's own test vectors: data only, read from beside the checkout and never part of it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crypto.prio3 import instance
from crypto.prio3.scheme import AnyPrio3, Prio3
from tests.crypto.prio3.higher_degree import HigherDegree

MISSING = "no shared vectors: set ARGONAUTA_VECTORS to the folder that holds vdaf"


def folder() -> Path:
    beside = Path(__file__).parents[4] / "shared" / "vectors"
    return Path(os.environ.get("ARGONAUTA_VECTORS", beside)) / "vdaf"


def names(pattern: str) -> list[str]:
    return sorted(path.stem for path in folder().glob(f"{pattern}.json"))


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))
    return document


def prio3_of(name: str, document: dict[str, Any]) -> AnyPrio3:
    """The instance that a vector of this name is about."""
    shares = document["shares"]
    length, chunk = document.get("length", 0), document.get("chunk_length", 0)
    most, weight = document.get("max_measurement", 0), document.get("max_weight", 0)
    made: dict[str, Callable[[], AnyPrio3]] = {
        "Count": lambda: instance.count(shares),
        "Sum": lambda: instance.sum_of(most, shares),
        "SumVec": lambda: instance.sum_vector(length, most, chunk, shares),
        "SumVecWithMultiproof": lambda: instance.sum_vector_multiproof(length, most, chunk, shares),
        "Histogram": lambda: instance.histogram(length, chunk, shares),
        "MultihotCountVec": lambda: instance.multihot(length, weight, chunk, shares),
        "HigherDegree": lambda: Prio3(HigherDegree(), instance.PRIVATE_USE, shares),
    }
    return made[name.partition("_")[0].removeprefix("Prio3")]()
