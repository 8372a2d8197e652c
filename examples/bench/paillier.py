"""What do encrypted sums cost a wallet, an aggregator and a key holder, held against `phe`?

One core; medians of one run, in turns with the peer. Both use the same n. A histogram is one person's 32 bins
of 16 bits for a crowd of at most 1000: one packed ciphertext of ours, 32 of `phe`, which has no packing; it
uses gmpy2 as well. Fixed-base tables are made before, and a row says what that costs. Keys come from the test
vectors, since drawing them is no part of the work.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import phe

from crypto.paillier.ciphertext import Ciphertext, Sum
from crypto.paillier.contribution import Contribution
from crypto.paillier.decryption import BlindedDecryptor, Decryptor
from crypto.paillier.encryption import BlindingPool, Encryptor, window_for
from crypto.paillier.fixed_base import FixedBase
from crypto.paillier.keys import Profile
from crypto.paillier.one_hot import contribute_one_hot, wrong_contributions
from crypto.paillier.packing import pack
from crypto.paillier.partial_decryption import combine, decrypt_partially
from crypto.paillier.private_key import PrivateKey
from crypto.paillier.schema import QuerySchema
from crypto.paillier.threshold import deal
from examples.bench.row import Row, interleaved

VECTORS: Final = Path(__file__).parents[2] / "tests" / "vectors" / "paillier"
BINS: Final = 32
VALUES: Final = tuple(range(1000, 1000 + BINS))
MANY: Final = 5000
"""So many encryptions are expected that the widest table pays."""
BATCH: Final = 40
MICROSECONDS: Final = 1e6
PEER: Final = "phe"
ENCRYPTION_GATE: Final = {Profile.SUBGROUP: 1500, Profile.DJN: 400}
ADD_GATE: Final = 100
DECRYPT_GATE: Final = 4


class House:
    """One key, with all that both sides make of it."""

    def __init__(self, profile: Profile, bits: int) -> None:
        document = json.loads((VECTORS / f"key_{profile}_{bits}.json").read_text(encoding="utf-8"))
        self.key = PrivateKey.decode(bytes.fromhex(document["private"]))
        self.name = f"{bits} bits, {profile}"
        public = self.key.public
        self.schema = QuerySchema("bench", public.key_id, BINS, value_bits=16, most_contributors=1000)
        self.one_hot = QuerySchema(
            "bench/one-hot", public.key_id, BINS, value_bits=1, most_contributors=1000, one_hot=True
        )
        self.encryptor = Encryptor(public, expected=MANY)
        self.encryptor.encrypt(0)
        self.their_public = phe.PaillierPublicKey(int(public.n))
        primes = int(self.key.first.prime), int(self.key.second.prime)
        self.their_private = phe.PaillierPrivateKey(self.their_public, *primes)

    def packed(self) -> Ciphertext:
        """One person's histogram in one ciphertext."""
        return self.encryptor.encrypt(pack(self.schema, VALUES))

    def their_bins(self) -> list[Any]:
        """One person's histogram as `phe` has it."""
        return [self.their_public.encrypt(value) for value in VALUES]


def rows() -> list[Row]:
    """Everything about encrypted sums, in less than a minute."""
    made = []
    for profile, bits in ((Profile.SUBGROUP, 2048), (Profile.SUBGROUP, 3072), (Profile.DJN, 3072)):
        house = House(profile, bits)
        made += [*encryption(house), *histogram(house)]
        if profile is Profile.SUBGROUP:
            made += [*addition(house), *decryption(house), *proofs(house)]
        else:
            made += shares(house)
    return made


def encryption(house: House) -> list[Row]:
    """One number: by table, from stock, alone without a table; and what the table costs."""
    public, pool = house.key.public, BlindingPool(house.encryptor)
    pool.fill(9 * BATCH)
    alone, window = Encryptor(public), window_for(MANY)
    table, stock, once, theirs, made = _each(
        [
            (partial(_repeat, partial(house.encryptor.encrypt, 7), BATCH), BATCH),
            (partial(_repeat, partial(pool.encrypt, 7), BATCH), BATCH),
            (partial(alone.encrypt, 7), 1),
            (partial(house.their_public.encrypt, 7), 1),
            (lambda: FixedBase(public, window).prepare(public.exponent_bits), 1),
        ],
    )
    return [
        Row(f"encrypt a number, {house.name}", "µs", table, PEER, theirs),
        Row(f"encrypt with blinding from stock, {house.name}", "µs", stock, PEER, theirs),
        Row(f"encrypt once, constant time, no table, {house.name}", "µs", once, PEER, theirs),
        Row(f"make the table of window {window}, {house.name}", "µs", made),
    ]


