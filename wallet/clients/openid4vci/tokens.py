"""Codes and refresh tokens for access tokens (OpenID4VCI 1.0 §6, RFC 6749 §4.1.3 and §6).

Where the server binds tokens to keys, a token that is not bound is refused: whoever stripped the binding
could use it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.client import Body, Client
from ssi.http.errors import RefusedByPeerError, TransactionCodeError, UsedOfferError
from ssi.http.offer_link import PRE_AUTHORIZED, SIGN_IN
from wallet.clients.openid4vci.authorization import FORM
from wallet.clients.openid4vci.dpop import Prover
from wallet.clients.openid4vci.metadata import ServerMetadata
from wallet.clients.openid4vci.refusals import error_code
from wallet.domain.collecting import MAX_TOKEN, Grant, SignIn
from wallet.domain.collecting_trouble import trouble
from wallet.errors import Trouble

REFRESH: Final = "refresh_token"
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
"""What may stand in a header after the scheme; RFC 6750 §2.1 allows less than that."""
_UNKNOWN_LIFETIME_SECONDS: Final = 300
_LONGEST_SECONDS: Final = 366 * 24 * 3600


@dataclass(frozen=True)
class Desk:
    """The token endpoint of one server, asked with the key of one exchange."""

    server: ServerMetadata
    client: Client
    prover: Prover
    now: datetime

    def by_code(self, code: str, tx_code: str | None, client_id: str | None) -> Grant:
        """A grant for the code in an offer. From here on the link is used up.

        Raises:
            TransactionCodeError: the transaction code is wrong.
            UsedOfferError: the code of the offer is not taken: it was used before or has run out.
            PeerError, MalformedError: no answer, a refusal, or an answer that is not as promised.
        """
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code}
        if tx_code is not None:
            form["tx_code"] = tx_code
        try:
            return self._granted(form, client_id)
        except RefusedByPeerError as error:
            if error.status != HTTPStatus.BAD_REQUEST or error_code(error) not in {None, "invalid_grant"}:
                raise
            if tx_code is not None:
                raise TransactionCodeError("the issuer did not accept the transaction code") from error
            raise UsedOfferError("the link was used before or has run out") from error

    def by_sign_in(self, code: str, sign_in: SignIn) -> Grant:
        """A grant for the code that the browser brought back.

        Raises:
            PartnerRefusedError: the code is not taken: too old, used before, or another wallet's.
            PeerError, MalformedError: as `by_code`.
        """
        form = {
            "grant_type": SIGN_IN,
            "code": code,
            "redirect_uri": sign_in.redirect_uri,
            "code_verifier": sign_in.verifier,
        }
        try:
            return self._granted(form, sign_in.client_id)
        except RefusedByPeerError as error:
            if error_code(error) != "invalid_grant":
                raise
            raise trouble(Trouble.SIGN_IN_FAILED) from error

    def again(self, grant: Grant) -> Grant:
        """A new grant for one whose token has run out, for the same key.

        Raises:
            PartnerRefusedError: the issuer does not know it any more.
            PeerError, MalformedError: as `by_code`.
        """
        if grant.refresh_token is None:
            raise trouble(Trouble.LOST_TURN)
        form = {"grant_type": REFRESH, "refresh_token": grant.refresh_token}
        try:
            return self._granted(form, grant.client_id)
        except RefusedByPeerError as error:
            if error_code(error) != "invalid_grant":
                raise
            raise trouble(Trouble.LOST_TURN) from error

    def _granted(self, form: Mapping[str, str], client_id: str | None) -> Grant:
        named = form if client_id is None else {**form, "client_id": client_id}
        body = Body(urlencode(named).encode(), FORM)
        fields = Fields.of(self.prover.post(self.client, self.server.token, body).json(), "token")
        scheme = fields.text("token_type", max_length=20).lower()
        if scheme != ("dpop" if self.prover.proves else "bearer"):
            raise MalformedError("token.token_type: not bound in the way that the server promises")
        return Grant(
            access_token=visible(fields, "access_token"),
            dpop_key=self.prover.key,
            bound=self.prover.proves,
            ends_at=end_of(fields, self.now),
            refresh_token=visible(fields, "refresh_token") if fields.has("refresh_token") else None,
            identifier=_identifier(fields),
            client_id=client_id,
        )


def end_of(fields: Fields, now: datetime) -> datetime:
    """Until when the token in an answer is good; some minutes where it does not say.

    Raises:
        MalformedError: it says something else than seconds.
    """
    seconds = _UNKNOWN_LIFETIME_SECONDS
    if fields.has("expires_in"):
        seconds = fields.integer("expires_in", least=0, most=_LONGEST_SECONDS)
    return (now + timedelta(seconds=seconds)).replace(microsecond=0)


def visible(fields: Fields, name: str) -> str:
    """A token that may stand in a header.

    Raises:
        MalformedError: it may not.
    """
    text = fields.text(name, max_length=MAX_TOKEN)
    if _VISIBLE.fullmatch(text) is None:
        raise MalformedError(f"token.{name}: expected visible ASCII characters")
    return text


def _identifier(fields: Fields) -> str | None:
    """The name of the credential that was granted, where the server gave one (§6.2)."""
    if not fields.has("authorization_details"):
        return None
    for details in fields.objects("authorization_details", most=20):
        if details.has("credential_identifiers"):
            return details.texts("credential_identifiers", least=1, max_length=1_000)[0]
    return None
