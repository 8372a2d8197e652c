"""Somebody who asks to be shown records, in memory: its requests are signed, and it really checks answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from cryptography import x509

from crypto.randomness import RandomBytes
from ssi.certificates import Authority, Lifetime, make_authority, make_certificate
from ssi.dataset import data_set
from ssi.errors import RevokedError
from ssi.issuance import Organisation, Subject, issue_copy, issue_organisation_credential, organisation_handle
from ssi.jws import parse_jws, sign_jws
from ssi.openid4vp.checks import Trust
from ssi.openid4vp.client_id import ClientId, dns_client_id
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.encryption import encryption_jwk
from ssi.openid4vp.errors import PresentationRefusedError
from ssi.openid4vp.metadata import metadata_here
from ssi.openid4vp.request import (
    REQUEST_TYP,
    SELF_ISSUED,
    AuthorizationRequest,
    RequestUriMethod,
    ResponseMode,
    VerifierIdentity,
    certified_identity,
    request_link,
)
from ssi.openid4vp.request_check import RequestTrust
from ssi.openid4vp.request_reading import RequestLink
from ssi.openid4vp.response import ErrorResponse, read_response
from ssi.openid4vp.transaction_data import TransactionData
from ssi.openid4vp.verify import verify_response
from ssi.trust import TrustRegistry
from tests.ssi import parties
from wallet.domain.clock import Clock
from wallet.domain.credential import Claim, HeldCredential
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.showing_values import TRANSACTION_TYPES
from wallet.domain.shown_credential import ShownCredential
from wallet.errors import PartnerUnreachableError, VerifierRefusedError

HOST = "verifier.example"
KEY = parties.es256("asker")
ENCRYPTION_KEY = parties.es256("asker encryption")
LIFETIME = Lifetime(parties.NOW - timedelta(days=10), parties.NOW + parties.YEAR)
EXAM_TYPE = data_set("exam/1").credential_type
ORGANISATION_TYPE = "urn:argonauta:credential:organisation:1"


@cache
def authority(label: str = "verifiers") -> Authority:
    """An authority over verifiers by name."""
    random = parties.random_of(f"ca {label}")
    return make_authority(f"Authority {label}", parties.es256(f"ca {label}"), LIFETIME, random=random)


@cache
def certificate(host: str = HOST, of: str = "verifiers") -> x509.Certificate:
    """The certificate of an asker for its host name."""
    return make_certificate(
        "Asker", KEY.public, authority(of), LIFETIME, dns=(host,), random=parties.random_of(f"{host} {of}")
    )


def own_trust(*roots: x509.Certificate, unsigned: bool = False) -> RequestTrust:
    """What an installation takes: those whom these authorities confirm."""
    return RequestTrust(roots=roots, unsigned=unsigned, transaction_types=TRANSACTION_TYPES)


def one(*claims: Any, vct: str = EXAM_TYPE, name: str = "exam", **more: Any) -> dict[str, Any]:
    """A credential query for one record with these claims."""
    asked = {"claims": [each if isinstance(each, dict) else {"path": [each]} for each in claims]}
    return {
        "id": name,
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [vct]},
        **(asked if claims else {}),
        **more,
    }


def query(*credentials: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"credentials": list(credentials), **more}


SEX = query(one("sex"))


@dataclass
class Asker:
    """The `Verifiers` port: one who asks often; `went` is what was posted, `saw` what it believed."""

    clock: Clock
    registry: TrustRegistry = field(default_factory=parties.registry)
    identity: VerifierIdentity = field(
        default_factory=lambda: certified_identity(dns_client_id(HOST), KEY, [certificate()])
    )
    host: str = HOST
    requests: dict[str, AuthorizationRequest] = field(default_factory=dict)
    extra: dict[str, dict[str, Any]] = field(default_factory=dict)
    fetched: list[tuple[str, str | None]] = field(default_factory=list)
    went: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    saw: list[dict[str, tuple[Mapping[str, Any], ...]]] = field(default_factory=list)
    refused: list[PresentationRefusedError] = field(default_factory=list)
    declined: list[ErrorResponse] = field(default_factory=list)
    revoked: bool = False
    down: bool = False
    says: str | None = None
    onward: str | None = None
    tamper: Any = None

    def ask(
        self,
        asked: Mapping[str, Any] = SEX,
        *,
        mode: ResponseMode = ResponseMode.DIRECT_POST,
        transactions: tuple[TransactionData, ...] = (),
        client_id: ClientId | None = None,
        method: RequestUriMethod = RequestUriMethod.GET,
        **claims: Any,
    ) -> str:
        """A link to a new request; `claims` are added to its signed object or stand in place of others."""
        number = str(len(self.requests))
        jwk = encryption_jwk(ENCRYPTION_KEY) if mode.encrypted else None
        self.requests[number] = AuthorizationRequest(
            client_id=client_id or self.identity.client_id,
            response_mode=mode,
            response_uri=f"https://{self.host}/response/{number}",
            nonce=f"nonce-{number}",
            query=read_query(dict(asked), foreign=True),
            state=f"state-{number}",
            metadata=metadata_here("The asker's own name", jwk),
            transactions=transactions,
        )
        self.extra[number] = {"dcql_query": dict(asked), **claims}
        uri = f"https://{self.host}/request/{number}"
        return request_link("openid4vp://", self.requests[number].client_id, uri, method)

    def fetch(self, link: RequestLink, *, wallet_nonce: str | None) -> str:
        self.fetched.append((link.request_uri, wallet_nonce))
        if self.down:
            raise PartnerUnreachableError("Whoever asks cannot be reached now.")
        token = self.sign(link.request_uri.rpartition("/")[2], wallet_nonce)
        return self.tamper(token) if self.tamper else token

    def sign(self, number: str, wallet_nonce: str | None = None) -> str:
        claims: dict[str, object] = {"aud": SELF_ISSUED, **self.requests[number].to_claims()}
        if wallet_nonce is not None:
            claims["wallet_nonce"] = wallet_nonce
        claims |= self.extra[number]
        identity = self.identity
        return sign_jws(claims, identity.key, typ=REQUEST_TYP, kid=identity.kid, header=identity.header)

    def answer(self, address: str, form: Mapping[str, str]) -> str | None:
        self.went.append((address, dict(form)))
        if self.down:
            raise PartnerUnreachableError("Whoever asks cannot be reached now.")
        if self.says is not None:
            raise VerifierRefusedError(self.says)
        request = self.requests[address.rpartition("/")[2]]
        try:
            response = read_response(form, request.response_mode, ENCRYPTION_KEY)
            if isinstance(response, ErrorResponse):
                self.declined.append(response)
                return self.onward
            trust = Trust(self.registry, self._status)
            found = verify_response(response, request, trust, now=self.clock())
        except PresentationRefusedError as error:
            self.refused.append(error)
            raise VerifierRefusedError(error.reason.value) from error
        self.saw.append(
            {name: tuple(each.claims for each in shown) for name, shown in found.credentials.items()}
        )
        return self.onward

    def _status(self, _found: object) -> None:
        if self.revoked:
            raise RevokedError("the credential was revoked by its issuer")


def held_exam(row_id: str = "exam", **changes: Any) -> HeldCredential:
    """An exam record as a wallet keeps it."""
    parsed = parse_jws(parties.exam_credential().partition("~")[0], "credential")
    held = HeldCredential(
        row_id=row_id,
        compact=parties.exam_credential(),
        holder_key=parties.HOLDER,
        issuer_id=parties.UNIVERSITY,
        issuer_name="University",
        data_set="exam/1",
        handle=str(parsed.payload["sub"]),
        digest="digest",
        issued_at=parties.NOW,
        expires_at=parties.NOW + parties.YEAR,
        claims=cast("dict[str, Claim]", parties.EXAM),
        status=parties.terms().status,
        received_at=parties.NOW,
    )
    return replace(held, **changes)


def exam_copy(number: int, credential_id: str = "exam", *, random: RandomBytes | None = None) -> ShowingCopy:
    """A copy of the exam record, for a key of its own."""
    key = parties.es256(f"copy {number}")
    token = issue_copy(
        parties.record(),
        Subject(f"urn:argonauta:person:{'A' * 42}{'AEIMQUYcgk'[number]}", key.public),
        issuer=parties.ISSUER,
        terms=parties.terms(index=30 + number),
        random=random or parties.random_of(f"copy {number}"),
    )
    return ShowingCopy(f"copy-{number}", credential_id, token, key)


def organisation(row_id: str = "organisation") -> tuple[ShownCredential, ShowingCopy]:
    """The credential of an organisation, which is of another kind than records."""
    key = parties.es256("buyer")
    token = issue_organisation_credential(
        Organisation("Institute of Education", "research_institute", "AT"),
        Subject(organisation_handle(b"p" * 32, organisation="Institute"), key.public),
        issuer=parties.CHAMBER_ISSUER,
        terms=parties.terms(uri=parties.CHAMBER_STATUS_PREFIX + "1"),
    )
    shown = ShownCredential(
        row_id=row_id,
        issuer_id=parties.CHAMBER,
        issuer_name="Chamber of organisations",
        origin="https://chamber.example",
        listed=True,
        vct=ORGANISATION_TYPE,
        title="Organisation",
        claims={"name": "Institute of Education", "kind": "research_institute", "country": "AT"},
        received_at=parties.NOW,
    )
    return shown, ShowingCopy("copy of organisation", row_id, token, key)


def later(moment: datetime, **step: float) -> int:
    """A moment as it stands in signed objects."""
    return int((moment + timedelta(**step)).timestamp())
