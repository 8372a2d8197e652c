"""The seed of the noise, and what one node sees of two worlds that differ in everybody's values."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from consent.computation import compile as compile_query
from crypto.errors import MalformedError
from crypto.mpc.program import ProductCell
from crypto.ring import ring_bytes, to_ring
from marketplace.mpc_node.computation import inputs_of, noise_of, noise_seed, program_of
from ssi.dataset import data_set
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


def test_each_node_has_noise_of_its_own():
    computation = compile_query(NOISY, data_set("exam/1"), ROWS)
    ours, theirs = (noise_of(computation, noise_seed(bytes([key]) * 32, **ABOUT)) for key in (1, 2))

    assert ours.tolist() != theirs.tolist()
    assert ours.dtype == np.int64


def test_an_exact_answer_has_no_noise():
    computation = compile_query(EXACT, data_set("exam/1"), ROWS)

    assert not noise_of(computation, noise_seed(SECRET, **ABOUT)).any()


def test_public_groups_are_rows_and_private_groups_are_products():
    described = data_set("exam/1")
    public = compile_query(replace(EXACT, group_by="school_type"), described, ROWS)
    private = compile_query(replace(NOISY, group_by="sex"), described, ROWS)

    rows = [cell.rows for cell in program_of(public, ROWS).cells]
    products = [cell for cell in program_of(private, ROWS).cells if isinstance(cell, ProductCell)]

    assert {int(mask.sum()) for mask in rows if mask is not None} == {12}
    assert products


def test_inputs_stand_in_the_agreed_order():
    shares = {
        name: ring_bytes(to_ring([start, start + 1, -1, 2**70])) for name, start in (("b", 5), ("a", 7))
    }

    inputs = inputs_of(shares, ["a", "b"], 2)

    assert inputs.first.tolist() == [[7, 8], [5, 6]]
    assert inputs.second.tolist() == [[2**64 - 1, 2**70 % 2**64]] * 2


def test_shares_of_another_length_are_refused():
    with pytest.raises(MalformedError):
        inputs_of({"a": bytes(8)}, ["a"], 2)


def seen_by(town: Town, name: str) -> list[tuple[object, ...]]:
    """The form of everything that one node stored about people and heard from its peers."""
    with town.nodes[name].database.engine.connect() as connection:
        shares = connection.exec_driver_sql("SELECT consent_id, length(shares) FROM contribution ORDER BY 1")
        heard = connection.exec_driver_sql("SELECT step, sender, length(token) FROM message ORDER BY 1, 2")
        return [tuple(row) for row in (*shares, *heard)]


@pytest.mark.parametrize("name", NAMES)
def test_one_node_cannot_tell_two_worlds_apart_by_what_it_receives(tmp_path: Path, name):
    """The same people with other private values: everything a node gets has the same form and length."""
    crowd = people(12)
    private = {"exam_score": 3.25, "sex": "female", "verbal_reasoning": "top"}
    others = [Person(each.index, {**each.values, **private}) for each in crowd]
    seen = []
    for index, world in enumerate((crowd, others)):
        folder = tmp_path / str(index)
        folder.mkdir()
        town = Town(folder)
        town.settle(world)
        assert town.run(manifest_for(world))[name]["state"] == "DONE"
        seen.append(seen_by(town, name))

    assert len(seen[0]) == 12 + 5
    assert seen[0] == seen[1]
