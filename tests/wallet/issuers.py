"""Issuers in memory, as a wallet meets them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from crypto.encoding import Json, sha256
from crypto.signing import SigningKey, VerifyingKey
from ssi.dataset import data_set
from ssi.did.resolve import no_fetch
from ssi.issuance import Subject, fresh_handle, issue_copy, issue_credential, person_handle
from ssi.record import Record
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from tests.ssi import parties
from wallet.domain.clock import Clock
from wallet.domain.collecting import Deferred, Delivered, Fate, Grant, Plan, SignIn
from wallet.domain.collecting_trouble import trouble
from wallet.domain.offer_link import PRE_AUTHORIZED, SIGN_IN, CredentialOffer, OfferLink, read_offer
from wallet.errors import PartnerUnreachableError, Trouble
from wallet.services.collecting_ports import Source

ISSUER_URL = parties.STATUS_PREFIX.removesuffix("/status-lists/")


@dataclass
class Promise:
    """What the issuer will hand out for a code."""

    values: Mapping[str, object]
    ref: str
    person: str
    tx_code: str | None = None
    index: int = 0
    used: bool = False


@dataclass
class MemoryIssuers:
    """Issues real credentials; what is tampered with is up to the test."""

    clock: Clock
    promises: dict[str, Promise] = field(default_factory=dict)
    revoked: dict[int, Status] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    status_down: bool = False
    holder_key: VerifyingKey | None = None
    committed: Mapping[str, object] | None = None
    years: float = 1
    tamper: Callable[[str], str] | None = None
    tamper_copy: Callable[[str], str] | None = None
    copies: int = 1
    makes_later: bool = False
    plan_title: Mapping[str, str] | None = None
    begins_at: str = ISSUER_URL
    begun: int = 0
    requested: list[tuple[SigningKey, ...]] = field(default_factory=list)
    told: list[Fate] = field(default_factory=list)

    def offer(
        self, values: Mapping[str, object] = parties.EXAM, ref: str = "exam/1", **more: str | None
    ) -> str:
        code = f"code-{len(self.promises)}"
        promise = Promise(values, ref, more.get("person") or "4711", more.get("tx_code"), len(self.promises))
        self.promises[code] = promise
        grant: dict[str, Json] = {"pre-authorized_code": code}
        if promise.tx_code:
            grant["tx_code"] = {"description": more.get("hint") or "The code is in the letter."}
        grants: dict[str, Json] = {PRE_AUTHORIZED: grant}
        if more.get("signs_in"):
            grants = {SIGN_IN: {"issuer_state": code}}
        document = {
            "credential_issuer": more.get("issuer") or ISSUER_URL,
            "credential_configuration_ids": [ref],
            "grants": grants,
        }
        return f"openid-credential-offer://?credential_offer={quote(json.dumps(document))}"

    fetch = staticmethod(no_fetch)

    def read_offer(self, link: OfferLink, *, listed: bool) -> CredentialOffer:
        self.asked.append(str(link.address))
        return read_offer(link.document)

    def plan(self, source: Source) -> Plan:
        ref = source.offer.configuration_id
        return Plan(
            self.plan_title or data_set(ref).label,
            {"en": "What the issuer calls itself"},
            copies=self.copies,
            by_code=source.offer.code is not None,
            signs_in_at=self.begins_at if source.offer.signs_in else "",
        )

    def begin_sign_in(self, source: Source, *, client_id: str, redirect_uri: str) -> tuple[SignIn, str]:
        self.begun += 1
        sign_in = SignIn(
            state=f"state-{self.begun}",
            verifier="v" * 43,
            dpop_key=parties.es256("dpop"),
            server=ISSUER_URL,
            redirect_uri=redirect_uri,
            client_id=client_id,
            begun_at=self._now(),
        )
        return sign_in, f"{self.begins_at}/authorize?request_uri=urn%3A{self.begun}"

    def redeem_code(self, source: Source, tx_code: str | None) -> Grant:
        self._answering()
        code = str(source.offer.code)
        promise = self.promises[code]
        if promise.used:
            raise trouble(Trouble.USED_UP)
        if promise.tx_code != tx_code:
            raise trouble(Trouble.WRONG_CODE)
        promise.used = True
        return self._granted(code)

    def redeem_sign_in(self, source: Source, sign_in: SignIn, code: str) -> Grant:
        self._answering()
        promise = self.promises[code]
        if promise.used:
            raise trouble(Trouble.SIGN_IN_FAILED)
        promise.used = True
        return self._granted(code)

    def renewed(self, source: Source, grant: Grant) -> Grant:
        return grant

    def request(self, source: Source, grant: Grant, keys: Sequence[SigningKey]) -> Delivered | Deferred:
        self._answering()
        self.requested.append(tuple(keys))
        promise = self.promises[grant.access_token]
        if self.makes_later:
            return Deferred(f"later {grant.access_token}", self._now() + timedelta(minutes=1))
        copies = [self.issue_copy(promise, key.public) for key in keys[1:]]
        return Delivered((self.issue(promise, keys[0].public), *copies), "notification-1")

    def ask_again(self, source: Source, grant: Grant, deferred: Deferred, count: int) -> Delivered | Deferred:
        return self.request(source, grant, self.requested[0])

    def tell(self, source: Source, grant: Grant, notification_id: str, fate: Fate) -> None:
        self.told.append(fate)

    def issue_copy(self, promise: Promise, holder_key: VerifyingKey) -> str:
        record = Record.commit(data_set(promise.ref), promise.values)
        now = self._now()
        terms = parties.terms(
            index=promise.index, issued_at=now, expires_at=now + timedelta(days=365 * self.years)
        )
        compact = issue_copy(record, Subject(fresh_handle(), holder_key), issuer=parties.ISSUER, terms=terms)
        return self.tamper_copy(compact) if self.tamper_copy else compact

    def _granted(self, code: str) -> Grant:
        return Grant(code, parties.es256("dpop"), bound=True, ends_at=self._now() + timedelta(hours=1))

    def _answering(self) -> None:
        if self.down:
            raise trouble(Trouble.UNREACHABLE)

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)

    def issue(self, promise: Promise, holder_key: VerifyingKey) -> str:
        now = self.clock().replace(microsecond=0)
        record = Record.commit(data_set(promise.ref), promise.values)
        if self.committed is not None:
            record = replace(
                record, commitment=Record.commit(data_set(promise.ref), self.committed).commitment
            )
        handle = person_handle(sha256(b"pairwise"), data_set=promise.ref, person=promise.person)
        terms = parties.terms(
            index=promise.index, issued_at=now, expires_at=now + timedelta(days=365 * self.years)
        )
        subject = Subject(handle, self.holder_key or holder_key)
        compact = issue_credential(record, subject, issuer=parties.ISSUER, terms=terms)
        return self.tamper(compact) if self.tamper else compact

    def status_list(self, uri: str, *, listed: bool = True) -> str:
        if self.status_down:
            raise PartnerUnreachableError("The issuer cannot be reached now.")
        now = self.clock().replace(microsecond=0)
        published = PublishedStatusList(
            uri, StatusList.of(256, self.revoked), now, now + timedelta(hours=1), 60
        )
        chamber = uri.startswith(parties.CHAMBER_STATUS_PREFIX)
        issuer = parties.CHAMBER_ISSUER if chamber else parties.ISSUER
        return sign_status_list(published, issuer.key, kid=issuer.kid)
