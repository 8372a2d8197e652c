"""A buyer of the market on screen whose connector listens on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from marketplace.clients.callbacks import HttpCallbacks
from marketplace.services.data_space_suite import SpaceDuties, SpaceSide, space_duties
from marketplace.services.negotiate import RegisterConnector
from tests.marketplace.connector import ROOT, Connector, Listener
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.queries import NOISY
from tests.serving import serving


@dataclass
class Talking:
    """The connector of one buyer, and the worker of her market."""

    house: House
    connector: Connector
    listener: Listener
    duties: SpaceDuties

    def asks(self, *, cents: int = 100_000) -> dict[str, Any]:
        """A negotiation that was begun."""
        answer = self.connector.request(query=NOISY, cents=cents)
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json
        return begun

    def agreed(self) -> str:
        """The id of an agreement that was finalized."""
        begun = self.asks()
        self.work()
        agreement: dict[str, Any] = self.listener.last("ContractAgreementMessage")["agreement"]
        assert self.connector.verify(begun).status_code == 200
        self.work()
        return str(agreement["@id"])

    def transfers(self, agreement_id: str) -> dict[str, Any]:
        answer = self.connector.transfer(agreement_id)
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json
        return begun

    def work(self, *, seconds: int = 1) -> None:
        self.house.clock.forward(seconds=seconds)
        self.duties.negotiate()
        self.duties.transfer()


@contextmanager
def talking(house: House, buyer: Visitor) -> Iterator[Talking]:
    """The buyer's connector is registered and listens."""
    desk = house.work.desk
    listener, callbacks = (
        Listener(market=desk.marketplace_id, key=desk.key.public),
        HttpCallbacks(loopback=True),
    )
    with serving(listener.app()) as url:
        listener.url = url
        account = house.account_of(buyer)
        key = {"Authorization": f"Bearer {house.services.make_api_key(account.account_id, 'c').secret}"}
        market: Any = None  # the house is the market here
        connector = Connector(market, house.app.test_client(), account, key, listener)
        RegisterConnector(desk, callbacks)(account.account_id, connector.callback)
        yield Talking(house, connector, listener, space_duties(desk, SpaceSide(ROOT, callbacks)))
        assert listener.faults == []
