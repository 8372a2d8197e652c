"""Every use case of a wallet installation in one value, for those who serve or script it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from crypto.randomness import random_bytes
from wallet.domain.clock import Clock
from wallet.domain.earnings import Earnings
from wallet.domain.held_consent import HeldConsent
from wallet.domain.record import Record
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.services.accept_delivery import AcceptDelivery
from wallet.services.check_receipt import CheckReceipt
from wallet.services.check_shown import CheckShown
from wallet.services.collect_credentials import CollectCredentials
from wallet.services.copy_wallet import CopyWallet
from wallet.services.create_wallet import CreateWallet
from wallet.services.custody_suite import Custody, assemble_doors
from wallet.services.deliver_consent import DeliverConsent
from wallet.services.draft_offer import DraftOffer
from wallet.services.erase_wallet import EraseWallet
from wallet.services.file_rights import Enders, FileRights
from wallet.services.get_badge import GetBadge
from wallet.services.keep_contacts import KeepContacts
from wallet.services.keep_copies import KeepCopies
from wallet.services.keep_locks import KeepLocks
from wallet.services.keep_passkeys import KeepPasskeys
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.keep_receipts import KeepReceipts
from wallet.services.letter_suite import Letters, assemble_letters
from wallet.services.look_at_offer import LookAtOffer
from wallet.services.move_wallet import MoveWallet
from wallet.services.object_to_use import ObjectToUse, RunningOffers
from wallet.services.offer_corrected import OfferCorrected
from wallet.services.offer_suite import Crowds, Scores, assemble_crowds, assemble_scores
from wallet.services.open_wallet import OpenWallet
from wallet.services.outside import Partners, Stores
from wallet.services.pause_consents import PauseConsents
from wallet.services.pay_out import PayOut
from wallet.services.pod_suite import PodUse, assemble_pods
from wallet.services.ports import Trust
from wallet.services.publish_offer import PublishOffer
from wallet.services.read_hospital import ReadHospital
from wallet.services.read_notices import ReadNotices
from wallet.services.read_wallet import ReadWallet
from wallet.services.receive_record import ReceiveRecord
from wallet.services.refresh import Refresh
from wallet.services.remind import Remind
from wallet.services.rights_suite import Rights
from wallet.services.show_suite import Show, ShowStores, assemble_show
from wallet.services.stream_suite import Streams, assemble_streams
from wallet.services.take_file import TakeFile
from wallet.services.tidy_up import TidyUp
from wallet.services.watch_log import WatchLog
from wallet.services.withdraw_consent import WithdrawConsent


@dataclass(frozen=True)
class Ends:
    """What the installation has open: how to see that it works, and how to close it."""

    check: Callable[[], None]
    close: Callable[[], None]


NOTHING_OPEN = Ends(lambda: None, lambda: None)


@dataclass(frozen=True)
class Services:
    """Every use case, over the same stores and partners; safe to share between threads."""

    create_wallet: CreateWallet
    open_wallet: OpenWallet
    locks: KeepLocks
    passkeys: KeepPasskeys
    contacts: KeepContacts
    move: MoveWallet
    receive_credential: ReceiveRecord
    draft_offer: DraftOffer
    remind: Remind
    publish_offer: PublishOffer
    withdraw_consent: WithdrawConsent
    pause_consents: PauseConsents
    refresh: Refresh
    read: ReadWallet
    keep_receipts: KeepReceipts
    check_receipt: CheckReceipt
    scores: Scores
    crowds: Crowds
    copies: KeepCopies
    show: Show
    get_badge: GetBadge
    rights: Rights
    streams: Streams
    take_file: TakeFile
    letters: Letters
    pod: PodUse
    hospitals: ReadHospital
    preferences: KeepPreferences
    pay_out: PayOut
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
    preferences = KeepPreferences(stores.preferences)
    publish = PublishOffer(stores.credentials, stores.consents, trust, deliver, preferences, clock)
    draft_offer = DraftOffer(stores.drafts, stores.credentials, publish)
    remind = Remind(stores.consents, draft_offer, clock)
    scores = assemble_scores(stores, partners, log, preferences, clock)
    crowds = assemble_crowds(stores, partners, log, preferences, clock)
    receive = _receiving(stores, partners, clock)
    withdraw = WithdrawConsent(stores.consents, stores.credentials, trust, market, partners.nodes, clock)
    pause = _pausing(stores, partners, preferences, clock)
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
    pay_out = PayOut(stores.payouts, stores.credentials, read, trust, partners.payouts, clock)
    file_rights = FileRights(
        stores.rights_cases,
        stores.credentials,
        read,
        Enders(withdraw, scores.end, crowds.end),
        trust,
        partners.rights,
        clock,
    )
    doors = assemble_doors(stores.wallets, stores.passkeys, partners.authenticators, custody, clock)
    streams = assemble_streams(stores.streams, stores.alerts, clock)
    move = MoveWallet(stores.archive, doors.open, clock)
    take_file = TakeFile(partners.sources, streams.keep, clock)
    pod = assemble_pods(stores.pods, partners.pods, take_file, move, clock)
    letters = assemble_letters(stores.letters, partners.sources, streams.keep, custody.lookup_key, clock)
    hospitals = ReadHospital(stores.hospitals, partners.hospitals, take_file, clock)
    showing = ShowStores(stores.showings, stores.credentials, stores.shown, copies)
    return Services(
        create_wallet=doors.create,
        open_wallet=doors.open,
        locks=doors.locks,
        passkeys=doors.passkeys,
        contacts=doors.contacts,
        move=move,
        receive_credential=receive,
        draft_offer=draft_offer,
        remind=remind,
        publish_offer=publish,
        withdraw_consent=withdraw,
        pause_consents=pause,
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
            pause=pause,
            scores=scores.follow,
            crowds=crowds.follow,
            pay_out=pay_out,
            rights=file_rights,
            watch=streams.watch,
            unpack=letters.unpack,
            notices=ReadNotices(stores.consents, stores.score_offers, stores.crowd_offers, market, trust),
            clock=clock,
        ),
        read=read,
        keep_receipts=KeepReceipts(read, stores.credentials),
        check_receipt=CheckReceipt(trust),
        scores=scores,
        crowds=crowds,
        copies=copies,
        show=assemble_show(showing, partners.askers, trust, clock),
        get_badge=GetBadge(stores.credentials, partners.badges, clock),
        rights=Rights(
            copy=CopyWallet(
                doors.open,
                read,
                stores.credentials,
                stores.showings,
                streams.read,
                stores.pods,
                pay_out,
                preferences,
                file_rights,
            ),
            file=file_rights,
            erase=EraseWallet(
                open_wallet=doors.open,
                erasures=stores.erasures,
                consents=stores.consents,
                withdraw=withdraw,
                score_offers=stores.score_offers,
                end_scores=scores.end,
                crowd_offers=stores.crowd_offers,
                end_crowds=crowds.end,
                pod=pod.connect,
                clock=clock,
            ),
            object=ObjectToUse(
                preferences,
                stores.consents,
                withdraw,
                pause,
                RunningOffers(stores.score_offers, scores.end, clock),
                RunningOffers(stores.crowd_offers, crowds.end, clock),
                clock,
            ),
            offer_corrected=OfferCorrected(stores.consents, stores.credentials, withdraw, remind, clock),
            tidy_up=TidyUp(
                stores.erasures, trust, market, partners.nodes, partners.scores, partners.crowds, clock
            ),
        ),
        streams=streams,
        take_file=take_file,
        letters=letters,
        pod=pod,
        hospitals=hospitals,
        preferences=preferences,
        pay_out=pay_out,
        trust=trust,
        clock=clock,
        ends=ends,
    )


def _pausing(stores: Stores, partners: Partners, preferences: KeepPreferences, clock: Clock) -> PauseConsents:
    return PauseConsents(
        stores.consents,
        stores.score_offers,
        stores.crowd_offers,
        stores.credentials,
        partners.trust,
        partners.market,
        partners.nodes,
        preferences,
        clock,
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
