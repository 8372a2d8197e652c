"""A marketplace that carries crowd sums, a company that orders them, and eleven others who take part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from consent.crowd_cohort import (
    Cohort,
    JoinPapers,
    sign_cohort,
    unverified_join,
    verify_cohort,
)
from consent.crowd_consent import CROWD_CONSENT_TYP
from consent.crowd_message import Places, Round, sign_places, unverified_sender, verify_message
from consent.crowd_offer import CrowdOffer
from consent.crowd_order import CrowdOrder, sign_crowd_order
from consent.crowd_receipt import (
    CrowdOfferReceipt,
    CrowdReceipt,
    sign_crowd_offer_receipt,
    sign_crowd_receipt,
)
from consent.crowd_release import CrowdMaterial, HeardPart, OpenedCrowd, open_crowd
from consent.crowd_run import numbers_of
from consent.crowd_word import Seat, verify_word
from consent.log import Entry
from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.record import unverified_consent_id
from consent.vocabulary import RecipientKind
from crypto.encoding import Json, digest_of, sha256
from crypto.errors import SignatureError
from crypto.signing import SigningKey
from ssi.jws import parse_jws
from tests.consent.crowds import crowd_key, others
from tests.crowd_sitters import Sitter, Sitting, order
from tests.ssi import parties
from tests.wallet.score_market import COMPANY, COMPANY_KEY, company_credential
from wallet.domain.clock import Clock
from wallet.domain.crowd_news import CrowdNews, CrowdPapers, DeliveredOrder, Stage
from wallet.domain.crowd_rounds import Arrived
from wallet.domain.history import LoggedReceipt
from wallet.domain.offer_news import EndedRequest
from wallet.errors import PartnerRefusedError, PartnerUnreachableError


class _Log(Protocol):
    entries: list[Entry]

    def append(self, entry: Entry) -> int: ...
    def prove(self, index: int, key: SigningKey) -> Any: ...


@dataclass
class PlayedSum:
    """One order among a wallet and others, as far as a test took it."""

    order: CrowdOrder
    token: str
    escrow_receipt: str
    credential: str
    key: SigningKey
    registry: Any
    now: datetime
    stage: Stage = Stage.JOINING
    others: list[Sitting] = field(default_factory=list)
    wallet_join: JoinPapers | None = None
    said: dict[Round, str] = field(default_factory=dict)
    statement: str = ""
    papers: list[JoinPapers] = field(default_factory=list)
    partners: str = ""
    heard: str = ""

    @property
    def cohort(self) -> Cohort:
        """The cohort that was fixed."""
        return verify_cohort(self.statement, self.papers, self.order, self.registry, now=self.now)

    @property
    def consent_id(self) -> str:
        """The consent of the wallet that is looked at."""
        assert self.wallet_join is not None
        return unverified_join(self.wallet_join.join).consent_id

    @property
    def place(self) -> int:
        """Where that wallet sits."""
        return self.cohort.place_of(self.consent_id)

    def fix(self, among: Sequence[Sitter] | None = None) -> "PlayedSum":
        """Nobody can join any more."""
        assert self.wallet_join is not None
        self.others = [each.sit(self.order, COMPANY_KEY, self.now) for each in among or others()]
        papers = [self.wallet_join, *(each.papers for each in self.others)]
        self.papers = sorted(papers, key=lambda each: sha256(each.join.encode()))
        self.statement = sign_cohort(self.order, self.papers, self.now, self.key)
        cohort = self.cohort
        for each in self.others:
            each.cohort = cohort
        self.stage = Stage.SHARING
        return self

    def end_sharing(self) -> "PlayedSum":
        """Everybody has shared."""
        self.partners = self.word(Round.MASKING, range(self.cohort.size))
        self.stage = Stage.MASKING
        return self

    def end_masking(self, silent: Sequence[int] = ()) -> "PlayedSum":
        """Everybody was heard, apart from others by number."""
        gone = {self.others[at].place for at in silent}
        self.heard = self.word(Round.REVEALING, set(range(self.cohort.size)) - gone)
        self.stage = Stage.REVEALING
        return self

    def word(self, round: Round, places: Any) -> str:
        """The marketplace's word on who counts."""
        told = Places(self.order.order_id, self.cohort.digest, round, frozenset(places))
        return sign_places(told, self.key)

    def inbox(self) -> Mapping[int, bytes]:
        """What the others sealed to the wallet."""
        return {each.place: each.rounds.share().sealed_to[self.place] for each in self.others}

    def message(self, round: Round, key: SigningKey) -> Any:
        """What the wallet said in a round, checked."""
        return verify_message(
            self.said[round],
            key.public,
            order_id=self.order.order_id,
            cohort_digest=self.cohort.digest,
            consent_id=self.consent_id,
        )

    def opened(self, key: SigningKey, silent: Sequence[int] = ()) -> OpenedCrowd:
        """What the buyer finds; every message of the wallet is checked as the marketplace does."""
        shares = self.message(Round.SHARING, key).sealed_to
        everybody = range(self.cohort.size)
        heard = frozenset(everybody) - {self.others[at].place for at in silent}
        parts, revealed = {}, []
        for sitting in self.others:
            inbox = {
                each.place: each.rounds.share().sealed_to[sitting.place]
                for each in self.others
                if each is not sitting
            }
            arrived = Arrived({**inbox, self.place: shares[sitting.place]}, frozenset(everybody))
            revealed.append(sitting.rounds.reveal(arrived, heard).parts["revealed"])
            if sitting.place in heard:
                parts[sitting.place] = self._heard(sitting.place, sitting.word(arrived))
        parts[self.place] = self._heard(self.place, self.message(Round.MASKING, key))
        revealed.append(self.message(Round.REVEALING, key).parts["revealed"])
        joins = [unverified_join(each.join) for each in self.papers]
        material = CrowdMaterial(
            cohort_digest=self.cohort.digest,
            keys=tuple((each.agreement_key, each.mask_key) for each in joins),
            partners=frozenset(everybody),
            heard=parts,
            revealed=tuple(revealed),
        )
        return open_crowd(material, self.order, crowd_key())

    def _heard(self, place: int, message: Any) -> HeardPart:
        cohort = self.cohort
        numbers = numbers_of(self.order, cohort.size)
        return verify_word(Seat(self.order, cohort.digest, cohort.members[place], place, numbers), message)


