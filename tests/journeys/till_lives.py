"""Lives of money on its way out and in: payouts to people, payments by card and what goes back of them.

They are lived by real wallets and at the screens, by people who send a form again where nobody answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import requests

from examples.town import MARKETPLACE
from marketplace.domain.chart import BANK, rail, subject_earned
from tests.journeys.home import Ended, Home, Student
from tests.journeys.patience import until
from tests.marketplace.stripe_fake import signed
from wallet.domain.payout import HeldPayout, PayoutState

PAID_CENTS, BACK_CENTS = 5000, 2000
IBAN = "AT61 1904 3002 3457 3201"


@dataclass
class PayoutLives:
    """Payouts of what a student earned."""

    home: Home

    def payout(self, *, refused: bool) -> Ended:
        """A student asks for what she earned; an operator makes the bank's file, and says how it ended."""
        student = max(self.home.crowd, key=lambda each: each.left_cents)
        cents = student.left_cents
        held = self._asked_payout(student)
        page = "/operations/payouts"
        debtor = {"debtor_name": "Market", "debtor_iban": "DE89370400440532013000"}
        assert "<CdtTrfTxInf>" in self.home.operator.send(page, f"{page}/file", **debtor)
        ending = f"{page}/{held.payout_id}/{'refusal' if refused else 'paid'}"
        because = {"reason": "The bank does not know this account."} if refused else {}
        for _ in range(2):  # again changes nothing
            self.home.operator.send(page, ending, **because)
        state = self._followed(student, held, lambda state: state.is_over)
        assert student.left_cents == (cents if refused else 0)
        moved = {} if refused else {BANK: cents, subject_earned(student.consent_id): -cents}
        return Ended(state.value, moved)

    def _asked_payout(self, student: Student) -> HeldPayout:
        pay_out, session = student.wallets.pay_out, student.session
        chosen = {each.consent_id: each.left_cents for each in pay_out.balances(session) if each.left_cents}
        held = self.home.crashes.insist(
            lambda: self.home.quiet(partial(pay_out.ask, session, "A student", IBAN, chosen))
        )
        self._followed(student, held, lambda state: state is PayoutState.REQUESTED)
        return held

    def _followed(
        self, student: Student, held: HeldPayout, good: Callable[[PayoutState], bool]
    ) -> PayoutState:
        def look() -> PayoutState:
            self.home.crashes.revive()
            student.look()
            return student.wallets.pay_out.payouts.get(student.session, held.row_id).state

        return until(look, good)


@dataclass
class CardLives:
    """Payments over Stripe, by a buyer at the screens."""

    home: Home

    def card_payment(self) -> Ended:
        """A buyer pays in and asks a part back, which an operator approves and the worker sends."""
        payment_id, refund_id = self.home.crashes.fresh_id(), self.home.crashes.fresh_id()
        pages = "/account/payments"
        self.home.buyer.send(pages, pages, payment_id=payment_id, euros="50")
        session = self._session_of(payment_id)
        self._say(self.home.stripe.pay(session["id"]))
        page = f"{pages}/{payment_id}"
        self.home.buyer.send(page, f"{page}/refunds", refund_id=refund_id, euros="20")
        desk = "/operations/refunds"
        self.home.operator.send("/operations/payouts", f"{desk}/{refund_id}/approval")
        self.home.worker_comes_by()
        state = until(partial(self._refund_state, refund_id), lambda state: state == "sent")
        given = [
            each for each in self.home.stripe.refunds.values() if each["metadata"]["refund_id"] == refund_id
        ]
        assert [each["amount"] for each in given] == [BACK_CENTS]
        left = PAID_CENTS - BACK_CENTS
        return Ended(state, {self.home.customer.purse: left, rail("stripe"): -left})

    def _session_of(self, payment_id: str) -> dict[str, str]:
        """The one checkout that was opened for a payment."""
        (found,) = [
            each for each in self.home.stripe.sessions.values() if each["client_reference_id"] == payment_id
        ]
        return found

    def _say(self, word: bytes) -> None:
        """Stripe says something until it is heard, and once more."""
        url = f"{self.home.crashes.town.url(MARKETPLACE)}/api/v1/payment-notices"

        def say() -> bool | None:
            headers = {"Stripe-Signature": signed(word, datetime.now(UTC))}
            try:
                return True if requests.post(url, data=word, headers=headers, timeout=60).ok else None
            except requests.RequestException:
                return None

        for _ in range(2):
            self.home.crashes.insist(say)

    def _refund_state(self, refund_id: str) -> str:
        self.home.crashes.revive()
        with self.home.crashes.neighbourhood.house.store.reading() as books:
            found = books.payments.refund(refund_id)
        assert found is not None
        return found.state.value
