"""How do many nodes multiply what each holds one summand of? By opening masked values (Beaver, Crypto 1991).

For a triple (a, b, c = ab) that nobody knows: open d = x - a and e = y - b, which are uniform, and take
z = c + d·b + e·a + d·e. One round for any number of products; each triple is used once.

With authenticated triples every value x carries α·x. What enters is authenticated by a dealt mask (`enter`):
open x - r, and add it to r and, times α, to α·r. What was opened is kept in the `Session` and held against
its tags by `crypto.mpc.additive.authentication` before anything is released.
"""

from dataclasses import dataclass, field

import numpy as np

from crypto import goldilocks
from crypto.errors import MalformedError, MalformedMessageError, OutOfRangeError
from crypto.goldilocks import FieldVector
from crypto.mpc.additive.dealer import Authenticated, Dealt
from crypto.mpc.additive.sharing import Seat, Summand
from crypto.mpc.rounds import Protocol


@dataclass(frozen=True, eq=False)
class Opened:
    """Values that everybody saw, and this node's summand of their tags."""

    values: FieldVector
    tags: FieldVector = field(repr=False)


@dataclass(eq=False)
class Session:
    """One node in one run: its triples, used from the front, and what it has seen opened."""

    dealt: Dealt = field(repr=False)
    opened: list[Opened] = field(default_factory=list, repr=False)
    _used: int = 0

    @property
    def seat(self) -> Seat:
        """Which node this is."""
        return self.dealt.seat

    @property
    def authenticated(self) -> bool:
        """Whether values carry tags."""
        return self.dealt.a.tags is not None

    def draw(self, count: int) -> "Triples":
        """The next triples, which nobody used before.

        Raises:
            OutOfRangeError: there are not so many left.
        """
        start = self._used
        if start + count > self.dealt.count:
            raise OutOfRangeError(
                f"{count} triples are needed and {self.dealt.count - start} are left; have more dealt"
            )
        self._used += count
        dealt = self.dealt
        return dealt.a.take(start, count), dealt.b.take(start, count), dealt.c.take(start, count)

    def known(self, values: FieldVector) -> Authenticated:
        """This node's part of values that everybody knows: node 0 adds them, each its summand of the key."""
        own = values if self.seat.role == 0 else np.zeros_like(values)
        return Authenticated(own, goldilocks.scale(values, self.dealt.key) if self.authenticated else None)


Triples = tuple[Authenticated, Authenticated, Authenticated]
"""This node's part of triples: a, b and c."""


def enter(session: Session, inputs: Summand) -> Protocol[Authenticated]:
    """Bring input summands into the computation; authenticated, each takes one triple (its a) as a mask.

    A node that states another summand than it holds changes the input, unseen here: the summand's commitment
    is what holds it to the record.

    Raises:
        OutOfRangeError: too few triples are left.
        MalformedMessageError: a word is no element of the field (its sender is the culprit).
    """
    values = inputs.values.reshape(-1)
    if not session.authenticated:
        return Authenticated(values)
    mask = session.draw(values.size)[0]
    shifted = yield from _announce(session, goldilocks.subtract(values, mask.values))
    return add(mask, session.known(shifted))


def multiply(session: Session, left: Authenticated, right: Authenticated) -> Protocol[Authenticated]:
    """The products of two vectors of one length, in one round.

    NOTE: without authenticated inputs a node can shift a product by an amount that depends on the *other*
    factor, and so whoever gets the result with it learns that factor; see the folder's chapter.

    Raises:
        OutOfRangeError: too few triples are left.
        MalformedMessageError: a word is no element of the field (its sender is the culprit).
    """
    return (yield from multiply_by(session, session.draw(left.values.size), left, right))


def multiply_by(
    session: Session, triples: Triples, left: Authenticated, right: Authenticated
) -> Protocol[Authenticated]:
    """The products of two vectors with triples that were drawn before, as many as there are products.

    Raises:
        MalformedMessageError: a word is no element of the field (its sender is the culprit).
    """
    a, b, c = triples
    count = left.values.size
    masked = join(subtract(left, a), subtract(right, b))
    opened = yield from open_values(session, masked)
    d, e = opened[:count], opened[count:]
    products = add(c, add(weigh(b, d), weigh(a, e)))
    return add(products, session.known(goldilocks.multiply(d, e)))


def open_values(session: Session, part: Authenticated) -> Protocol[FieldVector]:
    """Let all nodes see values, and keep them to be checked before release; only for masked values.

    Raises:
        MalformedMessageError: a word is no element of the field (its sender is the culprit).
    """
    values = yield from _announce(session, part.values)
    if part.tags is not None:
        session.opened.append(Opened(values, part.tags))
    return values


def add(left: Authenticated, right: Authenticated) -> Authenticated:
    """The sums of two vectors; tags add up as values do."""
    tags = None
    if left.tags is not None and right.tags is not None:
        tags = goldilocks.add(left.tags, right.tags)
    return Authenticated(goldilocks.add(left.values, right.values), tags)


def subtract(left: Authenticated, right: Authenticated) -> Authenticated:
    """The differences of two vectors."""
    tags = None
    if left.tags is not None and right.tags is not None:
        tags = goldilocks.subtract(left.tags, right.tags)
    return Authenticated(goldilocks.subtract(left.values, right.values), tags)


def weigh(part: Authenticated, factors: FieldVector) -> Authenticated:
    """Shared values times public ones, element by element."""
    tags = None if part.tags is None else goldilocks.multiply(part.tags, factors)
    return Authenticated(goldilocks.multiply(part.values, factors), tags)


def join(left: Authenticated, right: Authenticated) -> Authenticated:
    """Two vectors, one after the other."""
    tags = None
    if left.tags is not None and right.tags is not None:
        tags = np.concatenate([left.tags, right.tags])
    return Authenticated(np.concatenate([left.values, right.values]), tags)


def total(part: Authenticated) -> Authenticated:
    """The sum of all values, as a vector of one."""
    tags = None if part.tags is None else goldilocks.stacked([goldilocks.total(part.tags)])
    return Authenticated(goldilocks.stacked([goldilocks.total(part.values)]), tags)


def _announce(session: Session, own: FieldVector) -> Protocol[FieldVector]:
    inbox = yield session.seat.tell_all(own)
    result = own
    for role, words in sorted(inbox.items()):
        try:
            result = goldilocks.add(result, goldilocks.checked(words))
        except MalformedError as error:
            raise MalformedMessageError(f"role {role}: {error}", (role,)) from error
    return result
