"""Whoever asked a wallet reads how far it is, and what was shown."""

import hmac
from dataclasses import dataclass

from crypto.encoding import Json
from marketplace.domain.account import secret_digest
from marketplace.domain.presentation import PresentationSession
from marketplace.errors import UnknownError
from marketplace.services.desk import Desk
from marketplace.services.presentation_view import view_of
from marketplace.services.verifier import Verifier


@dataclass(frozen=True)
class ReadPresentation:
    """Reads sessions of an account.

    Where the wallet was on the same device, what was shown can be read only with the code that the wallet's
    browser brought back. So nobody can start a session, let somebody else answer it by a link, and read on
    (OpenID4VP 1.0 §14.2).
    """

    desk: Desk
    verifier: Verifier

    def __call__(
        self, account_id: str, session_id: str, *, response_code: str | None = None
    ) -> dict[str, Json]:
        """The session as JSON.

        Raises:
            UnknownError: the account has no such session.
            SealError: what was shown was kept by another market, or altered.
        """
        with self.desk.store.reading() as books:
            session = books.presentations.get(session_id)
        if session is None or session.account_id != account_id:
            raise UnknownError("there is no such session")
        allowed = session.question.return_url is None or _is_code(session, response_code)
        result = self.verifier.open_result(session) if allowed else None
        return view_of(session, now=self.desk.now(), result=result)


@dataclass(frozen=True)
class ShowPresentation:
    """Shows a session to whoever has its link: how to answer it, and how far it is; never what was shown."""

    desk: Desk

    def __call__(self, session_id: str) -> tuple[PresentationSession, dict[str, Json]]:
        """The session, and its state as JSON.

        Raises:
            UnknownError: there is no such session.
        """
        with self.desk.store.reading() as books:
            session = books.presentations.get(session_id)
        if session is None:
            raise UnknownError("there is no such session")
        return session, view_of(session, now=self.desk.now())


def _is_code(session: PresentationSession, code: str | None) -> bool:
    if code is None or session.code_digest is None:
        return False
    return hmac.compare_digest(secret_digest(code).encode(), session.code_digest.encode())
