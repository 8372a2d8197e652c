"""What a plan says of encrypted sums and of dealt products is what real runs over records send."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from consent.computation import compile as compile_query
from consent.opened_sum import OpenedSum
from consent.query import Query, Statistic
from consent.vocabulary import Engine, StatisticKind
from crypto import goldilocks
from crypto.elgamal.ciphertext import encrypt
from crypto.elgamal.decryption import decrypt_partially
from crypto.mpc.additive.dealer import deal, receive
from crypto.mpc.additive.input_proof import CommittedRecords
from crypto.mpc.additive.run import Deal, Run, Table, run_sums, run_verified, triples_for
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.rounds import HEAD_BYTES, WORD_BYTES
from crypto.mpc.traffic import count_traffic
from crypto.randomness import stream
from crypto.sharing.integer_masked import split
from marketplace.domain.count_summands import program_of
from marketplace.domain.plan_cost import PlanCost
from marketplace.domain.plan_count import cost_of
from marketplace.mpc_node.aggregation.protocol import Terms, aggregate
from ssi.dataset import data_set
from tests.marketplace.mpc_node.aggregation.joint import shares_of
from tests.marketplace.mpc_node.menu import BINDING, records_of_exams
from tests.marketplace.mpc_node.parties import random_of
from tests.marketplace.test_plan_cost import asked

EXAMS = data_set("exam/1")
HISTOGRAM = Statistic(StatisticKind.HISTOGRAM, "exam_score")
PAIR = Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",))


def counted(traffic: Any) -> tuple[int, tuple[tuple[tuple[int, int], int], ...]]:
    """Rounds, and bytes by who sends and receives."""
    return traffic.rounds, tuple(sorted(traffic.sent_bytes.items()))


def of_a_plan(cost: PlanCost | None) -> tuple[int, tuple[tuple[tuple[int, int], int], ...]]:
    """The same of a plan."""
    assert cost is not None
    return cost.rounds, cost.sent_bytes


def asked_of(engine: Engine, *statistics: Statistic, **named: Any) -> Query:
    """A query by an engine."""
    return replace(asked(StatisticKind.MEAN, engine=engine, **named), statistics=statistics)


def encrypted_sum(query: Query) -> tuple[Any, int]:
    """The nodes' run with their key over sums and noise: traffic, and bytes to the buyer."""
    cells = len(compile_query(query, EXAMS, records_of_exams(40)).cells)
    key = shares_of()[0].public
    summed = encrypt(key, list(range(cells)), random_of("people")).ciphertext
    noise = None if query.epsilon is None else [3] * cells
    traffic, ends = count_traffic(
        [aggregate(Terms(role, key, summed, noise), bytes([role]) * 32, BINDING) for role in range(3)]
    )
    given = [
        OpenedSum(end.ciphertext, decrypt_partially(share, end.ciphertext)).encode()
        for end, share in zip(ends, shares_of(), strict=True)
    ]
    return traffic, sum(map(len, given))


@pytest.mark.parametrize("epsilon", ["2", None])
@pytest.mark.parametrize("means", [1, 2, 3])
def test_encrypted_sums_cost_what_was_planned(epsilon: str | None, means: int):
    names = ("exam_score", "reading_score", "school_average")[:means]
    query = asked_of(
        Engine.PAILLIER, *(Statistic(StatisticKind.MEAN, name) for name in names), epsilon=epsilon
    )
    traffic, given = encrypted_sum(query)

    planned = cost_of(query, 40)

    assert planned is not None
    assert of_a_plan(planned) == counted(traffic)
    assert planned.buyer_bytes == given
    assert planned.exact


def test_encrypted_sums_of_many_cells_cost_what_was_planned():
    query = asked_of(Engine.PAILLIER, HISTOGRAM, epsilon="2")

    assert of_a_plan(cost_of(query, 40)) == counted(encrypted_sum(query)[0])


def verified_run(query: Query, people: int) -> tuple[Any, int, int]:
    """A verified run over people's records: traffic, bytes to the buyer, and bytes that were dealt."""
    records = records_of_exams(people)
    computation = compile_query(query, EXAMS, records)
    assert computation.verified
    program, columns = program_of(computation, people)
    random = stream(bytes(32), "records")
    cut = [split(EXAMS.encode(each), EXAMS.bits, 1 + at, random) for at, each in enumerate(records)]
    points = [[part.commitment(EXAMS.commitment_domain).to_bytes() for part in each] for each in cut]
    noise = None if query.epsilon is None else [1] * len(program.cells)
    count = triples_for(program, columns=len(columns), records=people, noised=noise is not None)
    packets = deal(count, 3, binding=BINDING, authenticated=True)
    traffic, ends = count_traffic(
        [
            run_verified(
                Run(Seat(role, 3), bytes([role + 1]) * 32, BINDING, noise),
                program,
                _table([each[role].values for each in cut], columns),
                CommittedRecords(EXAMS.bits, EXAMS.commitment_domain, [each[role] for each in cut], points),
                Deal(receive(packets[role], Seat(role, 3), binding=BINDING), bytes(32)),
            )
            for role in range(3)
        ]
    )
    return traffic, sum(len(end.part.encode()) for end in ends), sum(map(len, packets))


def _table(values: Sequence[Sequence[int]], columns: Sequence[int]) -> Table:
    rows = [goldilocks.from_integers([each[column] for each in values]) for column in columns]
    return Table(tuple(columns), np.stack(rows))


@pytest.mark.parametrize("people", [23, 40])
@pytest.mark.parametrize(
    ("statistic", "epsilon", "verified"),
    [(PAIR, None, False), (PAIR, "2", False), (Statistic(StatisticKind.MEAN, "exam_score"), "2", True)],
)
def test_dealt_products_cost_what_was_planned(
    statistic: Statistic, epsilon: str | None, verified: bool, people: int
):
    query = asked_of(Engine.ADDITIVE, statistic, epsilon=epsilon, verified=verified)
    traffic, given, dealt = verified_run(query, people)

    planned = cost_of(query, people)

    assert planned is not None
    assert of_a_plan(planned) == counted(traffic)
    assert (planned.buyer_bytes, planned.dealt_bytes) == (given, dealt)
    assert planned.exact


def test_one_summand_each_is_two_rounds_of_a_digest_and_a_word():
    query = asked_of(Engine.ADDITIVE, Statistic(StatisticKind.MEAN, "exam_score"))
    program, columns = program_of(compile_query(query, EXAMS, records_of_exams(30)), 30)
    table = Table(columns, np.ones((len(columns), 30), dtype=np.uint64))
    traffic, _ = count_traffic(
        [run_sums(Run(Seat(role, 3), bytes(32), BINDING), program, table) for role in range(3)]
    )

    planned = cost_of(query, 5000)

    assert of_a_plan(planned) == counted(traffic)
    # A digest of four words goes to the node before, and one word to both.
    assert dict(of_a_plan(planned)[1])[1, 0] == 2 * HEAD_BYTES + 5 * WORD_BYTES


def test_more_people_are_more_work_where_everybody_is_added_up():
    query = asked_of(Engine.PAILLIER, Statistic(StatisticKind.MEAN, "exam_score"))
    few, many = cost_of(query, 100), cost_of(query, 100_000)

    assert few is not None
    assert many is not None
    assert few.sent_bytes == many.sent_bytes
    assert many.local_seconds > 100 * few.local_seconds
