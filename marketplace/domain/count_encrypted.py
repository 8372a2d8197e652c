"""What do nodes say that add up under encryption? Ciphertexts of few cells are really made and compared.

Nothing that is said depends on the people, and its length grows by the same bytes with each cell; messages
are padded to words, which four more cells leave as they are. So two runs over a few cells, equal modulo four
to the number that is asked about, give the very count of any number.

The key is one that everybody knows, of the same form as the nodes': lengths are those of the real one.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from consent.computation import Computation
from consent.opened_sum import OpenedSum
from crypto.elgamal.ciphertext import encrypt
from crypto.elgamal.decryption import decrypt_partially
from crypto.elgamal.keys import KeyShare, PublicKey
from crypto.encoding import sha256
from crypto.mpc.traffic import Pair, count_traffic
from crypto.randomness import stream
from crypto.sharing.feldman import commit
from crypto.sharing.shamir import Polynomial, Share
from marketplace.domain.plan_cost import PlanCost
from marketplace.mpc_node.aggregation.protocol import Terms, aggregate
from ssi.aggregation_key import PARTIES, THRESHOLD

_STEP: Final = 4
_BINDING: Final = bytes(32)
_POINTS: Final = 2
"""A bin of a ciphertext has two points."""
READ_SECONDS: Final = 6e-6
ADD_SECONDS: Final = 0.5e-6
OPEN_SECONDS: Final = 60e-6
"""A point to read and to add (`marketplace.mpc_node.aggregation.sums`), a bin to decrypt in part
(`crypto.elgamal.decryption`)."""


def count_encrypted(computation: Computation, people: int, *, exact: bool) -> PlanCost:
    """The cost of sums over so many people, exact or with everybody's noise."""
    cells = len(computation.cells)
    least = _STEP + cells % _STEP
    rounds, sent, given = _counted(least, exact)
    _, more_sent, more_given = _counted(least + _STEP, exact)
    steps = (cells - least) // _STEP
    before = dict(sent)
    return PlanCost(
        people=people,
        rounds=rounds,
        sent_bytes=tuple((pair, before[pair] + steps * (count - before[pair])) for pair, count in more_sent),
        buyer_bytes=given + steps * (more_given - given),
        products=0,
        exact=True,
        local_seconds=_work(computation, people),
    )


@cache
def _counted(cells: int, exact: bool) -> tuple[int, Sequence[tuple[Pair, int]], int]:
    """Rounds, bytes between roles, and bytes to the buyer, over a few cells: sixteen answers in all."""
    shares = _shares()
    key = shares[0].public
    summed = encrypt(key, [0] * cells, stream(_BINDING, "plan sum")).ciphertext
    noise = None if exact else [0] * cells
    traffic, ends = count_traffic(
        [
            aggregate(Terms(role, key, summed, noise), sha256(b"plan", bytes([role])), _BINDING)
            for role in range(PARTIES)
        ]
    )
    random = stream(_BINDING, "plan opening")
    given = sum(
        len(OpenedSum(end.ciphertext, decrypt_partially(share, end.ciphertext, random)).encode())
        for end, share in zip(ends, shares, strict=True)
    )
    return traffic.rounds, tuple(sorted(traffic.sent_bytes.items())), given


@cache
def _shares() -> tuple[KeyShare, ...]:
    polynomial = Polynomial.draw(1, THRESHOLD, stream(_BINDING, "plan key"))
    public = PublicKey(commit(polynomial), PARTIES)
    return tuple(KeyShare(public, Share(party, polynomial.at(party))) for party in range(1, PARTIES + 1))


def _work(computation: Computation, people: int) -> float:
    """One node's adding up and opening: every column read once, every person in a cell added once."""
    columns = len({cell.left for cell in computation.cells})
    in_each = people / len(computation.groups) if computation.by_rows else people
    added = len(computation.cells) * in_each
    points = _POINTS * (people * columns * READ_SECONDS + added * ADD_SECONDS)
    return points + len(computation.cells) * OPEN_SECONDS
