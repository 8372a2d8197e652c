"""Runs of the menu are those of the vectors, byte by byte, and each tampering is noticed where it says."""

import json

import numpy as np
import pytest

from tests.vectors import make_mpc_menu_vectors as vectors

KEPT = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(vectors.FOLDER.glob("*.json"))
}
SCORES, HOURS, PRESENT = (np.array(each) for each in (vectors.SCORES, vectors.HOURS, vectors.PRESENT))
CHOSEN = np.arange(SCORES.size) % 3 == 0


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(vectors.documents())) == KEPT


def test_every_plan_and_every_tampering_has_a_vector():
    assert set(KEPT) == {*vectors.PLANS, *vectors.BAD}


@pytest.mark.parametrize("name", ["sums", "sums_verified"])
def test_sums_are_those_of_the_records(name):
    assert KEPT[name]["results"] == [
        int(SCORES.sum()),
        int(SCORES @ HOURS),
        int(HOURS[CHOSEN].sum()),
        int((HOURS[CHOSEN] ** 2).sum()),
    ]


def test_quantiles_are_those_of_the_records_that_are_present():
    def of(chosen):
        present = sorted(SCORES[chosen & (PRESENT == 1)].tolist())
        return [present[0], present[(len(present) - 1) // 2], present[-1]]

    assert KEPT["quantiles"]["results"] == [*of(np.ones_like(CHOSEN)), *of(CHOSEN)]


def test_the_parts_of_all_clusters_add_up_to_all_records():
    found = KEPT["clusters"]["results"]

    assert found[0] + found[2] == SCORES.sum()
    assert found[1] + found[3] == HOURS.sum()
    assert found[4] + found[5] == SCORES.size


@pytest.mark.parametrize("name", vectors.BAD)
def test_no_tampering_leads_to_a_result(name):
    document = KEPT[name]

    assert document["errors"]
    assert document["round"] <= document["noticed_in_round"] <= document["rounds_of_an_honest_run"]
    for role, noticed in document["errors"].items():
        assert noticed["error"] == "ProtocolError"
        assert document["sender"] in noticed["culprits"] or int(role) == document["sender"]
