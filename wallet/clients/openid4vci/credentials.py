"""Credentials for an access token and proofs of holder keys (OpenID4VCI 1.0 §7 to §11, appendix F.1).

Every key signs one challenge of the issuer, for this issuer only. Where the issuer can read encrypted
messages, both ways are encrypted (§10) and an answer in the open is refused: whoever stripped the encryption
could read the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes
from crypto.reading import Fields
from crypto.signing import SigningKey, generate_es256
from ssi.clock import seconds_of
from ssi.http.address import path_of
from ssi.http.client import Answer, Body, Client
from ssi.http.errors import RefusedByPeerError
from ssi.jws import sign_jws
from ssi.openid4vp.encryption import decrypt, encryption_jwk
from ssi.openid4vp.errors import PresentationRefusedError
from wallet.clients.openid4vci.dpop import Prover
from wallet.clients.openid4vci.metadata import IssuerMetadata
from wallet.clients.openid4vci.refusals import error_code, header
from wallet.domain.collecting import MAX_TOKEN, Deferred, Delivered, Fate, Grant
from wallet.domain.collecting_trouble import trouble
from wallet.domain.credential import MAX_COMPACT
from wallet.errors import Trouble

PROOF_TYP: Final = "openid4vci-proof+jwt"
JWT_MEDIA_TYPE: Final = "application/jwt"
SOONEST: Final = timedelta(seconds=5)
_LATEST_SECONDS: Final = 30 * 24 * 3600


@dataclass(frozen=True)
class Counter:
    """The credential endpoints of one issuer, asked with one grant."""

    issuer: IssuerMetadata
    client: Client
    prover: Prover
    grant: Grant
    random: RandomBytes

    def request(self, keys: Sequence[SigningKey]) -> Delivered | Deferred:
        """Ask for one credential for each key. A challenge that went stale meanwhile is fetched anew, once.

        Raises:
            PartnerFaultError: the answer was to be encrypted and is not.
            PeerError, MalformedError: no answer, a refusal, or an answer that is not as promised.
        """
        try:
            return self._request(keys)
        except RefusedByPeerError as error:
            if error_code(error) != "invalid_nonce":
                raise
        return self._request(keys)

    def ask_again(self, deferred: Deferred, count: int) -> Delivered | Deferred:
        """Ask for what is made later (§9); at most `count` credentials are taken.

        Raises:
            PartnerFaultError, PeerError, MalformedError: as `request`.
        """
        if self.issuer.deferred is None:
            raise MalformedError("metadata.deferred_credential_endpoint: missing")
        request: dict[str, Json] = {"transaction_id": deferred.transaction_id}
        return self._answered(self.issuer.deferred, request, count)

    def tell(self, notification_id: str, fate: Fate) -> None:
        """Tell the issuer what became of a delivery (§11), where it wants to know.

        Raises:
            PeerError: no answer, or a refusal.
        """
        if self.issuer.notification is None:
            return
        told = canonical_json({"notification_id": notification_id, "event": fate.value})
        self._post(self.issuer.notification, Body(told))

    def _request(self, keys: Sequence[SigningKey]) -> Delivered | Deferred:
        nonce = self._nonce()
        proofs: list[Json] = [self._proof(key, nonce) for key in keys]
        asked: dict[str, Json] = (
            {"credential_configuration_id": self.issuer.configuration.id}
            if self.grant.identifier is None
            else {"credential_identifier": self.grant.identifier}
        )
        return self._answered(self.issuer.credential, {**asked, "proofs": {"jwt": proofs}}, len(keys))

    def _nonce(self) -> str | None:
        if self.issuer.nonce is None:
            return None
        answer = self.client.send("POST", path_of(self.issuer.nonce))
        return Fields.of(answer.json(), "nonce").text("c_nonce", max_length=MAX_TOKEN)

    def _proof(self, key: SigningKey, nonce: str | None) -> str:
        payload: dict[str, object] = {"aud": self.issuer.issuer_url, "iat": seconds_of(self.prover.now())}
        if nonce is not None:
            payload["nonce"] = nonce
        if self.grant.client_id is not None:
            payload["iss"] = self.grant.client_id
        return sign_jws(payload, key, typ=PROOF_TYP, header={"jwk": key.public.to_jwk()})

    def _answered(self, address: str, request: Mapping[str, Json], count: int) -> Delivered | Deferred:
        recipient = self.issuer.recipient
        if recipient is None:
            answer = self._post(address, Body(canonical_json(request)))
            return _read(Fields.of(answer.json(), "answer"), answer.status, count, self.prover.now())
        key = generate_es256(self.random)
        encryption: Json = {"jwk": encryption_jwk(key), "enc": recipient.content_encryption}
        sealed = recipient.encrypt({**request, "credential_response_encryption": encryption})
        answer = self._post(address, Body(sealed.encode(), JWT_MEDIA_TYPE), accept=JWT_MEDIA_TYPE)
        return _read(_opened(answer, key), answer.status, count, self.prover.now())

    def _post(self, address: str, body: Body, *, accept: str = "application/json") -> Answer:
        token = self.grant.access_token
        return self.prover.post(self.client, address, body, access_token=token, accept=accept)


def _opened(answer: Answer, key: SigningKey) -> Fields:
    media_type = (header(answer.headers, "Content-Type") or "").partition(";")[0].strip().lower()
    if media_type != JWT_MEDIA_TYPE:
        raise trouble(Trouble.NOT_ENCRYPTED)
    try:
        return Fields.parse(decrypt(answer.body.decode("ascii"), key), "answer")
    except (PresentationRefusedError, UnicodeDecodeError) as error:
        raise MalformedError("answer: not encrypted to the key of this request") from error


def _read(fields: Fields, status: int, count: int, now: datetime) -> Delivered | Deferred:
    if status == HTTPStatus.ACCEPTED or fields.has("transaction_id"):
        seconds = 0
        if fields.has("interval"):
            seconds = fields.integer("interval", least=0, most=_LATEST_SECONDS)
        ask_after = now + max(SOONEST, timedelta(seconds=seconds))
        return Deferred(fields.text("transaction_id", max_length=MAX_TOKEN), ask_after.replace(microsecond=0))
    issued = fields.objects("credentials", least=1, most=count)
    tokens = tuple(credential.text("credential", max_length=MAX_COMPACT) for credential in issued)
    if len(set(tokens)) != len(tokens):
        raise MalformedError("answer.credentials: one stands twice")
    notification_id = None
    if fields.has("notification_id"):
        notification_id = fields.text("notification_id", max_length=MAX_TOKEN)
    return Delivered(tokens, notification_id)
