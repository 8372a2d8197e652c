"""A whole marketplace in one process: real papers, real books, a clock that stands still, simulated nodes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

from consent.order import Mandate, sign_mandate
from consent.query import Query
from crypto.encoding import Json
from crypto.sealing import SealingKey, Vault
from marketplace.clients.nodes import HttpNodes
from marketplace.domain.account import Account
from marketplace.domain.invoice import Seller
from marketplace.domain.view import OrderView
from marketplace.services.data_space_suite import SpaceSide
from marketplace.services.desk import Desk, Terms
from marketplace.services.drive_jobs import DriveJobs
from marketplace.services.keep_webhooks import WebhookSide
from marketplace.services.ports import Nodes, Store
from marketplace.services.suite import Duties, Others, Services, Surroundings, duties, offer
from ssi.credential import Credential
from ssi.errors import RevokedError
from ssi.trust import TrustRegistry, sign_registry
from tests.marketplace.fakes import CHEAP, HandClock, MemoryStore, deterministic
from tests.marketplace.mpc_node.orders import (
    BUYER_HANDLE,
    BUYER_KEY,
    EXACT,
    RESULT_KEYS,
    buyer_credential,
)
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, NOW, ed25519, registry
from tests.marketplace.mpc_node.people import PLAIN, Offer, Person, contribution_of, people
from tests.marketplace.simulation import SimulatedNodes

PASSWORD = "correct horse battery"
ENOUGH_CENTS = 1_000_000
ENOUGH_TURNS = 60


@dataclass
class KnownStatusLists:
    """The `StatusLists` port: knows who is revoked."""

    revoked: set[str] = field(default_factory=set)

    def check(self, credential: Credential, *, now) -> None:
        if credential.handle in self.revoked:
            raise RevokedError("the credential was revoked by its issuer")


@dataclass
class Market:
    """A marketplace and everybody it has to do with."""

    store: Store
    clock: HandClock
    nodes: SimulatedNodes
    status_lists: KnownStatusLists
    desk: Desk
    services: Services
    duties: Duties

    def supply(self, crowd: Sequence[Person], made: Offer = PLAIN) -> list[dict[str, Json]]:
        """Let people offer; their receipts."""
        self.nodes.people |= {(made.consent_id or each.consent_id): each for each in crowd}
        return [self.services.accept_offer(contribution_of(each, made).to_json()) for each in crowd]

    def forward(self) -> None:
        """Hand all contributions to the nodes."""
        for node_id in NAMES:
            while self.duties.forward_contributions(node_id):
                pass

    def witness(self) -> None:
        """Show the log to all nodes until each has seen all of it."""
        for _ in range(2):  # the second time for those who were asked before the state was published
            for node_id in NAMES:
                self.duties.witness_log(node_id)

    def stock(self, count: int = 12) -> list[Person]:
        """Active offers of so many people."""
        crowd = people(count)
        self.supply(crowd)
        self.forward()
        return crowd

    def buyer(self, email: str = "buyer@example.org", *, cents: int = ENOUGH_CENTS) -> Account:
        """A buyer with credential, mandate and money."""
        account = self.services.add_account(email, PASSWORD)
        if cents:
            self.services.top_up(account.account_id, transfer_id="first", amount_cents=cents)
        return self.services.register_organisation(
            account.account_id, credential=buyer_credential(), mandate=mandate()
        )

    def order(self, buyer: Account, query: Query = EXACT, order_id: str | None = None) -> OrderView:
        """An order at today's price."""
        quote = self.services.make_quote(buyer.account_id, query)
        return self.services.place_order(
            buyer.account_id,
            order_id=order_id or str(uuid4()),
            query=query,
            accepted_price_cents=quote.price.gross_cents,
        )

    def turn(self) -> bool:
        """One turn of the worker's job duty, a moment later."""
        self.clock.forward(seconds=1)
        return self.duties.drive_jobs()

    def drive(self) -> None:
        """Turn until nothing is due."""
        turns = 0
        while self.turn():
            turns += 1
            assert turns < ENOUGH_TURNS, "a job does not come to an end"

    def released(self, buyer: Account, query: Query = EXACT) -> OrderView:
        """An order whose answer is ready."""
        placed = self.order(buyer, query)
        self.drive()
        return self.services.read_order(buyer.account_id, placed.order_id)

    def balance(self, account: str) -> int:
        """What an account of the ledger has, in cents."""
        found = {each.account: each.posted_cents for each in self.services.trial_balance().accounts}
        return found.get(account, 0)

    def another_worker(self, nodes: Nodes | None = None) -> DriveJobs:
        """A second worker on the same books."""
        return DriveJobs(self.desk, nodes or self.nodes, "another worker")


def mandate(keys: Sequence[SealingKey] = RESULT_KEYS, *, days: int = 30) -> str:
    """A mandate of the buyer with these result keys."""
    return sign_mandate(
        Mandate(
            buyer=BUYER_HANDLE,
            marketplace=MARKET,
            result_keys=tuple(key.public.to_bytes() for key in keys),
            issued_at=NOW - timedelta(days=1),
            valid_until=NOW + timedelta(days=days),
        ),
        BUYER_KEY,
    )


def registry_token(known: TrustRegistry | None = None) -> str:
    """The registry as its authority signs it."""
    return sign_registry(known or registry(), ed25519("authority"))


def open_market(
    store: Store | None = None,
    *,
    terms: Terms | None = None,
    real_nodes: Callable[[HandClock], Nodes] | None = None,
    known: TrustRegistry | None = None,
    seller: Seller | None = None,
    space: SpaceSide | None = None,
    webhooks: WebhookSide | None = None,
) -> Market:
    """A marketplace on fresh books, over simulated nodes or real ones; `known` is another registry.

    With `space` it talks to other data spaces.
    """
    clock = HandClock(NOW)
    nodes, status_lists = SimulatedNodes(clock), KnownStatusLists()
    asked = nodes if real_nodes is None else real_nodes(clock)
    desk = Desk(
        marketplace_id=MARKET,
        key=MARKET_KEY,
        store=store or MemoryStore(),
        registry=(lambda: known) if known else registry,
        clock=clock,
        random=deterministic(),
        terms=terms or Terms(),
        seller=seller,
    )
    around = Surroundings(
        asked,
        status_lists,
        lambda: registry_token(known),
        lambda: None,
        Vault(b"p" * 32),
        CHEAP,
        space=space,
        webhooks=webhooks,
    )
    if isinstance(asked, HttpNodes):
        around = replace(around, paces=asked)
    return Market(
        store=desk.store,
        clock=clock,
        nodes=nodes,
        status_lists=status_lists,
        desk=desk,
        services=offer(desk, around),
        duties=duties(
            desk,
            asked,
            worker="worker",
            others=Others(space=space, status_lists=status_lists, webhooks=webhooks),
        ),
    )
