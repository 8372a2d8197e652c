"""What leaves the wallet is what stood on the page: whatever changes in between is shown first."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.encoding import parse_json
from ssi.jws import parse_jws
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.request import ResponseMode
from ssi.openid4vp.transaction_data import HASHES_CLAIM, write_transaction
from tests.ssi import parties
from tests.wallet.show_desk import Desk
from tests.wallet.showing import SEX, exam_copy, held_exam, one, query
from wallet.errors import ShowChoiceError
from wallet.services.answer_showing import CHANGED
from wallet.services.keep_copies import KeepCopies

PAYMENT = write_transaction("payment", ["exam"], {"amount": "9,000 EUR", "payee": "Thief"})
MORE = query(one("sex", "exam_score"))
OTHER_SETS = query(one("sex"), credential_sets=[{"options": [["exam"]], "purpose": "For fun"}])


@pytest.fixture
def desk() -> Desk:
    return Desk().with_exam()


def exchanged(desk, asked, **changes):
    """The asker puts another request in the place of its own: same nonce, same address."""
    desk.asker.requests["0"] = replace(
        desk.asker.requests["0"], query=read_query(asked, foreign=True), **changes
    )
    desk.asker.extra["0"] = {"dcql_query": asked}


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        (MORE, {}),
        (SEX, {"transactions": (PAYMENT,)}),
        (OTHER_SETS, {}),
        (SEX, {"state": "another"}),
    ],
    ids=["query", "transaction", "purpose", "state"],
)
def test_another_request_under_the_same_nonce_is_another_one(desk, asked, changes):
    link = desk.asker.ask()
    first = desk.show.open(desk.anna, link)
    exchanged(desk, asked, **changes)
    second = desk.show.open(desk.anna, link)

    assert second.row_id != first.row_id
    assert desk.show.read.showing(desk.anna, first.row_id) == first
    (record,) = desk.share(first).records
    answer: Any = parse_json(desk.asker.went[0][1]["vp_token"])
    (token,) = answer["exam"]
    assert record.claims == (("sex",),)
    assert HASHES_CLAIM not in parse_jws(token.rpartition("~")[2], "binding").payload


def test_an_answer_in_the_open_is_asked_for_by_another_request(desk):
    link = desk.asker.ask(SEX, mode=ResponseMode.DIRECT_POST_JWT)
    first = desk.show.open(desk.anna, link)
    exchanged(desk, SEX, response_mode=ResponseMode.DIRECT_POST)

    assert desk.show.open(desk.anna, link).row_id != first.row_id


@pytest.mark.parametrize("seen", ["", "another page"])
def test_what_was_decided_on_another_page_is_not_shared(desk, seen):
    showing = desk.open()

    with pytest.raises(ShowChoiceError) as error:
        desk.show.answer.share(desk.anna, showing.row_id, {}, seen=seen)
    assert error.value.field == CHANGED
    assert desk.asker.went == []


@pytest.mark.parametrize("change", ["record", "copy", "other"])
def test_a_wallet_that_changed_meanwhile_is_shown_anew(change):
    desk = Desk().with_exam(copies=1)
    showing = desk.open()
    seen = desk.seen(showing)
    if change == "record":
        newer = held_exam("newer", issued_at=parties.NOW.replace(minute=1))
        desk.credentials.save(desk.anna, newer)
    elif change == "copy":
        KeepCopies(desk.copies).take(desk.anna, "exam", now=parties.NOW)  # no longer a fresh one
    else:
        desk.credentials.save(desk.anna, held_exam("other", handle="urn:argonauta:person:other"))

    with pytest.raises(ShowChoiceError) as error:
        desk.show.answer.share(desk.anna, showing.row_id, {"part-0": ["exam.0"]}, seen=seen)
    assert error.value.field == CHANGED
    assert desk.asker.went == []


def test_the_same_page_has_the_same_digest(desk):
    desk.copies.save(desk.anna, exam_copy(0))
    showing = desk.open()

    assert desk.seen(showing) == desk.seen(showing)
    assert desk.seen(showing) != desk.seen(desk.open(MORE))
