"""Is a column that is stored twice, as field elements and as planes, the same both times? Or who is not?

A record's elements and planes come from one wallet; nothing else ties them together, and a wallet that cuts
two different values would count as one in a mean and as the other in a median. So a batch is checked once,
before it is used.

First the batch as a whole, a segment at a time: with public random coefficients r_i, tossed after all shares
are fixed, Σ r_i (x_i - y_i) is zero if no record differs, and otherwise with probability 1/p. What is opened
is that sum times a random factor that nobody knows: whether it is zero, and nothing else. Then, in segments
that are not zero, every record by itself in the same way.

What becomes public is which records differ, and nothing else: conversions and products are verified here
whatever the run does otherwise (`crypto.mpc.verified_conversion`, `crypto.mpc.mac`). Unverified, a role would
deal one bit wrongly in a conversion, take back in the product what that shifts the sum by if the bit was 1,
and read from whether the segment agrees which of both the bit was. And a wallet in league with a role would
not be found. A lie stops the check and tells nothing, since that it is one does not depend on data.
"""

from typing import Final

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.arithmetic import opened
from crypto.mpc.conversion import planes_to_field, weighted_numbers
from crypto.mpc.mac import Authenticated, Authenticator
from crypto.mpc.packing import WORD_BITS
from crypto.mpc.party import KeyStream, Party, coin
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements, Planes

SEGMENT: Final = 1 << 14
"""Records that are checked by one number: a multiple of 64."""


def differing_records(
    party: Party, elements: Elements, planes: Planes, *, segment: int = SEGMENT
) -> Protocol[list[int]]:
    """The positions of the records whose element is not the number that their planes spell.

    Raises:
        OutOfRangeError: there is not one element for each record of the planes, or a segment is no positive
            multiple of 64.
        ProtocolError: a role lied in a conversion or product, or contradicts itself in what it opens.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    audit, party.audit = party.audit, []  # so that conversions are the verified ones; they note nothing
    found = yield from _differing(party, elements, planes, segment)
    party.audit = audit
    return found


def _differing(party: Party, elements: Elements, planes: Planes, segment: int) -> Protocol[list[int]]:
    if elements.shape != (planes.records,) or segment < 1 or segment % WORD_BITS:
        raise OutOfRangeError("expected one element for each record, and segments of whole words")
    tossed = yield from coin(party, "column check")
    coefficients = KeyStream(tossed, party.binding).elements(0, planes.records)
    starts = range(0, planes.records, segment)
    sums = []
    for start in starts:
        weights = coefficients[start : start + segment]
        mine, theirs = _segment(elements, planes, start, segment)
        numbers = yield from weighted_numbers(party, theirs, weights)
        sums.append(mine.weigh(weights).total() - numbers)
    wrong = yield from _nonzero(party, Elements.join(sums)) if sums else _none()
    found: list[int] = []
    for place in wrong:
        mine, theirs = _segment(elements, planes, starts[place], segment)
        numbers = yield from planes_to_field(party, theirs)
        records = yield from _nonzero(party, mine - numbers)
        found += [starts[place] + record for record in records]
    return found


def _segment(elements: Elements, planes: Planes, start: int, size: int) -> tuple[Elements, Planes]:
    mine = elements.take(slice(start, start + size))
    words = slice(start // WORD_BITS, (start + size) // WORD_BITS)
    return mine, Planes(planes.role, mine.shape[0], planes.first[:, words], planes.second[:, words])


def _nonzero(party: Party, differences: Elements) -> Protocol[list[int]]:
    """Which elements are not zero; of what they are, nothing is shown."""
    factors = Elements(party.role, *party.random_elements(differences.shape[0]))
    authenticator = Authenticator.draw(party)
    tagged = yield from authenticator.admit(differences)
    # Of the right factor only the values are read.
    hidden = yield from authenticator.multiply(tagged, Authenticated(factors, factors))
    yield from authenticator.verify()
    shown = yield from opened(party, hidden.values)
    places: list[int] = np.flatnonzero(shown).tolist()
    return places


def _none() -> Protocol[list[int]]:
    yield from ()
    return []
