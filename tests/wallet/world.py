"""The wallet's partners in memory: an issuer, a marketplace with a real log, three nodes."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from consent.contribution import Contribution, bundle_context
from consent.cosignature import cosign
from consent.log import Checkpoint, Entry, InclusionProof, sign_checkpoint
from consent.note import read_note
from consent.pause import unverified_paused_consent
from consent.pause_receipt import PauseReceipt, sign_pause_receipt
from consent.query import Query, Statistic
from consent.receipt import (
    ConsentReceipt,
    DeletionReceipt,
    UsageReceipt,
    sign_consent_receipt,
    sign_deletion_receipt,
    sign_usage_receipt,
)
from consent.receipt_credential import issue_deletion_credential, issue_status_credential
from consent.record import CONSENT_TYP, ConsentRecord, unverified_consent_id, verify_withdrawal
from consent.spending import Spending
from consent.status_receipt import AgreementNamed, Life, status_receipts
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto import merkle
from crypto.encoding import Json
from crypto.errors import SignatureError
from crypto.sealing import SealingKey, open_sealed
from crypto.sharing.replicated import Pair, decode_bundle
from crypto.signing import SigningKey, VerifyingKey
from ssi.dataset import data_set
from ssi.jws import parse_jws
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
from tests.wallet.issuers import MemoryIssuers
from tests.wallet.payout_market import MemoryPayoutMarket
from tests.wallet.rights_market import MemoryRightsMarket
from tests.wallet.score_market import MemoryScoreMarket
from tests.wallet.showing import Asker, authority, own_trust
from wallet.clients.authenticators import WebAuthn
from wallet.clients.badges import BadgeClient
from wallet.clients.connections import Connections
from wallet.clients.hospitals import PAGES, HospitalClient
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.pod.client import PodClient
from wallet.domain.clock import Clock
from wallet.domain.held_consent import Delivery
from wallet.domain.history import History, LoggedReceipt
from wallet.domain.use import UseEntry
from wallet.domain.withdrawal import DeletionAnswer, ToldRecipient
from wallet.errors import PartnerRefusedError, PartnerUnreachableError
from wallet.services.custody_suite import Custody
from wallet.services.outside import Partners, Stores
from wallet.services.show_suite import Askers
from wallet.services.suite import Services, assemble
from wallet.sources.desk import Catalogue

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
    received: dict[str, tuple[ConsentRecord, datetime]] = field(default_factory=dict)
    withdrawals: dict[str, str] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)
    pauses: list[str] = field(default_factory=list)
    relays_nothing: bool = False
    delivery: Delivery = Delivery.ACTIVE
    refusal: str | None = None
    uses: list[tuple[str, str, int]] = field(default_factory=list)
    others: list[UseEntry] = field(default_factory=list)
    deletion_receipts: list[str] = field(default_factory=list)
    recipients: tuple[ToldRecipient, ...] = ()
    spent: Spending | None = None
    tells_questions: bool = False
    signed_notices: list[str] = field(default_factory=list)
    published: int = 0
    witnesses: tuple[str, ...] = NODES
    published_log: MemoryLog | None = None
    published_size: int | None = None
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
            entry = Entry.of(
                "offer", self._now(), {"consent_id": record.consent_id, "consent_digest": record.digest}
            )
            index = self.log.append(entry)
            receipt = sign_consent_receipt(ConsentReceipt(record, self._now()), self.key)
            self.answers[record.consent_id] = LoggedReceipt(
                receipt, entry, self.log.prove(index, self.key), statuses=self.statuses(record, None)
            )
            self.received[record.consent_id] = (record, self._now())
        return self.answers[record.consent_id]

    def withdraw(self, withdrawal: str) -> None:
        self._answering()
        consent_id = unverified_consent_id(withdrawal)
        self.withdrawals[consent_id] = withdrawal
        self.ended.setdefault(consent_id, self._now())

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
        record, _ = self.received[consent_id]
        statuses = self.statuses(record, self.ended.get(consent_id))
        deleted = tuple(self.deletion_receipts)
        told = (self.recipients, self.spent)
        return History(self.delivery, self.refusal, uses, others, deleted, statuses, *told)

    def statuses(self, record: ConsentRecord, withdrawn_at: datetime | None) -> tuple[Json, ...]:
        """The receipts for each status so far."""
        _, received_at = self.received.get(record.consent_id, (record, self._now()))
        named = AgreementNamed(record.consent_id, record.digest, record.controller)
        policy = record.policy
        life = Life(policy.given_at, received_at, policy.valid_until, withdrawn_at)
        return tuple(
            issue_status_credential(each, self.key) for each in status_receipts(named, life, now=self._now())
        )

    def checkpoint(self) -> str:
        self._answering()
        return self.log.checkpoint(self.key)

    def witnessed(self) -> str:
        self._answering()
        log = self.published_log or self.log
        note = log.checkpoint(self.key, self.published_size)
        text, _ = read_note(note)
        return note + "".join(
            cosign(text, name, parties.ed25519(name), self.clock()).to_text() for name in self.witnesses
        )

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        self._answering()
        return tuple(merkle.consistency_proof(old_size, self.log.leaves[:new_size]))

    def notices(self) -> tuple[str, ...]:
        self._answering()
        return tuple(self.signed_notices)

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
    receipts: Callable[[PauseReceipt], PauseReceipt] = lambda receipt: receipt

    def pause(self, node: NodeEntry, statement: str) -> str | None:
        if node.id in self.down:
            raise PartnerUnreachableError(f"{node.operator} cannot be reached now.")
        if node.id in self.empty or (
            self.holding is not None and unverified_paused_consent(statement) not in self.holding
        ):
            return None
        self.pauses.setdefault(node.id, []).append(statement)
        key = self.keys.get(node.id, parties.ed25519(node.id))
        said: Any = parse_jws(statement, "pause").payload
        now = self.clock().replace(microsecond=0)
        receipt = PauseReceipt(node.id, said["consent_id"], said["paused"], said["sequence"], now)
        return sign_pause_receipt(self.receipts(receipt), key)

    def withdraw(self, node: NodeEntry, withdrawal: str) -> DeletionAnswer | None:
        self.told.append(node.id)
        consent_id = unverified_consent_id(withdrawal)
        if node.id in self.down:
            raise PartnerUnreachableError(f"{node.operator} cannot be reached now.")
        if node.id in self.empty or (self.holding is not None and consent_id not in self.holding):
            return None
        key = self.keys.get(node.id, parties.ed25519(node.id))
        receipt = DeletionReceipt(node.id, consent_id, self.clock().replace(microsecond=0))
        return DeletionAnswer(sign_deletion_receipt(receipt, key), issue_deletion_credential(receipt, key))


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
        self.payouts = MemoryPayoutMarket(self.clock)
        self.rights = MemoryRightsMarket(self.clock)
        self.asker = Asker(self.clock)
        self.pods = PodClient(self.clock, private_addresses=True)
        self.rested: list[float] = []
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
            self.pods,
            HospitalClient(
                Outside(Connections(PAGES), private_addresses=True),
                self.clock,
                development=True,
                wait=self.rested.append,
            ),
            self.payouts,
            self.rights,
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
