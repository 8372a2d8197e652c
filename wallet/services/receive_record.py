"""A person adds a record to her wallet: look at the link, fetch, verify, and only then keep.

The steps between a link and a kept record are *arrivals*: they survive a reload and a lost connection, and
nothing of an arrival counts as a record before the person said so.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from wallet.domain.acceptance import refused
from wallet.domain.arrival import Accepted, Arrival
from wallet.domain.clock import Clock
from wallet.domain.collecting import Fate
from wallet.domain.collecting_trouble import trouble
from wallet.domain.credential import HeldCredential
from wallet.domain.offer_link import without_breaks
from wallet.domain.record import Record, describe
from wallet.domain.session import Session
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.shown_credential import ShownCredential
from wallet.errors import (
    ConflictError,
    Doubt,
    NotInWalletError,
    RefusedCredentialError,
    TooLargeError,
    Trouble,
)
from wallet.services.accept_delivery import AcceptDelivery
from wallet.services.collect_credentials import CollectCredentials
from wallet.services.look_at_offer import LookAtOffer
from wallet.services.ports import Store


@dataclass(frozen=True)
class ReceiveRecord:
    """Brings credentials into wallets."""

    credentials: Store[HeldCredential]
    shown: Store[ShownCredential]
    copies: Store[ShowingCopy]
    arrivals: Store[Arrival]
    look: LookAtOffer
    collect: CollectCredentials
    accept: AcceptDelivery
    clock: Clock

    def __call__(self, session: Session, offer_uri: str, *, tx_code: str | None = None) -> Record:
        """Look, fetch, verify and keep in one go: a record that computations may use.

        Raises:
            WalletError: as `look`, `fetch` and `keep`.
            PartnerUnreachableError: the issuer is still making it; the same link can be given again.
            RefusedCredentialError: it can only be shown.
        """
        link = without_breaks(offer_uri)
        begun = [each for each in self.arrivals.all(session) if each.link == link and each.grant]
        arrival = begun[0] if begun else self.look(session, offer_uri)
        try:
            arrival = self.fetch(session, arrival.row_id, tx_code=tx_code)
        except RefusedCredentialError:
            self.discard(session, arrival.row_id)
            raise
        if arrival.is_being_made:
            raise trouble(Trouble.BEING_MADE)
        if arrival.held is None:
            self.discard(session, arrival.row_id)
            raise refused(Doubt.UNKNOWN_DATA_SET)
        self.keep(session, arrival.row_id)
        return self._record(session, arrival.held.row_id)

    def arrival(self, session: Session, row_id: str) -> Arrival:
        """An arrival that waits for the person.

        Raises:
            NotInWalletError: there is none of that name.
        """
        return self.arrivals.get(session, row_id)

    def being_made(self, session: Session) -> tuple[Arrival, ...]:
        """What issuers are still making."""
        return tuple(each for each in self.arrivals.all(session) if each.is_being_made)

    def fetch(self, session: Session, row_id: str, *, tx_code: str | None = None) -> Arrival:
        """Fetch the credentials by the code in the link, each for a fresh key of its own, and verify them.

        Fetching again what was fetched answers with what is there: the link works only once. If the issuer
        makes it later, the arrival says so.

        Raises:
            NotInWalletError: there is no such arrival.
            RefusedCredentialError: the issuer is not verified, or what came failed a step.
            CodeNeededError: the issuer wants the code that it sent separately.
            LinkError: the link was used before or has run out.
            PartnerUnreachableError: the issuer does not answer; the link can be tried again.
            PartnerRefusedError: the issuer said no.
        """
        arrival = self.arrivals.get(session, row_id)
        if arrival.delivered is None and arrival.accepted is None:
            arrival = self.collect.by_code(session, arrival, tx_code)
        return self._accepted(session, arrival)

    def finish_sign_in(self, session: Session, answer: Mapping[str, str]) -> Arrival:
        """Take what the browser brought back from the issuer, fetch and verify.

        Raises:
            WalletError: as `CollectCredentials.finish_sign_in` and `fetch`.
        """
        return self._accepted(session, self.collect.finish_sign_in(session, answer))

    def ask_again(self, session: Session, row_id: str) -> Arrival:
        """Ask for what the issuer is making, unless it asked not to be asked yet, and verify it.

        Raises:
            NotInWalletError: there is no such arrival.
            PartnerError: the issuer does not answer or says no.
            RefusedCredentialError: what came failed a step.
        """
        arrival = self.arrivals.get(session, row_id)
        return self._accepted(session, self.collect.ask(session, arrival))

    def preview(self, session: Session, row_id: str) -> Record | ShownCredential:
        """What a fetched arrival says, before it is kept.

        Raises:
            NotInWalletError: there is no such arrival.
            LinkError: it was not fetched.
        """
        credential = self._fetched(self.arrivals.get(session, row_id)).credential
        if isinstance(credential, ShownCredential):
            return credential
        among = (*self.credentials.all(session), credential)
        return describe(credential, among=among, now=self.clock())

    def keep(self, session: Session, row_id: str) -> Record | ShownCredential:
        """Take a fetched arrival into the wallet, with all its copies. Keeping twice keeps once.

        Raises:
            NotInWalletError: there is no such arrival.
            LinkError: it was not fetched.
        """
        arrival = self.arrivals.get(session, row_id)
        accepted = self._fetched(arrival)
        for copy in accepted.copies:
            with suppress(ConflictError):  # kept by a second click
                self.copies.save(session, copy)
        kept = self._keep(session, accepted.credential)
        self.arrivals.remove(session, row_id)
        self.collect.tell(arrival, Fate.ACCEPTED)
        return kept

    def discard(self, session: Session, row_id: str) -> None:
        """Forget an arrival, and tell the issuer if it had delivered."""
        with suppress(NotInWalletError):
            arrival = self.arrivals.get(session, row_id)
            self.arrivals.remove(session, row_id)
            if arrival.accepted is not None:
                self.collect.tell(arrival, Fate.DELETED)

    def _keep(
        self, session: Session, credential: HeldCredential | ShownCredential
    ) -> Record | ShownCredential:
        if isinstance(credential, ShownCredential):
            with suppress(ConflictError):
                self.shown.save(session, credential)
            return self.shown.get(session, credential.row_id)
        with suppress(ConflictError):
            self.credentials.save(session, credential)
        return self._record(session, credential.row_id)

    def _record(self, session: Session, row_id: str) -> Record:
        held = self.credentials.get(session, row_id)
        return describe(held, among=self.credentials.all(session), now=self.clock())

    def _accepted(self, session: Session, arrival: Arrival) -> Arrival:
        if arrival.accepted is not None or arrival.is_being_made:
            return arrival
        try:
            return self._checked(session, arrival)
        except RefusedCredentialError as error:
            if error.doubt is not Doubt.STATUS_UNKNOWN:  # that one can be tried again
                self.collect.tell(arrival, Fate.FAILURE)
            raise

    def _checked(self, session: Session, arrival: Arrival) -> Arrival:
        accepted = self.accept(arrival)
        try:
            return self.arrivals.save(session, replace(arrival, accepted=accepted))
        except TooLargeError as error:  # signed, and yet with a number or a depth that nobody reads back
            raise refused(Doubt.UNREADABLE) from error

    @staticmethod
    def _fetched(arrival: Arrival) -> Accepted:
        if arrival.accepted is None:
            raise trouble(Trouble.LINK_UNKNOWN)
        return arrival.accepted
