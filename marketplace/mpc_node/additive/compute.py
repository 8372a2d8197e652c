"""What does a node run where it holds one summand of every value? Sums, or cells that are verified.

The people, their budget and the computation are settled as for every engine before this begins. Everything
that a run starts from is read, and dealt, before anybody waits for a round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from consent.aggregation import draw_node_noise
from consent.computation import Computation
from consent.dealing import DealRequest
from consent.grouping import PublicAttributes
from consent.policy import NODES
from crypto.errors import ProtocolError
from crypto.mpc.additive.part import Fixed, Part
from crypto.mpc.additive.run import Run, run_sums, run_verified, triples_for
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.program import LinearCell, ProductCell, Program
from crypto.mpc.rounds import Protocol
from crypto.randomness import stream
from marketplace.mpc_node.additive.dealing import AskDealer, dealt_to
from marketplace.mpc_node.additive.rows import group_of, records_of, table_of
from marketplace.mpc_node.agreement import Agreed
from marketplace.mpc_node.columns.selection import Selection
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.storage.contributions import ContributionStore
from ssi.trust_entries import DealerEntry

EncodePart = Callable[[Part], bytes]
"""Writes what a node gives to the buyer."""

MakeProtocol = Callable[[bytes, bytes], Protocol[Fixed]]
"""What this role does, given the seed and the binding of a run."""


def encode_part_honestly(part: Part) -> bytes:
    """Write the part as it was fixed."""
    return part.encode()


@dataclass(frozen=True)
class Work:
    """One computation on agreed people; `rows` are their public attributes, in their order."""

    job: CheckedJob
    agreed: Agreed
    computation: Computation
    rows: Sequence[PublicAttributes] = field(repr=False)
    noise_seed: bytes = field(repr=False)

    @property
    def program(self) -> Program:
        """The cells, with groups that are choices of rows as masks."""
        masks = {
            group: None if mask is None else np.array(mask, dtype=np.bool_)
            for group, mask in self.computation.row_masks(self.rows).items()
        }
        return Program(
            tuple(
                LinearCell(cell.left, masks[cell.group])
                if cell.right is None
                else ProductCell(cell.left, cell.right, masks[cell.group])
                for cell in self.computation.cells
            )
        )

    @property
    def noise(self) -> tuple[int, ...] | None:
        """This node's own noise, the same whenever the same is asked of the same people; None if exact."""
        if self.job.manifest.query.epsilon is None:
            return None
        random = stream(self.noise_seed, "additive noise")
        return draw_node_noise(self.computation.measures, self.computation.cells, random)

    def run(self, seed: bytes, binding: bytes) -> Run:
        """What makes a run this node's own."""
        return Run(Seat(self.job.role, len(self.job.nodes)), seed, binding, self.noise)


def protocol_of(
    work: Work, contributions: ContributionStore, dealer: DealerEntry | None, ask: AskDealer
) -> MakeProtocol:
    """Read this node's summands, have triples dealt if there is anything to verify, and say what to run.

    `dealer` is the registry's.

    Raises:
        AttemptFailedError: somebody's shares are not here any more, or the dealer cannot be used.
        StorageAlteredError: a file of shares is missing or was changed.
    """
    job, program = work.job, work.program
    columns = sorted({column for cell in program.cells for column in cell.columns})
    with contributions.selected(work.agreed.consent_ids, group_of(job.data_set, job.role)) as selection:
        _require_whole(selection)
        table = table_of(selection, columns)
        records = records_of(selection, job.data_set, job.role) if work.computation.verified else None
    if records is None:
        return lambda seed, binding: _naming(run_sums(work.run(seed, binding), program, table))
    if dealer is None:
        raise AttemptFailedError(Failure.DEALER_FAILED, "the trust registry names no dealer")
    count = triples_for(
        program, columns=len(columns), records=len(selection.ids), noised=work.noise is not None
    )
    deal = dealt_to(_request(work, count), job.role, ask, dealer.verifying_key)
    return lambda seed, binding: _naming(run_verified(work.run(seed, binding), program, table, records, deal))


def _naming(protocol: Protocol[Fixed]) -> Protocol[Fixed]:
    """The protocol, naming nobody where it could have been anybody, the dealer included."""
    try:
        return (yield from protocol)
    except ProtocolError as error:
        if len(error.culprits) < NODES:
            raise
        raise ProtocolError(str(error), ()) from error


def _require_whole(selection: Selection) -> None:
    if selection.missing:
        raise AttemptFailedError(
            Failure.WITHDRAWN_DURING_COMPUTATION,
            f"{len(selection.missing)} of the people withdrew",
            consents=selection.missing,
        )


def _request(work: Work, count: int) -> DealRequest:
    job = work.job
    return DealRequest(
        job_id=job.manifest.job_id,
        attempt=job.manifest.attempt,
        manifest_digest=job.manifest_digest,
        admitted_root=work.agreed.root,
        nodes=job.manifest.nodes,
        count=count,
    )
