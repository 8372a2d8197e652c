"""TenSEAL's BFV: a histogram of 32 bins per person, encrypted and added.

Run as `python tenseal_peer.py`; prints one JSON object: seconds to encrypt and to add, bytes of a ciphertext
on the wire. This file runs in an environment of its own and imports nothing of this project.
"""

import json
import statistics
import time

import tenseal


def median_seconds(work, rounds=25):
    """The median of some rounds."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


context = tenseal.context(tenseal.SCHEME_TYPE.BFV, poly_modulus_degree=4096, plain_modulus=1032193)
bins = [0] * 32
bins[7] = 1
one, other = tenseal.bfv_vector(context, bins), tenseal.bfv_vector(context, bins)
print(
    json.dumps(
        {
            "encrypt": median_seconds(lambda: tenseal.bfv_vector(context, bins)),
            "add": median_seconds(lambda: one + other),
            "bytes": len(one.serialize()),
        }
    )
)
