"""A person asks to be paid what she earned, by the agreements that she chooses, and follows what comes of it.

What she signed is kept before it is sent, and sent again until the marketplace answered; it is one request
however often it arrives. Nothing is chosen for her: agreements in one request become known to be of one
person.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consent.errors import TermsError
from consent.payout import MOST_LINES, Payee, PayoutLine, PayoutRequest, sign_payout
from crypto.errors import OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.earnings import Earnings
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_offer import HeldOffer
from wallet.domain.payout import (
    SHOWN_OF_ACCOUNT,
    Balance,
    HeldPayout,
    PayoutAnswer,
    PayoutState,
    PayoutTerms,
    balances,
)
from wallet.domain.session import Session
from wallet.errors import (
    ChoiceError,
    ConflictError,
    PartnerFaultError,
    PartnerRefusedError,
    PartnerUnreachableError,
)
from wallet.services.payout_ports import PayoutMarket
from wallet.services.ports import Store, Trust
from wallet.services.read_wallet import ReadWallet


@dataclass(frozen=True)
class PayOut:
    """Asks for payouts and follows them."""

    payouts: Store[HeldPayout]
    credentials: Store[HeldCredential]
    read: ReadWallet
    trust: Trust
    market: PayoutMarket
    clock: Clock
    random: RandomBytes = random_bytes

    def all(self, session: Session) -> tuple[HeldPayout, ...]:
        """Every payout, newest first."""
        return tuple(
            sorted(self.payouts.all(session), key=lambda each: (each.at, each.payout_id), reverse=True)
        )

    def balances(self, session: Session) -> tuple[Balance, ...]:
        """What each agreement earned and where it went, as of the last refresh."""
        return balances(_by_agreement(self.read.earnings(session)), self.payouts.all(session))

    def terms(self) -> PayoutTerms:
        """From how much on the marketplace pays, and when.

        Raises:
            PartnerError: it does not say so now.
        """
        return self.market.terms()

    def table(self, session: Session) -> str:
        """The history of earnings with what was paid out of them, for a spreadsheet."""
        return self.read.earnings(session).to_csv(self.all(session))

    def ask(self, session: Session, name: str, iban: str, chosen: Mapping[str, int]) -> HeldPayout:
        """Ask for all that some agreements have left; `chosen` has the cents that she was shown of each.

        Raises:
            ChoiceError: name, account or choice cannot be sent; the field is `name`, `iban` or `agreements`.
            PartnerUnreachableError, PartnerRefusedError: nobody says the terms now; nothing was signed.
            PartnerFaultError: what was answered does not hold; what was signed is kept and followed.
        """
        payee = _payee(name, iban)
        self._check(session, chosen, self.market.terms())
        keys = self._keys(session)
        lines = tuple(PayoutLine(each, cents) for each, cents in sorted(chosen.items()))
        request = PayoutRequest(
            payout_id=self._new_id(),
            marketplace=self.trust.registry().marketplace.id,
            payee=payee,
            lines=lines,
            at=self.clock().replace(microsecond=0),
        )
        held = HeldPayout(
            row_id=self._new_id(),
            payout_id=request.payout_id,
            account_end=payee.iban[-SHOWN_OF_ACCOUNT:],
            lines=lines,
            at=request.at,
            signed=sign_payout(request, lambda consent_id: keys[consent_id]()),
        )
        held = self.payouts.save(session, held)
        try:
            return self._sent(session, held, at_first=True)
        except PartnerUnreachableError:
            return held
        except ConflictError:
            return self.payouts.get(session, held.row_id)  # another window sent it and has the answer

    def follow(self, session: Session, held: HeldPayout) -> HeldPayout:
        """Send a request that is not known to have arrived, or ask how it stands; over is over.

        Raises:
            PartnerError: no answer, or one that does not hold; the payout stays as it was.
        """
        if held.state.is_over:
            return held
        if held.state is PayoutState.SENDING:
            return self._sent(session, held, at_first=False)
        key_of = self._keys(session).get(held.lines[0].consent_id)
        if key_of is None:
            return held  # of an agreement that this wallet does not have, so it cannot ask
        return self._believed(session, held, self.market.payout(held.payout_id, key_of()))

    def _sent(self, session: Session, held: HeldPayout, *, at_first: bool) -> HeldPayout:
        try:
            answer = self.market.request(held.signed)
        except PartnerRefusedError as error:
            return self.payouts.save(session, held.not_taken(str(error), self.clock()))
        if at_first and answer.state is not PayoutState.REQUESTED:
            # Nobody can have decided on what was sent a moment ago.
            raise PartnerFaultError("The marketplace gave an answer about a payout that does not hold.")
        return self._believed(session, held, answer)

    def _believed(self, session: Session, held: HeldPayout, answer: PayoutAnswer) -> HeldPayout:
        try:
            after = held.answered(answer, self.clock())
        except OutOfRangeError as error:
            raise PartnerFaultError(
                "The marketplace gave an answer about a payout that does not hold."
            ) from error
        return held if after == held else self.payouts.save(session, after)

    def _check(self, session: Session, chosen: Mapping[str, int], terms: PayoutTerms) -> None:
        left = {each.consent_id: each.left_cents for each in self.balances(session)}
        if not chosen:
            raise ChoiceError("Choose at least one agreement.", "agreements")
        if len(chosen) > MOST_LINES:
            raise ChoiceError(f"Choose at most {MOST_LINES} agreements at once.", "agreements")
        if any(cents < 1 or left.get(each) != cents for each, cents in chosen.items()):
            raise ChoiceError("The amounts have changed since you looked. Look again.", "agreements")
        if sum(chosen.values()) < terms.least_cents:
            raise ChoiceError("What you chose is less than the least amount. Choose more.", "agreements")

    def _keys(self, session: Session) -> dict[str, Callable[[], SigningKey]]:
        """For each agreement and offer, how to get the key that signed it."""
        held: tuple[HeldConsent | HeldOffer, ...] = (
            *self.read.consents(session),
            *self.read.scores.offers(session),
            *self.read.crowds.offers(session),
        )

        def key_of(credential_id: str) -> Callable[[], SigningKey]:
            return lambda: self.credentials.get(session, credential_id).holder_key

        return {each.consent_id: key_of(each.credential_id) for each in held}

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))


def _payee(name: str, iban: str) -> Payee:
    try:
        Payee.typed(name, _ANY_ACCOUNT)
    except TermsError as error:
        raise ChoiceError(
            "Type the name that the account is under, in at most 70 characters.", "name"
        ) from error
    try:
        return Payee.typed(name, iban)
    except TermsError as error:
        raise ChoiceError(
            "This is no account number (IBAN). Look at it again: a digit may be wrong.", "iban"
        ) from error


_ANY_ACCOUNT = "DE89370400440532013000"
"""A number that holds, from the standard's examples: with it, only the name can be amiss."""


def _by_agreement(earned: Earnings) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in earned.lines:
        found[line.consent_id] = found.get(line.consent_id, 0) + line.amount_cents
    return found
