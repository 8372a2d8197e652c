"""Three roles compute sums and inner products of shared records in two rounds.

    keying    = start(program, inputs, role=…, noise=…, seed=…, binding=…)   deliver(keying.outbox)
    resharing = keying.receive(inbox)                                        deliver(resharing.outbox)
    finished  = resharing.receive(inbox)                                     seal finished.own, finished.held

Role i holds components (x_i, x_{i+1}) of every record; a result is z = z_0 + z_1 + z_2 in Z_2^64, and at the
end the summand z_i stands at roles i and i-1.

Keying. Role i draws a key k_i and gives it to i-1, and cuts its own noise e_i into a_i + b_i, a_i uniform:
a_i goes to i-1 as part of z_i, and b_i to i+1 as part of z_{i+1}. So every part of z_i is known to roles i
and i-1 alone, and a third role cannot make the two disagree.

Linear cells. z_i = Σ x_i + a_i + b_{i-1}; both holders compute it by themselves.

Product cells (Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016, in additive form). Role i computes
z_i = Σ (x_i y_i + x_i y_{i+1} + x_{i+1} y_i) + F(k_i) - F(k_{i+1}) + a_i + b_{i-1} and sends it to i-1. The
pseudorandom F terms cancel in the sum and make z_i uniform to whoever lacks one of the two keys, as node i-1
does. F is SHAKE256 keyed by k_i and labelled with the binding: no zero share is ever used for two runs.

Resharing. Role i fixes a salted digest of z_i and sends it to i-1 with the salt and the product cells of z_i;
i-1 recomputes the rest and raises if the digest is of something else. `crypto.mpc` says what is guaranteed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError, ProtocolError
from crypto.mpc.messages import (
    BINDING_BYTES,
    KEY_BYTES,
    SALT_BYTES,
    Envelope,
    KeyingBody,
    ResharingBody,
    Step,
    check_senders,
)
from crypto.mpc.output import Output, Summand
from crypto.mpc.program import Inputs, Program, check_program, cross_terms, linear_sums
from crypto.randomness import expand
from crypto.ring import ELEMENT_BYTES, RingVector, ring_from_bytes
from crypto.sharing.replicated import ROLES, following, preceding

SEED_BYTES: Final = 32
_LABEL: Final = "argonauta statistics v1"


@dataclass(frozen=True, eq=False)
class _Run:
    """What stays the same through all rounds of one role."""

    program: Program = field(repr=False)
    inputs: Inputs = field(repr=False)
    role: int
    binding: bytes

    def envelope(self, step: Step, *, to: int) -> Envelope:
        return Envelope(step, self.role, to, self.binding)

    def expected(self, step: Step, *, sender: int) -> Envelope:
        return Envelope(step, sender, self.role, self.binding)

    def drawn(self, secret: bytes, purpose: str, length: int) -> bytes:
        """Bytes from a secret for one purpose in this run."""
        return expand(secret, f"{_LABEL}/{self.binding.hex()}/{purpose}", length)

    def zero_share(self, key: bytes) -> RingVector:
        """F(k): one pseudorandom element for each product cell."""
        count = len(self.program.products)
        return ring_from_bytes(self.drawn(key, "zero share", count * ELEMENT_BYTES), count)


@dataclass(frozen=True, eq=False)
class Keying:
    """The first round: keys and pieces of noise have been drawn and wait to be delivered."""

    outbox: dict[int, bytes] = field(repr=False)
    _run: _Run
    _key: bytes = field(repr=False)
    _salt: bytes = field(repr=False)
    _noise_first: RingVector = field(repr=False)
    _noise_second: RingVector = field(repr=False)

    def receive(self, inbox: Mapping[int, bytes]) -> "Resharing":
        """Take the keying messages of both other roles.

        Raises:
            ProtocolError: a message is missing, or of another step, role or run; the sender is the culprit.
            MalformedMessageError: a message has another version or length; the sender is the culprit.
        """
        before, after = preceding(self._run.role), following(self._run.role)
        check_senders(inbox, frozenset((before, after)))
        keyed = self._read(inbox[after], sender=after, keyed=True)
        unkeyed = self._read(inbox[before], sender=before, keyed=False)
        own = self._own_values(unkeyed.noise, keyed.key)
        summand = Summand(self._run.role, own, self._salt)
        products = own[list(self._run.program.products)]
        body = ResharingBody(self._salt, summand.digest(self._run.binding), products)
        message = self._run.envelope(Step.RESHARING, to=before).head() + body.encode()
        # Summand `after` of this role's copy: its holder's piece a and this role's piece b.
        held = linear_sums(self._run.program, self._run.inputs.second) + keyed.noise + self._noise_second
        return Resharing({before: message}, body.digest, self._run, summand, held)

    def _own_values(self, noise: RingVector, next_key: bytes) -> RingVector:
        run = self._run
        values = linear_sums(run.program, run.inputs.first) + self._noise_first + noise
        masked = cross_terms(run.program, run.inputs) + run.zero_share(self._key) - run.zero_share(next_key)
        values[list(run.program.products)] += masked
        return values

    def _read(self, message: bytes, *, sender: int, keyed: bool) -> KeyingBody:
        cells = len(self._run.program.cells)
        expected = self._run.expected(Step.KEYING, sender=sender)
        body = expected.body_of(message, KeyingBody.length(cells, keyed=keyed))
        return KeyingBody.decode(body, cells, keyed=keyed)


@dataclass(frozen=True, eq=False)
class Resharing:
    """The second round: this role's summand is fixed, and the role before it is about to get its copy."""

    outbox: dict[int, bytes] = field(repr=False)
    own_digest: bytes
    _run: _Run
    _own: Summand = field(repr=False)
    _held_without_products: RingVector = field(repr=False)

    def receive(self, inbox: Mapping[int, bytes]) -> "Finished":
        """Take the resharing message of the role after this one and recompute its summand.

        Raises:
            ProtocolError: the message is missing, or of another step, role or run (the sender is the
                culprit); or its digest is not that of the summand that this role computes, so that one of
                the two computed something else (culprits are both, the sender first).
            MalformedMessageError: the message has another version or length; the sender is the culprit.
        """
        sender = following(self._run.role)
        check_senders(inbox, frozenset((sender,)))
        products = self._run.program.products
        expected = self._run.expected(Step.RESHARING, sender=sender)
        raw = expected.body_of(inbox[sender], ResharingBody.length(len(products)))
        body = ResharingBody.decode(raw, len(products))
        values = self._held_without_products.copy()
        values[list(products)] = body.products
        held = Summand(sender, values, body.salt)
        if held.digest(self._run.binding) != body.digest:
            raise ProtocolError(
                f"the digest of role {sender} is not of the summand that role {self._run.role} computes",
                (sender, self._run.role),
            )
        return Finished(self._own, held, self.own_digest, body.digest)


