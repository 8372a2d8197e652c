"""`buyer score …` on loopback: whom to ask, what it says, asking once, opening, paying, reporting."""

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from marketplace.api.app import create_api_app
from marketplace.domain.chart import subject_earned
from marketplace.sdk import score_offers
from marketplace.sdk.said import Exit
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import buyer_credential
from tests.marketplace.scorers import EQUAL, scorer
from tests.marketplace.sdk.direct_desk import DirectDesk, direct_desk
from tests.serving import serving

ANNA = scorer()
WEIGHTS = ("--weight", "exam_score=1", "--weight", "reading_score=1")
HIRING = ("--purpose", "dpv:PersonnelHiring")


@pytest.fixture
def desk(market: Market, tmp_path: Path, monkeypatch) -> Iterator[DirectDesk]:
    market.services.scores.accept_offer(ANNA.offer().to_json())
    # The issuer's list of ended credentials is not on loopback here; the journey asks a real issuer.
    monkeypatch.setattr(score_offers, "require_in_force", lambda offer, registry, now: None)
    with (
        serving(create_api_app(market.services)) as url,
        direct_desk(market, tmp_path, url, monkeypatch) as desk,
    ):
        (tmp_path / "credential").write_text(buyer_credential())
        assert desk("register", desk.path("credential")).exit_code == 0
        yield desk


def ask(desk: DirectDesk, *more: str, out: str = "score.json"):
    words = more or (*WEIGHTS, *HIRING, "--accept-cents", "608")
    return desk("score", "ask", ANNA.id, *words, "--out", desk.path(out))


def asked_id(desk: DirectDesk) -> str:
    return str(json.loads(Path(desk.path("score.json")).read_text())["id"])


def answer(desk: DirectDesk, how=ANNA.answer) -> None:
    with desk.market.store.reading() as books:
        order = books.scores.get(asked_id(desk))
    assert order is not None
    desk.market.services.scores.take_answer(how(order.token))


def test_a_score_is_asked_for_waited_for_opened_and_paid(desk):
    asked = ask(desk)
    desk.turns.append(lambda: answer(desk))
    waited = desk("score", "wait", desk.path("score.json"))
    got = desk("score", "collect", desk.path("score.json"))

    assert asked.output == f"Asked: {asked_id(desk)}\n"
    assert waited.output.splitlines() == ["waiting for the person …", "answered: open it …"]
    assert got.output.splitlines()[0] == f"Score: {ANNA.score(EQUAL):.3f}"
    assert "1 × exam score + 1 × reading score, between -8 and 8" in got.output
    assert desk.market.balance(subject_earned(ANNA.id)) == 500
    assert "done, everybody is paid" in desk("score", "show", asked_id(desk)).output


def test_the_same_file_is_the_same_request_and_another_question_is_refused(desk):
    first, again = ask(desk), ask(desk)
    other = ask(desk, "--weight", "exam_score=1", *HIRING, "--accept-cents", "608")
    listed = desk("--json", "score", "list").output.splitlines()

    assert first.output == again.output
    assert len(listed) == 1
    assert (other.exit_code, "remembers another question" in other.output) == (Exit.REFUSED, True)


def test_a_request_that_never_arrived_is_sent_again_under_its_id(desk):
    refused = ask(desk, *WEIGHTS, *HIRING, "--accept-cents", "1")
    before = asked_id(desk)
    sent = ask(desk)

    assert (refused.exit_code, "Remedy: " in refused.output) == (Exit.NOT_YET, True)
    assert sent.output == f"Asked: {before}\n"


def test_opening_pays_nobody_until_it_is_confirmed(desk):
    ask(desk)
    answer(desk)
    opened = desk("score", "open", desk.path("score.json"), "--format", "csv")
    earned = desk.market.balance(subject_earned(ANNA.id))
    confirmed = desk("score", "confirm", desk.path("score.json"))

    assert opened.output.splitlines()[0] == "score,question,issuer,consent_id,request_id"
    assert (earned, confirmed.exit_code) == (0, 0)
    assert desk.market.balance(subject_earned(ANNA.id)) == 500


def test_a_score_is_written_for_its_owner_only(desk):
    ask(desk)
    answer(desk)
    out = Path(desk.path("opened.json"))
    told = desk("score", "collect", desk.path("score.json"), "--format", "json", "--out", str(out))

    assert told.output == f"{out}\n"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert json.loads(out.read_text())["score"] == f"{ANNA.score(EQUAL):.3f}"


