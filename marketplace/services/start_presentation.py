"""A question to a wallet begins: a session with a fresh nonce and a key of its own."""

from dataclasses import dataclass

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.signing import generate_es256
from marketplace.domain.presentation import (
    MOST_OPEN,
    SESSION_LIFETIME,
    PresentationQuestion,
    PresentationSession,
)
from marketplace.errors import IdempotencyConflictError, RefusedError, TooManySessionsError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.presentation_ports import Messenger
from marketplace.services.verifier import Verifier
from ssi.openid4vp.dcql import Format
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.errors import QueryError, RequestRefusedError
from ssi.openid4vp.request import ResponseMode
from ssi.openid4vp.request_reading import require_address

_ID_BYTES = 24
_CHECKED = frozenset(Format)


@dataclass(frozen=True)
class StartPresentation:
    """Starts sessions for buyers."""

    desk: Desk
    verifier: Verifier
    messenger: Messenger

    def __call__(
        self, account_id: str, question: PresentationQuestion, *, idempotency_key: str | None = None
    ) -> PresentationSession:
        """The session. Whoever knows its id can fetch the request and answer it, and reads no result by it.

        The same question under the same key is the session that it started before, while that is kept.

        Raises:
            IdempotencyConflictError: another question was asked under this key.
            RefusedError: the query is none, asks for a format that is not checked here, or names an answer,
                identity or address that is not possible.
            TooManySessionsError: so many of the account are open already.
        """
        self._require_possible(question)
        session_id, nonce, state = (b64url_encode(self.desk.random(_ID_BYTES)) for _ in range(3))
        key = None
        if ResponseMode(question.mode).encrypted:
            key = self.verifier.seal_key(session_id, generate_es256(self.desk.random))
        now = self.desk.now()
        session = PresentationSession(
            session_id=session_id,
            account_id=account_id,
            question=question,
            nonce=nonce,
            state_token=state,
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
            response_key=key,
            idempotency_key=idempotency_key,
        )
        self._require_askable(session)
        with self.desk.store.writing() as books:
            known = _known(books, session)
            if known is not None:
                return known
            if books.presentations.count_open(account_id, now) >= MOST_OPEN:
                raise TooManySessionsError(
                    f"{MOST_OPEN} requests to wallets are open; wait until one is answered or has expired"
                )
            books.presentations.add(session)
        return session

    def _require_possible(self, question: PresentationQuestion) -> None:
        if question.mode not in set(ResponseMode):
            raise RefusedError(f"response_mode: expected one of {', '.join(ResponseMode)}")
        self.verifier.require_identity(question.identity)
        if question.webhook_url is not None:
            self.messenger.allow(question.webhook_url)
        try:
            query = read_query(dict(question.query))
            if question.return_url is not None:
                require_address(question.return_url, "return_url")
        except (QueryError, RequestRefusedError) as error:
            raise RefusedError(str(error)) from error
        unknown = [one.format for one in query.credentials if one.format not in _CHECKED]
        if unknown:
            raise RefusedError(f"dcql_query: credentials of the format {unknown[0][:80]!r} cannot be checked")

    def _require_askable(self, session: PresentationSession) -> None:
        try:
            self.verifier.request(session)
        except (MalformedError, RequestRefusedError) as error:
            raise RefusedError(str(error)) from error


def _known(books: Books, asked: PresentationSession) -> PresentationSession | None:
    """The session that the same request started before."""
    if asked.idempotency_key is None:
        return None
    known = books.presentations.started(asked.account_id, asked.idempotency_key)
    if known is not None and known.question != asked.question:
        raise IdempotencyConflictError("another question was asked under this Idempotency-Key")
    return known
