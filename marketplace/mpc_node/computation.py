"""What does a node run for a computation on the agreed rows? One protocol, from the keys to the fixed result.

`protocol_of` is all a node needs: it gives the generator of its role's whole run. `needed_columns` says which
columns it has to bring, and in which form; `holdings_of` makes them of the rows as bytes.

The noise of a job comes from keys that depend on each node's secret, the job, the query and the set of
people, and on nothing else (`noise_seed`, `noise_binding`). The same set again, after an attempt that failed,
therefore meets the same noise: repeating a job cannot average it away. Another set meets fresh noise. What
protects the *messages* of a run is drawn anew for every attempt. A node that came with another noise key
would change the noise; so before anything that depends on it is sent, `pin` is told the digest of the
neighbour's, and may raise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from consent.computation import Computation
from crypto import goldilocks
from crypto.encoding import digest_of, sha256
from crypto.goldilocks import FieldVector
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.menu.plan import Plan
from crypto.mpc.menu.run import run_menu
from crypto.mpc.party import meet
from crypto.mpc.program import Program
from crypto.mpc.release import Finished, finish
from crypto.mpc.rounds import Protocol, both
from crypto.sealing import derive_subkey
from marketplace.mpc_node.plans import PublicAttributes, plan_of

Pin = Callable[[bytes], None]
"""Gets the 32 bytes that name the neighbour's noise key; raises if another one was pinned before."""


_NOTHING_MORE = np.zeros(1, dtype=np.uint64)


@dataclass(frozen=True)
class Needed:
    """What a computation reads of a data set.

    `sums` are the cells whose local part is summed up beforehand, in any order of the people; `elements` the
    columns that are read person by person as field elements, `integers` as integers modulo 2^64.
    """

    elements: tuple[int, ...]
    integers: tuple[int, ...]
    sums: Program


@dataclass(frozen=True)
class Keys:
    """From what a role draws in one run: secret seeds of 32 bytes and what they are bound to, 32 bytes each.

    `seed` and `binding` are this attempt's, `noise_seed` and `noise_binding` those of the noise.
    """

    seed: bytes
    binding: bytes
    noise_seed: bytes
    noise_binding: bytes


def needed_columns(computation: Computation, rows: Sequence[PublicAttributes]) -> Needed:
    """What a node brings to `protocol_of`."""
    plan = plan_of(computation, rows)
    return Needed(plan.gathered, tuple(sorted(plan.planes)), plan.summed)


def protocol_of(  # noqa: PLR0913 — what is computed, on what, by whom, and from which secrets
    computation: Computation,
    rows: Sequence[PublicAttributes],
    holdings: Holdings,
    *,
    role: int,
    seed: bytes,
    binding: bytes,
    noise_seed: bytes,
    noise_binding: bytes,
    pin: Pin = lambda _: None,
) -> Protocol[Finished]:
    """The whole run of one role: meet, compute with noise, check if the query asks for it, fix the result.

    Args:
        computation: what all three nodes compute; its digest is what they sign.
        rows: the public attributes of the agreed people, in their order.
        holdings: this role's shares of the columns in `needed_columns`, records in the same order.
        role: 0, 1 or 2.
        seed: 32 secret bytes of this attempt.
        binding: 32 bytes, the hash of all that makes this run different from any other.
        noise_seed: 32 secret bytes, see `noise_seed`.
        noise_binding: 32 bytes, see `noise_binding`.
        pin: told the digest of the neighbour's noise key once both have met; also when a run is replayed.

    Raises:
        MismatchError: the noise of the computation is not what it costs.
        OutOfRangeError: the holdings do not fit.
        ProtocolError: what the messages say contradicts the protocol; its culprits are roles.
    """
    keys = Keys(seed, binding, noise_seed, noise_binding)
    return _run(plan_of(computation, rows), holdings, role, keys, pin)


def holdings_of(shares: Mapping[str, bytes], order: Sequence[str], columns: int) -> Holdings:
    """The stored shares of the agreed people, who stand in `order`, of all columns.

    A person's shares are two components as field elements, column by column; or those followed by both
    components as integers modulo 2^64, which make comparing and counting several hundred times cheaper.

    Raises:
        MalformedError: a person's shares are of another length, or hold what is no field element.
        KeyError: a person's shares are missing; the caller has asked for exactly these.
    """
    size = 2 * columns * goldilocks.ELEMENT_BYTES
    held = [shares[consent_id] for consent_id in order]
    elements = _table([raw[:size] if len(raw) == 2 * size else raw for raw in held], columns, checked=True)
    if not held or not all(len(raw) == 2 * size for raw in held):
        return Holdings(elements)
    return Holdings(elements, _table([raw[size:] for raw in held], columns, checked=False))


def noise_seed(noise_key: bytes, *, job_id: str, query_digest: str, root: str) -> bytes:
    """The seed of a job's noise on one set of people; `noise_key` has 32 secret bytes."""
    about = digest_of({"job_id": job_id, "query_digest": query_digest, "admitted_root": root})
    return derive_subkey(noise_key, f"argonauta noise v1 {about}")


def noise_binding(*, job_id: str, query_digest: str, root: str) -> bytes:
    """What a job's noise on one set of people is bound to: the same in every attempt, at all nodes."""
    about = digest_of({"job_id": job_id, "query_digest": query_digest, "admitted_root": root})
    return sha256(b"argonauta noise binding v1", about.encode())


def _run(plan: Plan, holdings: Holdings, role: int, keys: Keys, pin: Pin) -> Protocol[Finished]:
    party, noise = yield from both(
        meet(role, keys.seed, keys.binding), meet(role, keys.noise_seed, keys.noise_binding)
    )
    pin(noise.neighbour_digest)
    result = yield from run_menu(party, noise, plan, holdings)
    finished = yield from finish(party, result)
    # Nobody hangs up before everybody has its result: who was killed in the last round finds both there.
    yield party.to_both(_NOTHING_MORE)
    return finished


def _table(rows: Sequence[bytes], columns: int, *, checked: bool) -> Table:
    decode = goldilocks.decode if checked else _words
    both = np.stack([decode(raw, 2 * columns) for raw in rows]) if rows else _nothing(2 * columns)
    return Table(tuple(range(columns)), Shares(_turned(both[:, :columns]), _turned(both[:, columns:])))


def _words(raw: bytes, _count: int) -> FieldVector:
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64, copy=False)


def _nothing(columns: int) -> FieldVector:
    return np.zeros((0, columns), dtype=np.uint64)


def _turned(rows: FieldVector) -> FieldVector:
    return np.ascontiguousarray(rows.T)
