"""Sums over pieces are the sums, however each role cut its records, with the messages of the whole run."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import OutOfRangeError, ProtocolError
from crypto.mpc.local import Shares
from crypto.mpc.output import Digests, combine
from crypto.mpc.partitioned import compute_sums, gram, gram_program, run_partitioned
from crypto.mpc.partitions import LocalSums, Piece, TablePartition, Task, local_sums
from crypto.mpc.program import Inputs, LinearCell, ProductCell, Program, cross_terms, linear_sums
from crypto.mpc.release import Finished
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements
from crypto.mpc.statistics import run_statistics
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import BINDING, KEYS, flip, opened_elements, parties, play, share_elements

RECORDS, COLUMNS = 23, 3
VALUES = np.arange(RECORDS * COLUMNS).reshape(COLUMNS, RECORDS) % 17
GIRLS = np.arange(RECORDS) % 3 == 0
BOYS = ~GIRLS
LATE = np.arange(RECORDS) > 20
PROGRAM = Program(
    (
        LinearCell(0),
        LinearCell(2, GIRLS),
        LinearCell(2, BOYS),
        LinearCell(1, LATE),
        ProductCell(0, 2),
        ProductCell(2, 2, GIRLS),
        ProductCell(2, 2, BOYS),
    )
)
TRUE = [
    VALUES[0].sum(),
    VALUES[2][GIRLS].sum(),
    VALUES[2][BOYS].sum(),
    VALUES[1][LATE].sum(),
    VALUES[0] @ VALUES[2],
    (VALUES[2] ** 2)[GIRLS].sum(),
    (VALUES[2] ** 2)[BOYS].sum(),
]
SHARED = share_elements(VALUES.reshape(-1).tolist())
INPUTS = [Inputs(*(each.reshape(COLUMNS, RECORDS) for each in (one.first, one.second))) for one in SHARED]
NO_NOISE = np.zeros(len(PROGRAM.cells), dtype=np.int64)


def cut(inputs: Inputs, groups: Sequence[Sequence[int]]) -> list[TablePartition]:
    """The records in pieces, in the order of each."""
    places = [np.array(group, dtype=np.int64) for group in groups]
    return [TablePartition(each, Shares(inputs.first[:, each], inputs.second[:, each])) for each in places]


def sums_of(role: int, groups: Sequence[Sequence[int]], program: Program = PROGRAM) -> LocalSums:
    """A role's local sums, if it cut its records like that."""
    return local_sums(program, cut(INPUTS[role], groups), records=RECORDS)


def opened(finished: Sequence[Finished]) -> list[int]:
    """What the buyer reads."""
    digests = [Digests(each.own_digest, each.held_digest) for each in finished]
    return combine([each.output for each in finished], digests, binding=BINDING)


WHOLE = [list(range(RECORDS))]
CUTS = [WHOLE, [list(range(22, 10, -1)), [], list(range(11))], [[each] for each in range(RECORDS)]]
"""How each of the three roles cut its records."""


@given(st.permutations(range(RECORDS)), st.lists(st.integers(0, RECORDS), max_size=5))
def test_any_cut_in_any_order_gives_the_same_sums(order, ends):
    bounds = [0, *sorted(ends), RECORDS]
    groups = [order[start:end] for start, end in pairwise(bounds)]

    sums, inputs = sums_of(1, groups), INPUTS[1]

    assert sums.first.tolist() == linear_sums(PROGRAM, inputs.first).tolist()
    assert sums.second.tolist() == linear_sums(PROGRAM, inputs.second).tolist()
    assert sums.products.tolist() == cross_terms(PROGRAM, inputs.shares, inputs.shares).tolist()


def test_the_way_tasks_are_spread_does_not_matter():
    def backwards(run, tasks):
        return [run(task) for task in reversed(tasks)]

    sums = local_sums(PROGRAM, cut(INPUTS[0], CUTS[2]), records=RECORDS, spread=backwards)

    assert sums.products.tolist() == sums_of(0, WHOLE).products.tolist()


