"""The package `pymerkle`: seconds to append an entry in bulk, and to prove one in a long tree.

Run as `python pymerkle_peer.py SIZE ASKED`; prints one JSON object. This file runs in an environment of its
own and imports nothing of this project.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pymerkle import SqliteTree

MOST_ASKED = 5


def measured(size, asked):
    """Seconds of both, on a tree in a file; each proof begins with nothing in memory."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "tree.sqlite")
        begun = time.perf_counter()
        with SqliteTree(file) as tree:
            tree.append_entries(number.to_bytes(8, "big") for number in range(size))
        appended = (time.perf_counter() - begun) / size
        seconds = []
        for number in range(min(asked, MOST_ASKED)):
            with SqliteTree(file) as tree:
                begun = time.perf_counter()
                tree.prove_inclusion(1 + number * (size // asked), size)
                seconds.append(time.perf_counter() - begun)
    return {"append": appended, "inclusion": statistics.median(seconds)}


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), int(sys.argv[2]))))
