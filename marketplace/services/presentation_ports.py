"""What do the use cases about presentations need from outside? A book, status lists, a way to tell."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.presentation import Notice, PresentationSession
from ssi.sd_jwt_vc import VerifiedSdJwtVc


class PresentationBook(Protocol):
    """Keeps questions to wallets, and the news of their ends."""

    def add(self, session: PresentationSession) -> None:
        """Keep a new session; its id is one that was drawn for it."""
        ...

    def get(self, session_id: str) -> PresentationSession | None:
        """A session by its id; None for any text that is the id of none."""
        ...

    def started(self, account_id: str, idempotency_key: str) -> PresentationSession | None:
        """The session that an account started under a key, while it is kept."""
        ...

    def save(self, session: PresentationSession) -> None:
        """Replace what may change of a session: its state and outcome, and what goes with them."""
        ...

    def forget_before(self, moment: datetime) -> int:
        """Delete what was shown, and the keys, of up to a hundred sessions that expired before; how many."""
        ...

    def count_open(self, account_id: str, now: datetime) -> int:
        """How many sessions of an account can still be answered."""
        ...

    def delete_before(self, moment: datetime) -> int:
        """Delete up to a hundred sessions that expired before a moment, with their news; how many."""
        ...

    def add_notice(self, notice: Notice) -> None:
        """Keep news to be delivered."""
        ...

    def notice(self, notice_id: str) -> Notice | None:
        """News by its id; None for any text that is the id of none."""
        ...

    def notices(self, account_id: str) -> Sequence[Notice]:
        """The latest hundred news of an account, newest first."""
        ...

    def notices_due(self, now: datetime) -> Sequence[Notice]:
        """Up to a hundred news that are to be tried now, `MOST_DUE` of an account; the longest due first."""
        ...

    def save_notice(self, notice: Notice) -> None:
        """Replace what may change of news: how often it was tried, when next, and what came of it."""
        ...


class PresentedStatus(Protocol):
    """Asks issuers whether credentials that were shown still count."""

    def check(self, found: VerifiedSdJwtVc, *, now: datetime) -> None:
        """Return only if the issuer says now that a credential is valid; one without a status always is.

        Raises:
            CredentialError: it is revoked or suspended, or the list is not the issuer's.
            PeerError: the list cannot be had.
        """
        ...

    def fetch_list(self, url: str, *, max_bytes: int) -> bytes:
        """A status list that is itself a credential, unverified; its issuer's entry covers the address.

        Raises:
            UnresolvableError: it cannot be had.
        """
        ...


class Messenger(Protocol):
    """Hands news to buyers' servers."""

    def allow(self, url: str) -> None:
        """Return only if an address has the form of one that may be told something.

        Whether its host lies inside a network is found out on delivery, each time anew.

        Raises:
            RefusedError: no https address, or too long.
        """
        ...

    def deliver(self, notice: Notice, signature: str) -> None:
        """Hand over news; the receiver checks the signature with the market's key.

        Raises:
            PeerError: it did not arrive, or the host lies inside a network. The message is kept and shown to
                whoever chose the address, so it holds nothing of what was heard there but the status.
        """
        ...
