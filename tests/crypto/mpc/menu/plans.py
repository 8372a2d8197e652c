"""Small plans and what three roles hold of their records, cut as wallets cut them."""

from collections.abc import Sequence

import numpy as np

from crypto import goldilocks
from crypto.encoding import sha256
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.menu.plan import Plan
from crypto.mpc.menu.run import run_menu
from crypto.mpc.party import KeyStream, Party
from crypto.mpc.program import Program
from crypto.mpc.rounds import Words
from crypto.mpc.shares import Elements
from tests.crypto.mpc.trio import (
    BINDING,
    KEYS,
    Tamper,
    Transcript,
    drawn_words,
    opened_elements,
    parties,
    play,
)

NOTHING = Program(())
NOISE_BINDING = sha256(b"noise")


class Liar(Party):
    """A role that flips bits of ANDs in what it keeps and sends alike, so that no two copies differ."""

    lies_from = 5

    def zero_words(self, count: int) -> Words:
        words = super().zero_words(count)
        if self._draws >= self.lies_from:
            words[0] ^= np.uint64(2**64 - 1)
        return words


def noise_parties(seed: str = "noise") -> list[Party]:
    """Three roles that have met about noise."""
    keys = [sha256(seed.encode(), bytes([role])) for role in range(3)]
    return [
        Party(
            role,
            NOISE_BINDING,
            KeyStream(keys[role], NOISE_BINDING),
            KeyStream(keys[(role + 1) % 3], NOISE_BINDING),
            keys[role],
        )
        for role in range(3)
    ]


def held(columns: Sequence[Sequence[int]], *, integers: bool = True) -> list[Holdings]:
    """What each role holds of some columns, in both forms or as elements only."""
    numbers = tuple(range(len(columns)))
    elements = _tables(columns, goldilocks.PRIME)
    words = _tables(columns, 2**64)
    return [
        Holdings(Table(numbers, elements[role]), Table(numbers, words[role]) if integers else None)
        for role in range(3)
    ]


def transcript(
    plan: Plan,
    holdings: Sequence[Holdings],
    *,
    noise: str = "noise",
    tamper: Tamper | None = None,
    keys: Sequence[bytes] = KEYS,
    liar: bool = False,
) -> Transcript[Elements]:
    """Three roles run a plan; role 1 may be a liar."""
    met = parties(keys=keys)
    if liar:
        met[1] = Liar(1, BINDING, KeyStream(keys[1], BINDING), KeyStream(keys[2], BINDING), keys[1])
    roles = zip(met, noise_parties(noise), holdings, strict=True)
    return play([run_menu(party, other, plan, held) for party, other, held in roles], tamper=tamper)


def results(plan: Plan, holdings: Sequence[Holdings], **named) -> list[int]:
    """What three roles find out, opened."""
    return opened_elements(transcript(plan, holdings, **named).results)


def _tables(columns: Sequence[Sequence[int]], modulus: int) -> list[Shares]:
    records = len(columns[0])
    plain = np.array([[value % modulus for value in column] for column in columns], dtype=object)
    first, second = (
        drawn_words(plain.size, f"menu {label} {modulus}").astype(object).reshape(plain.shape) % modulus
        for label in ("0", "1")
    )
    summands = [
        part.astype(np.uint64).reshape(len(columns), records)
        for part in (first, second, (plain - first - second) % modulus)
    ]
    return [Shares(summands[role], summands[(role + 1) % 3]) for role in range(3)]
