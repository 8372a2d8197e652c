"""Hand out access tokens: for pre-authorised codes, authorisation codes and refresh tokens, each once.

OpenID4VCI 1.0 §6, RFC 6749 §4.1.3 and §6, RFC 7636 §4.6, RFC 9449 §5. Tokens are bound to the key that was
proved beside the request; those without such a proof are bearer tokens. A refresh token is replaced at each
use, and one that comes twice closes everything that was granted (RFC 9700 §4.14.2); it holds as long as the
offer, so that a wallet can wait for a record on hold.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crypto.encoding import Json
from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.authorization import AuthorizationRequest, fits_challenge
from ssi.issuer_service.domain.entry import Entry, Grant, Offer, Standing
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.domain.ticket import Ticket, TicketKind, draw_ticket
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.ports import Books, Register


@dataclass(frozen=True)
class AccessToken:
    """What a wallet collects a credential with: 256 random bits in base64url, and how long they hold.

    `credential_id` is the credential identifier of the one that was granted; `by_identifier` says whether the
    wallet must name it.
    """

    token: str = field(repr=False)
    expires_in_seconds: int
    refresh_token: str = field(repr=False)
    configuration_id: str
    credential_id: str
    by_identifier: bool
    bound: bool


@dataclass(frozen=True)
class Asking:
    """Who asks for a token: the wallet by its name, and the key that was proved (its thumbprint), if any."""

    client_id: str | None = None
    key_thumbprint: str | None = None
    configuration_id: str | None = None
    """The configuration named in `authorization_details` of the token request (OpenID4VCI 1.0 §6.1.1)."""


@dataclass(frozen=True)
class CodeExchange:
    """What comes with an authorisation code."""

    code: str = field(repr=False)
    redirect_uri: str | None
    verifier: str | None = field(repr=False)


@dataclass(frozen=True)
class _Allowed:
    """What a token is to allow: which record, and until when it may be refreshed."""

    entry: Entry
    until: datetime
    by_identifier: bool


class RedeemCode:
    """Exchanges codes and refresh tokens for tokens."""

    def __init__(
        self,
        books: Books,
        secrets: IssuerSecrets,
        *,
        grant_lifetime: timedelta,
        random: RandomBytes,
        defers_held: bool = False,
    ) -> None:
        self._books = books
        self._secrets = secrets
        self._grant_lifetime = grant_lifetime
        self._random = random
        self._defers_held = defers_held

    def __call__(
        self, code: str, transaction_code: str | None, asking: Asking, *, now: datetime
    ) -> AccessToken:
        """Redeem a pre-authorised code. It is used up by success; three wrong transaction codes lock it.

        Raises:
            ProtocolRefusalError: `invalid_grant`, because the code is unknown, used, locked or expired, the
                record is on hold or taken back, or the transaction code is wrong; `invalid_request`,
                because a transaction code is missing or was not asked for.
        """
        with self._books.writing() as register:
            # A wrong transaction code must be counted, so the refusal is raised after the commit.
            answer = self._decide(register, code, transaction_code, asking, now)
        return _told(answer)

    def exchange(self, exchange: CodeExchange, asking: Asking, *, now: datetime) -> AccessToken:
        """Redeem an authorisation code.

        1. It is ours, in force, and was not used; a second use takes back what came of the first.
        2. The wallet, the address of the answer and the key are those of the pushed request.
        3. The code verifier is the one behind the challenge.
        4. The offer can still be taken up.

        Raises:
            ProtocolRefusalError: `invalid_grant`; the description says which of these does not hold.
        """
        with self._books.writing() as register:
            answer = self._exchange(register, exchange, asking, now)
        return _told(answer)

    def refresh(self, refresh_token: str, asking: Asking, *, now: datetime) -> AccessToken:
        """A new token, and a new refresh token, for an old one.

        Raises:
            ProtocolRefusalError: `invalid_grant`: unknown, used before, run out, or bound to another key or
                wallet.
        """
        with self._books.writing() as register:
            answer = self._refresh(register, refresh_token, asking, now)
        return _told(answer)

    def _decide(
        self, register: Register, code: str, transaction_code: str | None, asking: Asking, now: datetime
    ) -> AccessToken | ProtocolRefusalError:
        offer = register.offers.by_code(fingerprint(code))
        if offer is None or not offer.takes_code_at(now):
            return _refused(ErrorCode.INVALID_GRANT, "the code is unknown, used, locked or expired")
        entry = register.entries.get(offer.credential_id)
        if self._holds_back(entry):
            return _refused(ErrorCode.INVALID_GRANT, "the issuer holds this credential back: ask the issuer")
        if offer.needs_transaction_code is not bool(transaction_code):
            wanted = "is needed" if offer.needs_transaction_code else "was not asked for"
            return _refused(ErrorCode.INVALID_REQUEST, f"a transaction code (tx_code) {wanted}")
        if not self._fits(offer, transaction_code or ""):
            register.offers.count_wrong_code(offer)
            return _refused(ErrorCode.INVALID_GRANT, "the transaction code is wrong")
        if asking.configuration_id not in {None, entry.configuration}:
            return _refused(ErrorCode.INVALID_DETAILS, "the code is for another credential configuration")
        register.offers.use_code(offer, now)
        by_identifier = asking.configuration_id is not None
        allowed = _Allowed(entry, offer.expires_at, by_identifier=by_identifier)
        return self._grant(register, allowed, asking, now)

    def _exchange(
        self, register: Register, exchange: CodeExchange, asking: Asking, now: datetime
    ) -> AccessToken | ProtocolRefusalError:
        mark = fingerprint(exchange.code)
        ticket = register.tickets.get(mark, TicketKind.CODE)
        if ticket is not None and ticket.used_at is not None and ticket.credential_id is not None:  # 1
            register.offers.withdraw_grants(ticket.credential_id)
        if ticket is None or ticket.credential_id is None or not ticket.good_at(now):
            return _refused(ErrorCode.INVALID_GRANT, "the code is unknown, used or expired")
        register.tickets.use(mark, now)
        asked = AuthorizationRequest.from_json(ticket.document)
        mismatch = _mismatch(asked, exchange, asking)  # 2, 3
        if mismatch is not None:
            return _refused(ErrorCode.INVALID_GRANT, mismatch)
        offer = register.offers.of([ticket.credential_id]).get(ticket.credential_id)
        entry = register.entries.get(ticket.credential_id)
        if offer is None or not offer.takes_code_at(now) or self._holds_back(entry):  # 4
            return _refused(
                ErrorCode.INVALID_GRANT, "the credential can no longer be collected by this offer"
            )
        register.offers.use_code(offer, now)
        allowed = _Allowed(entry, offer.expires_at, by_identifier=asked.by_details)
        return self._grant(register, allowed, asking, now)

    def _refresh(
        self, register: Register, refresh_token: str, asking: Asking, now: datetime
    ) -> AccessToken | ProtocolRefusalError:
        mark = fingerprint(refresh_token)
        ticket = register.tickets.get(mark, TicketKind.REFRESH)
        if ticket is not None and ticket.used_at is not None and ticket.credential_id is not None:
            register.offers.withdraw_grants(ticket.credential_id)
        if ticket is None or ticket.credential_id is None or not ticket.good_at(now):
            return _refused(ErrorCode.INVALID_GRANT, "the refresh token is unknown, used or expired")
        kept = ticket.document
        same_wallet = kept["client_id"] in {None, asking.client_id}
        if kept["key_thumbprint"] != asking.key_thumbprint or not same_wallet:
            return _refused(ErrorCode.INVALID_GRANT, "the refresh token is bound to another key or wallet")
        register.tickets.use(mark, now)
        entry = register.entries.get(ticket.credential_id)
        allowed = _Allowed(entry, ticket.expires_at, by_identifier=bool(kept["by_identifier"]))
        return self._grant(register, allowed, asking, now)

    def _grant(self, register: Register, allowed: _Allowed, asking: Asking, now: datetime) -> AccessToken:
        token, refresh_token = draw_ticket(self._random), draw_ticket(self._random)
        entry, by_identifier = allowed.entry, allowed.by_identifier
        until = now + self._grant_lifetime
        grant = Grant(entry.credential_id, until, asking.key_thumbprint, by_identifier=by_identifier)
        register.offers.grant(fingerprint(token), grant)
        kept: dict[str, Json] = {
            "client_id": asking.client_id,
            "key_thumbprint": asking.key_thumbprint,
            "by_identifier": by_identifier,
        }
        ticket = Ticket(TicketKind.REFRESH, allowed.until, kept, entry.credential_id)
        register.tickets.put(fingerprint(refresh_token), ticket)
        return AccessToken(
            token,
            int(self._grant_lifetime.total_seconds()),
            refresh_token,
            entry.configuration,
            entry.credential_id,
            by_identifier=by_identifier,
            bound=asking.key_thumbprint is not None,
        )

    def _holds_back(self, entry: Entry) -> bool:
        held = {Standing.REVOKED} if self._defers_held else {Standing.REVOKED, Standing.SUSPENDED}
        return entry.standing in held

    def _fits(self, offer: Offer, transaction_code: str) -> bool:
        if not offer.needs_transaction_code:
            return True
        expected = self._secrets.transaction_code(offer.credential_id, offer.number)
        return hmac.compare_digest(expected.encode(), transaction_code.encode())


def _mismatch(asked: AuthorizationRequest, exchange: CodeExchange, asking: Asking) -> str | None:
    if asking.client_id != asked.client_id:
        return "the code was given to another client_id"
    if exchange.redirect_uri != asked.redirect_uri:
        return "redirect_uri is not the one of the authorisation request"
    if asked.key_thumbprint is not None and asked.key_thumbprint != asking.key_thumbprint:
        return "the code is bound to another DPoP key"
    if not fits_challenge(exchange.verifier, asked.code_challenge):
        return "code_verifier does not fit the code_challenge"
    return None


def _told(answer: AccessToken | ProtocolRefusalError) -> AccessToken:
    if isinstance(answer, ProtocolRefusalError):
        raise answer
    return answer


def _refused(code: ErrorCode, description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(code, description)
