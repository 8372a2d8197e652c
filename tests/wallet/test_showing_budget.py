"""One request cannot keep a wallet busy, nor fill a page that nobody could read."""

from dataclasses import replace
from time import process_time

import pytest

from ssi.openid4vp.transaction_data import write_transaction
from ssi.sd_jwt import Selective, issue_sd_jwt
from tests.ssi import parties
from tests.wallet.show_desk import Desk
from tests.wallet.showing import SEX, held_exam, one, organisation, query
from wallet.domain.showing import MAX_FORM, MOST_RECORDS, Stage
from wallet.domain.showing_budget import MAX_LINES, MAX_OPTIONS, Budget
from wallet.errors import AskDoubt, AskRefusedError, ShowChoiceError
from wallet.services.answer_showing import TOO_MUCH

VCT = "urn:example:transcript:1"
MARKS, NAMES = 9_000, 40


@pytest.fixture(scope="module")
def transcript() -> str:
    """A credential with many marks in one claim, and many claims that can be shown one by one."""
    claims = {
        "iss": parties.CHAMBER,
        "vct": VCT,
        "cnf": {"jwk": parties.es256("buyer").public.to_jwk()},
        "marks": Selective(list(range(MARKS))),
        "modules": [Selective(number) for number in range(1_900)],
        **{f"claim_{number}": Selective(number) for number in range(NAMES)},
    }
    return issue_sd_jwt(claims, parties.es256("school"), typ="dc+sd-jwt")


@pytest.fixture
def desk(transcript: str) -> Desk:
    desk = Desk().with_exam()
    shown, copy = organisation("transcript")
    desk.others.save(desk.anna, replace(shown, vct=VCT))
    desk.copies.save(desk.anna, replace(copy, token=transcript))
    return desk


def asked(*paths, ways=1, parts=1):
    """So many parts with so many sets of claims, each with all of these and another one."""
    claims = [{"id": f"all-{number}", "path": path} for number, path in enumerate(paths)]
    more = [{"id": f"way-{number}", "path": [f"claim_{number % NAMES}"]} for number in range(ways)]
    sets = [[*(each["id"] for each in claims), each["id"]] for each in more]
    return query(
        *(one(*claims, *more, vct=VCT, name=f"part-{number}", claim_sets=sets) for number in range(parts))
    )


@pytest.mark.parametrize(
    "wanted",
    [
        asked(["marks", None], ways=40),
        asked(["marks"], ways=1),
        asked(["marks", 3], ways=1),
        asked(["modules", None], ways=40, parts=20),
        asked(ways=40, parts=6),
        asked(["modules", None], ["marks", None], ["unheard"], ways=40, parts=50),
    ],
    ids=[
        "each mark, in 40 ways",
        "all marks",
        "one with all others",
        "modules",
        "240 ways",
        "nothing fits",
    ],
)
def test_a_request_for_more_than_a_page_holds_is_refused_at_once(desk, wanted):
    showing = desk.open(wanted)
    began = process_time()

    with pytest.raises(AskRefusedError) as refusal:
        desk.question(showing)
    assert refusal.value.doubt is AskDoubt.TOO_MUCH
    assert process_time() - began < 5
    with pytest.raises(AskRefusedError):
        desk.share(showing)
    assert desk.asker.went == []


def test_a_large_record_can_be_asked_for_little(desk):
    question = desk.question(desk.open(asked(["modules", 3], ways=8)))

    (part,) = question.parts
    assert len(part.options) == 8
    assert {len(option.asked) for option in part.options} == {5}


def test_a_transaction_of_thousands_of_lines_is_refused(desk):
    many = [write_transaction("payment", ["exam"], {"a": [1] * 2_600}) for _ in range(2)]

    with pytest.raises(AskRefusedError) as refusal:
        desk.question(desk.open(SEX, transactions=tuple(many)))
    assert refusal.value.doubt is AskDoubt.TOO_MUCH


def test_a_budget_lasts_exactly_as_long_as_it_says():
    budget = Budget()
    budget.take(options=MAX_OPTIONS, lines=MAX_LINES)

    for more in ({"options": 1}, {"lines": 1}):
        with pytest.raises(AskRefusedError):
            replace(budget).take(**more)


def test_more_records_than_a_wallet_remembers_are_not_sent():
    desk = Desk()
    for number in range(MOST_RECORDS + 1):
        name = f"exam-{number}"
        desk.credentials.save(desk.anna, held_exam(name, handle=f"urn:argonauta:person:{number}"))
    showing = desk.open(query(one("sex", multiple=True)))
    chosen = [option.key for option in desk.question(showing).parts[0].options]

    with pytest.raises(ShowChoiceError) as error:
        desk.share(showing, part_0=chosen)
    assert error.value.field == TOO_MUCH
    assert desk.show.read.showing(desk.anna, showing.row_id) == showing
    assert desk.asker.went == []
    assert desk.share(showing, part_0=chosen[1:]).stage is Stage.SHOWN


def test_an_answer_that_is_too_long_to_be_kept_is_not_sent():
    desk = Desk()
    long, key = "x" * (MAX_FORM // 5), parties.es256("buyer")
    claims = {
        "iss": parties.CHAMBER,
        "vct": VCT,
        "cnf": {"jwk": key.public.to_jwk()},
        "text": Selective(long),
    }
    token = issue_sd_jwt(claims, parties.es256("school"), typ="dc+sd-jwt")
    for number in range(5):
        shown, copy = organisation(f"long-{number}")
        desk.others.save(desk.anna, replace(shown, vct=VCT))
        desk.copies.save(desk.anna, replace(copy, row_id=f"copy-{number}", token=token))
    showing = desk.open(query(one("text", vct=VCT, multiple=True)))
    chosen = [option.key for option in desk.question(showing).parts[0].options]

    with pytest.raises(ShowChoiceError) as error:
        desk.share(showing, part_0=chosen)
    assert error.value.field == TOO_MUCH
    assert desk.show.read.showing(desk.anna, showing.row_id) == showing
    assert desk.asker.went == []
