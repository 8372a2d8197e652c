"""An answer of which nobody knows whether it arrived: it can be sent again for an hour, and thrown away."""

import pytest

from tests.wallet.show_desk import Desk
from wallet.domain.showing import WAITS, Showing, Stage
from wallet.errors import AskDoubt, AskRefusedError


@pytest.fixture
def desk() -> Desk:
    return Desk().with_exam()


def unsent(desk: Desk) -> Showing:
    showing = desk.open()
    desk.asker.down = True
    kept = desk.share(showing)
    desk.asker.down = False
    return kept


def test_it_can_be_sent_again_for_an_hour(desk):
    early, late = unsent(desk), unsent(desk)
    desk.clock.forward(seconds=WAITS.total_seconds() - 1)
    desk.show.answer.send_again(desk.anna, early.row_id)
    went = len(desk.asker.went)
    assert desk.asker.went[-1] == (early.response_uri, early.form)
    desk.clock.forward(seconds=1)

    with pytest.raises(AskRefusedError) as refusal:
        desk.show.answer.send_again(desk.anna, late.row_id)
    assert refusal.value.doubt is AskDoubt.OVER
    assert len(desk.asker.went) == went
    kept = desk.show.read.showing(desk.anna, late.row_id)
    assert (kept.stage, kept.form) == (Stage.UNSENT, {})


def test_it_can_be_thrown_away_and_is_not_said_to_be_declined(desk):
    showing, went = unsent(desk), len(desk.asker.went)

    given_up = desk.show.answer.decline(desk.anna, showing.row_id)

    assert (given_up.stage, given_up.form) == (Stage.UNSENT, {})
    assert not desk.show.read.can_be_sent(given_up)
    with pytest.raises(AskRefusedError):
        desk.show.answer.send_again(desk.anna, showing.row_id)
    assert len(desk.asker.went) == went


def test_it_is_not_kept_once_it_can_be_sent_no_more(desk):
    old = unsent(desk)
    desk.clock.forward(seconds=WAITS.total_seconds())
    young = unsent(desk)

    desk.open()

    assert desk.show.read.showing(desk.anna, old.row_id).form == {}
    assert desk.show.read.showing(desk.anna, young.row_id).form == young.form