def test_a_lie_is_opened_by_nobody_and_is_looked_into(desk):
    ask(desk)
    answer(desk, ANNA.lie)
    opened = desk("score", "open", desk.path("score.json"))
    disputed = desk("score", "dispute", desk.path("score.json"))
    shown = desk("score", "show", desk.path("score.json"))

    assert (opened.exit_code, "buyer score dispute" in opened.output) == (Exit.REFUSED, True)
    assert disputed.output == "The wallet lied: your money is back.\n"
    assert "Looked into: " in shown.output


def test_a_refusal_says_that_the_money_is_back(desk):
    ask(desk)
    answer(desk, ANNA.refusal)
    told = desk("score", "wait", desk.path("score.json"))

    assert (told.exit_code, "the money is back" in told.output) == (Exit.FAILED, True)


def test_what_is_not_answered_yet_has_a_status_of_its_own(desk):
    ask(desk)
    early = desk("score", "open", desk.path("score.json"))
    waited = desk("score", "wait", desk.path("score.json"), "--seconds", "2")

    assert (early.exit_code, waited.exit_code) == (Exit.NOT_YET, Exit.NOT_YET)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_offers_are_listed_in_each_form(desk, form):
    told = desk("score", "offers", "exam/1", "--format", form)

    assert told.exit_code == 0
    assert ANNA.id in told.output
    assert "608" in told.output


def test_lists_without_anything_say_so(desk):
    desk.market.services.scores.withdraw_offer(ANNA.withdrawal())

    assert "Nobody offers scores of exam/1" in desk("score", "offers", "exam/1").output
    assert "buyer score offers DATA_SET" in desk("score", "list").output
    assert desk("score", "list", "--format", "csv").output == ""


def test_an_offer_is_checked_and_its_terms_are_said(desk):
    told = desk("score", "check", ANNA.id)

    assert told.output.startswith("The offer holds.")
    assert "You decide on every request yourself." in told.output


def test_weights_come_from_a_file(desk):
    Path(desk.path("weights.json")).write_text(json.dumps(EQUAL))
    told = ask(desk, "--weights", desk.path("weights.json"), *HIRING, "--accept-cents", "608")

    assert told.exit_code == 0


def test_what_a_score_tells_is_said_offline(desk):
    nowhere = dict.fromkeys(desk.environment, "")
    told = desk("score", "weigh", "exam/1", *WEIGHTS, **nowhere)
    numbers = desk("score", "weigh", "exam/1", **nowhere)

    assert "yes-or-no answers about the person" in told.output
    assert [line.split()[0] for line in numbers.output.splitlines()] == [
        "exam_score",
        "reading_score",
        "school_average",
    ]


@pytest.mark.parametrize(
    ("weights", "status", "said"),
    [
        (("--weight", "sex=1"), Exit.REFUSED, "no number 'sex'"),
        (("--weight", "exam_score"), Exit.USAGE, "NAME=NUMBER"),
        (("--weight", "exam_score=1", "--weight", "exam_score=2"), Exit.USAGE, "weighed twice"),
        ((), Exit.USAGE, "--weights"),
        (("--weights", "/nothing.json"), Exit.REFUSED, "cannot be read"),
    ],
)
def test_weights_that_are_none_are_named(desk, weights, status, said):
    told = ask(desk, *weights, *HIRING, "--accept-cents", "608")

    assert (told.exit_code, said in told.output) == (status, True)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kind": "argonauta sum order", "version": 1}'])
def test_a_file_that_is_no_request_is_told_so(desk, content):
    Path(desk.path("score.json")).write_text(content)
    told = desk("score", "show", desk.path("score.json"))

    assert (told.exit_code, told.output.count("\n")) == (Exit.REFUSED, 1)


def test_a_request_of_somebody_else_is_not_there(desk):
    told = desk("score", "show", "00000000-0000-4000-8000-000000000000")

    assert (told.exit_code, "check the id" in told.output) == (Exit.REFUSED, True)


def test_an_answer_of_another_request_is_refused_with_its_remedy(desk):
    ask(desk)
    answer(desk)
    with desk.market.store.writing() as books:
        order = books.scores.get(asked_id(desk))
        assert order is not None
        books.scores.save(replace(order, answer="x.y.z"))
    told = desk("score", "open", desk.path("score.json"))

    assert (told.exit_code, "do not use this answer" in told.output) == (Exit.REFUSED, True)
