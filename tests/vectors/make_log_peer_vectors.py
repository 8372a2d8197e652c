"""Makes the vectors of another implementation: `python tests/vectors/make_log_peer_vectors.py`.

Run it by an interpreter that has `pymerkle` 7.0.0 (GPL; never a dependency of ours). Its trees of
`number.to_bytes(3, "big")` are those of RFC 6962; roots and inclusion paths are written as it gives them,
without a line of ours. Its consistency proofs have a form of their own, not that of RFC 9162 §2.1.4.
"""

import json
from pathlib import Path
from typing import Any

SIZES = (1, 2, 3, 7, 255, 256, 257, 300, 511, 513, 1000)
TARGET = Path(__file__).parent / "log" / "pymerkle.json"


def document(pymerkle: Any) -> dict[str, object]:
    """All cases."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(max(SIZES)):
        tree.append_entry(number.to_bytes(3, "big"))
    return {
        "made_by": "python tests/vectors/make_log_peer_vectors.py",
        "source": f"pymerkle {pymerkle.__version__}",
        "roots": {str(size): tree.get_root(size).hex() for size in SIZES},
        "inclusion": [
            {"index": index, "size": size, "hashes": _others(tree.prove_inclusion(index + 1, size))}
            for size in SIZES
            for index in sorted({0, size // 2, size - 1})
        ],
    }


def _others(proof: Any) -> list[str]:
    """Its path begins with the leaf's own hash."""
    return [each.hex() for each in proof.path[1:]]


if __name__ == "__main__":
    import pymerkle  # type: ignore[import-not-found]

    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(document(pymerkle), indent=1) + "\n", encoding="utf-8")
