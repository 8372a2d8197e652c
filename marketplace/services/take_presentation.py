"""A wallet answers. The answer is judged once, kept with its outcome, and told to whoever asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from crypto.encoding import Json, b64url_encode
from marketplace.domain.account import secret_digest
from marketplace.domain.presentation import PresentationSession, PresentationState
from marketplace.errors import UnknownError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.presentation_ports import PresentedStatus
from marketplace.services.presentation_view import notice_of
from marketplace.services.verifier import Verifier
from ssi.data_integrity.credentials import Verification
from ssi.did.resolve import Resolver
from ssi.http.errors import PeerError
from ssi.openid4vp.checks import Presented, Trust
from ssi.openid4vp.errors import PresentationRefusedError, Reason
from ssi.openid4vp.response import read_response
from ssi.openid4vp.verify import VerifiedResponse, verify_response
from ssi.sd_jwt_vc import VerifiedSdJwtVc

_CODE_BYTES = 24
_MAX_DETAIL = 500
_OPEN_AFTER = frozenset(
    {
        Reason.MALFORMED_RESPONSE,
        Reason.ENCRYPTION_MISSING,
        Reason.NOT_DECRYPTABLE,
        Reason.WRONG_STATE,
        Reason.STATUS_UNAVAILABLE,
    }
)
"""What ends no session: the first four are found before the answer has shown the session's `state`, so they
may come from anybody; the last is the issuer's fault, and the same answer may be believed a minute later."""


@dataclass(frozen=True)
class TakenPresentation:
    """What the wallet is told: where its owner's browser goes on, or why the answer was not accepted."""

    redirect_uri: str | None = field(default=None, repr=False)
    refusal: PresentationRefusedError | None = None


@dataclass(frozen=True)
class TakePresentation:
    """Takes answers of wallets.

    An answer that does not show the session's `state` changes nothing, whatever else is wrong with it: a
    stray, cut off or misdirected post uses no session up. Any other ends the session, so that no answer that
    was judged is tried again; only where an issuer cannot be asked the wallet may answer once more.

    NOTE: `state` tells sessions apart and is no secret. It stands in the request, which everybody who has the
    link can fetch; so whoever has the link can also decline, or spoil, what was asked.
    """

    desk: Desk
    verifier: Verifier
    status: PresentedStatus

    def __call__(self, session_id: str, form: Mapping[str, str]) -> TakenPresentation:
        """Judge an answer.

        Raises:
            UnknownError: there is no such session.
            RegistryError: nobody's credentials can be judged now; the session stays open.
        """
        now = self.desk.now()
        with self.desk.store.reading() as books:
            session = books.presentations.get(session_id)
        if session is None:
            raise UnknownError("there is no such request; start again")
        if not session.is_open(now):
            over = Reason.SESSION_EXPIRED if session.is_over(now) else Reason.SESSION_USED
            return TakenPresentation(refusal=PresentationRefusedError(over, "session"))
        try:
            found = self._judged(session, form)
        except PresentationRefusedError as refusal:
            if refusal.reason in _OPEN_AFTER:
                return TakenPresentation(refusal=refusal)
            return self._ended(session, refusal=refusal)
        return self._ended(session, found)

    def _judged(self, session: PresentationSession, form: Mapping[str, str]) -> VerifiedResponse:
        request = self.verifier.request(session)
        answer = read_response(form, request.response_mode, self.verifier.open_key(session))
        trust = Trust(
            self.desk.registry(),
            self._check_status(),
            linked=Verification(Resolver()),
            fetch_list=self.status.fetch_list,
        )
        return verify_response(answer, request, trust, now=self.desk.clock())

    def _check_status(self) -> Callable[[VerifiedSdJwtVc], None]:
        def check(found: VerifiedSdJwtVc) -> None:
            try:
                self.status.check(found, now=self.desk.now())
            except PeerError as error:
                raise PresentationRefusedError(Reason.STATUS_UNAVAILABLE, str(error)) from error

        return check

    def _ended(
        self,
        session: PresentationSession,
        found: VerifiedResponse | None = None,
        *,
        refusal: PresentationRefusedError | None = None,
    ) -> TakenPresentation:
        code = b64url_encode(self.desk.random(_CODE_BYTES))
        ended = replace(
            session,
            state=PresentationState.REFUSED if found is None else PresentationState.VERIFIED,
            response_key=None,
            answered_at=self.desk.now(),
            code_digest=secret_digest(code),
            sealed_result=None
            if found is None
            else self.verifier.seal_result(session.session_id, result_of(found)),
            reason=None if refusal is None else refusal.reason.value,
            detail=None if refusal is None else str(refusal)[:_MAX_DETAIL],
        )
        with self.desk.store.writing() as books:
            if not self._still_open(books, session):
                used = PresentationRefusedError(Reason.SESSION_USED, "session")
                return TakenPresentation(refusal=used)
            books.presentations.save(ended)
            if session.question.webhook_url is not None:
                books.presentations.add_notice(notice_of(self.desk, ended))
        return TakenPresentation(_onward(session.question.return_url, code), refusal)

    def _still_open(self, books: Books, session: PresentationSession) -> bool:
        """Another answer may have come while this one was judged."""
        present = books.presentations.get(session.session_id)
        return present is not None and present.is_open(self.desk.now())


def result_of(found: VerifiedResponse) -> dict[str, Json]:
    """What was shown, as it is kept and told: by the id of the credential query."""
    return {name: [_shown(one) for one in presented] for name, presented in found.credentials.items()}


def _shown(one: Presented) -> dict[str, Json]:
    return {
        "format": one.format,
        "types": sorted(one.types),
        "issuer": one.issuer.id,
        "issuer_name": one.issuer.name,
        "claims": dict(one.claims),
        "holder_bound": one.holder_bound,
        "credential": one.compact,
    }


def _onward(return_url: str | None, code: str) -> str | None:
    if return_url is None:
        return None
    joint = "&" if urlsplit(return_url).query else "?"
    return f"{return_url}{joint}{urlencode({'response_code': code})}"
