"""How does a buyer open a sum that was added up under encryption?

Each node's envelope holds the ciphertext of the sum, the same from all three, and the node's partial
decryption of it with a proof. Whoever has the key of a role, the buyer or in a dispute the marketplace,
applies the same steps to its envelope:

1. It opens, with the key that the mandate names for this role and for exactly this run.
2. It holds a ciphertext and a partial decryption, for this many cells.
3. The ciphertext has the digest that the node signed, twice, and that the node's neighbour signed too.
4. It is under the joint key of the registry. If it is not, nobody is to blame: all three signed it, so the
   registry has named another key since, and that of the day of the answer is needed.
5. The partial decryption is this node's, and its proof holds.

A node that fails is named, and the key of its role proves it. Any two that hold would open the sum, so one
envelope shown in a dispute opens nothing. `open_sums` then searches for each sum in the range in which it
must lie. Where nothing is found, a node lied about its own noise by more than noise can be, and it cannot be
told which one: that is refused, with nobody named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.aggregation import ranges_of
from consent.computation import Computation
from consent.job import result_context
from consent.opened_sum import OpenedSum, sum_digest
from crypto.curve import Point
from crypto.discrete_log import discrete_log
from crypto.elgamal.decryption import verify_partial
from crypto.encoding import b64url_encode
from crypto.errors import DecryptionError, MalformedError, ProofError, SealError
from crypto.sealing import SealingKey, open_sealed
from crypto.sharing.shamir import combine_points
from marketplace.sdk.envelopes import Envelope
from marketplace.sdk.errors import LyingNodeError, ResultRefusedError
from ssi.aggregation_key import AggregationKeyEntry
from ssi.dataset import data_set


@dataclass(frozen=True)
class SumTerms:
    """What an envelope is held against: the joint key, the number of cells and the binding of the run."""

    key: AggregationKeyEntry
    cells: int
    binding: bytes


def open_partial(envelope: Envelope, key: SealingKey, terms: SumTerms) -> OpenedSum:
    """The verified part of one node, after the five steps.

    The caller has checked that the key is the one that the mandate names for the role.

    Raises:
        LyingNodeError: a step fails; the node is to blame, because it signed the digest of this envelope.
        ResultRefusedError: the sum is under another key than the registry names.
    """
    statement, node = envelope.statement, envelope.node

    def lie(message: str) -> LyingNodeError:
        return LyingNodeError(f"{node} {message}", node=node, role=statement.role)

    context = result_context(statement.job_id, statement.attempt, statement.role)
    try:
        opened = OpenedSum.decode(open_sealed(envelope.sealed, key, context=context), terms.cells)  # 1, 2
    except SealError as error:
        raise lie("sealed its output to somebody else's key") from error
    except MalformedError as error:
        raise lie("sealed something that is not part of a sum") from error
    digest = b64url_encode(sum_digest(opened.ciphertext, terms.binding))
    if not digest == statement.own_digest == statement.held_digest:  # 3
        raise lie("sealed another sum than it signed")
    if opened.ciphertext.key_id != terms.key.key_id or node not in terms.key.nodes:  # 4
        raise ResultRefusedError("the sum was encrypted to another key than the trust registry names now")
    if opened.partial.party != terms.key.party_of(node):  # 5
        raise lie("sealed the partial decryption of another node")
    try:
        verify_partial(terms.key.public_key, opened.ciphertext, opened.partial)
    except ProofError as error:
        raise lie("sealed a wrong partial decryption") from error
    return opened


def open_sums(
    parts: Sequence[OpenedSum], key: AggregationKeyEntry, computation: Computation, people: int
) -> list[int]:
    """The sums of a computation over so many people, from at least two verified parts of one ciphertext.

    Raises:
        ResultRefusedError: a sum is not in the range in which it must lie.
    """
    ranges = ranges_of(computation.measures, computation.cells, data_set(computation.data_set), people)
    try:
        return [
            discrete_log(_decrypted(parts, place, key), low=each.low, high=each.high)
            for place, each in enumerate(ranges)
        ]
    except DecryptionError as error:
        raise ResultRefusedError("a sum is out of its range: some node's noise was none") from error


def _decrypted(parts: Sequence[OpenedSum], place: int, key: AggregationKeyEntry) -> Point:
    """The sum of one cell as a multiple of the base point, from any two right parts."""
    masks = {part.partial.party: part.partial.points[place] for part in parts}
    masked = parts[0].ciphertext.bins[place].masked
    return masked - combine_points(masks, threshold=key.public_key.threshold)
