"""What do encrypted sums cost beside the fastest peers: HEU's ZPaillier for a number, TenSEAL's BFV for bins?

Peers run right before in processes of their own, on the same machine. TenSEAL holds a person's 32 bins in one
ciphertext of a lattice scheme at 128 bits; our keys of 2048 bits are at 112, so that sizes are told for 3072
bits too.
"""

from collections.abc import Callable
from typing import Any

from rich.console import Console

from crypto.paillier.ciphertext import Sum
from crypto.paillier.decryption import BlindedDecryptor
from crypto.paillier.keys import Profile
from examples.bench.environments import ask
from examples.bench.paillier import BATCH, BINS, MICROSECONDS, House
from examples.bench.row import Row, median_seconds

HEU, TENSEAL = "HEU 0.5.2b0, ZPaillier", "TenSEAL 0.3.18, BFV"
SMALLER_GATE = 150
LEVELS = (2048, 3072)


def rows(console: Console) -> list[Row]:
    """All rows; a peer that cannot be had leaves its columns empty."""
    heu, tenseal = ask("heu", "heu_peer.py", console), ask("tenseal", "tenseal_peer.py", console)
    made = []
    for bits in LEVELS:
        house = House(Profile.SUBGROUP, bits)
        made += [*_numbers(house, None if heu is None else heu[str(bits)]), *_bins(house, tenseal)]
    return made


def _numbers(house: House, theirs: Any) -> list[Row]:
    sealed, decryptor = house.encryptor.encrypt(7), BlindedDecryptor(house.key)
    encrypt = _microseconds(lambda: [house.encryptor.encrypt(7) for _ in range(BATCH)], BATCH)
    decrypt = _microseconds(lambda: decryptor.decrypt(sealed), 1)
    return [
        Row(f"encrypt a number, {house.name}", "µs", encrypt, HEU, _in_microseconds(theirs, "encrypt")),
        Row(f"decrypt a number, {house.name}", "µs", decrypt, HEU, _in_microseconds(theirs, "decrypt")),
    ]


def _bins(house: House, theirs: Any) -> list[Row]:
    people = [house.packed() for _ in range(BATCH)]
    encrypt = _microseconds(lambda: [house.packed() for _ in range(BATCH)], BATCH)
    add = _microseconds(lambda: Sum(house.key.public).add(people), BATCH)
    size, their_size = len(people[0].encode()), None if theirs is None else theirs["bytes"]
    # The gate is stated for the smallest key that is allowed.
    gate = SMALLER_GATE if house.key.public.warning is not None else None
    name = f"{BINS} bins of a person, {house.name}"
    return [
        Row(f"encrypt {name}", "µs", encrypt, TENSEAL, _in_microseconds(theirs, "encrypt")),
        Row(f"add {name}", "µs", add, TENSEAL, _in_microseconds(theirs, "add")),
        Row(name, "bytes", size, TENSEAL, their_size, gate),
    ]


def _microseconds(work: Callable[[], object], times: int) -> float:
    return median_seconds(work) / times * MICROSECONDS


def _in_microseconds(theirs: Any, work: str) -> float | None:
    return None if theirs is None else theirs[work] * MICROSECONDS
