"""PyMIFE's multi-client scheme on Curve25519: seconds for one wallet to encrypt one value, and a vector.

Run as `python pymife_multi_client_peer.py`; prints one JSON object. PyMIFE hashes labels to exponents, which
saves it the work of hashing to the group and breaks it. This file runs in an environment of its own and
imports nothing of this project.
"""

import json
import statistics
import time

from mife.data.curve25519 import Curve25519
from mife.multiclient.rom.ddh import FeDDHMultiClient


def median_seconds(work, rounds):
    """The median wall-clock time of a piece of work."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def encrypting(columns, rounds):
    """Seconds for one wallet to encrypt so many values."""
    key = FeDDHMultiClient.generate(2, columns, Curve25519()).get_enc_key(0)
    values = list(range(1, columns + 1))
    return median_seconds(lambda: FeDDHMultiClient.encrypt(values, b"label", key), rounds)


print(json.dumps({"encrypt": encrypting(1, 30), "encrypt_100": encrypting(100, 3)}))
