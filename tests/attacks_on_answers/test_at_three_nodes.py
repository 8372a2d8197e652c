"""Attacks played at three nodes, with papers, consents and agreement: none of them gets what it wants."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consent.order import sign_mandate
from consent.query import Query, Statistic
from consent.vocabulary import StatisticKind
from crypto.encoding import sha256
from ssi.issuance import Organisation, Subject, Terms, issue_organisation_credential, organisation_handle
from ssi.status_list import StatusReference
from tests.marketplace.mpc_node.orders import EXACT, MANDATE, NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NOW, REGISTRAR_KEY, REGISTRAR_STATUS_URI, YEAR, es256
from tests.marketplace.mpc_node.people import POLICY, Offer, Person, people
from tests.marketplace.mpc_node.town import Town, wait_for_attempts

SHE = 0
COUNT = (Statistic(StatisticKind.COUNT),)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Three nodes."""
    built = Town(tmp_path)
    yield built
    wait_for_attempts()
    for node in built.nodes.values():
        node.database.close()


def buyer(number: int) -> dict[str, Any]:
    """The papers of one of many buyers, each with a credential of its own."""
    key = es256(f"buyer {number}")
    handle = organisation_handle(sha256(b"pairwise"), organisation=f"institute {number}")
    credential = issue_organisation_credential(
        Organisation(f"Institute {number}", "research_institute", "AT"),
        Subject(handle, key.public),
        issuer=REGISTRAR_KEY,
        terms=Terms(StatusReference(REGISTRAR_STATUS_URI, 100 + number), NOW - YEAR, NOW + YEAR),
    )
    mandate = replace(MANDATE, buyer=handle, valid_until=NOW + timedelta(days=30))
    return {"buyer_presentation": credential, "mandate": sign_mandate(mandate, key)}


def ask(
    town: Town, number: int, crowd: Sequence[Person], query: Query, offer: Offer, **changes: Any
) -> list[Person]:
    """An order of its own; who is in the answer, nobody where there is none."""
    made = manifest_for(crowd, query, offer=offer, order_id=f"order-{number}", **changes)
    ended = town.run(replace(made, job_id=f"job-{number}"))
    if {each["state"] for each in ended.values()} != {"DONE"}:
        return []
    output = town.get("node-a", f"/v1/jobs/job-{number}/output").json
    return [each for each in crowd if each.consent_id in set(output["admitted"])]


def is_told_apart(crowd: Sequence[Person], answers: Sequence[Sequence[Person]]) -> bool:
    """Whether some combination of sums over these crowds is one person's value."""
    matrix = np.array([[float(each in answer) for each in crowd] for answer in answers if answer])
    rank = np.linalg.matrix_rank(matrix)
    return any(np.linalg.matrix_rank(np.vstack([matrix, row])) == rank for row in np.eye(len(crowd)))


ATTACKS: dict[str, list[Sequence[int]]] = {
    "joining and leaving": [range(39), range(40), range(1, 40)],
    "a general tracker": [[SHE, *range(1, 20)], [SHE, *range(20, 40)], range(40)],
    "overlapping cohorts": [range(20), range(19, 40), range(40)],
}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_person_is_told_apart_by_exact_answers_to_different_buyers(name: str, town: Town):
    crowd, offer = people(40), Offer()
    town.settle(crowd)
    chosen = [[crowd[each] for each in members] for members in ATTACKS[name]]
    query = replace(EXACT, statistics=(Statistic(StatisticKind.SUM, "exam_score"),))

    answers = [
        ask(town, number, members, query, offer, **buyer(number)) for number, members in enumerate(chosen)
    ]

    assert answers[0] == chosen[0]
    assert not is_told_apart(crowd, answers)


def test_the_attacks_would_tell_a_person_apart_if_they_were_answered():
    crowd = people(40)

    told = {
        name: is_told_apart(crowd, [[crowd[each] for each in members] for members in asked])
        for name, asked in ATTACKS.items()
    }

    assert all(told.values()), told


def test_buyers_who_are_one_share_the_budget_of_each_person(town: Town):
    crowd, offer = people(12), Offer(policy=replace(POLICY, epsilon_total=Decimal(2)))
    town.settle(crowd, offer)
    query = replace(NOISY, statistics=COUNT)

    answers = [ask(town, number, crowd, query, offer, **buyer(number)) for number in range(4)]

    assert [len(each) for each in answers] == [12, 12, 0, 0]
