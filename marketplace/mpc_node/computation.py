"""What do the agreed rows become? A program for the protocol, its inputs, and this node's own noise.

The noise of a job is drawn from a seed that depends on this node's secret, the job, the query and the set of
people, and on nothing else. The same set again, after an attempt that failed, therefore meets the same noise:
repeating a job cannot average it away. Another set meets fresh noise. What protects the *messages* of a run
is drawn anew for every attempt.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from consent.computation import Computation
from crypto.encoding import digest_of
from crypto.mpc.program import Cell, Inputs, LinearCell, ProductCell, Program, RowMask
from crypto.randomness import stream
from crypto.ring import RingVector, ring_from_bytes
from crypto.sealing import derive_subkey

PublicAttributes = Mapping[str, str | None]


def program_of(computation: Computation, rows: Sequence[PublicAttributes]) -> Program:
    """The program of a computation over rows with these public attributes, in the order of the rows."""
    masks: dict[str | None, RowMask | None] = {
        group: None if mask is None else np.array(mask, dtype=np.bool_)
        for group, mask in computation.row_masks(rows).items()
    }
    cells: list[Cell] = [
        LinearCell(cell.left, masks[cell.group])
        if cell.right is None
        else ProductCell(cell.left, cell.right, masks[cell.group])
        for cell in computation.cells
    ]
    return Program(tuple(cells))


def inputs_of(shares: Mapping[str, bytes], order: Sequence[str], columns: int) -> Inputs:
    """The stored shares of the agreed people as two tables, a row for each person in order.

    Raises:
        MalformedError: a person's shares do not have two components of that many columns.
        KeyError: a person's shares are missing; the caller has asked for exactly these.
    """
    tables = [ring_from_bytes(shares[consent_id], 2 * columns) for consent_id in order]
    both = np.stack(tables) if tables else np.zeros((0, 2 * columns), dtype=np.uint64)
    return Inputs(_table(both[:, :columns]), _table(both[:, columns:]))


def noise_seed(noise_key: bytes, *, job_id: str, query_digest: str, root: str) -> bytes:
    """The seed of a job's noise on one set of people; `noise_key` has 32 secret bytes."""
    about = digest_of({"job_id": job_id, "query_digest": query_digest, "admitted_root": root})
    return derive_subkey(noise_key, f"argonauta noise v1 {about}")


def noise_of(computation: Computation, seed: bytes) -> NDArray[np.int64]:
    """This node's own noise, one number for each cell; zeros where the answer is exact."""
    return np.array(computation.draw_noise(stream(seed, "noise")), dtype=np.int64)


def _table(columns: RingVector) -> RingVector:
    return np.ascontiguousarray(columns)
