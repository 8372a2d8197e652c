"""How are shared field elements multiplied? Each role computes a part, masks it, and tells its neighbour.

Role i computes z_i, its part of the product (`crypto.mpc.local`), adds a zero share, and sends it to role
i-1; holding z_i and getting z_{i+1}, it has its two summands of z. One round, one element a product and role
(Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016). An inner product is summed before it is sent: one element,
however many records.

Privacy holds against one malicious role: what arrives is uniform, since the receiver lacks one of the two
keys of its mask. Correctness holds if all follow the protocol: a role that sends z_i + d shifts the product
by d, unseen, by an amount that it knows and that depends on nobody's secret. `crypto.mpc.mac` finds it out.
"""

from collections.abc import Sequence

import numpy as np

from crypto import goldilocks
from crypto.errors import MalformedError, MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.goldilocks import FieldVector
from crypto.mpc import local
from crypto.mpc.local import Columns, Shares
from crypto.mpc.party import Party
from crypto.mpc.rounds import Exchange, Inbox, Protocol
from crypto.mpc.shares import Elements


def received(inbox: Inbox, sender: int) -> FieldVector:
    """The words of a sender, which must be field elements.

    Raises:
        MalformedMessageError: a word is not below the prime; the sender is the culprit.
    """
    try:
        return goldilocks.checked(inbox[sender])
    except MalformedError as error:
        raise MalformedMessageError(
            f"role {sender} sent words that are no field elements", (sender,)
        ) from error


def reshare(party: Party, part: FieldVector) -> Protocol[Elements]:
    """Make shares of values from the parts of them that the roles computed, in one round.

    The part is masked where it stands: it belongs to this function and its result from here on.

    Raises:
        MalformedMessageError: the role after this one sent what are no elements; it is the culprit.
    """
    own = np.ascontiguousarray(part).reshape(-1)
    party.mask(own)
    inbox = yield party.send_back(own)
    held = received(inbox, party.after)
    return Elements(party.role, own.reshape(part.shape), held.reshape(part.shape))


def multiply(party: Party, left: Elements, right: Elements) -> Protocol[Elements]:
    """The products of two shared vectors of one shape, element by element, in one round.

    Raises:
        OutOfRangeError: the shapes differ.
        MalformedMessageError: as `reshare`.
    """
    if left.shape != right.shape:
        raise OutOfRangeError(f"expected factors of one shape, got {left.shape} and {right.shape}")
    part = local.products(_shares(left), _shares(right)).reshape(left.shape)
    return (yield from reshare(party, part))


def multiply_all(party: Party, pairs: Sequence[tuple[Elements, Elements]]) -> Protocol[list[Elements]]:
    """The products of several pairs of vectors in one round.

    Raises:
        OutOfRangeError: there is no pair, or the shapes of one differ.
        MalformedMessageError: as `reshare`.
    """
    if not pairs or any(left.shape != right.shape for left, right in pairs):
        raise OutOfRangeError("expected pairs of factors of one shape each")
    parts = [local.products(_shares(left), _shares(right)) for left, right in pairs]
    products = yield from reshare(party, np.concatenate(parts))
    ends = np.cumsum([part.size for part in parts]).tolist()
    return [
        products.take(slice(end - part.size, end)).reshape(*left.shape)
        for part, end, (left, _) in zip(parts, ends, pairs, strict=True)
    ]


def inner_product(party: Party, left: Elements, right: Elements) -> Protocol[Elements]:
    """The sum of the products of two vectors of one length, of shape (1,), in one round and one element.

    Raises:
        OutOfRangeError: the lengths differ.
        MalformedMessageError: as `reshare`.
    """
    return (yield from column_products(party, left.reshape(1, -1), right.reshape(-1)))


def column_products(party: Party, table: Elements, vector: Elements) -> Protocol[Elements]:
    """Σ x_j v over the records, for each column j of a table (columns by records) and one vector of records.

    Raises:
        OutOfRangeError: there is not one element of the vector for each record.
        MalformedMessageError: as `reshare`.
    """
    columns = table.shape[0]
    if vector.shape != table.shape[1:]:
        raise OutOfRangeError(f"expected {table.shape[1:]} elements, got {vector.shape}")
    pairs = np.stack([np.arange(columns), np.zeros(columns, dtype=np.int64)], axis=1)
    part = local.pair_sums(_shares(table), _shares(vector.reshape(1, -1)), pairs)
    return (yield from reshare(party, part))


def pair_products(party: Party, table: Elements, pairs: Columns) -> Protocol[Elements]:
    """Σ x_j x_k over the records, for pairs (j, k) of columns of a table (columns by records).

    All sums of products that a covariance or a regression needs (a Gram matrix) are such pairs; a weight w,
    shared or public, is multiplied into columns first. One round, one element for each pair.

    Raises:
        OutOfRangeError: a pair names a column that does not exist.
        MalformedMessageError: as `reshare`.
    """
    if pairs.size and not (pairs.min() >= 0 and pairs.max() < table.shape[0]):
        raise OutOfRangeError(f"expected pairs of columns below {table.shape[0]}")
    return (yield from reshare(party, local.pair_sums(_shares(table), _shares(table), pairs)))


def gram(party: Party, table: Elements) -> Protocol[Elements]:
    """The matrix of Σ x_j x_k over the records, columns by columns; each pair is computed once.

    Raises:
        MalformedMessageError: as `reshare`.
    """
    columns = table.shape[0]
    # Each column with itself and the next ones round the circle: so all have as many, and go best together.
    rows, steps = np.divmod(np.arange(columns * (columns // 2 + 1)), columns // 2 + 1)
    once = (2 * steps < columns) | (rows < steps)  # half way round, a pair comes up twice
    rows, others = rows[once], (rows + steps)[once] % columns
    sums = yield from pair_products(party, table, np.stack([rows, others], axis=1).astype(np.int64))
    place = np.empty((columns, columns), dtype=np.int64)
    place[rows, others] = place[others, rows] = np.arange(rows.size)
    return sums.take(place)


def weighted_columns(party: Party, table: Elements, weights: Elements) -> Protocol[Elements]:
    """Σ_j w_j x_j for each record: a table (columns by records) times one shared weight for each column.

    Raises:
        OutOfRangeError: there is not one weight for each column.
        MalformedMessageError: as `reshare`.
    """
    if weights.shape != table.shape[:1]:
        raise OutOfRangeError(f"expected {table.shape[0]} weights, got {weights.shape}")
    return (yield from reshare(party, local.weighted_columns(_shares(table), _shares(weights))))


def opened(party: Party, values: Elements) -> Protocol[FieldVector]:
    """The values themselves, at all roles, in one round. For numbers that are random whatever the data are.

    Each role gets the summand that it lacks from both who hold it.

    Raises:
        ProtocolError: the two say different things; they are the culprits.
        MalformedMessageError: as `reshare`.
    """
    size = values.first.size
    inbox = yield Exchange(
        {party.before: values.second.reshape(-1), party.after: values.first.reshape(-1)},
        {party.before: size, party.after: size},
    )
    missing, again = received(inbox, party.before), received(inbox, party.after)
    if not np.array_equal(missing, again):
        raise ProtocolError(
            f"roles {party.before} and {party.after} opened different summands",
            tuple(sorted((party.before, party.after))),
        )
    both = goldilocks.add(values.first, values.second)
    return goldilocks.add(both, missing.reshape(values.shape))


def _shares(values: Elements) -> Shares:
    return Shares(values.first, values.second)