def histogram(house: House) -> list[Row]:
    """One person's packed histogram."""
    ours, theirs = _each([(partial(_repeat, house.packed, BATCH), BATCH), (house.their_bins, 1)], rounds=3)
    # The gates are stated for keys of full level.
    gate = ENCRYPTION_GATE[house.key.public.profile] if house.key.public.warning is None else None
    return [Row(f"encrypt {BINS} bins of a person, {house.name}", "µs", ours, PEER, theirs, gate)]


def addition(house: House) -> list[Row]:
    """One person's histogram into the sum, as it is and with all checks of what arrives."""
    people = [house.packed() for _ in range(BATCH)]
    sent = [Contribution(house.schema.digest, bytes(32), each).encode() for each in people]
    bins = [house.their_public.encrypt(value, r_value=3) for value in VALUES]
    ours, checked, theirs = _each(
        [
            (lambda: Sum(house.key.public).add(people * 25), 25 * BATCH),
            (lambda: Sum(house.key.public).add(_read(house, sent * 5)), 5 * BATCH),
            (lambda: _repeat(lambda: [total + each for total, each in zip(bins, bins, strict=True)], 25), 25),
        ],
    )
    return [
        Row(f"add {BINS} bins of a person, {house.name}", "µs", ours, PEER, theirs, ADD_GATE),
        Row(f"read, check and add {BINS} bins of a person, {house.name}", "µs", checked, PEER, theirs),
    ]


def decryption(house: House) -> list[Row]:
    """One ciphertext, and a histogram."""
    ours, theirs = house.packed(), house.their_public.encrypt(7)
    blinded, constant = BlindedDecryptor(house.key), Decryptor(house.key)
    fast, secure, peer = _each(
        [
            (partial(_repeat, partial(blinded.decrypt, ours), 5), 5),
            (partial(_repeat, partial(constant.decrypt, ours), 5), 5),
            (partial(_repeat, partial(house.their_private.decrypt, theirs), 5), 5),
        ],
        rounds=9,
    )
    return [
        Row(f"decrypt a ciphertext, blinded, {house.name}", "µs", fast, PEER, peer, DECRYPT_GATE),
        Row(f"decrypt a ciphertext, constant time, {house.name}", "µs", secure, PEER, peer),
        Row(f"decrypt {BINS} bins, blinded, {house.name}", "µs", fast, PEER, BINS * peer),
    ]


def proofs(house: House) -> list[Row]:
    """A vote in one of 32 bins, proved by its maker and verified in a batch; nobody else has that."""
    names = [person.to_bytes(32, "big") for person in range(BATCH)]
    votes = [contribute_one_hot(house.one_hot, 5, name, house.encryptor) for name in names]
    proving, verifying = _each(
        [
            (lambda: contribute_one_hot(house.one_hot, 5, names[0], house.encryptor), 1),
            (lambda: wrong_contributions(house.one_hot, votes), BATCH),
        ],
        rounds=3,
    )
    return [
        Row(f"prove one vote in {BINS} bins, {house.name}", "µs", proving),
        Row(f"verify one vote of {BATCH} in {BINS} bins, {house.name}", "µs", verifying),
        Row(f"one proved vote in {BINS} bins, {house.name}", "bytes", len(votes[0].encode())),
    ]


def shares(house: House) -> list[Row]:
    """A decryptor's answer with its proof, and three of five answers verified and combined."""
    key, parts = deal(house.key, threshold=3, decryptors=5)
    ciphertext = house.packed()
    answers = [decrypt_partially(part, ciphertext) for part in parts[:3]]
    answering, combining = _each(
        [
            (lambda: decrypt_partially(parts[0], ciphertext), 1),
            (lambda: combine(key, ciphertext, answers), 1),
        ],
        rounds=3,
    )
    return [
        Row(f"answer as one of five decryptors, {house.name}", "µs", answering),
        Row(f"verify and combine three answers, {house.name}", "µs", combining),
    ]


def _read(house: House, sent: Sequence[bytes]) -> list[Ciphertext]:
    return [Contribution.decode(raw, house.key.public, house.schema).ciphertext for raw in sent]


def _repeat(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()


def _each(works: Sequence[tuple[Callable[[], object], int]], rounds: int = 5) -> list[float]:
    """Microseconds of each piece of work, by the number of times it does the same."""
    medians = interleaved([work for work, _ in works], rounds=rounds)
    return [MICROSECONDS * median / times for median, (_, times) in zip(medians, works, strict=True)]
