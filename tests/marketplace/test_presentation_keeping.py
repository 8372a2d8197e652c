"""What is kept of a question to a wallet: how much, how, and how long. Over both kinds of books."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.errors import SealError
from marketplace.domain.presentation import (
    MOST_OPEN,
    RESULT_LIFETIME,
    ROW_LIFETIME,
    SESSION_LIFETIME,
    PresentationState,
)
from marketplace.errors import TooManySessionsError, UnknownError
from marketplace.services.ports import Books, Store
from tests.marketplace.asking import WEBHOOK, open_asking

MOMENT = timedelta(seconds=1)


@pytest.fixture
def asking(any_market, tmp_path):
    return open_asking(any_market, tmp_path)


@dataclass
class CountedWriting:
    """A store that counts how often somebody takes the writer's place."""

    store: Store
    taken: int = 0

    def reading(self) -> Any:
        return self.store.reading()

    @contextmanager
    def writing(self) -> Iterator[Books]:
        self.taken += 1
        with self.store.writing() as books:
            yield books


def test_the_key_of_an_answer_is_sealed_and_gone_in_the_end(asking):
    session = asking.start()
    assert b"PRIVATE" not in session.response_key

    asking.answer(session)

    assert asking.kept(session).response_key is None


def test_what_was_shown_is_sealed_to_its_session(asking):
    session, other = asking.start(), asking.start()
    for each in (session, other):
        asking.answer(each)

    kept = asking.kept(session)

    assert b"Institute" not in kept.sealed_result
    assert asking.use.verifier.open_result(kept)["organisation"][0]["claims"]["country"] == "AT"
    with pytest.raises(SealError):
        asking.use.verifier.open_result(replace(asking.kept(other), sealed_result=kept.sealed_result))


def test_what_was_shown_is_deleted_after_an_hour(asking):
    session = asking.start()
    asking.answer(session)
    asking.later(SESSION_LIFETIME + RESULT_LIFETIME)
    assert asking.forget() == 0
    asking.later(MOMENT)

    assert asking.forget() == 1

    seen = asking.read(session)
    assert (seen["state"], seen["result"]) == ("verified", None)
    assert asking.forget() == 0


def test_news_that_cannot_be_delivered_delay_no_deletion(asking):
    asking.post.away = True
    session = asking.start(webhook_url=WEBHOOK)
    asking.answer(session)
    asking.later(SESSION_LIFETIME + RESULT_LIFETIME + MOMENT)

    asking.forget()

    assert asking.kept(session).sealed_result is None
    assert len(asking.use.list_notices(asking.account_id)) == 1


def test_a_session_and_its_news_are_gone_after_a_week(asking):
    session = asking.start(webhook_url=WEBHOOK)
    asking.answer(session)
    asking.later(SESSION_LIFETIME + ROW_LIFETIME + MOMENT)

    asking.forget()

    with pytest.raises(UnknownError):
        asking.read(session)
    assert asking.use.list_notices(asking.account_id) == []


def test_an_account_has_so_many_sessions_open_and_no_more(asking):
    sessions = [asking.start(mode="direct_post") for _ in range(MOST_OPEN)]

    with pytest.raises(TooManySessionsError):
        asking.start()
    asking.answer(sessions[0])
    asking.start()
    with pytest.raises(TooManySessionsError):
        asking.start()
    asking.later(SESSION_LIFETIME)
    asking.start()


def test_whoever_knocks_again_does_not_take_the_writers_place(asking):
    session = asking.start()
    counted = CountedWriting(asking.market.store)
    fetch = replace(asking.use.fetch, desk=replace(asking.market.desk, store=counted))

    for _ in range(3):
        fetch(session.session_id)
    with pytest.raises(UnknownError):
        fetch("unheard-of")

    assert counted.taken == 1
    assert asking.kept(session).state is PresentationState.FETCHED


def test_what_lets_somebody_answer_or_read_stands_in_no_repr(asking):
    session = asking.start(
        webhook_url=f"{WEBHOOK}?token=secret", return_url="https://buyer.example/?s=secret"
    )
    asking.answer(session)
    kept = asking.kept(session)
    (notice,) = asking.use.list_notices(asking.account_id)

    told = repr((session, session.question, kept, notice, asking.use.verifier.request(session)))

    for secret in (session.session_id, session.nonce, session.state_token, kept.code_digest, "secret"):
        assert secret not in told
