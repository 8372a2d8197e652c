"""Bring a wallet up to date: is everything still valid, who used it, what is still to be sent or deleted?

Each step stands for itself: a partner that does not answer costs its own lines and no others, and what could
not be done is said in words.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from consent.breach_notice import BreachNotice
from consent.errors import ConsentError
from consent.spending import Spending
from crypto.encoding import Json
from crypto.errors import CryptoError
from wallet.domain.acceptance import verify_standing
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential, Standing
from wallet.domain.held_consent import Delivery, HeldConsent
from wallet.domain.history import (
    History,
    LoggedReceipt,
    believed_spending,
    believed_statuses,
    read_use,
    verify_logged,
)
from wallet.domain.session import Session
from wallet.domain.use import Outcome, Proof, UseEntry
from wallet.errors import (
    ConflictError,
    LogForkedError,
    PartnerError,
    PartnerFaultError,
    PartnerRefusedError,
    RefusedCredentialError,
)
from wallet.services.check_shown import CheckShown
from wallet.services.deliver_consent import DeliverConsent
from wallet.services.file_rights import FileRights
from wallet.services.follow_crowds import FollowCrowds
from wallet.services.follow_scores import FollowScores
from wallet.services.pause_consents import PauseConsents
from wallet.services.pay_out import PayOut
from wallet.services.ports import Issuers, Market, Store, Trust
from wallet.services.read_notices import ReadNotices
from wallet.services.receive_record import ReceiveRecord
from wallet.services.unpack_letters import UnpackLetters
from wallet.services.watch_log import WatchLog
from wallet.services.watch_streams import WatchStreams
from wallet.services.withdraw_consent import WithdrawConsent


@dataclass
class RefreshReport:
    """What a refresh could not do, and what it found wrong, each said once in words for the person.

    `notices` are those about breaches that concern her.
    """

    problems: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    notices: tuple[BreachNotice, ...] = ()

    def problem(self, text: str) -> None:
        """Note something that could not be done."""
        if text not in self.problems:
            self.problems.append(text)

    def alarm(self, text: str) -> None:
        """Note something that must not be."""
        if text not in self.alarms:
            self.alarms.append(text)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what goes wrong in a step, and go on with the next."""
        try:
            yield
        except LogForkedError as error:
            self.alarm(str(error))
        except (PartnerError, RefusedCredentialError) as error:
            self.problem(str(error))
        except ConflictError:
            pass  # another window is refreshing the same line; it will be there at the next look


