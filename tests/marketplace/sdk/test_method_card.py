"""The method card and the citation say what was verified, in words, and nothing of anybody."""

import json
from dataclasses import replace
from typing import Any

import pytest

from consent.query import Statistic
from consent.vocabulary import StatisticKind
from marketplace.sdk.citation import cite
from marketplace.sdk.method_card import method_card, people_band
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.sdk.test_proof_check import checked, document_of, papers_of
from tests.marketplace.sdk.test_result import opened, released

GROUPED = replace(NOISY, group_by="school_type", statistics=(Statistic(StatisticKind.COUNT),))


def test_the_card_says_what_was_computed_how_exact_and_who_could_collude(market):
    document, placed = released(market, GROUPED, count=24)
    card = method_card(opened(document, placed))

    assert card.question.startswith("Number of people by type of school")
    assert card.people == "10 to 24 people, each of whom agreed to this kind of question"
    assert "Any two of the three nodes" in card.who_must_collude
    assert card.noise
    assert "95 % intervals" in card.intervals
    assert card.withheld == ("boys only: fewer than 10 people, so it was not computed",)


def test_an_exact_answer_says_that_it_is_and_what_must_not_be_done_with_it(market):
    document, placed = released(market, EXACT)
    card = method_card(opened(document, placed))

    assert card.noise == ()
    assert "No noise" in card.protection
    assert any("must not be compared" in each for each in card.limits)


def test_the_three_forms_say_the_same(market):
    document, placed = released(market, GROUPED, count=24)
    card = method_card(opened(document, placed))
    page, text = card.to_html(), card.to_text()

    members: dict[str, Any] = card.to_json()
    for name, said in members.items():
        for each in [said] if isinstance(said, str) else said:
            assert each in text, name
    assert card.who_must_collude in page
    assert "<script" not in page
    assert json.loads(json.dumps(card.to_json()))["order_id"] == placed.order_id


def test_nothing_on_the_page_is_taken_for_markup(market):
    document, placed = released(market, EXACT)
    card = replace(method_card(opened(document, placed)), question="<b>&</b>")

    assert "&lt;b&gt;&amp;&lt;/b&gt;" in card.to_html()


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (0, "fewer than 10"),
        (10, "10 to 24"),
        (499, "250 to 499"),
        (1_000, "1,000 to 2,499"),
        (2_000_000, "1,000,000 or more"),
    ],
)
def test_people_are_said_coarsely(people, said):
    assert people_band(people) == said


def test_a_citation_names_order_day_and_state_of_the_log(market):
    proof = checked(document_of(papers_of(market)), market)
    citation = cite(proof)
    written: list[Any] = citation.to_csl()
    (csl,) = written

    assert proof.order_id in citation.to_text()
    assert proof.placed_at.date().isoformat() in citation.to_text()
    assert f"checkpoint {proof.checkpoint.size} {citation.root}" in citation.to_text()
    assert csl["type"] == "dataset"
    assert csl["issued"]["date-parts"] == [[proof.placed_at.year, proof.placed_at.month, proof.placed_at.day]]
    assert citation.to_bibtex().startswith(f"@misc{{argonauta-{proof.order_id},")


def test_no_letter_of_a_name_breaks_bibtex(market):
    citation = replace(cite(checked(document_of(papers_of(market)), market)), author="A_{B} & C%")

    assert r"author = {{A\_\{B\} \& C\%}}" in citation.to_bibtex()
