"""Organisations that buy: their accounts, and what one purchase did from the quote to the last cent."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

from consent.query import Query
from crypto.encoding import Json
from examples.buyers import Organisation, authority_key, certify
from examples.comparison import Line, compare
from examples.people import Person
from examples.town import MARKETPLACE
from marketplace.sdk.buyer import API, Buyer, Quote
from marketplace.sdk.enrolment import collect_organisation_credential
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import OpenedResult, Placed
from tests.journeys.neighbourhood import Balances, Neighbourhood
from tests.journeys.patience import PATIENCE_SECONDS, PAUSE_SECONDS

PASSWORD = "tide table compass"
PURSE_CENTS = 500_000
INSTITUTE = Organisation("Institute for Education Research", "research_institute")


@dataclass(frozen=True)
class Customer:
    """A buyer with its account at the marketplace."""

    buyer: Buyer
    account_id: str
    email: str
    name: str = ""

    @property
    def purse(self) -> str:
        """The ledger's account of what it can spend."""
        return f"buyer:{self.account_id}:available"


@dataclass(frozen=True)
class Purchase:
    """One bought answer, with the books before it, at its release and after everybody was paid."""

    customer: Customer
    quote: Quote
    placed: Placed
    document: Json = field(repr=False)
    result: OpenedResult
    people: tuple[Person, ...]
    before: Balances
    released: Balances
    settled: Balances

    @property
    def lines(self) -> list[Line]:
        """The answer beside the answer in the clear."""
        values = [person.record.values for person in self.people]
        return compare(self.placed.query, self.result.answer, values)


def stranger(neighbourhood: Neighbourhood, *, cents: int = PURSE_CENTS) -> Customer:
    """An account with money, behind which no organisation has registered."""
    email = f"{uuid4().hex}@buyer.example"
    account = neighbourhood.market.add_account(email, PASSWORD)
    if cents:
        neighbourhood.market.top_up(account.account_id, transfer_id="first", amount_cents=cents)
    key = neighbourhood.market.make_api_key(account.account_id, "tests")
    town = neighbourhood.town
    buyer = Buyer.connect(town.url(MARKETPLACE), key.secret, BuyerKeys.create(), authority_key(town))
    return Customer(buyer, account.account_id, email)


def enrolled(
    neighbourhood: Neighbourhood, organisation: Organisation = INSTITUTE, *, cents: int = PURSE_CENTS
) -> Customer:
    """An organisation that fetched its credential, signed its mandate and registered both."""
    customer = stranger(neighbourhood, cents=cents)
    buyer = customer.buyer
    link = certify(neighbourhood.town, organisation, external_id=customer.email)
    credential = collect_organisation_credential(
        link, buyer.keys.credential_key, registry=buyer.registry(), now=datetime.now(UTC)
    )
    buyer.register(credential)
    return replace(customer, name=organisation.name)


def order(customer: Customer, query: Query) -> Placed:
    """Order at today's price."""
    return customer.buyer.order(query, accept_cents=customer.buyer.quote(query).price_cents)


def wait(customer: Customer, placed: Placed) -> None:
    """Wait until the answer can be opened; raises as `Buyer.wait`."""
    customer.buyer.wait(placed, seconds=PATIENCE_SECONDS, every=PAUSE_SECONDS)


def buy(neighbourhood: Neighbourhood, customer: Customer, query: Query, people: Sequence[Person]) -> Purchase:
    """Ask for the price, order, wait, open, check, confirm; `people` are those who must have taken part."""
    buyer = customer.buyer
    quote, before = buyer.quote(query), neighbourhood.balances()
    placed = buyer.order(query, accept_cents=quote.price_cents)
    wait(customer, placed)
    document = buyer.client.get_json(f"{API}/orders/{placed.order_id}/result")
    result, released = buyer.open_result(placed), neighbourhood.balances()
    buyer.confirm(placed)
    assert result.people == len(people)
    return Purchase(
        customer=customer,
        quote=quote,
        placed=placed,
        document=document,
        result=result,
        people=tuple(people),
        before=before,
        released=released,
        settled=neighbourhood.balances(),
    )
