"""The seed of the noise, and what one node sees of two worlds that differ in everybody's values."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from consent.computation import compile as compile_query
from consent.query import Condition, Statistic
from consent.vocabulary import StatisticKind
from crypto import goldilocks
from crypto.errors import MalformedError
from crypto.mpc.program import ProductCell
from marketplace.mpc_node.computation import (
    holdings_of,
    needed_columns,
    noise_binding,
    noise_seed,
)
from marketplace.mpc_node.frames import Kind
from marketplace.mpc_node.mailbox import Mailbox
from marketplace.mpc_node.plans import plan_of
from ssi.dataset import data_set
from tests.marketplace.mpc_node.lines import Passing
from tests.marketplace.mpc_node.orders import EXACT, NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import Person, people
from tests.marketplace.mpc_node.town import Town

ROWS = [{"school_type": "girls"}] * 12 + [{"school_type": "mixed"}] * 3
SECRET = bytes(range(32))
ABOUT = {"job_id": "job-1", "query_digest": "query", "root": "root"}


def test_the_seed_is_the_same_for_the_same_job_query_and_people():
    assert noise_seed(SECRET, **ABOUT) == noise_seed(SECRET, **ABOUT)


@pytest.mark.parametrize("name", ABOUT)
def test_another_job_query_or_set_of_people_has_another_seed(name):
    assert noise_seed(SECRET, **ABOUT) != noise_seed(SECRET, **{**ABOUT, name: "other"})


def test_public_groups_are_rows_and_private_groups_are_products():
    described = data_set("exam/1")
    public = compile_query(replace(EXACT, group_by="school_type"), described, ROWS)
    private = compile_query(replace(NOISY, group_by="sex"), described, ROWS)

    rows = [cell.rows for cell in plan_of(public, ROWS).program.cells]
    products = [cell for cell in plan_of(private, ROWS).program.cells if isinstance(cell, ProductCell)]

    assert {int(mask.sum()) for mask in rows if mask is not None} == {12}
    assert products


def test_shares_stand_in_the_agreed_order():
    shares = {
        name: goldilocks.encode(goldilocks.from_integers([start, start + 1, -1, 2**70]))
        for name, start in (("b", 5), ("a", 7))
    }

    held = holdings_of(shares, ["a", "b"], 2).elements.shares

    assert held.first.tolist() == [[7, 5], [8, 6]]
    assert held.second.tolist() == [[goldilocks.PRIME - 1] * 2, [2**70 % goldilocks.PRIME] * 2]


def test_shares_may_bring_integers_behind_the_elements():
    elements = goldilocks.encode(goldilocks.from_integers([1, 2, 3, 4]))
    words = np.array([5, 6, 7, 2**64 - 1], dtype="<u8").tobytes()

    both = holdings_of({"a": elements + words}, ["a"], 2)
    alone = holdings_of({"a": elements}, ["a"], 2)

    assert both.elements.shares.first.tolist() == alone.elements.shares.first.tolist() == [[1], [2]]
    assert both.elements.columns == (0, 1)
    assert both.integers is not None
    assert both.integers.shares.second.tolist() == [[7], [2**64 - 1]]
    assert alone.integers is None


def test_shares_of_nobody_are_empty_tables():
    assert holdings_of({}, [], 2).elements.shares.first.shape == (2, 0)


def test_a_computation_says_which_columns_it_needs_in_which_form():
    described = data_set("exam/1")
    query = replace(
        NOISY,
        statistics=(
            Statistic(StatisticKind.SUM, "exam_score"),
            Statistic(StatisticKind.MEDIAN, "exam_score"),
        ),
        where=(Condition("sex", "female"),),
    )

    needed = needed_columns(compile_query(query, described, ROWS), ROWS)

    value = described.column("exam_score", "value")
    assert needed.elements == (described.column("exam_score", "present"), value)
    assert needed.integers == (value, described.column("sex", "is", 0))


def test_what_binds_the_noise_is_the_question_and_the_people():
    bound = noise_binding(**ABOUT)

    assert bound == noise_binding(**ABOUT)
    assert len(bound) == 32
    assert all(noise_binding(**{**ABOUT, name: "other"}) != bound for name in ABOUT)


@pytest.mark.parametrize("shares", [bytes(8), b"\xff" * 32], ids=["another length", "no field elements"])
def test_shares_of_another_form_are_refused(shares):
    with pytest.raises(MalformedError):
        holdings_of({"a": shares}, ["a"], 2)


def noting(town: Town, name: str) -> list[tuple[object, ...]]:
    """The form of every message that one node gets over its peers' connections, from now on."""
    noted: list[tuple[object, ...]] = []

    def note(passing: Passing) -> bytes:
        if passing.receiver == name and passing.prefix.kind is Kind.MESSAGE:
            noted.append((passing.sender, passing.prefix.number, len(passing.body)))
        return passing.raw

    town.lines.alter = note
    return noted


def seen_by(town: Town, name: str) -> list[tuple[object, ...]]:
    """The form of everything that one node stored about people and heard from its peers."""
    with town.nodes[name].database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT consent_id, place FROM share_index ORDER BY 1")
        files = connection.exec_driver_sql("SELECT data_set, role, lines, size, gone FROM share_partition")
        heard = connection.exec_driver_sql("SELECT step, sender, length(token) FROM message ORDER BY 1, 2")
        return [tuple(row) for row in (*rows, *files, *heard)]


@pytest.mark.parametrize("name", NAMES)
def test_one_node_cannot_tell_two_worlds_apart_by_what_it_receives(tmp_path: Path, name, monkeypatch):
    """The same people with other private values: everything a node gets has the same form and length.

    A node forgets what peers said when the attempt ends; this one is curious and keeps it.
    """
    monkeypatch.setattr(Mailbox, "forget", lambda *_: None)
    crowd = people(12)
    private = {"exam_score": 3.25, "sex": "female", "verbal_reasoning": "top"}
    others = [Person(each.index, {**each.values, **private}) for each in crowd]
    seen = []
    for index, world in enumerate((crowd, others)):
        folder = tmp_path / str(index)
        folder.mkdir()
        town = Town(folder)
        town.settle(world)
        noted = noting(town, name)
        assert town.run(manifest_for(world))[name]["state"] == "DONE"
        seen.append([*seen_by(town, name), *sorted(noted, key=str)])

    assert len(seen[0]) == 12 + 1 + 3 + 4
    assert seen[0] == seen[1]
