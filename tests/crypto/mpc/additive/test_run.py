"""Whole runs among three nodes: sums, verified products, and every lie that is told in one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.mpc.additive.dealer import Authenticated, deal, receive
from crypto.mpc.additive.part import open_parts
from crypto.mpc.additive.run import Deal, Table, run_sums, triples_for
from crypto.mpc.program import LinearCell, ProductCell, Program
from crypto.mpc.rounds import HEAD_BYTES
from tests.crypto.mpc.additive.committed import (
    ODD,
    PROGRAM,
    RECORDS,
    SEATS,
    altered,
    deals,
    held_by_nodes,
    in_the_clear,
    runs,
    summed,
    verified,
)
from tests.crypto.mpc.additive.nodes import BINDING, play

LINEAR = Program((LinearCell(0), LinearCell(1), LinearCell(2, ODD)))
NOISE = [[1, -2, 3, 4, 5], [10, 20, -30, 0, 7], [0, 0, 0, -100, 1]]
VALUES = st.lists(
    st.tuples(st.integers(0, 255), st.integers(0, 4095), st.integers(0, 1)).map(list), min_size=1, max_size=4
)


def opened(results):
    return open_parts([result.part for result in results])


@given(VALUES)
def test_sums_are_those_in_the_clear(values):
    program = Program((LinearCell(0), LinearCell(2), LinearCell(1)))

    assert opened(summed(held_by_nodes(values), program)) == in_the_clear(values, program)


@settings(max_examples=10, deadline=None)
@given(VALUES)
def test_verified_cells_are_those_in_the_clear(values):
    program = Program((LinearCell(1), ProductCell(0, 1), ProductCell(2, 2)))

    assert opened(verified(held_by_nodes(values), program)) == in_the_clear(values, program)


def test_groups_of_rows_are_summed_and_multiplied_on_their_own():
    assert opened(verified(held_by_nodes(RECORDS))) == in_the_clear(RECORDS)


def test_only_the_columns_that_are_needed_are_brought_in():
    program = Program((ProductCell(2, 0),))

    assert opened(verified(held_by_nodes(RECORDS, columns=(0, 2)), program)) == in_the_clear(RECORDS, program)


def test_sums_need_no_message_that_depends_on_data():
    said = []

    def listen(number, sender, _receiver, message):
        said.append((number, sender, len(message)))
        return message

    held = held_by_nodes(RECORDS)
    play([run_sums(run, LINEAR, each.table) for run, each in zip(runs(), held, strict=True)], listen)

    digests = [length for number, _, length in said if number == 1]
    assert digests == [48 + 32] * 3
    assert all(length == 48 + 8 for number, _, length in said if number == 2)


@pytest.mark.parametrize("way", ["sums", "verified"])
def test_every_node_adds_noise_of_its_own(way):
    program = PROGRAM if way == "verified" else Program(tuple(LinearCell(cell % 3) for cell in range(5)))
    run = verified if way == "verified" else summed

    results = run(held_by_nodes(RECORDS), program, noise=NOISE)

    total = [sum(column) for column in zip(*NOISE, strict=True)]
    assert opened(results) == [x + e for x, e in zip(in_the_clear(RECORDS, program), total, strict=True)]


def test_each_node_hears_the_digest_of_the_next_ones_part():
    results = verified(held_by_nodes(RECORDS))

    assert [each.held_digest for each in results] == [results[(role + 1) % 3].own_digest for role in range(3)]
    assert all(each.own_digest == each.part.digest(BINDING) for each in results)


def test_products_without_a_dealer_are_refused_before_anything_is_sent():
    with pytest.raises(OutOfRangeError, match="dealer"):
        summed(held_by_nodes(RECORDS), PROGRAM)


@pytest.mark.parametrize("number", range(1, 14))
@pytest.mark.parametrize("word", [0, 4, -1])
def test_whatever_a_node_alters_on_the_way_nothing_wrong_is_opened(number, word):
    """A word that is added to in any round: the run stops, or the parts disagree with their tags."""

    def tamper(current, sender, _receiver, message):
        if (current, sender) != (number, 1):
            return message
        words = np.frombuffer(message[HEAD_BYTES:], dtype="<u8").copy()
        place = word % words.size
        words[place] = (int(words[place]) + 1) % goldilocks.PRIME
        return message[:HEAD_BYTES] + words.tobytes()

    results = verified(held_by_nodes(RECORDS), tamper=tamper)

    if any(isinstance(result, ProtocolError) for result in results):
        return
    try:
        assert opened(results) == in_the_clear(RECORDS)
    except ProtocolError:
        return


def test_a_node_that_brings_in_another_value_than_was_committed_to_is_stopped():
    """It would read somebody's other value out of the answer: this is what inputs are proved for."""
    held = held_by_nodes(RECORDS)
    summands = held[1].table.summands.copy()
    summands[0, 0] = (int(summands[0, 0]) + (1 << 40)) % goldilocks.PRIME
    held[1] = replace(held[1], table=Table(held[1].table.columns, summands))

    results = verified(held)

    assert all(isinstance(result, ProtocolError) for result in results)
    assert "not what was committed to" in str(results[0])
    assert results[0].culprits == (0, 1, 2)


