"""HEU's ZPaillier: seconds to encrypt and decrypt one number.

Run as `python heu_peer.py`; prints one JSON object. This file runs in an environment of its own (HEU needs
numpy below 2) and imports nothing of this project.
"""

import json
import statistics
import time

from heu import phe


def median_seconds(work, rounds=15):
    """The median of some rounds."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def measured(bits):
    """Seconds for both pieces of work under a fresh key."""
    kit = phe.setup(phe.SchemaType.ZPaillier, bits)
    encryptor, decryptor = kit.encryptor(), kit.decryptor()
    number = kit.plaintext(123456789)
    sealed = encryptor.encrypt(number)
    return {
        "encrypt": median_seconds(lambda: encryptor.encrypt(number)),
        "decrypt": median_seconds(lambda: decryptor.decrypt(sealed)),
    }


print(json.dumps({str(bits): measured(bits) for bits in (2048, 3072)}))
