"""A market whose buyers pay in over a rail: Stripe, as a fake of it on loopback, or the sandbox."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marketplace.clients.sandbox_rail import SandboxRail
from marketplace.clients.stripe_rail import StripeRail
from marketplace.domain.card_payment import Payment
from marketplace.domain.chart import buyer_available
from marketplace.services.payments import Payments, TendPayments
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.stripe_fake import API_KEY, WEBHOOK_SECRET, StripeFake, signed

ONE, TWO = (str(UUID(int=number)) for number in (1, 2))
BACK = "https://market.example/account/payments/1"


@dataclass
class Till:
    """A market whose buyers pay in over one rail, and the rail in the test's hand."""

    market: Market
    payments: Payments
    fake: StripeFake | None
    account_id: str

    @property
    def purse(self) -> int:
        return self.market.balance(buyer_available(self.account_id))

    @property
    def rail_name(self) -> str:
        return self.payments.rail.name

    def begin(self, payment_id: str = ONE, cents: int = 5000) -> Payment:
        return self.payments.begin(self.account_id, payment_id=payment_id, amount_cents=cents, back_to=BACK)

    def word(self, payment: Payment, *, paid: bool = True) -> tuple[bytes, str]:
        """What the rail says of a payment, signed now."""
        if self.fake is None:
            sandbox = self.payments.rail
            assert isinstance(sandbox, SandboxRail)
            return sandbox.pay(payment) if paid else sandbox.abandon(payment)
        name = payment.reference or ""
        body = self.fake.pay(name) if paid else self.fake.expire(name)
        return body, signed(body, self.market.clock.now)

    def paid(self, payment_id: str = ONE, cents: int = 5000) -> Payment:
        self.payments.take_notice(*self.word(self.begin(payment_id, cents)))
        return self.state(payment_id)

    def state(self, payment_id: str = ONE) -> Payment:
        return self.payments.read(self.account_id, payment_id)[0]

    def tend(self) -> None:
        tending = TendPayments(self.payments)
        while tending():
            pass

    def ask_back(self, cents: int, refund_id: str = TWO) -> Any:
        return self.payments.ask_back(
            self.account_id, payment_id=ONE, refund_id=refund_id, amount_cents=cents
        )


def open_till(market: Market, at: tuple[StripeFake, str] | None, *, needs_approval: bool = True) -> Till:
    account = market.services.add_account("buyer@example.org", PASSWORD)
    if at is None:
        return Till(
            market, Payments(market.desk, SandboxRail(b"k" * 32), needs_approval), None, account.account_id
        )
    fake, url = at
    vars(fake).update(vars(StripeFake()))
    card = StripeRail(API_KEY, WEBHOOK_SECRET, address=url)
    return Till(market, Payments(market.desk, card, needs_approval), fake, account.account_id)
