"""Get what an issuer offers: by the code in the link or by signing in, at once or later.

Whatever cannot be asked for twice is stored before the next step: the right to ask before it is used, the
holder keys before they are named to the issuer, what came before it is checked. So a broken connection or a
closed window loses nothing that was already given.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from crypto.randomness import RandomBytes
from crypto.signing import generate_es256
from ssi.http.address import origin_of
from wallet.domain.arrival import Arrival
from wallet.domain.clock import Clock
from wallet.domain.collecting import Deferred, Delivered, Fate, Grant
from wallet.domain.collecting_trouble import trouble
from wallet.domain.session import Session
from wallet.domain.sign_in_answer import code_in, sign_in_of
from wallet.errors import Trouble, WalletError
from wallet.services.collecting_ports import CollectingIssuers
from wallet.services.look_at_offer import LookAtOffer
from wallet.services.ports import Store


@dataclass(frozen=True)
class CollectCredentials:
    """Takes arrivals from a looked-at link to what its issuer delivered, unverified."""

    arrivals: Store[Arrival]
    look: LookAtOffer
    issuers: CollectingIssuers
    clock: Clock
    random: RandomBytes

    def by_code(self, session: Session, arrival: Arrival, tx_code: str | None) -> Arrival:
        """Use the code in the link, if that was not done yet, and ask for the record.

        Raises:
            RefusedCredentialError: the issuer is not verified, or the person did not say to ask it.
            CodeNeededError: the issuer wants the code that it sent separately.
            LinkError: the link was used before or has run out, or can be used by signing in only.
            PartnerError: the issuer does not answer, says no, or answers something else than promised.
        """
        source = self.look.source(arrival)
        if arrival.grant is None:
            code = tx_code.strip() if tx_code and source.offer.needs_tx_code else None
            if source.offer.needs_tx_code and not code:
                raise trouble(Trouble.CODE_MISSING)
            arrival = self._granted(session, arrival, self.issuers.redeem_code(source, code))
        return self.ask(session, arrival)

    def begin_sign_in(
        self, session: Session, row_id: str, *, client_id: str, redirect_uri: str
    ) -> tuple[Arrival, str]:
        """Make a request at the issuer's server, and the address of the page where the person says yes.

        Beginning again forgets the request before: its answer counts no more.

        Raises:
            NotInWalletError, RefusedCredentialError, LinkError, PartnerError: as `by_code`.
            PartnerFaultError: the page lies elsewhere now than she was told.
        """
        arrival = self.arrivals.get(session, row_id)
        if arrival.plan is None or not arrival.plan.signs_in_at or arrival.grant is not None:
            raise trouble(Trouble.UNKNOWN_WAY)
        source = self.look.source(arrival)
        sign_in, page = self.issuers.begin_sign_in(source, client_id=client_id, redirect_uri=redirect_uri)
        if origin_of(page) != arrival.plan.signs_in_at:  # the button that she pressed names another
            raise trouble(Trouble.UNFIT_ANSWER)
        return self.arrivals.save(session, replace(arrival, sign_in=sign_in)), page

    def finish_sign_in(self, session: Session, answer: Mapping[str, str]) -> Arrival:
        """Take what the browser brought back, once, and ask for the record.

        Raises:
            LinkError: this wallet waits for no such answer.
            PartnerFaultError: it comes from another server than the one that was asked.
            PartnerError: the person or the issuer said no, or as `by_code`.
        """
        waiting = [(each, each.sign_in) for each in self.arrivals.all(session) if each.sign_in]
        arrival, sign_in = sign_in_of(answer, waiting, now=self.clock())
        # Whatever the answer is, it was the answer: the same state is never taken twice.
        arrival = self.arrivals.save(session, replace(arrival, sign_in=None))
        code = code_in(answer, sign_in)
        grant = self.issuers.redeem_sign_in(self.look.source(arrival), sign_in, code)
        return self.ask(session, self._granted(session, arrival, grant))

    def ask(self, session: Session, arrival: Arrival) -> Arrival:
        """Ask for what a grant is for, or once more for what was to be made later.

        Raises:
            PartnerError: as `by_code`; nothing is lost, and it can be asked again.
        """
        if arrival.delivered is not None:
            return arrival
        if arrival.grant is None:
            raise trouble(Trouble.LINK_UNKNOWN)
        source = self.look.source(arrival)
        if arrival.deferred is not None and self.clock() < arrival.deferred.ask_after:
            return arrival
        grant = self.issuers.renewed(source, arrival.grant)
        if grant != arrival.grant or not arrival.keys:
            copies = arrival.plan.copies if arrival.plan else 1
            keys = arrival.keys or tuple(generate_es256(self.random) for _ in range(copies))
            arrival = self.arrivals.save(session, replace(arrival, grant=grant, keys=keys))
        if arrival.deferred is None:
            answer = self.issuers.request(source, grant, arrival.keys)
        else:
            answer = self.issuers.ask_again(source, grant, arrival.deferred, len(arrival.keys))
        return self.arrivals.save(session, _after(arrival, answer))

    def tell(self, arrival: Arrival, fate: Fate) -> None:
        """Tell the issuer what became of its delivery; that it cannot be told keeps nobody waiting."""
        delivered, grant = arrival.delivered, arrival.grant
        if delivered is None or grant is None or delivered.notification_id is None:
            return
        with suppress(WalletError):
            source = self.look.source(arrival)
            renewed = self.issuers.renewed(source, grant)
            self.issuers.tell(source, renewed, delivered.notification_id, fate)

    def _granted(self, session: Session, arrival: Arrival, grant: Grant) -> Arrival:
        return self.arrivals.save(session, replace(arrival, grant=grant))


def _after(arrival: Arrival, answer: Delivered | Deferred) -> Arrival:
    if isinstance(answer, Deferred):
        return replace(arrival, deferred=answer)
    return arrival.with_delivery(answer)
