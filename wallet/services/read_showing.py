"""A person looks at a request: who asks, what would be shown; and at what she has shown before."""

from dataclasses import dataclass, field

from crypto.errors import MalformedError
from ssi.openid4vp.request_check import RequestTrust
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.session import Session
from wallet.domain.showing import Showing, Stage
from wallet.domain.showing_card import Card, cards_of_others, cards_of_records
from wallet.domain.showing_question import Question, question_of
from wallet.domain.showing_request import Verified, verify_asked
from wallet.domain.shown_credential import ShownCredential
from wallet.errors import AskDoubt, AskRefusedError, DamagedError
from wallet.services.ports import Store, Trust
from wallet.services.showing_ports import ShowingCopies


@dataclass(frozen=True)
class ReadShowing:
    """Reads requests and the wallet beside them, without changing or sending anything."""

    showings: Store[Showing]
    credentials: Store[HeldCredential]
    others: Store[ShownCredential]
    copies: ShowingCopies
    trust: Trust
    own: RequestTrust = field(repr=False)
    clock: Clock

    def showing(self, session: Session, row_id: str) -> Showing:
        """One request by its name in this wallet.

        Raises:
            NotInWalletError: this wallet has no such request.
        """
        return self.showings.get(session, row_id)

    def waiting(self, session: Session) -> tuple[Showing, ...]:
        """The requests that can still be answered, the newest first."""
        now = self.clock()
        return tuple(each for each in self._newest_first(session) if each.waits(now))

    def history(self, session: Session) -> tuple[Showing, ...]:
        """The requests that were answered or declined, the newest first."""
        return tuple(each for each in self._newest_first(session) if each.stage is not Stage.WAITING)

    def can_be_sent(self, showing: Showing) -> bool:
        """Whether its answer is kept and can be sent again now."""
        return showing.can_be_sent(self.clock())

    def verified(self, showing: Showing) -> Verified:
        """A request that waits, verified again.

        Raises:
            AskRefusedError: it can be answered no more, does not hold any more, or its sender is known in
                another way than the person was told.
            PartnerError: the trust registry cannot be had now.
        """
        now = self.clock()
        if showing.stage is not Stage.WAITING:
            raise AskRefusedError(AskDoubt.ANSWERED)
        if showing.asked is None or not showing.waits(now):
            raise AskRefusedError(AskDoubt.OVER)
        found = verify_asked(showing.asked, self.trust.registry(), self.own, now=now)
        if found.asker != showing.asker:
            raise AskRefusedError(AskDoubt.NOT_PROVED, "whoever asks is not known any more as it was before")
        return found

    def question(self, session: Session, showing: Showing) -> Question:
        """The request, verified again, beside everything in the wallet that fits.

        Raises:
            AskRefusedError, PartnerError: as `verified`; or it asks for too much.
            DamagedError: a credential in the wallet does not have its form.
        """
        found = self.verified(showing)
        try:
            return question_of(found.request, found.asker, self.cards(session), purposes=found.purposes)
        except MalformedError as error:
            raise DamagedError("A record in this wallet does not have its form any more.") from error

    def cards(self, session: Session) -> tuple[Card, ...]:
        """Everything that can be shown now."""
        now, registry = self.clock(), self.trust.registry()
        records, others = self.credentials.all(session), self.others.all(session)
        names = (*(each.row_id for each in records), *(each.row_id for each in others))
        copies = [copy for name in names for copy in self.copies.of(session, name)]
        return (
            *cards_of_records(records, copies, registry, now=now),
            *cards_of_others(others, copies, registry, now=now),
        )

    def _newest_first(self, session: Session) -> list[Showing]:
        kept = self.showings.all(session)
        return sorted(kept, key=lambda each: (each.answered_at or each.opened_at, each.row_id), reverse=True)
