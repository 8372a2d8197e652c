"""Three roles compute sums and inner products of shared records, with noise, in three rounds.

Role i holds components (x_i, x_{i+1}) of every record. A result is z = z_0 + z_1 + z_2 in the Goldilocks
field, and at the end the summand z_i stands at roles i and i-1.

Keys (`crypto.mpc.party`). Every role gives its key to the role before it.

Cells and noise. A *linear cell* needs no message: z_i = Σ x_i, which both its holders compute. Of a
*product cell* role i computes its part, masked by a zero share, and sends it to i-1
(`crypto.mpc.arithmetic`); one element, however many records. In the same round role i cuts its own noise e_i
into a_i + b_i, a_i uniform: a_i goes to i-1 as part of z_i, and b_i to i+1 as part of z_{i+1}. So every part
of z_i is known to roles i and i-1 alone, and a third role cannot make the two disagree.

Fixing (`crypto.mpc.release`). Role i tells i-1 a salted digest of z_i, and i-1 recomputes it.

With `mac` the product cells are computed twice, once under a random factor, and compared before anything is
fixed (`crypto.mpc.mac`): a role that lies in a multiplication stops the run instead of shifting its result.
`crypto.mpc` says what is guaranteed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.goldilocks import FieldVector
from crypto.mpc.arithmetic import received, reshare
from crypto.mpc.local import Shares
from crypto.mpc.mac import Authenticator
from crypto.mpc.party import KeyStream, Party, meet
from crypto.mpc.program import Inputs, Program, check_program, cross_terms, linear_sums
from crypto.mpc.release import Finished, finish
from crypto.mpc.rounds import Exchange, Protocol, together
from crypto.mpc.shares import Elements

Noise = NDArray[np.int64]
"""A node's own noise, one number for each cell."""


def run_statistics(  # noqa: PLR0913 — three things to compute on and three that make the run this role's own
    role: int,
    seed: bytes,
    binding: bytes,
    *,
    program: Program,
    inputs: Inputs,
    noise: Noise,
    mac: bool = False,
) -> Protocol[Finished]:
    """Meet, compute and fix the result: a role's whole run.

    Args:
        role: 0, 1 or 2.
        seed: 32 secret bytes. A seed is used for one binding only, or again for the very same inputs.
        binding: 32 bytes, the hash of all that makes this run different from any other.
        program: the cells, equal at all three roles.
        inputs: components `role` and `role + 1`, records in the agreed order.
        noise: this node's own noise; zeros for an exact answer.
        mac: whether a lie in a product cell is to be noticed; equal at all three roles.

    Raises:
        OutOfRangeError: as `meet` and `compute`; before anything is sent.
        ProtocolError: what the messages say contradicts the protocol; its culprits are roles.
    """
    _check(program, inputs, noise)
    party = yield from meet(role, seed, binding)
    result = yield from compute(party, program, inputs, noise, mac=mac)
    return (yield from finish(party, result))


def compute(
    party: Party, program: Program, inputs: Inputs, noise: Noise, *, mac: bool = False
) -> Protocol[Elements]:
    """The cells with the noise of all three roles, shared, in one round; with `mac` in six.

    Raises:
        OutOfRangeError: the program does not fit the inputs, or there is not one noise for each cell.
        ProtocolError: with `mac`, a product cell is wrong; the culprits are the other two roles.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    _check(program, inputs, noise)
    product_cells = _verified_product_cells if mac and program.products else _product_cells
    products, noises = yield from together([product_cells(party, program, inputs), share_noise(party, noise)])
    sums = Elements(party.role, linear_sums(program, inputs.first), linear_sums(program, inputs.second))
    return sums + products + noises


def sums(party: Party, program: Program, inputs: Inputs, *, mac: bool = False) -> Protocol[Elements]:
    """The cells as they are, shared: noise that nobody knows is drawn elsewhere (`crypto.mpc.menu`).

    One round if there are product cells, none otherwise; with `mac` six.

    Raises:
        OutOfRangeError: the program does not fit the inputs.
        ProtocolError: with `mac`, a product cell is wrong; the culprits are the other two roles.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    check_program(program, inputs)
    linear = Elements(party.role, linear_sums(program, inputs.first), linear_sums(program, inputs.second))
    if not program.products:
        return linear
    product_cells = _verified_product_cells if mac else _product_cells
    return linear + (yield from product_cells(party, program, inputs))


def share_noise(party: Party, noise: Noise) -> Protocol[Elements]:
    """The sum of the noise of all roles, shared; each role's is known to itself alone. One round.

    Raises:
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    stream = KeyStream(party.private("noise", 32), party.binding)
    first = stream.elements(0, noise.size)
    second = goldilocks.subtract(goldilocks.from_integers(noise.tolist()), first)
    inbox = yield Exchange(
        {party.before: first, party.after: second}, dict.fromkeys((party.before, party.after), noise.size)
    )
    own = goldilocks.add(first, received(inbox, party.before))
    held = goldilocks.add(received(inbox, party.after), second)
    return Elements(party.role, own, held)


def _product_cells(party: Party, program: Program, inputs: Inputs) -> Protocol[Elements]:
    part = cross_terms(program, inputs.shares, inputs.shares)
    shared = yield from reshare(party, part[list(program.products)])
    return _placed(program, shared)


def _verified_product_cells(party: Party, program: Program, inputs: Inputs) -> Protocol[Elements]:
    """The product cells, and the check that nobody shifted them. Left columns get tags, one round for all."""
    places = list(program.products)
    lefts = sorted({program.cells[place].columns[0] for place in places})
    authenticator = Authenticator.draw(party)
    columns = yield from authenticator.admit(Elements(party.role, inputs.first[lefts], inputs.second[lefts]))
    tagged = Shares(*(_spread(tags, lefts) for tags in (columns.tags.first, columns.tags.second)))
    parts = [cross_terms(program, left, inputs.shares)[places] for left in (inputs.shares, tagged)]
    products = yield from authenticator.reshare(np.stack(parts))
    yield from authenticator.verify()
    return _placed(program, products.values)


def _spread(rows: FieldVector, columns: Sequence[int]) -> FieldVector:
    """A table in which these columns have these rows; what stands between them is not read."""
    table = np.empty((columns[-1] + 1, rows.shape[1]), dtype=np.uint64)
    table[columns] = rows
    return table


def _placed(program: Program, products: Elements) -> Elements:
    """The product cells among zeros for the linear ones."""
    own, held = np.zeros((2, len(program.cells)), dtype=np.uint64)
    own[list(program.products)], held[list(program.products)] = products.first, products.second
    return Elements(products.role, own, held)


def _check(program: Program, inputs: Inputs, noise: Noise) -> None:
    check_program(program, inputs)
    if noise.shape != (len(program.cells),) or noise.dtype != np.int64:
        raise OutOfRangeError(f"expected {len(program.cells)} values of noise as int64, got {noise.shape}")
