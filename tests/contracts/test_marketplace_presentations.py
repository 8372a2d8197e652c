"""Every promise of the book of presentations, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain.presentation import (
    MOST_DUE,
    Notice,
    PresentationQuestion,
    PresentationSession,
    PresentationState,
)
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.marketplace.asking import ORGANISATION
from tests.marketplace.builders import an_account
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW

ACCOUNT = an_account(1).account_id


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield _with_account(MemoryStore())
        return
    opened = open_store(database_url)
    yield _with_account(opened)
    opened.database.close()


def _with_account(opened: Store) -> Store:
    with opened.writing() as books:
        books.accounts.add(an_account(1))
    return opened


def a_session(name: str = "s-1", **changes) -> PresentationSession:
    question = PresentationQuestion(
        ORGANISATION,
        transactions=("AA", "BB"),
        return_url="https://a.example",
        webhook_url="https://b.example",
    )
    plain = PresentationSession(
        session_id=name,
        account_id=ACCOUNT,
        question=question,
        nonce="n",
        state_token="t",
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=10),
        response_key=b"sealed",
    )
    return replace(plain, **changes)


def a_notice(name: str = "n-1", **changes) -> Notice:
    plain = Notice(name, "s-1", ACCOUNT, "https://b.example", "{}", NOW, NOW)
    return replace(plain, **changes)


def test_a_session_comes_back_as_it_was_kept(store):
    with store.writing() as books:
        books.presentations.add(a_session())

    with store.reading() as books:
        assert books.presentations.get("s-1") == a_session()
        assert books.presentations.get("other") is None


def test_what_may_change_of_a_session_changes(store):
    ended = a_session(
        state=PresentationState.VERIFIED,
        response_key=None,
        answered_at=NOW,
        code_digest="c",
        sealed_result=b"\x00sealed\xff",
        reason="expired",
        detail="why",
    )
    with store.writing() as books:
        books.presentations.add(a_session())
        books.presentations.save(ended)

    with store.reading() as books:
        assert books.presentations.get("s-1") == ended


def test_what_was_shown_is_forgotten_after_its_time(store):
    with store.writing() as books:
        books.presentations.add(a_session("old", sealed_result=b"sealed"))
        books.presentations.add(a_session("new", expires_at=NOW + timedelta(hours=2)))

    with store.writing() as books:
        assert books.presentations.forget_before(NOW + timedelta(hours=1)) == 1
        assert books.presentations.forget_before(NOW + timedelta(hours=1)) == 0
        old, new = (books.presentations.get(name) for name in ("old", "new"))

    assert old is not None
    assert (old.sealed_result, old.response_key) == (None, None)
    assert new is not None
    assert new.response_key == b"sealed"


def test_a_session_and_its_news_are_deleted_in_the_end(store):
    with store.writing() as books:
        books.presentations.add(a_session())
        books.presentations.add(a_session("s-2", expires_at=NOW + timedelta(hours=2)))
        books.presentations.add_notice(a_notice())
        books.presentations.add_notice(a_notice("n-2", session_id="s-2"))

    with store.writing() as books:
        assert books.presentations.delete_before(NOW + timedelta(hours=1)) == 1
        assert books.presentations.delete_before(NOW + timedelta(hours=1)) == 0
        assert books.presentations.get("s-1") is None
        assert books.presentations.get("s-2") is not None
        assert [each.notice_id for each in books.presentations.notices(ACCOUNT)] == ["n-2"]


def test_open_sessions_of_an_account_are_counted(store):
    with store.writing() as books:
        books.presentations.add(a_session("waiting"))
        books.presentations.add(a_session("fetched", state=PresentationState.FETCHED))
        books.presentations.add(a_session("ended", state=PresentationState.REFUSED))
        books.presentations.add(a_session("over", expires_at=NOW))

    with store.reading() as books:
        assert books.presentations.count_open(ACCOUNT, NOW) == 2
        assert books.presentations.count_open("somebody", NOW) == 0


@pytest.mark.parametrize("name", ["", "a\x00b", "ü", "x" * 1000, "a/b", "\ud800"])
def test_a_text_that_is_no_id_finds_nothing(store, name):
    with store.reading() as books:
        assert books.presentations.get(name) is None
        assert books.presentations.notice(name) is None


def test_an_account_with_many_news_leaves_a_turn_to_the_others(store):
    other = an_account(2).account_id
    with store.writing() as books:
        books.accounts.add(an_account(2))
        books.presentations.add(a_session())
        for number in range(MOST_DUE + 1):
            books.presentations.add_notice(a_notice(f"many-{number}", due_at=NOW - timedelta(hours=1)))
        books.presentations.add_notice(a_notice("one", account_id=other))

    with store.reading() as books:
        due = [each.notice_id for each in books.presentations.notices_due(NOW)]
        assert due == [*(f"many-{number}" for number in range(MOST_DUE)), "one"]


def test_news_wait_until_they_are_due(store):
    with store.writing() as books:
        books.presentations.add(a_session())
        books.presentations.add_notice(a_notice("later", due_at=NOW + timedelta(minutes=1)))
        books.presentations.add_notice(a_notice("never", due_at=None))
        books.presentations.add_notice(a_notice("now"))

    with store.reading() as books:
        assert [each.notice_id for each in books.presentations.notices_due(NOW)] == ["now"]
        due = books.presentations.notices_due(NOW + timedelta(hours=1))
        assert [each.notice_id for each in due] == ["now", "later"]


def test_what_may_change_of_news_changes(store):
    tried = a_notice(due_at=None, attempts=3, delivered_at=NOW, failure="nobody")
    with store.writing() as books:
        books.presentations.add(a_session())
        books.presentations.add_notice(a_notice())
        books.presentations.save_notice(tried)

    with store.reading() as books:
        assert books.presentations.notice("n-1") == tried
        assert books.presentations.notice("other") is None


def test_news_are_listed_newest_first_and_to_their_account_only(store):
    with store.writing() as books:
        books.presentations.add(a_session())
        books.presentations.add_notice(a_notice("first"))
        books.presentations.add_notice(a_notice("second", created_at=NOW + timedelta(seconds=1)))

    with store.reading() as books:
        assert [each.notice_id for each in books.presentations.notices(ACCOUNT)] == ["second", "first"]
        assert books.presentations.notices("somebody") == []


def test_a_session_is_found_by_the_key_of_its_request_and_its_account(store):
    session = a_session(idempotency_key="first")
    with store.writing() as books:
        books.presentations.add(session)
        books.presentations.add(a_session("s-2"))
        books.presentations.add(a_session("s-3"))

    with store.reading() as books:
        assert books.presentations.started(session.account_id, "first") == session
        assert books.presentations.started(session.account_id, "second") is None
        assert books.presentations.started("another", "first") is None
