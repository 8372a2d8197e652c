"""As whom does the market ask wallets? Its identities as a verifier, and how a session becomes a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from crypto.encoding import Json, canonical_json, parse_json
from crypto.sealing import Vault
from crypto.signing import SigningKey
from marketplace.domain.presentation import PresentationQuestion, PresentationSession
from marketplace.errors import RefusedError, VerifierExpiredError
from ssi.http.address import is_local
from ssi.openid4vp.client_id import ClientId, ClientIdPrefix, redirect_client_id
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.encryption import encryption_jwk
from ssi.openid4vp.metadata import metadata_here
from ssi.openid4vp.request import (
    AuthorizationRequest,
    RequestUriMethod,
    ResponseMode,
    VerifierIdentity,
    request_link,
    unsigned_link,
)
from ssi.openid4vp.transaction_data import read_transactions

SCHEMES: Final = ("openid4vp://", "haip-vp://")
MAX_RESULT: Final = 20_000_000
"""Bytes of what was shown, written by ourselves: more than any answer of a wallet becomes."""


@dataclass(frozen=True)
class Verifier:
    """The market as a verifier: its address, its name for people, the identities it can ask under.

    `valid_until` is the end of the certificate of the two identities that have one.
    """

    public_url: str
    name: str
    valid_until: datetime
    identities: Mapping[ClientIdPrefix, VerifierIdentity] = field(repr=False, hash=False)
    vault: Vault = field(repr=False)

    @property
    def in_development(self) -> bool:
        """Whether it stands on one machine only; then requests need no signature and news no https."""
        return is_local(self.public_url)

    def require_current(self, now: datetime) -> None:
        """Return only if wallets can still believe the certificate.

        Raises:
            VerifierExpiredError: it has run out.
        """
        if now > self.valid_until:
            raise VerifierExpiredError("verifier.pem has run out; run: marketplace renew-verifier --dir …")

    def require_identity(self, name: str) -> ClientIdPrefix:
        """The prefix of this name, if the market can ask under it.

        Raises:
            RefusedError: it cannot.
        """
        allowed: set[str] = {str(prefix) for prefix in self.identities}
        if self.in_development:
            allowed.add(ClientIdPrefix.REDIRECT_URI)
        if name not in allowed:
            raise RefusedError(f"client_id_prefix: expected one of {', '.join(sorted(allowed))}")
        return ClientIdPrefix(name)

    def client_id(self, session_id: str, question: PresentationQuestion) -> ClientId:
        """Under which identifier a session asks."""
        prefix = self.require_identity(question.identity)
        if prefix is ClientIdPrefix.REDIRECT_URI:
            return redirect_client_id(self.response_uri(session_id))
        return self.identities[prefix].client_id

    def request_uri(self, session_id: str) -> str:
        """Where wallets fetch the request."""
        return f"{self.public_url}/openid4vp/{session_id}/request"

    def response_uri(self, session_id: str) -> str:
        """Where wallets post the answer."""
        return f"{self.public_url}/openid4vp/{session_id}/response"

    def request(self, session: PresentationSession) -> AuthorizationRequest:
        """What the wallet is asked in a session."""
        question = session.question
        query = read_query(dict(question.query))
        key = self.open_key(session)
        return AuthorizationRequest(
            client_id=self.client_id(session.session_id, question),
            response_mode=ResponseMode(question.mode),
            response_uri=self.response_uri(session.session_id),
            nonce=session.nonce,
            query=query,
            state=session.state_token,
            metadata=metadata_here(self.name, None if key is None else encryption_jwk(key)),
            transactions=read_transactions(
                question.transactions,
                known_types=None,
                query_ids=frozenset(query.by_id()),
            ),
        )

    def sign(self, session: PresentationSession, *, wallet_nonce: str | None) -> str:
        """The request of a session as a signed object."""
        prefix = self.require_identity(session.question.identity)
        if prefix is ClientIdPrefix.REDIRECT_URI:
            raise RefusedError("requests under redirect_uri are not signed: they travel in the link")
        return self.identities[prefix].sign(self.request(session), wallet_nonce=wallet_nonce)

    def links(self, session: PresentationSession) -> tuple[str, ...]:
        """The links that lead wallets to a session, for each scheme."""
        client_id = self.client_id(session.session_id, session.question)
        if client_id.prefix is ClientIdPrefix.REDIRECT_URI:
            return tuple(unsigned_link(scheme, self.request(session)) for scheme in SCHEMES)
        method = RequestUriMethod.POST if session.question.fetch_by_post else RequestUriMethod.GET
        uri = self.request_uri(session.session_id)
        return tuple(request_link(scheme, client_id, uri, method) for scheme in SCHEMES)

    def seal_key(self, session_id: str, key: SigningKey) -> bytes:
        """The key of a session's answer, sealed to its place."""
        return self.vault.seal(key.to_pem(), _place(session_id))

    def open_key(self, session: PresentationSession) -> SigningKey | None:
        """The key of a session's answer; None where answers come in the open, or after the end.

        Raises:
            SealError: another market's key, or altered.
        """
        if session.response_key is None:
            return None
        return SigningKey.from_pem(self.vault.open(session.response_key, _place(session.session_id)))

    def seal_result(self, session_id: str, result: Mapping[str, Json]) -> bytes:
        """What was shown in a session, sealed to its place."""
        return self.vault.seal(canonical_json(dict(result)), _place(session_id, "result"))

    def open_result(self, session: PresentationSession) -> dict[str, Json] | None:
        """What was shown in a session; None where nothing was believed, or after it was deleted.

        Raises:
            SealError: another market's, or altered.
        """
        if session.sealed_result is None:
            return None
        opened = self.vault.open(session.sealed_result, _place(session.session_id, "result"))
        return cast("dict[str, Json]", parse_json(opened, max_bytes=MAX_RESULT))


def _place(session_id: str, column: str = "response_key") -> str:
    return f"presentation_sessions|{session_id}|{column}"
