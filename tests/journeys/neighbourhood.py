"""A running town with people in it, and the marketplace's books opened beside its own processes.

The tests act as people, buyers and institutions do, over HTTP; into the books they only look, or do what an
operator does on the command line.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from examples.buyers import authority_key
from examples.people import Invitation, Person, settle_in, wallet_settings
from examples.town import MARKETPLACE, Town
from marketplace.bootstrap import House, open_house, services_of
from marketplace.config import Settings
from marketplace.domain.job import Job, Release
from marketplace.domain.offer import OfferState
from marketplace.sdk.result import Placed
from marketplace.services.suite import Services as Market
from ssi.trust import TrustRegistry, verify_registry
from tests.journeys.patience import until
from wallet.bootstrap import build
from wallet.domain.credential import HeldCredential
from wallet.domain.session import Session
from wallet.services.suite import Services as Wallets


@dataclass(frozen=True)
class Balances:
    """Every account of the marketplace's ledger at one moment, in cents."""

    posted: Mapping[str, int]
    held: Mapping[str, int]

    def since(self, earlier: "Balances") -> dict[str, int]:
        """What every account gained or lost since an earlier moment, where it did."""
        names = sorted({*self.posted, *earlier.posted})
        changes = {name: self.posted.get(name, 0) - earlier.posted.get(name, 0) for name in names}
        return {name: cents for name, cents in changes.items() if cents}

    def is_as(self, earlier: "Balances") -> bool:
        """Whether every account has, and has set aside, what it had at an earlier moment."""
        return not self.since(earlier) and self.held == earlier.held

    def of(self, kind: str) -> int:
        """What all accounts of one kind have together, such as `escrow`."""
        return sum(cents for name, cents in self.posted.items() if name.startswith(f"{kind}:"))


@dataclass
class Neighbourhood:
    """A town, its wallets and its market; `people` are the students who take part now."""

    town: Town
    house: House
    market: Market
    wallets: Wallets
    people: list[Person] = field(default_factory=list)

    @property
    def registry(self) -> TrustRegistry:
        """The signed registry, checked."""
        token = self.town.registry.read_text("ascii").strip()
        return verify_registry(token, authority_key(self.town), now=datetime.now(UTC))

    def settle(self, invitations: Sequence[Invitation]) -> list[Person]:
        """Let people open wallets, fetch their records and offer them, until every node has accepted."""
        # The helpers that open wallets are forked, and a database must not be open across a fork.
        self.wallets.close()
        self.house.close()
        people = list(settle_in(self.town, invitations))
        self.wallets = build(wallet_settings(self.town))
        for person in people:
            state = until(partial(self.state_of, person), lambda state: state is not OfferState.WAITING)
            assert state is OfferState.ACTIVE
        return people

    def state_of(self, person: Person) -> OfferState:
        """How the marketplace sees a person's offer."""
        with self.house.store.reading() as books:
            offer = books.offers.get(person.consent_id)
        assert offer is not None
        return offer.state

    def job_of(self, placed: Placed) -> Job:
        """The computation behind an order, as the marketplace sees it."""
        with self.house.store.reading() as books:
            order = books.orders.get(placed.order_id)
            assert order is not None
            return books.orders.job(order.job_id)

    def release_of(self, placed: Placed) -> Release | None:
        """What the marketplace could hand out for an order."""
        with self.house.store.reading() as books:
            return books.orders.release_of(self.job_of(placed).job_id)

    def session(self, person: Person) -> Session:
        """A person opens her wallet."""
        return self.wallets.open_wallet(person.login, person.password)

    def credential(self, person: Person) -> HeldCredential:
        """What a person holds, with all its disclosures."""
        held = self.wallets.publish_offer.credentials
        return held.get(self.session(person), person.credential_id)

    def balances(self) -> Balances:
        """Every account, added up from the first transfer; they always sum to zero."""
        taken = self.market.trial_balance()
        assert taken.total_cents == 0
        return Balances(
            {each.account: each.posted_cents for each in taken.accounts},
            {each.account: each.held_cents for each in taken.accounts if each.held_cents},
        )


def market_settings(town: Town) -> Settings:
    """The settings of the town's marketplace."""
    return Settings(
        directory=town.home(MARKETPLACE),
        registry=town.registry,
        authority=town.authority,
        database_url=town.database_url(MARKETPLACE) if town.database_url else None,
    )


@contextmanager
def living_in(town: Town) -> Iterator[Neighbourhood]:
    """Found a town and start everybody; nobody has settled yet."""
    settings = market_settings(town)
    with town, closing(open_house(settings)) as house:
        neighbourhood = Neighbourhood(town, house, services_of(house, settings), build(wallet_settings(town)))
        try:
            yield neighbourhood
        finally:
            neighbourhood.wallets.close()
