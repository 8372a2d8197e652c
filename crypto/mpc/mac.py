"""How is a lie in a multiplication noticed? Everything is computed twice, once under a factor nobody knows.

A random r is shared that no role knows. Every value x comes with a *tag*, shares of r·x; sums and public
factors apply to both, and of a product x·y the tag is (r·x)·y, by a second multiplication in the same round.
A role that lies in a multiplication of `crypto.mpc.arithmetic` shifts its result by a d of its choice, which
it cannot make fit the tag without knowing r. Every result and its tag are added, times a random α that is
shared and never known to anybody, to two sums. Before anything is released, `verify` makes shares of both
sums U = Σ α·tag and W = Σ α·value, opens r, and lets T = U - r·W be seen as zero or not: it opens ρ·T for a
random shared ρ. (Chida, Genkin, Hamada, Ikarashi, Kikuchi, Lindell, Nof, "Fast Large-Scale Honest-Majority
MPC for Malicious Adversaries", Crypto 2018, ePrint 2018/570.)

Soundness. Let a product be off by d, and its tag by d'. The check passes only if d' = r·d although r was
uniform to the liar (probability 1/p); or if the α of that product, which is uniform to the liar too, makes
the errors cancel, those in U and W included (1/p); or if its lie about ρ·T, added while ρ is uniform to it,
makes that zero (1/p). All in all at most 3/p < 2^-62 for each call of `verify`, however many products it
covers; the streams add what an attack on AES-128 achieves. What a liar chooses does not depend on data, so
that a run that is stopped tells nothing about them: only that the check failed, never where.

After `verify` r is public. Products computed later need another `Authenticator`.

Cost. Two multiplications instead of one, one more for each value that is admitted, and two inner products
with α: three to four times the time of the plain computation and twice its traffic. Nothing is kept.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.errors import CryptoError, OutOfRangeError, ProtocolError
from crypto.goldilocks import FieldVector
from crypto.mpc import local
from crypto.mpc.arithmetic import opened, reshare
from crypto.mpc.local import Columns, Shares
from crypto.mpc.party import BLOCK_WORDS, Party
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements

SOUNDNESS_BITS: Final = 62
"""A lie passes one check with probability below 2^-62."""


@dataclass(frozen=True, eq=False)
class Authenticated:
    """Shared values and their tags, of one shape; equal operations keep them together."""

    values: Elements
    tags: Elements

    def __add__(self, other: "Authenticated") -> "Authenticated":
        return Authenticated(self.values + other.values, self.tags + other.tags)

    def __sub__(self, other: "Authenticated") -> "Authenticated":
        return Authenticated(self.values - other.values, self.tags - other.tags)

    def scale(self, factor: int) -> "Authenticated":
        """The values times one public integer."""
        return Authenticated(self.values.scale(factor), self.tags.scale(factor))

    def weigh(self, factors: FieldVector) -> "Authenticated":
        """The values times public ones, element by element."""
        return Authenticated(self.values.weigh(factors), self.tags.weigh(factors))

    def reshape(self, *shape: int) -> "Authenticated":
        """The same values in another shape."""
        return Authenticated(self.values.reshape(*shape), self.tags.reshape(*shape))


@dataclass(eq=False)
class Authenticator:
    """One random factor, and the sums over all that was computed under it and waits to be verified."""

    party: Party
    _factor: Elements = field(repr=False)
    _sums: NDArray[np.uint64] = field(repr=False)
    _spent: bool = False

    @classmethod
    def draw(cls, party: Party) -> "Authenticator":
        """A fresh factor that nobody knows; no message."""
        factor = Elements(party.role, *party.random_elements(1))
        return cls(party, factor, np.zeros((2, 3), dtype=np.uint64))

    def admit(self, values: Elements) -> Protocol[Authenticated]:
        """Give tags to values that are shared correctly, such as inputs. One round.

        Raises:
            CryptoError: the factor was opened already.
            MalformedMessageError: as `reshare`.
        """
        self._require_secret()
        table = Shares(values.first.reshape(1, -1), values.second.reshape(1, -1))
        part = local.weighted_columns(table, _shares(self._factor))
        tags = yield from reshare(self.party, part.reshape(values.shape))
        return self._note(Authenticated(values, tags))

    def multiply(self, left: Authenticated, right: Authenticated) -> Protocol[Authenticated]:
        """The products of two vectors of one shape, element by element. One round.

        Raises:
            OutOfRangeError: the shapes differ.
            CryptoError: the factor was opened already.
            MalformedMessageError: as `reshare`.
        """
        if left.values.shape != right.values.shape:
            raise OutOfRangeError(
                f"expected factors of one shape, got {left.values.shape} and {right.values.shape}"
            )
        parts = np.empty((2, *left.values.shape), dtype=np.uint64)
        for part, factor in zip(parts, (left.values, left.tags), strict=True):
            local.products(_shares(factor), _shares(right.values), out=part.reshape(-1))
        return (yield from self.reshare(parts))

    def pair_products(self, table: Authenticated, pairs: Columns) -> Protocol[Authenticated]:
        """Σ x_j x_k over the records, for pairs (j, k) of columns (columns by records). One round.

        Raises:
            CryptoError: the factor was opened already.
            MalformedMessageError: as `reshare`.
        """
        values = _shares(table.values)
        parts = [local.pair_sums(_shares(each), values, pairs) for each in (table.values, table.tags)]
        return (yield from self.reshare(np.stack(parts)))

    def reshare(self, parts: FieldVector) -> Protocol[Authenticated]:
        """Make shares of products (`parts[0]`) and tags (`parts[1]`) from what the roles computed. One round.

        Raises:
            CryptoError: the factor was opened already.
            MalformedMessageError: as `crypto.mpc.arithmetic.reshare`.
        """
        self._require_secret()
        both = yield from reshare(self.party, parts)
        return self._note(Authenticated(both.take(0), both.take(1)))

    def verify(self) -> Protocol[None]:
        """Return only if all products so far are right; four rounds, a few words. Ends the factor's use.

        Raises:
            ProtocolError: a product is wrong, or what was opened differs; either of the other two roles may
                have caused it.
            CryptoError: the factor was opened already.
            MalformedMessageError: a role sent what are no field elements; it is the culprit.
        """
        self._require_secret()
        self._spent = True
        parts = [goldilocks.reduced(*words) for words in self._sums.tolist()]
        sums = yield from reshare(self.party, goldilocks.stacked(parts))
        # Only now, when nobody can change the sums any more, may r be known.
        factor = yield from opened(self.party, self._factor)
        difference = sums.take(slice(1, 2)) - sums.take(slice(0, 1)).scale(int(factor[0]))
        blind = Elements(self.party.role, *self.party.random_elements(1))
        product = yield from reshare(self.party, local.products(_shares(blind), _shares(difference)))
        shown = yield from opened(self.party, product)
        if shown.any():
            raise ProtocolError(
                "a product does not fit its tag: another role did not multiply what it was given",
                tuple(sorted((self.party.before, self.party.after))),
            )

    def _note(self, noted: Authenticated) -> Authenticated:
        """Add values and tags to the sums, with one fresh α for each pair."""
        streams = self.party.streams()
        vectors = [half.reshape(-1) for half in (*_shares(noted.values), *_shares(noted.tags))]
        for start in range(0, vectors[0].size, BLOCK_WORDS):
            blocks = [vector[start : start + BLOCK_WORDS] for vector in vectors]
            weights = Shares(*(stream.next(blocks[0].size) for stream in streams))
            local.add_inner_product(self._sums[0], weights, Shares(blocks[0], blocks[1]))
            local.add_inner_product(self._sums[1], weights, Shares(blocks[2], blocks[3]))
        return noted

    def _require_secret(self) -> None:
        if self._spent:
            raise CryptoError("the factor of these tags is public; draw another one")


def _shares(values: Elements) -> Shares:
    return Shares(values.first, values.second)
