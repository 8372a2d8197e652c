"""Every use case of a wallet installation in one value, for those who serve or script it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from crypto.sealing import Argon2Cost
from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.earnings import Earnings
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.log_memory import LogMemory
from wallet.domain.offer_draft import OfferDraft
from wallet.domain.record import Record
from wallet.domain.score_memory import ScoreMemory
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.services.answer_score_request import AnswerScoreRequest
from wallet.services.create_wallet import CreateWallet
from wallet.services.deliver_consent import DeliverConsent
from wallet.services.deliver_scores import DeliverScores
from wallet.services.draft_offer import DraftOffer
from wallet.services.end_scores import EndScores
from wallet.services.follow_scores import FollowScores
from wallet.services.offer_scores import OfferScores
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import Issuers, Market, NodeOffice, Store, Trust, WalletStore
from wallet.services.publish_offer import PublishOffer
from wallet.services.read_scores import ReadScores
from wallet.services.read_wallet import ReadWallet
from wallet.services.receive_record import ReceiveRecord
from wallet.services.refresh import Refresh
from wallet.services.score_ports import ScoreMarket
from wallet.services.watch_log import WatchLog
from wallet.services.withdraw_consent import WithdrawConsent


@dataclass(frozen=True)
class Stores:
    """Where a wallet keeps things."""

    wallets: WalletStore
    credentials: Store[HeldCredential]
    arrivals: Store[Arrival]
    consents: Store[HeldConsent]
    drafts: Store[OfferDraft]
    memories: Store[LogMemory]
    score_offers: Store[HeldScoreOffer]
    score_memories: Store[ScoreMemory]


@dataclass(frozen=True)
class Partners:
    """Whom a wallet talks to."""

    trust: Trust
    issuers: Issuers
    market: Market
    nodes: NodeOffice
    scores: ScoreMarket


@dataclass(frozen=True)
class Custody:
    """How wallets of this installation are found and locked."""

    lookup_key: bytes = field(repr=False)
    cost: Argon2Cost


@dataclass(frozen=True)
class Ends:
    """What the installation has open: how to see that it works, and how to close it."""

    check: Callable[[], None]
    close: Callable[[], None]


NOTHING_OPEN = Ends(lambda: None, lambda: None)


@dataclass(frozen=True)
class Scores:
    """The use cases about scores of the person's own record."""

    offer: OfferScores
    answer: AnswerScoreRequest
    end: EndScores
    follow: FollowScores
    read: ReadScores


@dataclass(frozen=True)
class Services:
    """Every use case, over the same stores and partners; safe to share between threads."""

    create_wallet: CreateWallet
    open_wallet: OpenWallet
    receive_credential: ReceiveRecord
    draft_offer: DraftOffer
    publish_offer: PublishOffer
    withdraw_consent: WithdrawConsent
    refresh: Refresh
    read: ReadWallet
    scores: Scores
    trust: Trust
    clock: Clock
    ends: Ends = field(repr=False)

    def close(self) -> None:
        """Close what is open; nothing can be used afterwards."""
        self.ends.close()

    def records(self, session: Session) -> tuple[Record, ...]:
        """All records of a wallet; see `ReadWallet.records`."""
        return self.read.records(session)

    def consents(self, session: Session) -> tuple[HeldConsent, ...]:
        """All consents of a wallet, newest first."""
        return self.read.consents(session)

    def history(self, session: Session) -> tuple[UseEntry, ...]:
        """Every use as of the last refresh, newest first."""
        return self.read.history(session)

    def earnings(self, session: Session) -> Earnings:
        """Every paid use as of the last refresh."""
        return self.read.earnings(session)


def assemble(
    stores: Stores, partners: Partners, custody: Custody, *, clock: Clock, ends: Ends = NOTHING_OPEN
) -> Services:
    """Make the use cases over ready stores and partners."""
    trust, market = partners.trust, partners.market
    log = WatchLog(stores.memories, market, trust, clock)
    deliver = DeliverConsent(stores.consents, market, trust, log, clock)
    publish = PublishOffer(stores.credentials, stores.consents, trust, deliver, clock)
    scores = _scores(stores, partners, log, clock)
    withdraw = WithdrawConsent(stores.consents, stores.credentials, trust, market, partners.nodes, clock)
    return Services(
        create_wallet=CreateWallet(stores.wallets, custody.lookup_key, custody.cost),
        open_wallet=OpenWallet(stores.wallets, custody.lookup_key, custody.cost, clock),
        receive_credential=ReceiveRecord(stores.credentials, stores.arrivals, trust, partners.issuers, clock),
        draft_offer=DraftOffer(stores.drafts, stores.credentials, publish),
        publish_offer=publish,
        withdraw_consent=withdraw,
        refresh=Refresh(
            credentials=stores.credentials,
            consents=stores.consents,
            trust=trust,
            issuers=partners.issuers,
            market=market,
            log=log,
            deliver=deliver,
            withdraw=withdraw,
            scores=scores.follow,
            clock=clock,
        ),
        read=ReadWallet(stores.credentials, stores.consents, scores.read, log, clock),
        scores=scores,
        trust=trust,
        clock=clock,
        ends=ends,
    )


def _scores(stores: Stores, partners: Partners, log: WatchLog, clock: Clock) -> Scores:
    credentials, offers, memories = stores.credentials, stores.score_offers, stores.score_memories
    market, trust = partners.scores, partners.trust
    deliver = DeliverScores(offers, market, trust, log, clock)
    end = EndScores(credentials, offers, market, clock)
    answer = AnswerScoreRequest(credentials, offers, memories, market, clock)
    return Scores(
        offer=OfferScores(credentials, offers, memories, trust, deliver, clock),
        answer=answer,
        end=end,
        follow=FollowScores(
            credentials=credentials,
            offers=offers,
            trust=trust,
            issuers=partners.issuers,
            market=market,
            log=log,
            deliver=deliver,
            end=end,
            answer=answer,
            clock=clock,
        ),
        read=ReadScores(offers, clock),
    )
