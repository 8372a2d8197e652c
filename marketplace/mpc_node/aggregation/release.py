"""What does a node bring to the sum of one job, and what does it give away at the end?

What it brings: the people's sum, computed from the records that it verified when they came, and noise of its
own from the job's seed. What it gives, sealed to the buyer: the final ciphertext and its partial decryption,
with a proof that it is right. Nothing else of this node ever opens anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from consent.aggregation import draw_node_noise
from consent.computation import Computation
from consent.opened_sum import OpenedSum
from crypto.elgamal.decryption import decrypt_partially
from crypto.elgamal.keys import KeyShare
from crypto.mpc.rounds import Protocol
from crypto.randomness import RandomBytes, stream
from marketplace.mpc_node.aggregation.protocol import Aggregated, Terms, aggregate
from marketplace.mpc_node.aggregation.share_store import ShareStore
from marketplace.mpc_node.aggregation.sums import People, add_up
from marketplace.mpc_node.errors import AttemptFailedError, Failure, SettingsError
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.storage.encrypted import EncryptedStore
from ssi.trust import TrustRegistry

OpenSum = Callable[[KeyShare, Aggregated, RandomBytes], bytes]
"""Writes what a node gives to the buyer."""


def open_honestly(share: KeyShare, aggregated: Aggregated, random: RandomBytes) -> bytes:
    """The sum that the nodes agreed on, and this node's right part of opening it.

    The nonce of the proof is drawn anew: one that a resumed attempt repeated for another sum would tell the
    share.
    """
    partly = decrypt_partially(share, aggregated.ciphertext, random)
    return OpenedSum(aggregated.ciphertext, partly).encode()


@dataclass(frozen=True)
class Aggregation:
    """What a node has for this engine: encrypted records, and its shares of joint keys."""

    records: EncryptedStore
    shares: ShareStore
    node_id: str

    def share(self, job: CheckedJob, registry: TrustRegistry) -> KeyShare:
        """This node's share of the joint key of the registry.

        Raises:
            AttemptFailedError: there is no key now, other nodes hold it, or this one has no share of it.
        """
        entry = registry.aggregation_key
        if entry is None or not entry.is_held_by(job.manifest.nodes):
            raise AttemptFailedError(
                Failure.QUERY_REFUSED, "the registry names no aggregation key of these nodes"
            )
        try:
            return self.shares.share_of(entry, self.node_id)
        except SettingsError as error:
            raise AttemptFailedError(Failure.QUERY_REFUSED, str(error)) from error

    def protocol(
        self, share: KeyShare, job: CheckedJob, computation: Computation, people: People, *, noise_seed: bytes
    ) -> Callable[[bytes, bytes], Protocol[Aggregated]]:
        """What this role does, given the seed and the binding of a run.

        Raises:
            AttemptFailedError: somebody's record is not here any more.
        """
        key = share.public
        records = self.records.read(people.consent_ids, key.key_id)
        added = add_up(computation, people, records, key.key_id)
        gone = tuple(each for each in people.consent_ids if each not in added.consent_ids)
        if gone:
            raise AttemptFailedError(
                Failure.WITHDRAWN_DURING_COMPUTATION, f"{len(gone)} of the people withdrew", consents=gone
            )
        noise = None
        if job.manifest.query.epsilon is not None:
            random = stream(noise_seed, "aggregation noise")
            noise = draw_node_noise(computation.measures, computation.cells, random)
        return partial(aggregate, Terms(job.role, key, added.ciphertext, noise))


@dataclass(frozen=True)
class Payload:
    """What is sealed once an attempt releases; made then, so that nothing else is ever opened."""

    share: KeyShare = field(repr=False)
    aggregated: Aggregated
    open_sum: OpenSum
    random: RandomBytes = field(repr=False)

    def __call__(self) -> bytes:
        """The bytes for the buyer."""
        return self.open_sum(self.share, self.aggregated, self.random)