@dataclass
class MemoryCrowdMarket:
    """A marketplace that keeps its promises unless a test says otherwise."""

    clock: Clock
    key: SigningKey = field(repr=False)
    log: _Log = field(repr=False)
    offers: dict[str, CrowdOffer] = field(default_factory=dict)
    receipts: dict[str, LoggedReceipt] = field(default_factory=dict)
    withdrawals: dict[str, str] = field(default_factory=dict)
    sums: dict[str, PlayedSum] = field(default_factory=dict)
    paid: list[tuple[str, LoggedReceipt]] = field(default_factory=list)
    ended: list[tuple[str, EndedRequest]] = field(default_factory=list)
    tampered: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    says_no: bool = False

    def publish(self, offer: Json) -> LoggedReceipt:
        self._answering()
        parsed = CrowdOffer.from_json(offer)
        payload = parse_jws(parsed.consent, "consent").payload
        consent_id = str(payload["consent_id"])
        if consent_id not in self.receipts:
            self.offers[consent_id] = parsed
            digest = digest_of(payload)
            entry = Entry.of("offer", self._now(), {"consent_id": consent_id, "consent_digest": digest})
            index = self.log.append(entry)
            receipt = CrowdOfferReceipt(consent_id, digest, self._now())
            token = sign_crowd_offer_receipt(receipt, self.key)
            self.receipts[consent_id] = LoggedReceipt(token, entry, self.log.prove(index, self.key))
        return self.receipts[consent_id]

    def withdraw(self, withdrawal: str) -> None:
        self._answering()
        self.withdrawals[unverified_consent_id(withdrawal)] = withdrawal

    def news(self, consent_id: str, holder_key: SigningKey) -> CrowdNews:
        self._require_own(consent_id, holder_key)
        return CrowdNews(
            tuple(
                DeliveredOrder(each.token, each.credential, each.escrow_receipt, each.stage)
                for each in self.sums.values()
            ),
            tuple(each for owner, each in self.paid if owner == consent_id),
            tuple(each for owner, each in self.ended if owner == consent_id),
        )

    def papers(self, consent_id: str, order_id: str, holder_key: SigningKey) -> CrowdPapers:
        self._require_own(consent_id, holder_key)
        played = self.sums[order_id]
        words = {Stage.MASKING: played.partners, Stage.REVEALING: played.heard}
        papers = {
            "stage": played.stage,
            "cohort": played.statement,
            "members": tuple(played.papers),
            "places": words.get(played.stage),
            "inbox": played.inbox() if played.stage in words else {},
        }
        return CrowdPapers(**{**papers, **self.tampered})

    def join(self, join: str) -> None:
        self._answering()
        told = unverified_join(join)
        played = self.sums[told.order_id]
        if played.stage is not Stage.JOINING:
            raise PartnerRefusedError("The marketplace said no: it cannot be joined any more")
        played.wallet_join = JoinPapers(join, self.offers[told.consent_id].presentation)

    def say(self, message: str) -> None:
        self._answering()
        order_id, _ = unverified_sender(message)
        payload = parse_jws(message, "crowd message").payload
        self.sums[order_id].said[Round(str(payload["round"]))] = message

    def ask(self, number: int = 1, *, kind: str = "company", **changes: Any) -> PlayedSum:
        """The company orders a sum, and the money is held."""
        made = order(
            self._now(),
            buyer=COMPANY,
            marketplace="market",
            result_key=crowd_key(number),
            number=number,
            **changes,
        )
        token = sign_crowd_order(made, COMPANY_KEY)
        receipt = EscrowReceipt(made.order_id, made.digest, 1000, made.compensation_cents, self._now())
        played = PlayedSum(
            order=made,
            token=token,
            escrow_receipt=sign_escrow_receipt(receipt, self.key),
            credential=company_credential(kind),
            key=self.key,
            registry=parties.registry(),
            now=self._now(),
        )
        self.sums[made.order_id] = played
        return played

    def pay(self, played: PlayedSum, **changes: Any) -> None:
        """The buyer has opened the sum, and everybody is paid."""
        order_id, consent_id = played.order.order_id, played.consent_id
        told: dict[str, Json] = {
            "request_id": order_id,
            "consent_id": consent_id,
            "amount_cents": played.order.compensation_cents,
        }
        entry = Entry.of("use", self._now(), {**told, **changes.pop("entry", {})})
        index = self.log.append(entry)
        members: dict[str, Any] = {
            "consent_id": consent_id,
            "order_id": order_id,
            "buyer_id": COMPANY,
            "buyer_name": "Harbour Works",
            "buyer_kind": RecipientKind.COMPANY,
            "purpose": played.order.purpose,
            "weights": played.order.weights,
            "amount_cents": played.order.compensation_cents,
            "used_at": self._now(),
            "log_index": index,
        }
        token = sign_crowd_receipt(CrowdReceipt(**{**members, **changes}), self.key)
        self.paid.append((consent_id, LoggedReceipt(token, entry, self.log.prove(index, self.key))))
        self.sums.pop(order_id, None)

    def _require_own(self, consent_id: str, holder_key: SigningKey) -> None:
        self._answering()
        try:
            signed = parse_jws(self.offers[consent_id].consent, "consent")
            signed.verify(holder_key.public, typ=CROWD_CONSENT_TYP)
        except (KeyError, SignatureError) as error:
            raise PartnerRefusedError("The marketplace said no: there is no such offer of yours") from error

    def _answering(self) -> None:
        if self.down:
            raise PartnerUnreachableError("The marketplace cannot be reached now.")
        if self.says_no:
            raise PartnerRefusedError("The marketplace said no: the consent is not in force now.")

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)
