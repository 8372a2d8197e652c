"""The whole menu in one process: records in the clear, three roles that never see them, and the answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from consent import computation
from consent.answer import Answer, decode
from consent.computation import Computation
from consent.estimate import Estimate
from consent.query import Query
from crypto import goldilocks
from crypto.encoding import sha256
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.partitions import TablePartition, local_sums
from crypto.mpc.release import Finished
from crypto.mpc.rounds import Protocol
from crypto.randomness import stream
from marketplace.mpc_node.computation import needed_columns, noise_binding, protocol_of
from ssi.dataset import DataSet
from tests.crypto.mpc.trio import Tamper, play

Records = Sequence[Mapping[str, Any]]
BINDING = sha256(b"attempt 1")
NOISE = noise_binding(job_id="job-1", query_digest="query", root="root")


def records_of_exams(people: int, seed: str = "exams") -> list[dict[str, Any]]:
    """Exam results that are related to each other, in no particular order."""
    draw = np.random.default_rng(list(sha256(seed.encode()))[:4])
    talent = draw.normal(size=people)
    found = []
    for index in range(people):
        scores = [talent[index] + draw.normal(scale=0.6), talent[index] * 0.5 + draw.normal(scale=0.8)]
        exam, reading = (round(float(np.clip(score, -4, 4)), 3) for score in scores)
        found.append(
            {
                "exam_score": exam,
                "reading_score": reading,
                "school_average": round(float(np.clip(draw.normal(scale=0.3), -1, 1)), 3),
                "verbal_reasoning": ("bottom", "middle", "top")[int(np.digitize(exam, [-0.5, 0.8]))],
                "intake": ("bottom", "middle", "top")[int(draw.integers(3))],
                "sex": ("female", "male")[int(draw.integers(2))],
                "school_type": ("mixed", "girls", "boys")[index % 7 % 3],
            }
        )
    return found


def holdings(
    compiled: Computation, described: DataSet, records: Records, *, integers: bool = True
) -> list[Holdings]:
    """What each role holds of the columns that a computation needs, cut as wallets cut them.

    Every role has its records in pieces of another size, and sums up beforehand what it can.
    """
    needed = needed_columns(compiled, records)
    rows = [described.encode(record) for record in records]
    random = stream(b"\x05" * 32, "shares")
    summed = {column for cell in needed.sums.cells for column in cell.columns}
    columns = sorted({*needed.elements, *needed.integers, *summed})
    summands = {
        column: _cut([row[column] for row in rows], described.columns[column].bits, random)
        for column in columns
    }
    wanted = needed.elements if integers else tuple(columns)
    return [
        Holdings(
            _table(wanted, summands, role, goldilocks.PRIME, len(rows)),
            _table(needed.integers, summands, role, 2**64, len(rows)) if integers else None,
            local_sums(needed.sums, list(_pieces(summands, role, len(rows))), records=len(rows)),
        )
        for role in range(3)
    ]


def protocols(
    compiled: Computation,
    described: DataSet,
    records: Records,
    *,
    noise: Sequence[str] = ("a", "b", "c"),
    pins: dict[int, bytes] | None = None,
    pin: Callable[[bytes], None] = lambda _: None,
    **named: Any,
) -> list[Protocol[Finished]]:
    """The three roles' runs; `noise` names each role's secret behind its noise, `pins` gets what they pin."""
    held = holdings(compiled, described, records, **named)
    return [
        protocol_of(
            compiled,
            records,
            held[role],
            role=role,
            seed=sha256(b"seed", bytes([role])),
            binding=BINDING,
            noise_seed=sha256(noise[role].encode()),
            noise_binding=NOISE,
            pin=pin if pins is None else partial(pins.__setitem__, role),
        )
        for role in range(3)
    ]


def totals(
    compiled: Computation, described: DataSet, records: Records, *, tamper: Tamper | None = None, **named: Any
) -> list[int]:
    """The opened results of three roles."""
    played = play(protocols(compiled, described, records, **named), binding=BINDING, tamper=tamper)
    first, second, third = (each.own.values for each in played.results)
    return goldilocks.to_signed(goldilocks.add(goldilocks.add(first, second), third))


def ask(query: Query, described: DataSet, records: Records, **named: Any) -> Answer:
    """The answer to a query, from compiled to decoded."""
    compiled = computation.compile(query, described, records)
    return decode(compiled, totals(compiled, described, records, **named))


def only(answer: Answer) -> tuple[Estimate, ...]:
    """The estimates of an answer about everybody."""
    (row,) = answer.rows
    return row.estimates


def _cut(values: Sequence[int], bits: int, random: Any) -> list[list[int]]:
    size = (bits + 64 + 7) // 8
    draw = partial(lambda: int.from_bytes(random(size), "big") % 2 ** (bits + 64))
    first, second = ([draw() for _ in values] for _ in range(2))
    third = [value - one - other for value, one, other in zip(values, first, second, strict=True)]
    return [first, second, third]


def _table(
    columns: Sequence[int], summands: Mapping[int, list[list[int]]], role: int, modulus: int, records: int
) -> Table:
    halves = [
        np.array(
            [[value % modulus for value in summands[column][part % 3]] for column in columns],
            dtype=np.uint64,
        ).reshape(len(columns), records)
        for part in (role, role + 1)
    ]
    return Table(tuple(columns), Shares(*halves))


def _pieces(summands: Mapping[int, list[list[int]]], role: int, records: int) -> Iterator[TablePartition]:
    """A role's records of all columns in `role + 2` pieces, in an order of its own."""
    table = _table(sorted(summands), summands, role, goldilocks.PRIME, records)
    whole = np.zeros((2, max(summands, default=-1) + 1, records), dtype=np.uint64)
    whole[:, list(table.columns)] = np.stack(table.shares)
    for places in np.array_split(np.roll(np.arange(records), role), role + 2):
        yield TablePartition(places, Shares(*(np.ascontiguousarray(half[:, places]) for half in whole)))