@dataclass(frozen=True, eq=False)
class Finished:
    """This role's part of the result: its own summand and its copy of the next role's, both checked."""

    own: Summand
    held: Summand
    own_digest: bytes
    held_digest: bytes

    @property
    def output(self) -> Output:
        """What goes to the buyer, and to nobody else."""
        return Output(self.own, self.held)


def start(  # noqa: PLR0913 — two things to compute and four that make the run this role's own
    program: Program,
    inputs: Inputs,
    *,
    role: int,
    noise: NDArray[np.int64],
    seed: bytes,
    binding: bytes,
) -> Keying:
    """Begin a role's run.

    Args:
        program: the cells, equal at all three roles.
        inputs: components `role` and `role + 1`, rows in the agreed order.
        role: 0, 1 or 2.
        noise: this node's own noise, one for each cell; zeros for an exact answer.
        seed: 32 secret bytes. A seed is used for one binding only, or again for the very same inputs.
        binding: 32 bytes, the hash of all that makes this run different from any other.

    Raises:
        OutOfRangeError: the program does not fit the inputs, there is not one noise for each cell, or role,
            seed or binding are out of form.
    """
    check_program(program, inputs)
    if role not in ROLES or len(seed) != SEED_BYTES or len(binding) != BINDING_BYTES:
        raise OutOfRangeError("expected a role of 0, 1 or 2, a seed of 32 bytes and a binding of 32 bytes")
    if noise.shape != (len(program.cells),) or noise.dtype != np.int64:
        raise OutOfRangeError(f"expected {len(program.cells)} values of noise as int64, got {noise.shape}")
    run = _Run(program, inputs, role, binding)
    key = run.drawn(seed, "key", KEY_BYTES)
    piece = run.drawn(seed, "noise", len(program.cells) * ELEMENT_BYTES)
    first = ring_from_bytes(piece, len(program.cells))
    second = noise.view(np.uint64) - first
    bodies = {preceding(role): KeyingBody(first, key), following(role): KeyingBody(second)}
    outbox = {
        receiver: run.envelope(Step.KEYING, to=receiver).head() + body.encode()
        for receiver, body in bodies.items()
    }
    return Keying(outbox, run, key, run.drawn(seed, "salt", SALT_BYTES), first, second)
