"""PyMIFE's DDH scheme for one owner on Curve25519: seconds to encrypt and to decrypt one vector.

Run as `python pymife_peer.py VECTORS`, where VECTORS is a JSON object of values, weights and bound; prints
one JSON object. `FeDamgard` is the scheme of Agrawal, Libert and Stehlé. On Curve25519 PyMIFE takes g for h
as well, which saves it nothing and leaves less than the scheme promises. This file runs in an environment of
its own and imports nothing of this project.
"""

import json
import statistics
import sys
import time

from mife.data.curve25519 import Curve25519
from mife.single.damgard import FeDamgard


def median_seconds(work, rounds=7):
    """The median of some rounds."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def measured(values, weights, bound):
    """Seconds for the two pieces of work, after the result was looked at."""
    master = FeDamgard.generate(len(values), Curve25519())
    public, key = master.get_public_key(), FeDamgard.keygen(weights, master)
    sealed, limits = FeDamgard.encrypt(values, public), (-bound, bound)
    if FeDamgard.decrypt(sealed, public, key, limits) != sum(map(int.__mul__, values, weights)):
        raise ValueError("the peer computes another result")
    return {
        "encrypt": median_seconds(lambda: FeDamgard.encrypt(values, public)),
        "decrypt": median_seconds(lambda: FeDamgard.decrypt(sealed, public, key, limits)),
    }


print(json.dumps(measured(**json.loads(sys.argv[1]))))
