"""How does a node verify thousands of reports at the cost of a few?

The steps of `crypto.prio3.scheme.Prio3` over rows of many reports, with the same results bit for bit: seeds
are expanded eight reports in step (`batch_xof`) and proofs are queried by compiled loops (`batch_query`).
What the kernels cannot do, because it hardly ever happens, is left to the plain implementation, report by
report: a stream with a number that is not reduced, an unreduced element in a message, a random point that is
a root of unity. A bad report is refused alone.

A `BatchVerifier` holds no state of a batch, so threads may share it; the kernels release the interpreter's
lock.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from crypto.errors import CryptoError, OutOfRangeError, ShareError
from crypto.prio3.batch_circuit import batch_circuit
from crypto.prio3.batch_derivation import BatchDerivation
from crypto.prio3.batch_field import Words, bytes_of, value_words, words_of
from crypto.prio3.batch_linear import Flags, accumulate, add_rows
from crypto.prio3.batch_query import Opened, decide_rows, query_bits, query_direct, tables_for
from crypto.prio3.batch_rows import InputBatch, MessageBatch, OutputBatch, StateBatch, VerifierBatch
from crypto.prio3.batch_xof import ByteRows, Parts
from crypto.prio3.field import Vector
from crypto.prio3.report import LEADER, RoleReport
from crypto.prio3.scheme import VERIFY_KEY_BYTES, AnyPrio3
from crypto.prio3.tag import SEED_BYTES, Usage
from crypto.prio3.wire import (
    decode_input_share,
    decode_public_share,
    encode_aggregate_share,
    encode_verifier_share,
    verifier_share_length,
)

_TILE_BYTES: Final = 1 << 18
"""About how many bytes of shares are worked on at once, so that they stay in the cache."""


class BatchVerifier:
    """Verifies the reports of one Prio3 instance under one verify key (32 bytes) and application context.

    Raises:
        OutOfRangeError: the key has another length, or there is no kernel for the circuit.
    """

    def __init__(self, prio3: AnyPrio3, verify_key: bytes, context: bytes) -> None:
        if len(verify_key) != VERIFY_KEY_BYTES:
            raise OutOfRangeError(f"expected a key of {VERIFY_KEY_BYTES} bytes, got {len(verify_key)}")
        self.prio3 = prio3
        self._verify_key = verify_key
        self._context = context
        self._field = prio3.circuit.field
        self._circuit = batch_circuit(prio3.circuit)
        self._sizes = prio3.sizes
        self._tables = tables_for(self._field, self._sizes.wire, prio3.shares)
        self._proofs = bytes((prio3.proofs,))

    # 1. Every role: from its input shares to verifier shares.

    def verify_init(self, role: int, batch: InputBatch) -> tuple[StateBatch, VerifierBatch]:
        """Start to verify reports as node `role`; `Prio3.verify_init` for each.

        A nonce must never be verified twice under one key; see `crypto.prio3.three_nodes.ReplayGuard`.

        Raises:
            OutOfRangeError: not a role.
        """
        if not 0 <= role < self.prio3.shares:
            raise OutOfRangeError(f"expected a role below {self.prio3.shares}, got {role}")
        parts = [self._verify_tile(role, batch.part(rows)) for rows in self._tiles(len(batch))]
        states, shares = zip(*parts, strict=True)
        return (
            StateBatch(
                np.concatenate([state.output_shares for state in states]),
                np.concatenate([state.joint_randomness_seeds for state in states]),
                np.concatenate([state.refused for state in states]),
            ),
            VerifierBatch(
                np.concatenate([share.rows for share in shares]),
                np.concatenate([share.refused for share in shares]),
            ),
        )

    def _tiles(self, count: int) -> Iterator[slice]:
        elements = self.prio3.circuit.measurement_length + self._sizes.proof * self.prio3.proofs
        rows = max(8, min(1024, _TILE_BYTES // (elements * self._field.element_bytes)))
        # An empty batch is one empty tile.
        yield from (slice(start, start + rows) for start in range(0, max(count, 1), rows))

    def _verify_tile(self, role: int, batch: InputBatch) -> tuple[StateBatch, VerifierBatch]:
        irregular = batch.refused.copy()
        derive = BatchDerivation(self.prio3.derivation(self._context), len(batch), irregular)
        measurement, proofs = self._shares(derive, role, batch)
        parts, seeds = self._joint_seeds(derive, role, batch, measurement)
        opened = self._query(derive, batch.nonces, seeds, measurement, proofs)
        rows = np.concatenate([bytes_of(opened), parts], axis=1)
        state = StateBatch(self._circuit.truncate(measurement), seeds, batch.refused.copy())
        for index in np.flatnonzero(irregular):
            self._verify_plainly(role, batch, int(index), state, rows)
        return state, VerifierBatch(rows, state.refused)

    def _shares(self, derive: BatchDerivation, role: int, batch: InputBatch) -> tuple[Words, Words]:
        """The measurement and proofs share of each report."""
        length, count = self.prio3.circuit.measurement_length, self._sizes.proof * self.prio3.proofs
        if role == LEADER:
            end = length * self._field.element_bytes
            stop = end + count * self._field.element_bytes
            return derive.read(batch.input_shares[:, :end]), derive.read(batch.input_shares[:, end:stop])
        seeds = batch.input_shares[:, :SEED_BYTES]
        return (
            derive.vectors(Usage.MEASUREMENT_SHARE, seeds, [bytes((role,))], length),
            derive.vectors(Usage.PROOF_SHARE, seeds, [self._proofs + bytes((role,))], count),
        )

    def _joint_seeds(
        self, derive: BatchDerivation, role: int, batch: InputBatch, measurement: Words
    ) -> tuple[ByteRows, ByteRows]:
        """The role's own joint randomness part, and the seed that it believes in."""
        if not self.prio3.joint:
            nothing = np.empty((len(batch), 0), dtype=np.uint8)
            return nothing, nothing
        blinds = batch.input_shares[:, -SEED_BYTES:]
        binder: Parts = [bytes((role,)), batch.nonces, bytes_of(measurement)]
        own = derive.seeds(Usage.JOINT_RANDOMNESS_PART, blinds, binder)
        before, after = role * SEED_BYTES, (role + 1) * SEED_BYTES
        parts = [batch.public_shares[:, :before], own, batch.public_shares[:, after:]]
        return own, derive.seeds(Usage.JOINT_RANDOMNESS_SEED, bytes(SEED_BYTES), parts)

    def _query(
        self, derive: BatchDerivation, nonces: ByteRows, seeds: ByteRows, measurement: Words, proofs: Words
    ) -> Words:
        """What the role opens of each report, over all proofs."""
        sizes, count, circuit = self._sizes, self.prio3.proofs, self.prio3.circuit
        asked = derive.vectors(
            Usage.QUERY_RANDOMNESS, self._verify_key, [self._proofs, nonces], sizes.query_randomness * count
        )
        joint = asked[:, :0]
        if self.prio3.joint:
            joint_length = circuit.joint_randomness_length * count
            joint = derive.vectors(Usage.JOINT_RANDOMNESS, seeds, [self._proofs], joint_length)
        affine = self._circuit.affine_of(measurement, self.prio3.shares)
        opened = np.empty((len(nonces), sizes.verifier * count, *asked.shape[2:]), dtype=np.uint64)
        shares, tables = Opened(measurement, proofs, asked, joint, affine), self._tables.with_own_scratch()
        if self._circuit.chunk:
            query_bits(shares, tables, self._circuit.chunk, opened, derive.flags)
        else:
            query_direct(shares, tables, circuit.gadget.arity, opened, derive.flags)
        return opened

    def _verify_plainly(
        self, role: int, batch: InputBatch, index: int, state: StateBatch, rows: ByteRows
    ) -> None:
        """Let the plain implementation verify one report or say why not."""
        state.output_shares[index] = rows[index] = 0
        if batch.refused[index]:
            return
        try:
            report = self._decoded(role, batch, index)
            plain, share = self.prio3.verify_init(self._verify_key, self._context, role, report)
        except CryptoError:
            state.refused[index] = True
            return
        rows[index] = np.frombuffer(encode_verifier_share(self.prio3, share), dtype=np.uint8)
        encoded = np.frombuffer(encode_aggregate_share(self.prio3, plain.output_share), dtype=np.uint8)
        state.output_shares[index] = words_of(self._field, encoded[np.newaxis])[0]
        state.joint_randomness_seeds[index] = np.frombuffer(plain.joint_randomness_seed, dtype=np.uint8)

    def _decoded(self, role: int, batch: InputBatch, index: int) -> RoleReport:
        nonce, public_share, input_share = batch.report(index)
        return RoleReport(
            nonce,
            decode_public_share(self.prio3, public_share),
            decode_input_share(self.prio3, role, input_share),
        )

    # 2. Anybody: from all roles' verifier shares to messages.

    def verifier_shares_to_messages(self, shares: Sequence[VerifierBatch]) -> MessageBatch:
        """Check all proofs by the verifier shares of all roles, in their order.

        Raises:
            ShareError: there is not one batch of verifier shares from each role, or they are of different
                reports.
        """
        if len(shares) != self.prio3.shares or len({share.rows.shape for share in shares}) != 1:
            raise ShareError(f"expected equally many verifier shares from each of {self.prio3.shares} roles")
        if shares[0].rows.shape[1] != verifier_share_length(self.prio3):
            raise ShareError("the verifier shares are not of this instance")
        refused: Flags = np.any([share.refused for share in shares], axis=0)
        derive = BatchDerivation(self.prio3.derivation(self._context), len(refused), refused)
        end = self._sizes.verifier * self.prio3.proofs * self._field.element_bytes
        opened = derive.read(shares[0].rows[:, :end]).copy()
        for share in shares[1:]:
            add_rows(opened, derive.read(share.rows[:, :end]))
        refused |= self._undecided(opened)
        if not self.prio3.joint:
            return MessageBatch(np.empty((len(refused), 0), dtype=np.uint8), refused)
        parts = [share.rows[:, end:] for share in shares]
        return MessageBatch(derive.seeds(Usage.JOINT_RANDOMNESS_SEED, bytes(SEED_BYTES), parts), refused)

    def _undecided(self, opened: Words) -> Flags:
        """Which reports have a proof that does not hold."""
        proofs = self.prio3.proofs
        flags = np.zeros(len(opened) * proofs, dtype=np.bool_)
        rows = opened.reshape(len(flags), self._sizes.verifier, *opened.shape[2:])
        decide_rows(rows, value_words(self._field, [1]), flags)
        undecided: Flags = np.any(flags.reshape(len(opened), proofs), axis=1)
        return undecided

    # 3. Every role: from the messages to its output shares, and to its part of the sum.

    def verify_next(self, state: StateBatch, messages: MessageBatch) -> OutputBatch:
        """The output shares of all reports that neither this role nor the messages refuse.

        Raises:
            ShareError: the messages are of another number of reports, or of another instance.
        """
        if messages.rows.shape != state.joint_randomness_seeds.shape:
            raise ShareError("the verifier messages are not of these reports")
        differs = (messages.rows != state.joint_randomness_seeds).any(axis=1)
        return OutputBatch(state.output_shares, state.refused | messages.refused | differs)

    def aggregate(self, outputs: OutputBatch) -> Vector:
        """The role's share of the sum over all reports that are not refused."""
        length = self.prio3.circuit.output_length
        total = value_words(self._field, [0] * length)
        accumulate(outputs.output_shares, outputs.refused, total)
        return self._field.decode(total.tobytes(), length)