@dataclass(frozen=True)
class Refresh:
    """Asks issuers, marketplace and nodes for news, and checks what they say."""

    credentials: Store[HeldCredential]
    consents: Store[HeldConsent]
    receive: ReceiveRecord
    check_shown: CheckShown
    trust: Trust
    issuers: Issuers
    market: Market
    log: WatchLog
    deliver: DeliverConsent
    withdraw: WithdrawConsent
    pause: PauseConsents
    scores: FollowScores
    crowds: FollowCrowds
    pay_out: PayOut
    rights: FileRights
    unpack: UnpackLetters
    watch: WatchStreams
    notices: ReadNotices
    clock: Clock

    def __call__(self, session: Session) -> RefreshReport:
        """Bring everything up to date; what partners do wrong is in the report and not raised.

        Raises:
            DamagedError: a part of the wallet does not open.
        """
        report = RefreshReport()
        consents, offers = self.consents.all(session), self.scores.all(session)
        crowds = self.crowds.all(session)
        if consents or offers or crowds:
            with report.noting():
                self.log.look(session)
            with report.noting():
                report.notices = self.notices(session)
        with report.noting():
            self.unpack(session)
        self._ask_for_what_is_made(session, report)
        self._check_standings(session, report)
        for held in consents:
            with report.noting():
                self._bring_up_to_date(session, held, report)
        for offer in offers:
            with report.noting():
                for words in self.scores(session, offer):
                    report.alarm(words)
        for crowd in crowds:
            with report.noting():
                for words in self.crowds(session, crowd):
                    report.alarm(words)
        self._follow_what_was_asked(session, report)
        self.watch(session)
        return report

    def _follow_what_was_asked(self, session: Session, report: RefreshReport) -> None:
        """What she asked the marketplace for: money, and what the law gives her."""
        for payout in self.pay_out.all(session):
            with report.noting():
                self.pay_out.follow(session, payout)
        for case in self.rights.all(session):
            with report.noting():
                self.rights.follow(session, case)

    def _ask_for_what_is_made(self, session: Session, report: RefreshReport) -> None:
        for arrival in self.receive.being_made(session):
            with report.noting():
                self.receive.ask_again(session, arrival.row_id)

    def _check_standings(self, session: Session, report: RefreshReport) -> None:
        tokens: dict[str, str] = {}
        for held in self.credentials.all(session):
            if held.standing is Standing.REVOKED:
                continue  # revoked is for good
            with report.noting():
                uri = held.status.uri
                tokens[uri] = tokens.get(uri) or self.issuers.status_list(uri)
                now = self.clock()
                standing = verify_standing(held, tokens[uri], self.trust.registry(), now=now)
                self.credentials.save(session, held.with_standing(standing, now))
        for shown in self.check_shown.all(session):
            with report.noting():
                self.check_shown(session, shown)

    def _bring_up_to_date(self, session: Session, held: HeldConsent, report: RefreshReport) -> None:
        if held.delivery is Delivery.SENDING and held.withdrawal is None:
            try:
                held = self.deliver(session, held)
            except PartnerRefusedError as error:
                self.deliver.refused(session, held, str(error))
                raise
        held = self.pause.tell(session, self.withdraw.tell(session, held))
        if held.receipt is None:
            return  # the marketplace never had it, so it has no history
        key = self.credentials.get(session, held.credential_id).holder_key
        history = self.market.history(held.consent_id, key)
        self.consents.save(session, self._with_history(session, held, history, report))

    def _with_history(
        self, session: Session, held: HeldConsent, history: History, report: RefreshReport
    ) -> HeldConsent:
        notes = {logged.proof.checkpoint for logged in history.uses}
        known_log = {note for note in notes if self._is_known_log(session, note)}
        confirmed = self.log.memory(session).holds
        uses = [self._use(held, logged, known_log, confirmed, report) for logged in history.uses]
        progress = held.withdrawal
        if progress is not None:
            progress = self.withdraw.believe(held, progress, history.deletion_receipts)
            progress = replace(progress, recipients=history.recipients or progress.recipients)
        return replace(
            held,
            delivery=history.delivery,
            refusal=history.refusal if history.delivery is Delivery.REFUSED else None,
            uses=_merged(held.uses, [use for use in uses if use is not None], history.others),
            withdrawal=progress,
            refreshed_at=self.clock(),
            statuses=self._statuses(held, history, report),
            spent=self._spent(held, history, [use for use in uses if use is not None], report),
        )

    def _spent(
        self, held: HeldConsent, history: History, uses: Sequence[UseEntry], report: RefreshReport
    ) -> Spending | None:
        """What answers have told together; what is too little is told, and what was known stays."""
        if history.spent is None:
            return held.spent
        try:
            return believed_spending(history.spent, uses)
        except ConsentError:
            report.alarm("The marketplace counts fewer answers with a random error than it paid you for.")
            return held.spent

    def _statuses(self, held: HeldConsent, history: History, report: RefreshReport) -> tuple[Json, ...]:
        """The receipts for each status; what does not hold is told, and those of before stay."""
        if not history.statuses:
            return held.statuses
        try:
            marketplace = self.trust.registry().marketplace
            return believed_statuses(history.statuses, held.statuses, held.signed, marketplace)
        except (CryptoError, ConsentError):
            report.alarm("The marketplace sent a receipt that it did not sign, or that is not yours.")
            return held.statuses

    def _is_known_log(self, session: Session, note: str) -> bool:
        try:
            self.log.tie(session, note)
        except (LogForkedError, PartnerFaultError):
            return False
        return True

    def _use(
        self,
        held: HeldConsent,
        logged: LoggedReceipt,
        known_log: set[str],
        confirmed: Callable[[int | None], bool],
        report: RefreshReport,
    ) -> UseEntry | None:
        marketplace = self.trust.registry().marketplace
        try:
            use = read_use(logged, held.consent_id, marketplace)
        except (CryptoError, ConsentError):
            report.alarm("The marketplace sent a receipt that it did not sign, or that is not yours.")
            return None
        try:
            proven = verify_logged(logged, use, marketplace) in known_log
        except (CryptoError, ConsentError):
            proven = False
        if not proven:
            report.alarm("A use of your data is not in the public log as it should be.")
            return use.proven(Proof.BROKEN)
        return use.proven(Proof.CHECKED if confirmed(use.log_index) else Proof.PENDING)


def _merged(
    before: Sequence[UseEntry], paid: Sequence[UseEntry], others: Sequence[UseEntry]
) -> tuple[UseEntry, ...]:
    """Uses by job, newest first. What was paid once stays, even if the marketplace stops telling of it."""
    known = {use.job_id: use for use in before if use.outcome is Outcome.PAID}
    told = {use.job_id: use for use in others}
    proven = {use.job_id: use for use in paid}
    merged = {**told, **known, **proven}
    return tuple(sorted(merged.values(), key=lambda use: (use.at, use.job_id), reverse=True))
