"""A wallet fetches the question. Asking again gives the same question, until it is answered or over."""

from dataclasses import dataclass, replace

from marketplace.domain.presentation import PresentationSession, PresentationState
from marketplace.errors import RefusedError, UnknownError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.verifier import Verifier

MAX_WALLET_NONCE = 500


@dataclass(frozen=True)
class FetchPresentationRequest:
    """Hands out signed requests.

    A wallet may fetch twice, as when its owner scans a code again; that gives nothing away, because the nonce
    in it can be answered once only. Only the first fetch writes: anybody may knock at this door, and nobody
    who does holds up those who write.
    """

    desk: Desk
    verifier: Verifier

    def __call__(self, session_id: str, *, wallet_nonce: str | None = None) -> str:
        """The request as a signed object.

        Raises:
            UnknownError: there is no such session, or it was answered or is over.
            RefusedError: the nonce is none, or the session's requests are not signed.
        """
        if wallet_nonce is not None and not _is_nonce(wallet_nonce):
            raise RefusedError("wallet_nonce: expected visible ASCII characters")
        with self.desk.store.reading() as books:
            session = self._open(books, session_id)
        if session.state is PresentationState.WAITING:
            session = self._marked(session_id)
        return self.verifier.sign(session, wallet_nonce=wallet_nonce)

    def _marked(self, session_id: str) -> PresentationSession:
        """The session, marked as fetched; looked at again, since it may have ended in between."""
        with self.desk.store.writing() as books:
            session = replace(self._open(books, session_id), state=PresentationState.FETCHED)
            books.presentations.save(session)
        return session

    def _open(self, books: Books, session_id: str) -> PresentationSession:
        session = books.presentations.get(session_id)
        if session is None or not session.is_open(self.desk.now()):
            raise UnknownError("there is no such request any more; start again")
        return session


def _is_nonce(text: str) -> bool:
    return 0 < len(text) <= MAX_WALLET_NONCE and text.isascii() and text.isprintable() and " " not in text
