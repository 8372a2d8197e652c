"""News of sessions reach buyers' servers: tried again ever more seldom, and by hand once more at any time."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from crypto.encoding import b64url_encode, sha256
from marketplace.domain.presentation import Notice
from marketplace.errors import MarketplaceError, UnknownError
from marketplace.services.desk import Desk
from marketplace.services.presentation_ports import Messenger
from ssi.clock import seconds_of
from ssi.hosting.logs import log
from ssi.http.errors import PeerError
from ssi.jws import sign_jws

NOTICE_TYP: Final = "argonauta-notice+jwt"
MOST_ATTEMPTS: Final = 12
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
_MAX_FAILURE: Final = 200
_BROKEN: Final = "the news could not be sent to this address"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeliverNotices:
    """Delivers what is due. News that fail, in whatever way, keep no other news waiting."""

    desk: Desk
    messenger: Messenger

    def __call__(self) -> int:
        """How many were tried."""
        now = self.desk.now()
        with self.desk.store.reading() as books:
            due = books.presentations.notices_due(now)
        for notice in due:
            outcome = self._tried(notice, now)
            with self.desk.store.writing() as books:
                books.presentations.save_notice(outcome)
        return len(due)

    def _tried(self, notice: Notice, now: datetime) -> Notice:
        try:
            self.messenger.allow(notice.url)
            self.messenger.deliver(notice, self._signature(notice, now))
        except (PeerError, MarketplaceError) as error:
            return _failed(notice, now, str(error))
        except Exception as error:  # noqa: BLE001 — what breaks one delivery must not stop the others
            # The kind only: what it says may hold the address, and with it a secret of the buyer's.
            log(_LOGGER, "news cannot be delivered", notice=notice.notice_id, error=type(error).__name__)
            return _failed(notice, now, _BROKEN)
        attempts = notice.attempts + 1
        return replace(notice, attempts=attempts, due_at=None, delivered_at=now, failure=None)

    def _signature(self, notice: Notice, now: datetime) -> str:
        """Over id, address and digest of the body: news cannot be altered, nor passed on to others."""
        payload = {
            "iss": self.desk.marketplace_id,
            "iat": seconds_of(now),
            "jti": notice.notice_id,
            "aud": notice.url,
            "body_digest": b64url_encode(sha256(notice.body.encode())),
        }
        return sign_jws(payload, self.desk.key, typ=NOTICE_TYP)


def _failed(notice: Notice, now: datetime, failure: str) -> Notice:
    attempts = notice.attempts + 1
    due_at = None if attempts >= MOST_ATTEMPTS else now + pause_after(attempts)
    return replace(notice, attempts=attempts, due_at=due_at, failure=failure[:_MAX_FAILURE])


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubled each time, an hour at most."""
    doubled: int = 2 ** min(attempts - 1, 16)  # by then it is longer than the longest
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


@dataclass(frozen=True)
class ListNotices:
    """Lists the news of an account."""

    desk: Desk

    def __call__(self, account_id: str) -> Sequence[Notice]:
        """The latest hundred, newest first."""
        with self.desk.store.reading() as books:
            return books.presentations.notices(account_id)


@dataclass(frozen=True)
class ReplayNotice:
    """Lets news be delivered once more, whether they arrived or not."""

    desk: Desk

    def __call__(self, account_id: str, notice_id: str) -> Notice:
        """The news, due now.

        Raises:
            UnknownError: the account has no such news.
        """
        with self.desk.store.writing() as books:
            notice = books.presentations.notice(notice_id)
            if notice is None or notice.account_id != account_id:
                raise UnknownError("there is no such notice")
            again = replace(notice, due_at=self.desk.now(), attempts=0)
            books.presentations.save_notice(again)
        return again
