"""The story, act by act: issue, hold, offer, ask, compute, pay, account, withdraw.

Each act returns what the next one needs, and every promise on the way is held against what really happened.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from consent.query import Query
from examples.buyers import Enrolled, open_account
from examples.comparison import Line, compare
from examples.people import Person
from examples.programs import run_command
from examples.town import API_KEY, MARKETPLACE, Town
from marketplace.sdk.buyer import Progress, Quote
from marketplace.sdk.result import OpenedResult
from ssi.http.client import Client
from wallet.domain.held_consent import Delivery, HeldConsent
from wallet.domain.session import Session
from wallet.domain.use import Outcome, Proof, UseEntry
from wallet.services.suite import Services

PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.25


class StoryError(Exception):
    """Something that the story promises did not happen."""


@dataclass(frozen=True)
class Answered:
    """A bought answer beside the answer in the clear."""

    query: Query
    quote: Quote
    result: OpenedResult
    lines: list[Line] = field(repr=False)

    @property
    def holds(self) -> bool:
        """Whether every number is what it should be."""
        return all(line.holds for line in self.lines)


@dataclass(frozen=True)
class Account:
    """What one person sees after her data was used."""

    uses: tuple[UseEntry, ...]
    total_cents: int

    @property
    def all_proven(self) -> bool:
        """Whether the wallet itself found every paid use in the log."""
        return bool(self.uses) and all(use.proof is Proof.CHECKED for use in self.uses)


def wait_until_offered(services: Services, people: Sequence[Person]) -> Iterator[Person]:
    """Wait until all three nodes have checked and accepted what each person offers; yields each in turn.

    Raises:
        StoryError: a node refused, or it took too long.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    for person in people:
        session = services.open_wallet(person.login, person.password)
        while (delivery := _delivery(services, session, person)) is not Delivery.ACTIVE:
            if delivery is Delivery.REFUSED or time.monotonic() > deadline:
                raise StoryError(f"the offer of {person.login} is {delivery}")
            time.sleep(PAUSE_SECONDS)  # the nodes are verifying; the wallet asks again
        yield person


def in_groups(query: Query, people: Sequence[Person]) -> list[Person]:
    """Those of whose public group there are enough: the others are in no answer to a grouped query."""
    group = query.group_by or ""
    sizes = Counter(person.record.values[group] for person in people)
    return [person for person in people if sizes[person.record.values[group]] >= query.floor]


def buy(
    enrolled: Enrolled,
    query: Query,
    people: Sequence[Person],
    *,
    tell: Callable[[Progress], object] = lambda progress: None,
) -> Answered:
    """Ask for the price, pay, wait, open, check and confirm; `people` are those who must have taken part.

    Raises:
        StoryError: other people took part than should have.
    """
    buyer = enrolled.buyer
    quote = buyer.quote(query)
    placed = buyer.order(query, accept_cents=quote.price_cents)
    buyer.wait(placed, tell=tell, seconds=PATIENCE_SECONDS, every=PAUSE_SECONDS)
    result = buyer.collect(placed)
    if result.people != len(people):
        raise StoryError(f"expected {len(people)} people in the answer, got {result.people}")
    lines = compare(query, result.answer, [person.record.values for person in people])
    return Answered(query, quote, result, lines)


def look_into_wallet(services: Services, person: Person) -> Account:
    """What a person sees: who asked, what was paid, each checked against the log by her own wallet.

    A payment is proven once most nodes have confirmed the log that holds it; she looks again until they have.

    Raises:
        StoryError: her wallet found something wrong, or the nodes did not confirm the log.
    """
    session = services.open_wallet(person.login, person.password)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        report = services.refresh(session)
        if report.alarms or report.problems:
            raise StoryError(f"the wallet of {person.login} says: {[*report.alarms, *report.problems]}")
        uses = services.history(session)
        if not any(use.outcome is Outcome.PAID and use.proof is Proof.PENDING for use in uses):
            return Account(uses, services.earnings(session).total_cents)
        if time.monotonic() > deadline:
            raise StoryError(f"the nodes did not confirm what the wallet of {person.login} was paid for")
        time.sleep(PAUSE_SECONDS)  # the marketplace is showing its log to the nodes


def withdraw(services: Services, person: Person) -> int:
    """A person withdraws; returns how many nodes signed that they deleted her shares."""
    session = services.open_wallet(person.login, person.password)
    held = services.withdraw_consent(session, person.consent_id)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _deletions(held) < len(Town.NODES) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)  # a node was slow; her wallet asks again
        held = services.withdraw_consent(session, person.consent_id)
    return _deletions(held)


def revoke(town: Town, issuer: str, person: Person) -> None:
    """The issuer takes a credential back."""
    headers = {"Authorization": f"Bearer {town.secret(issuer, API_KEY)}"}
    Client(town.url(issuer), headers=headers).post_json(
        f"/api/v1/credentials/{person.issued_id}/status",
        {"status": "revoked", "reason": "issued by mistake"},
    )


def trial_balance(town: Town) -> dict[str, int]:
    """Every account's balance in cents, added up from the first transfer; the sum stands under ``""``."""
    market = ("--dir", town.home(MARKETPLACE), *town.trust, *town.database(MARKETPLACE))
    *accounts, total = run_command("marketplace", "trial-balance", "--accounts", *market).splitlines()
    balances = {line.split(maxsplit=2)[2]: int(line.split()[0]) for line in accounts}
    return {**balances, "": int(total)}


def checkpoint(town: Town) -> str:
    """The signed state of the log."""
    market = ("--dir", town.home(MARKETPLACE), *town.trust, *town.database(MARKETPLACE))
    return run_command("marketplace", "checkpoint", *market)


def hire_operator(town: Town, *, email: str, password: str) -> None:
    """Give somebody the operator's view."""
    open_account(town, "operator", email=email, password=password)


def _delivery(services: Services, session: Session, person: Person) -> Delivery:
    services.refresh(session)
    return next(each.delivery for each in services.consents(session) if each.consent_id == person.consent_id)


def _deletions(held: HeldConsent) -> int:
    return 0 if held.withdrawal is None else len(held.withdrawal.deletions)
