"""What does a new buyer do first? A short list that disappears once everything on it is done."""

from dataclasses import dataclass

from marketplace.domain.account import Account, AccountKind
from marketplace.services.suite import Services


@dataclass(frozen=True)
class FirstStep:
    """One thing to do, where to do it, and whether it is done."""

    label: str
    endpoint: str
    is_done: bool


def first_steps(services: Services, account: Account | None) -> tuple[FirstStep, ...]:
    """The steps of a buyer, in order; none for others, and none when the first question has been asked."""
    if account is None or account.kind is not AccountKind.BUYER:
        return ()
    if services.list_orders.has_any(account.account_id):
        return ()
    statement = services.read_statement(account.account_id)
    return (
        FirstStep("Register your organisation", "organisation.overview", account.organisation is not None),
        FirstStep("Add money to your account", "purse.overview", statement.available_cents > 0),
        FirstStep("Choose a data set below and ask", "catalogue.overview", is_done=False),
    )
