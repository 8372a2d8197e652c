"""Exchange a pre-authorised code for an access token (OpenID4VCI 1.0 §6), once."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crypto.encoding import b64url_encode
from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.entry import Grant, Offer, Standing
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.ports import Books, Register

_TOKEN_BYTES = 32


@dataclass(frozen=True)
class AccessToken:
    """What a wallet collects a credential with: 256 random bits in base64url, and how long they hold."""

    token: str = field(repr=False)
    expires_in_seconds: int


class RedeemCode:
    """Exchanges codes for tokens."""

    def __init__(
        self, books: Books, secrets: IssuerSecrets, *, grant_lifetime: timedelta, random: RandomBytes
    ) -> None:
        self._books = books
        self._secrets = secrets
        self._grant_lifetime = grant_lifetime
        self._random = random

    def __call__(self, code: str, transaction_code: str | None, *, now: datetime) -> AccessToken:
        """Redeem a code. It is used up by success; three wrong transaction codes lock it.

        Raises:
            ProtocolRefusalError: `invalid_grant`, because the code is unknown, used, locked or expired, the
                record is on hold or taken back, or the transaction code is wrong; `invalid_request`,
                because a transaction code is missing or was not asked for.
        """
        with self._books.writing() as register:
            # A wrong transaction code must be counted, so the refusal is raised after the commit.
            answer = self._decide(register, code, transaction_code, now)
        if isinstance(answer, ProtocolRefusalError):
            raise answer
        return answer

    def _decide(
        self, register: Register, code: str, transaction_code: str | None, now: datetime
    ) -> AccessToken | ProtocolRefusalError:
        offer = register.offers.by_code(fingerprint(code))
        if offer is None or not offer.takes_code_at(now):
            return _refused(ErrorCode.INVALID_GRANT, "the code is unknown, used, locked or expired")
        if register.entries.get(offer.credential_id).standing is not Standing.VALID:
            return _refused(ErrorCode.INVALID_GRANT, "the issuer holds this credential back: ask the issuer")
        if offer.needs_transaction_code is not bool(transaction_code):
            wanted = "is needed" if offer.needs_transaction_code else "was not asked for"
            return _refused(ErrorCode.INVALID_REQUEST, f"a transaction code (tx_code) {wanted}")
        if not self._fits(offer, transaction_code or ""):
            register.offers.count_wrong_code(offer)
            return _refused(ErrorCode.INVALID_GRANT, "the transaction code is wrong")
        register.offers.use_code(offer, now)
        token = b64url_encode(self._random(_TOKEN_BYTES))
        register.offers.grant(fingerprint(token), Grant(offer.credential_id, now + self._grant_lifetime))
        return AccessToken(token, int(self._grant_lifetime.total_seconds()))

    def _fits(self, offer: Offer, transaction_code: str) -> bool:
        if not offer.needs_transaction_code:
            return True
        expected = self._secrets.transaction_code(offer.credential_id, offer.number)
        return hmac.compare_digest(expected.encode(), transaction_code.encode())


def _refused(code: ErrorCode, description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(code, description)