def test_two_nodes_that_change_an_input_together_are_stopped_too():
    held = held_by_nodes(RECORDS)
    for role in (1, 2):
        summands = held[role].table.summands.copy()
        summands[1, 3] = (int(summands[1, 3]) + role) % goldilocks.PRIME
        held[role] = replace(held[role], table=Table(held[role].table.columns, summands))

    assert all(isinstance(result, ProtocolError) for result in verified(held))


def test_a_node_that_holds_another_component_than_was_committed_to_is_named():
    held, other = held_by_nodes(RECORDS), held_by_nodes([[1, 2, 1], *RECORDS[1:]])
    held[2] = replace(other[2], records=replace(other[2].records, commitments=held[2].records.commitments))

    results = verified(held)

    assert results[0].culprits == results[1].culprits == (2,)
    assert "brought in other summands" in str(results[0])


def test_a_dealer_that_deals_a_wrong_product_is_found_before_data_meets_it():
    """It knows the key, so that it can tag the wrong product rightly: tags alone would not notice."""
    given = deals(PROGRAM, len(RECORDS))
    key = sum(each.dealt.key for each in given)

    def wrong(dealt):
        values, tags = dealt.c.values.copy(), dealt.c.tags.copy()
        values[0] = (int(values[0]) + 1) % goldilocks.PRIME
        tags[0] = (int(tags[0]) + key) % goldilocks.PRIME
        return replace(dealt, c=Authenticated(values, tags))

    rounds = []

    def count(number, _sender, _receiver, message):
        rounds.append(number)
        return message

    results = verified(held_by_nodes(RECORDS), given=[*given[:2], altered(given[2], wrong)], tamper=count)

    assert all("no product" in str(result) for result in results)
    assert max(rounds) == 5  # meeting, a coin in two, and the check in two: nothing was brought in


def test_a_dealer_that_deals_a_wrong_tag_is_found():
    given = deals(PROGRAM, len(RECORDS))

    def wrong(dealt):
        tags = dealt.a.tags.copy()
        tags[-1] = (int(tags[-1]) + 1) % goldilocks.PRIME
        return replace(dealt, a=Authenticated(dealt.a.values, tags))

    results = verified(held_by_nodes(RECORDS), given=[altered(given[0], wrong), *given[1:]])

    assert all("does not agree with its tags" in str(result) for result in results)


def test_triples_of_two_deals_are_noticed_before_they_are_used():
    given = deals(PROGRAM, len(RECORDS))

    results = verified(held_by_nodes(RECORDS), given=[*given[:2], Deal(given[2].dealt, b"o" * 32)])

    assert all("different deals" in str(result) for result in results)
    assert results[0].culprits == ()


