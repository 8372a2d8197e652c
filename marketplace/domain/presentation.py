"""What has the market asked a wallet to show, and what came back? One session for each question."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crypto.encoding import Json

SESSION_LIFETIME: Final = timedelta(minutes=10)
RESULT_LIFETIME: Final = timedelta(hours=1)
"""How long after a session's end what was shown is kept; then it is deleted."""
ROW_LIFETIME: Final = timedelta(days=7)
"""How long after its end it is kept that there was a session, with its news; longer than news are tried."""
MOST_OPEN: Final = 50
"""So many sessions of one account can be open at once."""
MOST_DUE: Final = 5
"""So many news of one account are tried in one turn, so that one with many keeps nobody else's waiting."""


class PresentationState(StrEnum):
    """How far a session is. VERIFIED and REFUSED are its ends; it can be answered in the first two only."""

    WAITING = "waiting"
    FETCHED = "fetched"
    VERIFIED = "verified"
    REFUSED = "refused"


OPEN_STATES: Final = frozenset({PresentationState.WAITING, PresentationState.FETCHED})


@dataclass(frozen=True)
class PresentationQuestion:
    """What a buyer wants to be shown, and how.

    `query` is DCQL; `mode` and `identity` are response mode and client identifier prefix of OpenID4VP. With a
    `return_url` the wallet is on the same device: it sends the browser back there, and only the browser that
    came back can read what was shown.
    """

    query: Mapping[str, Json] = field(repr=False, hash=False)
    mode: str = "direct_post.jwt"
    identity: str = "x509_hash"
    fetch_by_post: bool = False
    transactions: tuple[str, ...] = field(default=(), repr=False)
    return_url: str | None = field(default=None, repr=False)
    webhook_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PresentationSession:
    """One question to one wallet, from its start to its end.

    `response_key` opens the encrypted answer, and is gone once the session has ended; `sealed_result` is what
    was shown, if it was believed. Both are sealed by the verifier (`services.verifier`). `reason` and
    `detail` say why not. By the `idempotency_key` a repeated request finds the session that it made before.
    `code_digest` belongs to the secret that the wallet's browser brings back.

    Whoever knows id, nonce and state could answer in a wallet's place, so they stay out of ``repr``.
    """

    session_id: str = field(repr=False)
    account_id: str
    question: PresentationQuestion = field(repr=False)
    nonce: str = field(repr=False)
    state_token: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    state: PresentationState = PresentationState.WAITING
    response_key: bytes | None = field(default=None, repr=False)
    answered_at: datetime | None = None
    code_digest: str | None = field(default=None, repr=False)
    sealed_result: bytes | None = field(default=None, repr=False)
    reason: str | None = None
    detail: str | None = field(default=None, repr=False)
    idempotency_key: str | None = field(default=None, repr=False)

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered."""
        return self.state in OPEN_STATES and now < self.expires_at

    def is_over(self, now: datetime) -> bool:
        """Whether its time ran out before anybody answered."""
        return self.state in OPEN_STATES and now >= self.expires_at


@dataclass(frozen=True)
class Notice:
    """News of a session's end for a buyer's server: tried again until it arrives or is given up.

    `url` may carry a secret of the buyer's, so it stays out of ``repr``.
    """

    notice_id: str
    session_id: str = field(repr=False)
    account_id: str
    url: str = field(repr=False)
    body: str = field(repr=False)
    created_at: datetime
    due_at: datetime | None
    attempts: int = 0
    delivered_at: datetime | None = None
    failure: str | None = None
