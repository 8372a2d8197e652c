"""What goes into and comes out of batched verification: one row of bytes or words for each report.

A message that does not have its one length cannot be a row; its row is zeros and its report is refused from
the start, so that no report decides about another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from crypto.prio3.batch_field import Words
from crypto.prio3.batch_linear import Flags
from crypto.prio3.batch_xof import ByteRows
from crypto.prio3.report import NONCE_BYTES
from crypto.prio3.scheme import AnyPrio3
from crypto.prio3.wire import (
    input_share_length,
    public_share_length,
    verifier_message_length,
    verifier_share_length,
)


class EncodedReport(NamedTuple):
    """One role's part of a report, as it came over the wire."""

    nonce: bytes
    public_share: bytes
    input_share: bytes


@dataclass(frozen=True, eq=False)
class InputBatch:
    """One role's part of many reports."""

    nonces: ByteRows
    public_shares: ByteRows
    input_shares: ByteRows = field(repr=False)
    refused: Flags

    @classmethod
    def of(cls, prio3: AnyPrio3, role: int, reports: Sequence[EncodedReport]) -> "InputBatch":
        """Stack the encoded reports of a role."""
        nonces, first = rows_of([report.nonce for report in reports], NONCE_BYTES)
        public, second = rows_of([report.public_share for report in reports], public_share_length(prio3))
        shares, third = rows_of([report.input_share for report in reports], input_share_length(prio3, role))
        return cls(nonces, public, shares, first | second | third)

    def __len__(self) -> int:
        return len(self.nonces)

    def part(self, rows: slice) -> "InputBatch":
        """Some consecutive reports."""
        return InputBatch(
            self.nonces[rows], self.public_shares[rows], self.input_shares[rows], self.refused[rows]
        )

    def without(self, flags: Flags) -> "InputBatch":
        """The same reports, of which the flagged ones are refused too."""
        return InputBatch(self.nonces, self.public_shares, self.input_shares, self.refused | flags)

    def report(self, index: int) -> EncodedReport:
        """One report, encoded."""
        rows = (self.nonces, self.public_shares, self.input_shares)
        nonce, public_share, input_share = (part[index].tobytes() for part in rows)
        return EncodedReport(nonce, public_share, input_share)


@dataclass(frozen=True, eq=False)
class VerifierBatch:
    """One role's encoded verifier shares; zeros where the role refused the report."""

    rows: ByteRows
    refused: Flags

    @classmethod
    def of(cls, prio3: AnyPrio3, shares: Sequence[bytes]) -> "VerifierBatch":
        """Stack the verifier shares that another role sent."""
        return cls(*rows_of(shares, verifier_share_length(prio3)))


@dataclass(frozen=True, eq=False)
class StateBatch:
    """What a role keeps of many reports until the verifier messages come."""

    output_shares: Words = field(repr=False)
    joint_randomness_seeds: ByteRows
    refused: Flags


@dataclass(frozen=True, eq=False)
class MessageBatch:
    """The verifier messages, and whose proofs do not hold or could not be read."""

    rows: ByteRows
    refused: Flags

    @classmethod
    def of(cls, prio3: AnyPrio3, messages: Sequence[bytes]) -> "MessageBatch":
        """Stack the messages that somebody else computed."""
        return cls(*rows_of(messages, verifier_message_length(prio3)))


@dataclass(frozen=True, eq=False)
class OutputBatch:
    """A role's output shares of the reports that were not refused."""

    output_shares: Words = field(repr=False)
    refused: Flags

    @property
    def refused_indices(self) -> tuple[int, ...]:
        """Which reports were refused, by their place in the batch."""
        return tuple(int(index) for index in np.flatnonzero(self.refused))


def rows_of(messages: Sequence[bytes], length: int) -> tuple[ByteRows, Flags]:
    """Messages of one length as rows, and a flag for each that has another length."""
    flags = np.array([len(message) != length for message in messages], dtype=np.bool_)
    if flags.any():
        messages = [
            bytes(length) if wrong else message for message, wrong in zip(messages, flags, strict=True)
        ]
    # A copy, as kernels are compiled for arrays that may be written to.
    rows = np.frombuffer(b"".join(messages), dtype=np.uint8).reshape(len(messages), length).copy()
    return rows, flags