def test_pieces_come_together_in_tasks_of_some_size(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("crypto.mpc.partitions.TASK_WORDS", 5 * (2 * COLUMNS + len(PROGRAM.cells)))
    sizes: list[int] = []

    def noting(run, tasks):
        sizes.extend(len(task.pieces) for task in tasks)
        return map(run, tasks)

    local_sums(PROGRAM, cut(INPUTS[0], CUTS[2]), records=RECORDS, spread=noting)

    assert sizes == [5, 5, 5, 5, 3]


def test_only_the_columns_of_the_program_are_read():
    asked: list[Sequence[int]] = []

    class Noting(TablePartition):
        @property
        def reader(self):
            return self

        def read(self, columns):
            asked.append(list(columns))
            return super().read(columns)

    whole = Noting(np.arange(RECORDS), INPUTS[0].shares)

    local_sums(Program((LinearCell(2), ProductCell(0, 2))), [whole], records=RECORDS)

    assert asked == [[0, 2]]


def test_nobody_sums_to_zero():
    sums = local_sums(Program((LinearCell(0), ProductCell(0, 1))), [], records=0)

    assert [part.tolist() for part in (sums.first, sums.second, sums.products)] == [[0, 0]] * 3


def test_three_roles_that_cut_differently_open_the_true_results():
    protocols = [
        run_partitioned(
            role, KEYS[role], BINDING, program=PROGRAM, sums=sums_of(role, CUTS[role]), noise=NO_NOISE
        )
        for role in ROLES
    ]

    finished = play(protocols).results

    assert opened(finished) == TRUE


def test_a_role_that_cut_its_records_runs_with_roles_that_did_not():
    """Message for message it is the same protocol."""

    def whole(role: int) -> Protocol[Finished]:
        return run_statistics(role, KEYS[role], BINDING, program=PROGRAM, inputs=INPUTS[role], noise=NO_NOISE)

    cut_up = run_partitioned(1, KEYS[1], BINDING, program=PROGRAM, sums=sums_of(1, CUTS[1]), noise=NO_NOISE)

    mixed, plain = play([whole(0), cut_up, whole(2)]), play([whole(role) for role in ROLES])

    assert mixed.inboxes == plain.inboxes
    assert opened(mixed.results) == TRUE


def test_the_noise_of_all_three_is_in_the_result():
    noises = [np.arange(len(PROGRAM.cells), dtype=np.int64) * factor for factor in (1, -5, 100)]
    protocols = [
        compute_sums(party, PROGRAM, sums_of(party.role, CUTS[party.role]), noises[party.role])
        for party in parties()
    ]

    results = opened_elements(play(protocols).results)

    assert results == [true + 96 * index for index, true in enumerate(TRUE)]


def test_the_gram_matrix_over_pieces():
    program = gram_program(COLUMNS)
    protocols = [gram(party, sums_of(party.role, CUTS[party.role], program), COLUMNS) for party in parties()]

    results: list[Elements] = play(protocols).results

    flat = [Elements(each.role, each.first.reshape(-1), each.second.reshape(-1)) for each in results]
    assert opened_elements(flat) == (VALUES @ VALUES.T).reshape(-1).tolist()


def test_what_a_role_receives_of_other_values_is_of_the_same_form():
    other = share_elements(((VALUES + 5) % 17).reshape(-1).tolist(), seed=b"\x08" * 32)
    lengths = []
    for shared in (SHARED, other):
        inputs = [Inputs(*(each.reshape(COLUMNS, RECORDS) for each in (s.first, s.second))) for s in shared]
        sums = [local_sums(PROGRAM, cut(inputs[role], CUTS[role]), records=RECORDS) for role in ROLES]
        played = play([compute_sums(party, PROGRAM, sums[party.role], NO_NOISE) for party in parties()])
        lengths.append([[len(body) for body in played.received(role)] for role in ROLES])

    assert lengths[0] == lengths[1]


def test_an_altered_message_of_the_last_round_is_noticed():
    protocols = [
        run_partitioned(role, KEYS[role], BINDING, program=PROGRAM, sums=sums_of(role, WHOLE), noise=NO_NOISE)
        for role in ROLES
    ]

    with pytest.raises(ProtocolError) as caught:
        play(protocols, tamper=flip(3, 1, 0))

    assert 1 in caught.value.culprits


@pytest.mark.parametrize(
    "groups",
    [
        [list(range(RECORDS - 1))],
        [list(range(RECORDS)), [0]],
        [[*range(RECORDS - 1), 0]],
        [[*range(RECORDS - 1), RECORDS]],
        [[*range(RECORDS - 1), -1]],
        [],
    ],
    ids=["one missing", "one more", "one twice", "beyond the end", "before the start", "none"],
)
def test_every_record_must_be_in_one_piece(groups):
    inputs = INPUTS[0]
    places = [np.array(group, dtype=np.int64) for group in groups]
    pieces = [TablePartition(each, inputs.shares) for each in places]

    with pytest.raises(OutOfRangeError):
        local_sums(PROGRAM, pieces, records=RECORDS)


def test_a_mask_of_another_length_is_refused():
    program = Program((LinearCell(0, np.ones(RECORDS + 1, dtype=np.bool_)),))

    with pytest.raises(OutOfRangeError):
        sums_of(0, WHOLE, program)


def test_a_piece_that_reads_as_something_else_is_refused():
    wide = np.full((COLUMNS, RECORDS), goldilocks.PRIME, dtype=np.uint64)
    short = INPUTS[0].first[:, 1:]

    for table in (wide, short):
        with pytest.raises(OutOfRangeError):
            local_sums(PROGRAM, [TablePartition(np.arange(RECORDS), Shares(table, table))], records=RECORDS)


@pytest.mark.parametrize("noise", [NO_NOISE[1:], NO_NOISE.astype(np.float64)], ids=["short", "floats"])
def test_sums_and_noise_must_be_those_of_the_program(noise):
    with pytest.raises(OutOfRangeError):
        next(run_partitioned(0, KEYS[0], BINDING, program=PROGRAM, sums=sums_of(0, WHOLE), noise=noise))


def test_sums_stay_out_of_the_representation():
    assert repr(sums_of(0, WHOLE)) == "LocalSums()"
    pieces = tuple(Piece(PROGRAM, len(part.places), part) for part in cut(INPUTS[0], WHOLE))
    assert "array" not in repr(Task((0,), pieces))