def test_a_commitment_that_is_no_point_names_its_sender():
    def tamper(number, sender, _receiver, message):
        return message[:-40] + b"\x07" * 40 if (number, sender) == (1, 2) else message

    results = verified(held_by_nodes(RECORDS), tamper=tamper)

    assert isinstance(results[0], MalformedMessageError)
    assert results[0].culprits == (2,)


def test_triples_without_tags_do_not_verify_anything():
    packets = deal(100, 3, binding=BINDING, authenticated=False)
    given = [
        Deal(receive(raw, seat, binding=BINDING), bytes(32)) for raw, seat in zip(packets, SEATS, strict=True)
    ]

    with pytest.raises(OutOfRangeError, match="authenticated"):
        verified(held_by_nodes(RECORDS), given=given)


def test_triples_that_were_dealt_to_another_node_are_refused():
    given = deals(PROGRAM, len(RECORDS))

    with pytest.raises(OutOfRangeError, match="dealt to this node"):
        verified(held_by_nodes(RECORDS), given=[given[1], given[0], given[2]])


def test_too_few_triples_stop_a_run():
    program = Program((ProductCell(0, 1),))

    results = verified(held_by_nodes(RECORDS), PROGRAM, given=deals(program, len(RECORDS)))

    assert all(isinstance(result, OutOfRangeError) for result in results)


def test_the_number_of_triples_is_public_and_exact():
    # 3 columns of 5 records and a mask each, 5 noised cells, and 5 + 2 + 5 products checked with another 12.
    assert triples_for(PROGRAM, columns=3, records=5, noised=True) == 18 + 5 + 24


@pytest.mark.parametrize(
    "program",
    [
        Program((LinearCell(3),)),
        Program((LinearCell(0, np.ones(4, dtype=np.bool_)),)),
        Program((LinearCell(0, np.ones(5, dtype=np.int64)),)),
    ],
)
def test_a_program_that_does_not_fit_the_table_is_refused(program):
    with pytest.raises(OutOfRangeError):
        summed(held_by_nodes(RECORDS), program)


def test_noise_for_another_number_of_cells_is_refused():
    with pytest.raises(OutOfRangeError, match="noise"):
        summed(held_by_nodes(RECORDS), LINEAR, noise=[[1], [2], [3]])


def test_seeds_noise_and_summands_stay_out_of_repr():
    held = held_by_nodes(RECORDS)[0]

    assert "array" not in repr(held.table)
    assert repr(held.records) == f"CommittedRecords(columns=(8, 12, 1), domain={held.records.domain!r})"


def test_a_number_of_another_form_names_its_sender():
    """Modulo the group's order it may be the same, and modulo the prime it is not."""

    def tamper(number, sender, _receiver, message):
        return (
            message[:HEAD_BYTES] + b"\xff" * 32 + message[HEAD_BYTES + 32 :]
            if (number, sender) == (10, 2)
            else message
        )

    results = verified(held_by_nodes(RECORDS), tamper=tamper)

    assert isinstance(results[0], MalformedMessageError)
    assert results[0].culprits == (2,)


def test_a_column_that_is_too_wide_to_be_masked_is_refused_before_anything_is_sent():
    held = held_by_nodes(RECORDS)
    wide = [replace(each, records=replace(each.records, columns=(8, 64, 1))) for each in held]

    with pytest.raises(OutOfRangeError, match="too wide to be proved"):
        verified(wide)


@pytest.mark.parametrize("seen_by", range(3))
def test_what_a_node_shows_of_its_inputs_hides_them(seen_by):
    """Two runs over different records: what each node shows is as large as its mask, whatever it holds."""
    shown = []
    for records in (RECORDS, [[0, 0, 0]] * 5):
        said: dict[int, bytes] = {}

        def listen(number, sender, receiver, message, said=said):
            if number == 10 and receiver == seen_by:
                said[sender] = message[HEAD_BYTES : HEAD_BYTES + 32]
            return message

        verified(held_by_nodes(records), tamper=listen)
        shown.append(said)

    for sender in shown[0]:
        sizes = [int.from_bytes(each[sender], "little").bit_length() for each in shown]
        assert all(190 <= size <= 204 for size in sizes), sizes
