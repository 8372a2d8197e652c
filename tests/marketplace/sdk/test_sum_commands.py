"""`buyer sum …` on loopback: who there is, how exact, ordering once, the rounds, opening, reporting."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from consent.crowd_order import unverified_crowd_order
from marketplace.api.app import create_api_app
from marketplace.domain.chart import subject_earned
from marketplace.sdk.said import Exit
from tests.crowd_sitters import sum_of
from tests.marketplace.crowd import Crowd
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import buyer_credential
from tests.marketplace.sdk.direct_desk import DirectDesk, direct_desk
from tests.serving import serving

WEIGHTS = ("--weight", "exam_score=2", "--weight", "reading_score=1")
PEOPLE = ("--people", "12", "--floor", "10", "--epsilon", "8")
MONEY = ("--pay-cents", "50", "--accept-cents", "732", "--purpose", "dpv:ScientificResearch")


@pytest.fixture
def desk(market: Market, tmp_path: Path, monkeypatch) -> Iterator[DirectDesk]:
    with (
        serving(create_api_app(market.services)) as url,
        direct_desk(market, tmp_path, url, monkeypatch) as desk,
    ):
        (tmp_path / "credential").write_text(buyer_credential())
        assert desk("register", desk.path("credential")).exit_code == 0
        yield desk


def order(desk: DirectDesk, *words: str):
    return desk(
        "sum", "order", "exam/1", *(words or (*WEIGHTS, *PEOPLE, *MONEY)), "--out", desk.path("sum.json")
    )


def crowd_of(desk: DirectDesk) -> Crowd:
    """The people of the order, who have offered to take part."""
    with desk.market.store.reading() as books:
        purchase = books.crowds.get(json.loads(Path(desk.path("sum.json")).read_text())["id"])
    assert purchase is not None
    account = desk.market.services.get_account(desk.account_id)
    return Crowd(desk.market, account, unverified_crowd_order(purchase.token)).offered()


def test_a_sum_is_ordered_waited_for_opened_and_paid(desk):
    assert order(desk).exit_code == 0
    crowd = crowd_of(desk)
    desk.turns += [crowd.joined, crowd.shared, crowd.masked, crowd.revealed]
    waited = desk("sum", "wait", desk.path("sum.json"))
    opened = desk("sum", "open", desk.path("sum.json"), "--format", "json")
    got = desk("sum", "collect", desk.path("sum.json"))

    assert [line.partition(":")[0] for line in waited.output.splitlines()] == [
        "people are joining …",
        "round 1 of 3",
        "round 2 of 3",
        "round 3 of 3",
        "computed",
    ]
    said = json.loads(opened.output)
    weights = {"exam_score": 2, "reading_score": 1}
    assert abs(float(said["sum"]) - sum_of(crowd.who, weights)) < 16 * said["noise_sd"]
    assert (said["people"], got.exit_code) == (12, 0)
    assert f"Sum: {said['sum']}" in got.output
    assert "12 people" in got.output
    assert desk.market.balance(subject_earned(crowd.who[0].consent_id)) == 50


def test_the_same_file_is_the_same_order_and_another_sum_is_refused(desk):
    first, again = order(desk), order(desk)
    other = order(desk, "--weight", "exam_score=3", *PEOPLE, *MONEY)
    shown = desk("sum", "show", desk.path("sum.json"))

    assert first.output == again.output
    assert len(desk("--json", "sum", "list").output.splitlines()) == 1
    assert (other.exit_code, "remembers another question" in other.output) == (Exit.REFUSED, True)
    assert "over 10 to 12 people" in shown.output
    assert "At most:   €7.32" in shown.output


def test_a_sum_for_which_nobody_comes_says_that_the_money_is_back(desk):
    order(desk)
    desk.turns.append(lambda: desk.market.clock.forward(seconds=8 * 24 * 3600))
    desk.turns.append(desk.market.duties.tend_crowds)
    told = desk("sum", "wait", desk.path("sum.json"))

    assert (told.exit_code, "too few people joined" in told.output) == (Exit.FAILED, True)


def test_what_is_not_done_yet_has_a_status_of_its_own(desk):
    order(desk)

    assert desk("sum", "open", desk.path("sum.json")).exit_code == Exit.NOT_YET
    assert desk("sum", "confirm", desk.path("sum.json")).exit_code == Exit.NOT_YET


def test_who_could_be_asked_is_said_coarsely(desk):
    nobody = desk("sum", "offers", "exam/1")
    order(desk)
    crowd_of(desk)

    assert "nobody offers yet" in nobody.output
    assert desk("sum", "offers", "exam/1").output.startswith("exam/1: fewer than 50 people, from €")
    assert desk("sum", "offers", "exam/1", "--format", "csv").output.startswith(
        "data_set,people,from_cents\n"
    )


def test_how_exact_a_sum_would_be_is_said_offline(desk):
    nowhere = dict.fromkeys(desk.environment, "")
    told = desk("sum", "weigh", "exam/1", *WEIGHTS, *PEOPLE, **nowhere)

    assert "Over 10 people it is off by ±" in told.output
    assert "Over 12 people it is off by ±" in told.output


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((*WEIGHTS, "--people", "10", "--floor", "12", *MONEY), Exit.USAGE, "more than the 10"),
        ((*WEIGHTS, "--people", "12", "--floor", "10", "--epsilon", "x", *MONEY), Exit.USAGE, "not a number"),
        (("--weight", "sex=1", *PEOPLE, *MONEY), Exit.REFUSED, "no number 'sex'"),
    ],
)
def test_an_order_that_is_none_is_named(desk, words, status, said):
    told = order(desk, *words)

    assert (told.exit_code, said in told.output) == (status, True)


def test_a_sum_that_opens_stands_when_it_is_looked_into(desk):
    order(desk)
    crowd_of(desk).joined().shared().masked().revealed()

    assert desk("sum", "dispute", desk.path("sum.json")).output.startswith("The sum opens and is right")


def test_a_spoiled_sum_says_that_its_people_are_paid_and_what_is_back(desk):
    order(desk)
    crowd = crowd_of(desk).joined().shared()
    liar = crowd.sittings[3]
    crowd.say(liar.spoil(crowd.arrived(liar)))
    crowd.masked(silent=[3]).revealed()
    opened = desk("sum", "open", desk.path("sum.json"))
    told = desk("sum", "collect", desk.path("sum.json"))

    assert (opened.exit_code, "buyer sum dispute" in opened.output) == (Exit.REFUSED, True)
    assert (told.exit_code, "the market's fee is back" in told.output) == (Exit.FAILED, True)
    assert "Looked into: " in desk("sum", "show", desk.path("sum.json")).output
