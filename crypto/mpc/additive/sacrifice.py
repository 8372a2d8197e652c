"""Did the dealer deal products, or something else? One triple is given up to check another.

For triples (a, b, c) and (f, g, h) and a public ρ that was tossed after both were dealt, the nodes open
d = ρ·a - f and e = b - g, which are uniform, and then

    w = ρ·c - h - d·g - e·f - d·e = ρ·(c - a·b) - (h - f·g),

which is zero for right triples, and for wrong ones with probability 1/p at most (Damgård, Pastro, Smart,
Zakarias, Crypto 2012, §4). All w are opened as one combination with random coefficients. The dealer knows α,
so it can give a wrong product a right tag: tags do not hold it, this does. What was opened is held against
its tags with everything else (`crypto.mpc.additive.authentication`), so a node cannot cover for it either.

It is done before any data meets a triple: a wrong one is found when nothing depends on it yet.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.errors import ProtocolError
from crypto.mpc.additive.beaver import Session, Triples, add, join, open_values, subtract, weigh
from crypto.mpc.additive.dealer import Authenticated
from crypto.mpc.party import KeyStream
from crypto.mpc.rounds import Protocol

COST: Final = 2
"""How many dealt triples one checked triple takes."""
_FACTORS, _COMBINATION = 1, 2


def checked_triples(session: Session, count: int, coin: KeyStream) -> Protocol[Triples]:
    """So many triples that are products, in two rounds. `coin` was tossed after the triples were dealt.

    Raises:
        ProtocolError: one is not, or a node opened something else; the dealer or any node may be the culprit.
        OutOfRangeError: fewer than twice as many triples are left.
        MalformedMessageError: a word is no element of the field (its sender is the culprit).
    """
    (a, b, c), (f, g, h) = session.draw(count), session.draw(count)
    factors = coin.elements(_FACTORS, count)
    opened = yield from open_values(session, join(subtract(weigh(a, factors), f), subtract(b, g)))
    d, e = opened[:count], opened[count:]
    known = session.known(goldilocks.multiply(d, e))
    rest = _plus([subtract(weigh(c, factors), h), _minus(weigh(g, d)), _minus(weigh(f, e)), _minus(known)])
    combined = _inner(rest, coin.elements(_COMBINATION, count))
    if (yield from open_values(session, combined)).any():
        raise ProtocolError("a dealt triple is no product", tuple(range(session.seat.nodes)))
    return a, b, c


def _plus(parts: Sequence[Authenticated]) -> Authenticated:
    result = parts[0]
    for part in parts[1:]:
        result = add(result, part)
    return result


def _minus(part: Authenticated) -> Authenticated:
    zero = np.zeros_like(part.values)
    return subtract(Authenticated(zero, None if part.tags is None else zero), part)


def _inner(part: Authenticated, coefficients: goldilocks.FieldVector) -> Authenticated:
    sums = (goldilocks.inner_product(part.values, coefficients),)
    tags = None
    if part.tags is not None:
        tags = goldilocks.stacked([goldilocks.inner_product(part.tags, coefficients)])
    return Authenticated(goldilocks.stacked(sums), tags)
