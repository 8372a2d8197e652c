"""How do three nodes, of which one may lie, play the three roles of Prio3?

Shares lie as in `crypto.sharing.replicated`: node i holds those of roles i and i+1 modulo 3 and plays both,
so each role is played twice, by nodes r and r-1. No node has all three shares, so none sees a measurement.
Whatever a role sends must come equal from both its players; a lie is seen at once and the pair that
contradicts itself is named.

The steps of a collection, each of which stops it where it fails. Nodes send to each other over authenticated
channels.

1. Each node draws a part of the verify key and sends the others its commitment (`commit_key_part`). When all
   commitments are there, the parts are opened and checked (`open_verify_key`). Only then are reports
   accepted: a wallet that knew the key could make an invalid measurement pass.
2. Reports whose nonce was seen before are refused (`ReplayGuard`): the random values in a proof mask one
   opening, not a second one of an altered report.
3. The two players of each role compare digests of what the wallet sent to each (`input_digests`) and refuse
   reports that differ (`refuse_differing`). Otherwise a wallet that sends them two different shares could
   have honest nodes named.
4. Nodes verify as both their roles and send all verifier shares to each other. Every node compares them
   (`compare_verifier_shares`) and decides about the proofs by itself.
5. Before aggregate shares leave, the nodes compare which reports are in (`batch_digest`, `check_same_batch`),
   and the receiver compares each share with its twin (`compare_aggregate_shares`).

Limits. Two nodes together see everything. One node that tells a wallet the key helps that wallet to report
anything, which no check here can see: robustness, unlike privacy, is against wallets only. A lying node can
have reports refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from crypto.encoding import sha256
from crypto.errors import CommitmentError, MalformedError, ProofError, ProtocolError, ShareError
from crypto.prio3.batch_rows import InputBatch, VerifierBatch
from crypto.prio3.batch_xof import ByteRows, Parts, turboshake128
from crypto.prio3.scheme import VERIFY_KEY_BYTES, AnyPrio3
from crypto.sharing.replicated import ROLES, following, preceding

_PART_LABEL: Final = b"argonauta prio3 verify key part v1"
_KEY_LABEL: Final = b"argonauta prio3 verify key v1"
_INPUT_LABEL: Final = b"argonauta prio3 input share v1"
_BATCH_LABEL: Final = b"argonauta prio3 batch v1"
DIGEST_BYTES: Final = 32

Played = TypeVar("Played")


def check_three_roles(prio3: AnyPrio3) -> None:
    """Return only if an instance has one role for each of three nodes.

    Raises:
        ShareError: it has another number of shares.
    """
    if prio3.shares != len(ROLES):
        raise ShareError(f"expected {len(ROLES)} shares, got {prio3.shares}")


def roles_of(node: int) -> tuple[int, int]:
    """The two roles that a node plays.

    Raises:
        OutOfRangeError: there is no such node.
    """
    return node, following(node)


def commit_key_part(node: int, part: bytes) -> bytes:
    """What a node publishes about its part of the verify key, 32 uniform bytes, before it sees another's.

    SHA-256, which hides a part of 256 random bits and binds to it.

    Raises:
        MalformedError: the part does not have 32 bytes.
    """
    if len(part) != VERIFY_KEY_BYTES:
        raise MalformedError(f"expected a key part of {VERIFY_KEY_BYTES} bytes, got {len(part)}")
    return sha256(_PART_LABEL, bytes((node,)), part)


def open_verify_key(commitments: Sequence[bytes], parts: Sequence[bytes]) -> bytes:
    """The verify key, 32 bytes, of all nodes' parts in their order: uniform if one node drew honestly.

    Raises:
        ShareError: there is not one commitment and one part from each node.
        MalformedError: a part does not have 32 bytes.
        CommitmentError: a part is not the one that its node committed to; `indices` are those nodes.
    """
    if len(commitments) != len(ROLES) or len(parts) != len(ROLES):
        raise ShareError(f"expected commitments and parts from {len(ROLES)} nodes")
    made = [commit_key_part(node, part) for node, part in enumerate(parts)]
    wrong = tuple(node for node in ROLES if made[node] != commitments[node])
    if wrong:
        raise CommitmentError("a part of the verify key is not the one committed to", wrong)
    return sha256(_KEY_LABEL, *parts)


@dataclass(frozen=True)
class ReplayGuard:
    """The nonces that were verified under one key; a value that the node stores between batches."""

    seen: frozenset[bytes] = frozenset()

    def admit(self, nonce: bytes) -> "ReplayGuard":
        """The guard after this nonce.

        Raises:
            ProofError: a report with this nonce was verified before.
        """
        if nonce in self.seen:
            raise ProofError("a report with this nonce was verified before")
        return ReplayGuard(self.seen | {nonce})

    def admit_batch(self, batch: InputBatch) -> tuple["ReplayGuard", InputBatch]:
        """The guard after a batch, and the batch with every report refused whose nonce is not new.

        The first of two reports with one nonce stands, as long as its messages have their lengths.
        """
        seen, repeated = set(self.seen), np.zeros(len(batch), dtype=np.bool_)
        for index in np.flatnonzero(~batch.refused):
            nonce = batch.nonces[index].tobytes()
            repeated[index] = nonce in seen
            seen.add(nonce)
        return ReplayGuard(frozenset(seen)), batch.without(repeated)


def input_digests(role: int, batch: InputBatch) -> ByteRows:
    """A digest of 32 bytes of everything that a role received, one row a report, for the role's other player.

    TurboSHAKE128 over a seed or many random elements of the wallet, so it shows nothing to a third node.
    """
    parts: Parts = [_INPUT_LABEL, bytes((role,)), batch.nonces, batch.public_shares, batch.input_shares]
    return turboshake128(parts, len(batch), DIGEST_BYTES)


def refuse_differing(batch: InputBatch, own: ByteRows, other: ByteRows) -> InputBatch:
    """The batch with every report refused of which the two players of a role received different messages.

    Raises:
        ShareError: the digests are not of equally many reports.
    """
    if own.shape != (len(batch), DIGEST_BYTES) or other.shape != own.shape:
        raise ShareError(f"expected digests of {len(batch)} reports from both players")
    return batch.without((own != other).any(axis=1))


def compare_verifier_shares(
    sent: Sequence[tuple[VerifierBatch, VerifierBatch]],
) -> tuple[VerifierBatch, ...]:
    """The verifier shares of all roles, from what each node sent for its two, in the order of `roles_of`.

    Raises:
        ShareError: there are not messages from three nodes.
        ProtocolError: two nodes differ about a role that both play; they are the `culprits`.
    """
    return _compare(sent, _equal_batches, "verifier shares")


def compare_aggregate_shares(sent: Sequence[tuple[bytes, bytes]]) -> tuple[bytes, ...]:
    """The encoded aggregate shares of all roles, from what each node sent for its two.

    Raises:
        ShareError: there are not messages from three nodes.
        ProtocolError: two nodes differ about a role that both play; they are the `culprits`.
    """
    return _compare(sent, bytes.__eq__, "aggregate shares")


def batch_digest(batch: InputBatch, refused: Sequence[int]) -> bytes:
    """A digest of which reports a node sums: all of the batch but the refused ones, whatever their order."""
    excluded = set(refused)
    rows = enumerate(batch.nonces)
    return sha256(_BATCH_LABEL, *sorted(row.tobytes() for index, row in rows if index not in excluded))


def check_same_batch(digests: Sequence[bytes]) -> None:
    """Return only if all nodes sum the same reports.

    Raises:
        ShareError: there is not one digest from each node.
        ProtocolError: they do not; `culprits` is the one that differs from two, or all where all differ.
    """
    if len(digests) != len(ROLES):
        raise ShareError(f"expected digests from {len(ROLES)} nodes, got {len(digests)}")
    if len(set(digests)) > 1:
        alone = tuple(node for node in ROLES if digests.count(digests[node]) == 1)
        raise ProtocolError("the nodes do not sum the same reports", alone)


def _compare(
    sent: Sequence[tuple[Played, Played]], equal: Callable[[Played, Played], bool], what: str
) -> tuple[Played, ...]:
    if len(sent) != len(ROLES):
        raise ShareError(f"expected messages from {len(ROLES)} nodes, got {len(sent)}")
    for role in ROLES:
        # Role r is the first of node r and the second of the node before it.
        if not equal(sent[role][0], sent[preceding(role)][1]):
            raise ProtocolError(f"two nodes differ about the {what} of role {role}", (role, preceding(role)))
    return tuple(pair[0] for pair in sent)


def _equal_batches(left: VerifierBatch, right: VerifierBatch) -> bool:
    return np.array_equal(left.rows, right.rows) and np.array_equal(left.refused, right.refused)
