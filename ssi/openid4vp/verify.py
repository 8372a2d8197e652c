"""Does this answer give what was asked for, to this question, by whoever may say it? The verifier's steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crypto.errors import MalformedError
from ssi.key_binding import Challenge
from ssi.openid4vp.checks import Presented, Trust, check_sd_jwt_vc
from ssi.openid4vp.dcql import CredentialQuery, DcqlQuery, Format
from ssi.openid4vp.errors import PresentationRefusedError, Reason
from ssi.openid4vp.linked_checks import check_ldp_vc
from ssi.openid4vp.matching import fit_claims, fits_authorities
from ssi.openid4vp.request import AuthorizationRequest
from ssi.openid4vp.response import AuthorizationResponse, ErrorResponse, Presentation
from ssi.openid4vp.transaction_data import check_confirmation

_Check = Callable[..., Presented]
_CHECKS: Final[Mapping[str, _Check]] = {
    Format.SD_JWT_VC: check_sd_jwt_vc,
    Format.DATA_INTEGRITY: check_ldp_vc,
}


@dataclass(frozen=True)
class VerifiedResponse:
    """Credentials by the id of their query, all believed, all bound to this question; made here only."""

    credentials: Mapping[str, tuple[Presented, ...]] = field(hash=False)


def verify_response(
    answer: AuthorizationResponse | ErrorResponse,
    request: AuthorizationRequest,
    trust: Trust,
    *,
    now: datetime,
) -> VerifiedResponse:
    """Return what was presented after these checks, in this order; the code carries the numbers.

    1. The answer belongs to this request, and is no refusal.
    2. It answers only credential queries that were asked, with one credential unless several may come.
    3. Each presentation is believed by the rules of its format: issuer, signature, time, holder's proof with
       nonce and audience, status (`checks`).
    4. Each has the type, the authority, the claims and the values that its query asks for.
    5. The query as a whole is satisfied: every required credential, or one option of every required set.
    6. The transactions are confirmed, each with a credential that may confirm it.

    Raises:
        PresentationRefusedError: the reason says which, the message where.
        RegistryError: the trust registry cannot be used: ask for a newer one, and judge the answer again.
    """
    presented = _presentations(answer, request)  # 1
    queries = _asked(presented, request.query)  # 2
    challenge = Challenge(str(request.client_id), request.nonce)
    found: dict[str, tuple[Presented, ...]] = {}
    for name, query in queries.items():
        check = _check_of(query)
        checked = tuple(check(query, one, trust, challenge, now=now) for one in presented[name])  # 3
        for one in checked:
            _require_fits(query, one)  # 4
        found[name] = checked
    _require_satisfied(request.query, found)  # 5
    _require_confirmed(request, found)  # 6
    return VerifiedResponse(found)


def _presentations(
    answer: AuthorizationResponse | ErrorResponse, request: AuthorizationRequest
) -> Mapping[str, tuple[Presentation, ...]]:
    if request.state is not None and answer.state != request.state:
        raise PresentationRefusedError(Reason.WRONG_STATE, "state")
    if isinstance(answer, ErrorResponse):
        words = answer.error if answer.description is None else f"{answer.error}: {answer.description}"
        raise PresentationRefusedError(Reason.WALLET_REFUSED, words)
    return answer.vp_token


def _asked(presented: Mapping[str, tuple[Presentation, ...]], query: DcqlQuery) -> dict[str, CredentialQuery]:
    asked = query.by_id()
    for name, presentations in presented.items():
        if name not in asked:
            raise PresentationRefusedError(Reason.UNKNOWN_QUERY_ID, name[:100])
        if len(presentations) > 1 and not asked[name].multiple:
            raise PresentationRefusedError(Reason.TOO_MANY_PRESENTATIONS, name)
    return {name: asked[name] for name in presented}


def _check_of(query: CredentialQuery) -> _Check:
    if query.format not in _CHECKS:
        raise PresentationRefusedError(Reason.UNSUPPORTED_FORMAT, f"{query.id}: {query.format[:100]}")
    return _CHECKS[query.format]


def _require_fits(query: CredentialQuery, presented: Presented) -> None:
    if not query.accepts_types(presented.types):
        raise PresentationRefusedError(Reason.QUERY_NOT_SATISFIED, f"{query.id}: another type of credential")
    if not fits_authorities(query.trusted_authorities, presented.authorities):
        raise PresentationRefusedError(
            Reason.QUERY_NOT_SATISFIED, f"{query.id}: issued under another authority"
        )
    if fit_claims(query, presented.claims) is None:
        raise PresentationRefusedError(
            Reason.QUERY_NOT_SATISFIED, f"{query.id}: a claim is missing or has another value"
        )


def _require_satisfied(query: DcqlQuery, found: Mapping[str, object]) -> None:
    if not query.credential_sets:
        _require_any("credentials", [[one.id for one in query.credentials]], found)
    for index, one in enumerate(query.credential_sets):
        if one.required:
            _require_any(f"credential_sets[{index}]", one.options, found)


def _require_any(where: str, options: Sequence[Sequence[str]], found: Mapping[str, object]) -> None:
    if not any(all(name in found for name in option) for option in options):
        missing = ", ".join(name for name in options[0] if name not in found)
        raise PresentationRefusedError(Reason.QUERY_NOT_SATISFIED, f"{where}: missing {missing}")


def _require_confirmed(request: AuthorizationRequest, found: Mapping[str, tuple[Presented, ...]]) -> None:
    """Each transaction is confirmed by one credential that may confirm it, which confirms all that it may."""
    confirmed: set[str] = set()
    for name, presented in found.items():
        due = [one for one in request.transactions if name in one.credential_ids]
        for one in presented:
            try:
                check_confirmation(one.confirmed, due)
            except MalformedError as error:
                raise PresentationRefusedError(Reason.WRONG_TRANSACTION_DATA, f"{name}: {error}") from error
        confirmed.update(one.encoded for one in due)
    if {one.encoded for one in request.transactions} - confirmed:
        raise PresentationRefusedError(Reason.WRONG_TRANSACTION_DATA, "transaction_data: not confirmed")
