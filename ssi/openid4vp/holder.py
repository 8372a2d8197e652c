"""How does a wallet answer with SD-JWT VCs? From what was chosen to the presentations, each bound to its key.

Only what the query needs is disclosed. A claim at a position in an array can be shown at this position only
together with those before it, so these elements are shown as well, without what is selective inside them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.signing import SigningKey
from ssi.disclosures import Path, Unpacked, unpack
from ssi.key_binding import Challenge, bind_presentation
from ssi.openid4vp.dcql import Format
from ssi.openid4vp.errors import ErrorCode, RequestRefusedError
from ssi.openid4vp.matching import Candidate, Fit, HeldCredential
from ssi.openid4vp.request import AuthorizationRequest
from ssi.openid4vp.response import AuthorizationResponse, Presentation
from ssi.openid4vp.transaction_data import TransactionData, confirmation
from ssi.sd_jwt import parse_sd_jwt, present_sd_jwt

_WHERE = "credential"


@dataclass(frozen=True)
class HeldSdJwtVc:
    """An SD-JWT VC in a wallet with all its disclosures, verified when it came, and the key of its holder."""

    key_name: str
    compact: str = field(repr=False)
    key: SigningKey | None = field(repr=False)
    authorities: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def opened(self) -> Unpacked:
        """All its claims and where they are disclosed, read once.

        Raises:
            MalformedError: not an SD-JWT VC whose disclosures fit.
        """
        parsed = parse_sd_jwt(self.compact, _WHERE, foreign=True)
        return unpack(parsed.jws.payload, parsed.disclosures, _WHERE)

    def as_held(self) -> HeldCredential:
        """The credential as a query sees it.

        Raises:
            MalformedError: not an SD-JWT VC whose disclosures fit.
        """
        unpacked = self.opened
        vct = unpacked.claims.get("vct")
        if not isinstance(vct, str):
            raise MalformedError(f"{_WHERE}.vct: missing")
        return HeldCredential(
            key=self.key_name,
            format=Format.SD_JWT_VC,
            types=frozenset({vct}),
            claims=unpacked.claims,
            holder_bound=self.key is not None and "cnf" in unpacked.claims,
            authorities=self.authorities,
        )

    def disclose(self, fit: Fit) -> str:
        """The credential with what has to be shown only, bound to nobody.

        Raises:
            MalformedError: not an SD-JWT VC whose disclosures fit.
        """
        return present_sd_jwt(self.compact, sorted(self.needed(fit), key=repr))

    def needed(self, fit: Fit) -> set[Path]:
        """The places of the disclosures to pass on; `present_sd_jwt` adds the parents of each.

        Raises:
            MalformedError: not an SD-JWT VC whose disclosures fit.
        """
        asked, places = set(fit.places), self.opened.places.keys()
        inside = {found for found in places if any(outer in asked for outer in outers(found))}
        parents = {place[:depth] for place in fit.places for depth in range(1, len(place))}
        return inside | ((parents | set(fit.before)) & places)

    def present(self, fit: Fit, challenge: Challenge, *, now: datetime, more: Mapping[str, Json]) -> str:
        """The credential with what has to be shown only, bound to a challenge where it has a key.

        Raises:
            MalformedError: not an SD-JWT VC whose disclosures fit.
        """
        shown = self.disclose(fit)
        if self.key is None:
            return shown
        return bind_presentation(shown, self.key, challenge, now=now, more=more)


def build_response(
    request: AuthorizationRequest,
    chosen: Sequence[Candidate],
    held: Mapping[str, HeldSdJwtVc],
    *,
    now: datetime,
) -> AuthorizationResponse:
    """The answer that presents exactly what was chosen; `held` are the wallet's credentials by their names.

    Each transaction is confirmed by every chosen credential that may confirm it.

    Raises:
        RequestRefusedError: `access_denied`: nothing was chosen; `invalid_request`: several credentials for a
            query that takes one; `invalid_transaction_data`: a transaction that no chosen one may confirm.
        MalformedError: a credential is not an SD-JWT VC whose disclosures fit.
    """
    _require_allowed(request, chosen)
    challenge = Challenge(str(request.client_id), request.nonce)
    token: dict[str, tuple[Presentation, ...]] = {}
    for candidate in chosen:
        due = [one for one in request.transactions if candidate.query_id in one.credential_ids]
        presented = held[candidate.credential.key].present(
            candidate.fit, challenge, now=now, more=confirmation(due)
        )
        token[candidate.query_id] = (*token.get(candidate.query_id, ()), presented)
    return AuthorizationResponse(token, request.state)


def _require_allowed(request: AuthorizationRequest, chosen: Sequence[Candidate]) -> None:
    if not chosen:
        raise RequestRefusedError(ErrorCode.ACCESS_DENIED, "nothing was chosen to be shown")
    names = [candidate.query_id for candidate in chosen]
    queries = request.query.by_id()
    if any(names.count(name) > 1 and not queries[name].multiple for name in names):
        raise RequestRefusedError(
            ErrorCode.INVALID_REQUEST, "one credential is asked for, several were chosen"
        )
    if not all(_has_confirmer(one, names) for one in request.transactions):
        raise RequestRefusedError(
            ErrorCode.INVALID_TRANSACTION_DATA, "no credential that was chosen may confirm a transaction"
        )


def _has_confirmer(transaction: TransactionData, names: Sequence[str]) -> bool:
    return any(name in transaction.credential_ids for name in names)


def outers(path: Path) -> Iterator[Path]:
    """A place and every one that it lies in, the outermost first."""
    return (path[:depth] for depth in range(1, len(path) + 1))
