"""What it costs a node to verify reports that nobody signed, one core, against our own plain implementation.

No package of Prio3 is on PyPI. Elsewhere, in Rust and on another machine, libprio-rs takes some tens of
microseconds for the same step.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from crypto.prio3 import instance, wire
from crypto.prio3.batch import BatchVerifier
from crypto.prio3.batch_rows import EncodedReport, InputBatch
from crypto.prio3.instance import best_chunk_length
from crypto.prio3.report import Report
from crypto.prio3.scheme import AnyPrio3
from crypto.randomness import expand, stream
from examples.bench.row import Row, interleaved

SHARES, ROLE, REPORTS, DISTINCT = 3, 1, 4096, 32
SEED, CONTEXT = b"\x23" * 32, b"bench"
KEY = expand(SEED, "verify key", 32)
PEER = "plain implementation"
MICRO = 1e6


class Work(NamedTuple):
    """An instance, the measurement of person number i, and how many microseconds a report may take."""

    name: str
    prio3: AnyPrio3
    measurement: Callable[[int], Any]
    gate: float | None = None


WORKS = (
    Work("count", instance.count(SHARES), lambda person: person % 2),
    Work("sum of 16 bits", instance.sum_of(65_535, SHARES), lambda person: person * 997 % 65_536, 4.0),
    Work(
        "sums of 16 values of 8 bits",
        instance.sum_vector(16, 255, best_chunk_length(128), SHARES),
        lambda person: [person % 256] * 16,
    ),
    Work(
        "sums of 16 values of 8 bits, small field, 3 proofs",
        instance.sum_vector_multiproof(16, 255, best_chunk_length(128), SHARES),
        lambda person: [person % 256] * 16,
    ),
    Work(
        "histogram of 32",
        instance.histogram(32, best_chunk_length(32), SHARES),
        lambda person: person % 32,
        12.0,
    ),
    Work(
        "at most 4 marks of 32",
        instance.multihot(32, 4, best_chunk_length(35), SHARES),
        lambda person: [place in {person % 32, 7} for place in range(32)],
    ),
)


def rows() -> list[Row]:
    """All rows: a role's whole work on a report, and the same by the plain implementation."""
    return [row for work in WORKS for row in measured(work)]


def measured(work: Work) -> list[Row]:
    """A helper's work on one report: its shares, its query, all proofs decided, its part of the sum."""
    reports = [
        work.prio3.shard(CONTEXT, work.measurement(person), _nonce(person), stream(SEED, f"person {person}"))
        for person in range(DISTINCT)
    ]
    batched, plain = interleaved([_batched(work.prio3, reports), _plain(work.prio3, reports[0])])
    ours, theirs = batched / REPORTS * MICRO, plain * MICRO
    return [
        Row(f"Prio3, {work.name}: verify a report", "µs", ours, gate=work.gate),
        Row(f"Prio3, {work.name}: the same one by one", "µs", ours, PEER, theirs),
    ]


def _batched(prio3: AnyPrio3, reports: list[Report]) -> Callable[[], object]:
    verifier = BatchVerifier(prio3, KEY, CONTEXT)
    batches = [_batch(prio3, reports, role) for role in range(SHARES)]
    others = [verifier.verify_init(role, batches[role])[1] for role in range(SHARES)]

    def verify() -> object:
        state, share = verifier.verify_init(ROLE, batches[ROLE])
        messages = verifier.verifier_shares_to_messages([others[0], share, *others[2:]])
        outputs = verifier.verify_next(state, messages)
        if outputs.refused_indices:
            raise AssertionError("an honest report was refused")
        return verifier.aggregate(outputs)

    return verify


def _plain(prio3: AnyPrio3, report: Report) -> Callable[[], object]:
    others = [prio3.verify_init(KEY, CONTEXT, role, report.of_role(role))[1] for role in range(SHARES)]

    def verify() -> object:
        state, share = prio3.verify_init(KEY, CONTEXT, ROLE, report.of_role(ROLE))
        message = prio3.verifier_shares_to_message(CONTEXT, [others[0], share, *others[2:]])
        return prio3.aggregate([prio3.verify_next(state, message)])

    return verify


def _batch(prio3: AnyPrio3, reports: list[Report], role: int) -> InputBatch:
    parts = [
        EncodedReport(
            report.nonce,
            wire.encode_public_share(report.public_share),
            wire.encode_input_share(prio3, report.input_shares[role]),
        )
        for report in reports
    ]
    return InputBatch.of(prio3, role, parts * (REPORTS // DISTINCT))


def _nonce(person: int) -> bytes:
    return expand(SEED, f"nonce {person}", 16)
