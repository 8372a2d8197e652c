"""Instances of every algorithm, and reports about them from deterministic randomness."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crypto.prio3 import instance, wire
from crypto.prio3.batch_rows import EncodedReport, InputBatch
from crypto.prio3.report import Report, RoleReport, VerifierShare, VerifyState
from crypto.prio3.scheme import AnyPrio3
from crypto.randomness import RandomBytes, expand, stream

CONTEXT = b"tests of prio3"
VERIFY_KEY = bytes(range(32))
SEED = bytes(range(16, 48))


@dataclass(frozen=True)
class Case:
    """An instance, valid measurements for it, and the results of some of them."""

    name: str
    prio3: AnyPrio3
    measurements: Sequence[Any]
    result: Any
    invalid: Sequence[Any]


CASES = (
    Case("count", instance.count(3), [1, 0, 1, 1], 3, [2, -1]),
    Case("sum of 16 bits", instance.sum_of(65_535, 3), [0, 1, 65_535, 40_000], 105_536, [65_536, -1]),
    Case("sum up to 10", instance.sum_of(10, 2), [0, 7, 10, 8], 25, [11, 16, -1]),
    Case("sum up to 1", instance.sum_of(1, 2), [0, 1, 1, 1], 3, [2, -1]),
    Case(
        "sum vector",
        instance.sum_vector(3, 100, 4, 3),
        [[0, 100, 1], [64, 63, 2], [99, 0, 0]],
        [163, 163, 3],
        [[0, 101, 0], [1, 2], [1, 2, -1], []],
    ),
    Case(
        "sum vector, three proofs",
        instance.sum_vector_multiproof(3, 100, 4, 2),
        [[0, 100, 1], [64, 63, 2], [99, 0, 0]],
        [163, 163, 3],
        [[0, 101, 0], [1, 2], [1, 2, 3, 4]],
    ),
    Case("histogram", instance.histogram(5, 2, 3), [0, 4, 4, 1], [1, 1, 0, 0, 2], [5, -1]),
    Case("histogram of one chunk", instance.histogram(4, 4, 2), [3, 3], [0, 0, 0, 2], [4]),
    Case(
        "multihot",
        instance.multihot(5, 3, 3, 4),
        [[True, False, True, True, False], [False] * 5, [True] * 3 + [False] * 2],
        [2, 1, 2, 1, 0],
        [[True] * 4 + [False], [True] * 4, [2, 0, 0, 0, 0]],
    ),
)


def random_of(label: str) -> RandomBytes:
    return stream(SEED, f"prio3 tests/{label}")


def reading(raw: bytes) -> RandomBytes:
    """Randomness that is read off in order."""
    place = iter(raw)
    return lambda length: bytes(next(place) for _ in range(length))


def nonce_of(label: str) -> bytes:
    return expand(SEED, f"prio3 nonce/{label}", 16)


def report_of(prio3: AnyPrio3, measurement: Any, label: str = "report") -> Report:
    return prio3.shard(CONTEXT, measurement, nonce_of(label), random_of(label))


def reports_of(prio3: AnyPrio3, measurements: Sequence[Any]) -> list[Report]:
    return [report_of(prio3, measurement, f"{index}") for index, measurement in enumerate(measurements)]


def report_of_encoded(prio3: AnyPrio3, encoded: list[int], label: str = "report") -> Report:
    """A report that a dishonest wallet makes of a vector which no measurement has."""
    return prio3.shard_encoded(CONTEXT, encoded, nonce_of(label), random_of(label))


def started(
    prio3: AnyPrio3, report: Report | Sequence[RoleReport], key: bytes = VERIFY_KEY
) -> tuple[list[VerifyState], list[VerifierShare]]:
    """All roles' states and verifier shares."""
    parts = [report.of_role(role) for role in range(prio3.shares)] if isinstance(report, Report) else report
    pairs = [prio3.verify_init(key, CONTEXT, role, part) for role, part in enumerate(parts)]
    return [state for state, _ in pairs], [share for _, share in pairs]


def verified(prio3: AnyPrio3, report: Report | Sequence[RoleReport]) -> list[list[int]]:
    """All roles' output shares, or the error that the report is refused with."""
    states, shares = started(prio3, report)
    message = prio3.verifier_shares_to_message(CONTEXT, shares)
    return [prio3.verify_next(state, message) for state in states]


def encoded_for(prio3: AnyPrio3, report: Report, role: int) -> EncodedReport:
    public_share = wire.encode_public_share(report.public_share)
    return EncodedReport(
        report.nonce, public_share, wire.encode_input_share(prio3, report.input_shares[role])
    )


def parts_for(prio3: AnyPrio3, reports: Sequence[Report]) -> list[list[EncodedReport]]:
    """The parts of all roles of every report."""
    return [[encoded_for(prio3, report, role) for role in range(prio3.shares)] for report in reports]


def batch_for(prio3: AnyPrio3, reports: Sequence[Report], role: int) -> InputBatch:
    return InputBatch.of(prio3, role, [encoded_for(prio3, report, role) for report in reports])
