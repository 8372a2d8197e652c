"""The wallet's partners in memory: an issuer, a marketplace with a real log, three nodes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from consent.contribution import Contribution, bundle_context
from consent.log import Checkpoint, Entry, InclusionProof, sign_checkpoint
from consent.pause import unverified_paused_consent
from consent.query import Query, Statistic
from consent.receipt import (
    ConsentReceipt,
    DeletionReceipt,
    UsageReceipt,
    sign_consent_receipt,
    sign_deletion_receipt,
    sign_usage_receipt,
)
from consent.record import CONSENT_TYP, ConsentRecord, unverified_consent_id, verify_withdrawal
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto import merkle
from crypto.encoding import Json, sha256
from crypto.errors import SignatureError
from crypto.sealing import SealingKey, open_sealed
from crypto.sharing.replicated import Pair, decode_bundle
from crypto.signing import SigningKey, VerifyingKey
from ssi.dataset import data_set
from ssi.did.resolve import no_fetch
from ssi.issuance import Subject, fresh_handle, issue_copy, issue_credential, person_handle
from ssi.jws import parse_jws
from ssi.record import Record
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from ssi.trust import TrustRegistry
from ssi.trust_entries import NodeEntry
from tests.ssi import parties
from tests.wallet.crowd_market import MemoryCrowdMarket
from tests.wallet.fakes import (
    CHEAP,
    MemoryErasureStore,
    MemoryLetterStore,
    MemoryPasskeyStore,
    MemoryStore,
    MemoryStreamStore,
    MemoryWalletStore,
    MovingClock,
)
from tests.wallet.score_market import MemoryScoreMarket
from tests.wallet.showing import Asker, authority, own_trust
from wallet.clients.authenticators import WebAuthn
from wallet.clients.badges import BadgeClient
from wallet.clients.connections import Connections
from wallet.domain.clock import Clock
from wallet.domain.collecting import Deferred, Delivered, Fate, Grant, Plan, SignIn
from wallet.domain.collecting_trouble import trouble
from wallet.domain.held_consent import Delivery
from wallet.domain.history import History, LoggedReceipt
from wallet.domain.offer_link import PRE_AUTHORIZED, SIGN_IN, CredentialOffer, OfferLink, read_offer
from wallet.domain.use import UseEntry
from wallet.errors import PartnerRefusedError, PartnerUnreachableError, Trouble
from wallet.services.collecting_ports import Source
from wallet.services.custody_suite import Custody
from wallet.services.outside import Partners, Stores
from wallet.services.show_suite import Askers
from wallet.services.suite import Services, assemble
from wallet.sources.desk import Catalogue

ISSUER_URL = parties.STATUS_PREFIX.removesuffix("/status-lists/")
NODES = ("node-a", "node-b", "node-c")
MARKET = "market"
QUESTION: dict[str, Json] = {
    "data_set": "exam/1",
    "purpose": "dpv:ScientificResearch",
    "statistics": [{"kind": "mean", "attribute": "exam_score"}],
    "where": [{"attribute": "school_type", "is": "girls"}],
    "privacy": {"floor": 50, "epsilon": "0.5"},
}


@dataclass
class KnownTrust:
    known: TrustRegistry = field(default_factory=parties.registry)
    error: Exception | None = None

    def registry(self) -> TrustRegistry:
        if self.error:
            raise self.error
        return self.known


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


@dataclass
class MemoryLog:
    """A log whose entries a test can also forge."""

    entries: list[Entry] = field(default_factory=list)
    origin: str = MARKET

    def append(self, entry: Entry) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    @property
    def leaves(self) -> list[bytes]:
        return [entry.leaf.encode() for entry in self.entries]

    def checkpoint(self, key: SigningKey, size: int | None = None) -> str:
        size = len(self.entries) if size is None else size
        return sign_checkpoint(Checkpoint(self.origin, size, merkle.root(self.leaves[:size])), key)

    def prove(self, index: int, key: SigningKey) -> InclusionProof:
        hashes = tuple(merkle.inclusion_proof(index, self.leaves))
        return InclusionProof(self.entries[index].leaf, index, hashes, self.checkpoint(key))


@dataclass
class MemoryMarket:
    """A marketplace that keeps its promises unless a test says otherwise."""

    clock: Clock
    key: SigningKey = field(default_factory=lambda: parties.ed25519(MARKET), repr=False)
    log: MemoryLog = field(default_factory=MemoryLog)
    offers: dict[str, Contribution] = field(default_factory=dict)
    answers: dict[str, LoggedReceipt] = field(default_factory=dict)
    withdrawals: dict[str, str] = field(default_factory=dict)
    pauses: list[str] = field(default_factory=list)
    relays_nothing: bool = False
    delivery: Delivery = Delivery.ACTIVE
    refusal: str | None = None
    uses: list[tuple[str, str, int]] = field(default_factory=list)
    others: list[UseEntry] = field(default_factory=list)
    deletion_receipts: list[str] = field(default_factory=list)
    tells_questions: bool = False
    published: int = 0
    down: bool = False
    says_no: bool = False

    def publish(self, contribution: Json) -> LoggedReceipt:
        self._answering()
        if self.says_no:
            raise PartnerRefusedError("The marketplace said no: the consent is not in force now.")
        self.published += 1
        parsed = Contribution.from_json(contribution)
        record = ConsentRecord.from_json(parse_jws(parsed.consent, "consent").payload)
        if record.consent_id not in self.answers:
            self.offers[record.consent_id] = parsed
            entry = Entry.of("offer", self._now(), {"consent_id": record.consent_id})
            index = self.log.append(entry)
            receipt = sign_consent_receipt(ConsentReceipt(record, self._now()), self.key)
            self.answers[record.consent_id] = LoggedReceipt(receipt, entry, self.log.prove(index, self.key))
        return self.answers[record.consent_id]

    def withdraw(self, withdrawal: str) -> None:
        self._answering()
        self.withdrawals[unverified_consent_id(withdrawal)] = withdrawal

    def pause(self, statement: str) -> bool:
        self._answering()
        if self.relays_nothing or unverified_paused_consent(statement) not in self.offers:
            return self.relays_nothing
        self.pauses.append(statement)
        return True

    def history(self, consent_id: str, holder_key: SigningKey) -> History:
        self._answering()
        try:
            signed = parse_jws(self.offers[consent_id].consent, "consent")
            signed.verify(holder_key.public, typ=CONSENT_TYP)
        except (KeyError, SignatureError) as error:
            raise PartnerRefusedError("The marketplace said no: there is no such offer of yours") from error
        uses = tuple(
            LoggedReceipt(
                receipt,
                self.log.entries[index],
                self.log.prove(index, self.key),
                Query.from_json(QUESTION) if self.tells_questions else None,
            )
            for owner, receipt, index in self.uses
            if owner == consent_id
        )
        others = tuple(use for use in self.others if use.consent_id == consent_id)
        return History(self.delivery, self.refusal, uses, others, tuple(self.deletion_receipts))

    def checkpoint(self) -> str:
        self._answering()
        return self.log.checkpoint(self.key)

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        self._answering()
        return tuple(merkle.consistency_proof(old_size, self.log.leaves[:new_size]))

    def use(self, owner: str, job_id: str = "job-1", cents: int = 75, **changes: object) -> None:
        """Somebody used this consent and paid for it."""
        query = Query.from_json(QUESTION)
        told: dict[str, Json] = {
            "consent_id": owner,
            "job_id": job_id,
            "amount_cents": cents,
            "query_digest": query.digest,
            "buyer": {"country": "AT"},
        }
        entry = Entry.of("use", self._now(), told)
        index = self.log.append(entry)
        receipt = UsageReceipt(
            consent_id=owner,
            job_id=job_id,
            buyer_id="urn:argonauta:organisation:iph",
            buyer_name="Institute of Public Health",
            buyer_kind=RecipientKind.RESEARCH_INSTITUTE,
            purpose=Purpose.SCIENTIFIC_RESEARCH,
            statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score")),
            group_by=None,
            amount_cents=cents,
            used_at=self._now(),
            log_index=index,
        )
        receipt = replace(receipt, **changes)  # type: ignore[arg-type]
        self.uses.append((owner, sign_usage_receipt(receipt, self.key), index))

    def _answering(self) -> None:
        if self.down:
            raise PartnerUnreachableError("The marketplace cannot be reached now.")

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)


@dataclass
class MemoryNodes:
    """Three nodes that sign deletion receipts, unless they are down, empty or lie."""

    clock: Clock
    down: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    holding: set[str] | None = None
    keys: dict[str, SigningKey] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    pauses: dict[str, list[str]] = field(default_factory=dict)

    def pause(self, node: NodeEntry, statement: str) -> bool:
        if node.id in self.down:
            raise PartnerUnreachableError(f"{node.operator} cannot be reached now.")
        if node.id in self.empty or (
            self.holding is not None and unverified_paused_consent(statement) not in self.holding
        ):
            return False
        self.pauses.setdefault(node.id, []).append(statement)
        return True

    def withdraw(self, node: NodeEntry, withdrawal: str) -> str | None:
        self.told.append(node.id)
        consent_id = unverified_consent_id(withdrawal)
        if node.id in self.down:
            raise PartnerUnreachableError(f"{node.operator} cannot be reached now.")
        if node.id in self.empty or (self.holding is not None and consent_id not in self.holding):
            return None
        key = self.keys.get(node.id, parties.ed25519(node.id))
        return sign_deletion_receipt(
            DeletionReceipt(node.id, consent_id, self.clock().replace(microsecond=0)), key
        )


@dataclass
class World:
    """A wallet installation with all its partners."""

    clock: MovingClock = field(default_factory=lambda: MovingClock(parties.NOW))
    stores: Stores | None = None

    def __post_init__(self) -> None:
        self.trust = KnownTrust()
        self.issuers = MemoryIssuers(self.clock)
        self.market = MemoryMarket(self.clock)
        self.nodes = MemoryNodes(self.clock)
        self.stores = self.stores or memory_stores()
        self.scores = MemoryScoreMarket(self.clock, self.market.key, self.market.log)
        self.crowds = MemoryCrowdMarket(self.clock, self.market.key, self.market.log)
        self.asker = Asker(self.clock)
        partners = Partners(
            self.trust,
            self.issuers,
            self.market,
            self.nodes,
            self.scores,
            self.crowds,
            Askers(self.asker, own_trust(authority().certificate)),
            BadgeClient(Connections()),
            WebAuthn(),
            Catalogue(),
        )
        self.services: Services = assemble(self.stores, partners, Custody(b"k" * 32, CHEAP), clock=self.clock)

    def opened_bundle(self, consent_id: str, role: int) -> Pair:
        """What a node finds in its envelope."""
        node, contribution = NODES[role], self.market.offers[consent_id]
        record = ConsentRecord.from_json(parse_jws(contribution.consent, "consent").payload)
        context = bundle_context(consent_id, node_id=node, role=role, data_set=record.policy.data_set)
        key = SealingKey.generate(parties.random_of(node))
        raw = open_sealed(contribution.bundles[node], key, context=context)
        return decode_bundle(raw, role, data_set(record.policy.data_set).bits)

    def withdrawal_holds(self, consent_id: str, key: VerifyingKey) -> bool:
        return verify_withdrawal(self.market.withdrawals[consent_id], key).consent_id == consent_id


def memory_stores() -> Stores:
    wallets = MemoryWalletStore()
    others: dict[str, Any] = {each.name: MemoryStore() for each in fields(Stores)}  # no file leaves memory
    known = {
        "wallets": wallets,
        "passkeys": MemoryPasskeyStore(wallets),
        "erasures": MemoryErasureStore(wallets),
        "streams": MemoryStreamStore(),
        "letters": MemoryLetterStore(),
    }
    return Stores(**{**others, **known})
