"""Every use case of a wallet installation in one value, for those who serve or script it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from consent.crowd_receipt import verify_crowd_offer_receipt
from consent.score_receipt import verify_offer_receipt
from crypto.randomness import random_bytes
from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.crowd_memory import CrowdMemory
from wallet.domain.earnings import Earnings
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.log_memory import LogMemory
from wallet.domain.offer_draft import OfferDraft
from wallet.domain.record import Record
from wallet.domain.score_memory import ScoreMemory
from wallet.domain.session import Session
from wallet.domain.showing import Showing
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.shown_credential import ShownCredential
from wallet.domain.use import UseEntry
from wallet.services.accept_delivery import AcceptDelivery
from wallet.services.answer_score_request import AnswerScoreRequest
from wallet.services.badge_ports import BadgeIssuers
from wallet.services.check_shown import CheckShown
from wallet.services.collect_credentials import CollectCredentials
from wallet.services.collecting_ports import CollectingIssuers
from wallet.services.copy_wallet import CopyWallet
from wallet.services.create_wallet import CreateWallet
from wallet.services.crowd_ports import CrowdMarket
from wallet.services.custody_suite import Custody, assemble_doors
from wallet.services.deliver_consent import DeliverConsent
from wallet.services.deliver_offers import DeliverOffers
from wallet.services.draft_offer import DraftOffer
from wallet.services.end_offers import EndOffers
from wallet.services.erase_wallet import EraseWallet
from wallet.services.erasure_ports import ErasureStore
from wallet.services.follow_crowds import FollowCrowds
from wallet.services.follow_scores import FollowScores
from wallet.services.get_badge import GetBadge
from wallet.services.keep_copies import KeepCopies
from wallet.services.keep_locks import KeepLocks
from wallet.services.keep_passkeys import KeepPasskeys
from wallet.services.look_at_offer import LookAtOffer
from wallet.services.move_wallet import MoveWallet
from wallet.services.offer_crowds import OfferCrowds
from wallet.services.offer_scores import OfferScores
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import (
    Archive,
    Authenticators,
    Market,
    NodeOffice,
    PasskeyStore,
    Store,
    Trust,
    WalletStore,
)
from wallet.services.publish_offer import PublishOffer
from wallet.services.read_crowds import ReadCrowds
from wallet.services.read_exposure import ReadExposure
from wallet.services.read_scores import ReadScores
from wallet.services.read_wallet import ReadWallet
from wallet.services.receive_record import ReceiveRecord
from wallet.services.refresh import Refresh
from wallet.services.rights_suite import Rights
from wallet.services.score_ports import ScoreMarket
from wallet.services.show_suite import Askers, Show, ShowStores, assemble_show
from wallet.services.take_part import TakePart
from wallet.services.tidy_up import TidyUp
from wallet.services.watch_log import WatchLog
from wallet.services.withdraw_consent import WithdrawConsent


@dataclass(frozen=True)
class Stores:
    """Where a wallet keeps things."""

    wallets: WalletStore
    passkeys: PasskeyStore
    erasures: ErasureStore
    credentials: Store[HeldCredential]
    arrivals: Store[Arrival]
    consents: Store[HeldConsent]
    drafts: Store[OfferDraft]
    memories: Store[LogMemory]
    score_offers: Store[HeldScoreOffer]
    score_memories: Store[ScoreMemory]
    crowd_offers: Store[HeldCrowdOffer]
    crowd_memories: Store[CrowdMemory]
    copies: Store[ShowingCopy]
    shown: Store[ShownCredential]
    showings: Store[Showing]
    archive: Archive


@dataclass(frozen=True)
class Partners:
    """Whom a wallet talks to."""

    trust: Trust
    issuers: CollectingIssuers
    market: Market
    nodes: NodeOffice
    scores: ScoreMarket
    crowds: CrowdMarket
    askers: Askers
    badges: BadgeIssuers
    authenticators: Authenticators


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
    end: EndOffers[HeldScoreOffer]
    follow: FollowScores
    read: ReadScores


@dataclass(frozen=True)
class Crowds:
    """The use cases about sums over many wallets."""

    offer: OfferCrowds
    end: EndOffers[HeldCrowdOffer]
    follow: FollowCrowds
    read: ReadCrowds


@dataclass(frozen=True)
class Services:
    """Every use case, over the same stores and partners; safe to share between threads."""

    create_wallet: CreateWallet
    open_wallet: OpenWallet
    locks: KeepLocks
    passkeys: KeepPasskeys
    move: MoveWallet
    receive_credential: ReceiveRecord
    draft_offer: DraftOffer
    publish_offer: PublishOffer
    withdraw_consent: WithdrawConsent
    refresh: Refresh
    read: ReadWallet
    scores: Scores
    crowds: Crowds
    copies: KeepCopies
    show: Show
    get_badge: GetBadge
    rights: Rights
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
    scores, crowds = _scores(stores, partners, log, clock), _crowds(stores, partners, log, clock)
    receive = _receiving(stores, partners, clock)
    withdraw = WithdrawConsent(stores.consents, stores.credentials, trust, market, partners.nodes, clock)
    copies = KeepCopies(stores.copies)
    read = ReadWallet(
        stores.credentials,
        stores.consents,
        stores.shown,
        stores.arrivals,
        scores.read,
        crowds.read,
        log,
        clock,
    )
    doors = assemble_doors(stores.wallets, stores.passkeys, partners.authenticators, custody, clock)
    showing = ShowStores(stores.showings, stores.credentials, stores.shown, copies)
    return Services(
        create_wallet=doors.create,
        open_wallet=doors.open,
        locks=doors.locks,
        passkeys=doors.passkeys,
        move=MoveWallet(stores.archive, doors.open, clock),
        receive_credential=receive,
        draft_offer=DraftOffer(stores.drafts, stores.credentials, publish),
        publish_offer=publish,
        withdraw_consent=withdraw,
        refresh=Refresh(
            credentials=stores.credentials,
            consents=stores.consents,
            receive=receive,
            check_shown=CheckShown(stores.shown, stores.copies, trust, partners.issuers, clock),
            trust=trust,
            issuers=partners.issuers,
            market=market,
            log=log,
            deliver=deliver,
            withdraw=withdraw,
            scores=scores.follow,
            crowds=crowds.follow,
            clock=clock,
        ),
        read=read,
        scores=scores,
        crowds=crowds,
        copies=copies,
        show=assemble_show(showing, partners.askers, trust, clock),
        get_badge=GetBadge(stores.credentials, partners.badges, clock),
        rights=Rights(
            copy=CopyWallet(doors.open, read, stores.credentials, stores.showings),
            erase=EraseWallet(
                open_wallet=doors.open,
                erasures=stores.erasures,
                consents=stores.consents,
                withdraw=withdraw,
                score_offers=stores.score_offers,
                end_scores=scores.end,
                crowd_offers=stores.crowd_offers,
                end_crowds=crowds.end,
                clock=clock,
            ),
            tidy_up=TidyUp(
                stores.erasures, trust, market, partners.nodes, partners.scores, partners.crowds, clock
            ),
        ),
        trust=trust,
        clock=clock,
        ends=ends,
    )


def _receiving(stores: Stores, partners: Partners, clock: Clock) -> ReceiveRecord:
    arrivals, trust, issuers = stores.arrivals, partners.trust, partners.issuers
    look = LookAtOffer(arrivals, trust, issuers, clock, random_bytes)
    return ReceiveRecord(
        credentials=stores.credentials,
        shown=stores.shown,
        copies=stores.copies,
        arrivals=arrivals,
        look=look,
        collect=CollectCredentials(arrivals, look, issuers, clock, random_bytes),
        accept=AcceptDelivery(trust, issuers, clock, random_bytes),
        clock=clock,
    )


def _scores(stores: Stores, partners: Partners, log: WatchLog, clock: Clock) -> Scores:
    credentials, offers, memories = stores.credentials, stores.score_offers, stores.score_memories
    market, trust = partners.scores, partners.trust
    deliver = DeliverOffers(offers, market, trust, log, clock, verify_offer_receipt)
    end = EndOffers(credentials, offers, market, clock)
    exposure = ReadExposure(memories, stores.crowd_memories)
    answer = AnswerScoreRequest(credentials, offers, memories, exposure, market, clock)
    return Scores(
        offer=OfferScores(credentials, offers, memories, exposure, trust, deliver, clock),
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


def _crowds(stores: Stores, partners: Partners, log: WatchLog, clock: Clock) -> Crowds:
    credentials, offers, memories = stores.credentials, stores.crowd_offers, stores.crowd_memories
    market, trust = partners.crowds, partners.trust
    deliver = DeliverOffers(offers, market, trust, log, clock, verify_crowd_offer_receipt)
    end = EndOffers(credentials, offers, market, clock)
    exposure = ReadExposure(stores.score_memories, memories)
    return Crowds(
        offer=OfferCrowds(credentials, offers, memories, trust, deliver, clock),
        end=end,
        follow=FollowCrowds(
            credentials=credentials,
            offers=offers,
            trust=trust,
            issuers=partners.issuers,
            market=market,
            log=log,
            deliver=deliver,
            end=end,
            take_part=TakePart(credentials, offers, memories, exposure, market, trust, clock),
            clock=clock,
        ),
        read=ReadCrowds(offers, clock),
    )
