"""Everything that can be done with other data spaces, in one value for those who serve it."""

from dataclasses import dataclass

from marketplace.domain.dsp import BASE
from marketplace.services.desk import Desk
from marketplace.services.drive_negotiations import DriveNegotiations
from marketplace.services.drive_transfers import DriveTransfers
from marketplace.services.make_quote import MakeQuote
from marketplace.services.negotiate import (
    AnswerNegotiation,
    BeginNegotiation,
    ReadConnector,
    ReadNegotiation,
    RegisterConnector,
)
from marketplace.services.negotiation_ports import Callbacks
from marketplace.services.place_order import PlaceOrder
from marketplace.services.ports import StatusLists
from marketplace.services.send_messages import Sender
from marketplace.services.tend_connector import EndTalks, ReadTalks
from marketplace.services.transfer_results import AnswerTransfer, BeginTransfer, ReadTransfer

ORDERS = "/api/v1/orders"


@dataclass(frozen=True)
class SpaceSide:
    """What talking to other data spaces needs besides the desk: our address and name, a way to connectors."""

    public_url: str
    callbacks: Callbacks
    name: str = "Market"

    @property
    def root(self) -> str:
        """Our own address without a slash at its end."""
        return self.public_url.rstrip("/")

    @property
    def endpoint(self) -> str:
        """Where connectors reach the market."""
        return self.root + BASE


@dataclass(frozen=True)
class DataSpace:
    """The use cases of the data space, each is called; and how the market is called and reached there."""

    name: str
    root: str
    endpoint: str
    register_connector: RegisterConnector
    read_connector: ReadConnector
    begin_negotiation: BeginNegotiation
    answer_negotiation: AnswerNegotiation
    read_negotiation: ReadNegotiation
    begin_transfer: BeginTransfer
    answer_transfer: AnswerTransfer
    read_transfer: ReadTransfer
    read_talks: ReadTalks
    end_talks: EndTalks


@dataclass(frozen=True)
class SpaceDuties:
    """What the worker does for the data space, each duty again and again."""

    negotiate: DriveNegotiations
    transfer: DriveTransfers


def data_space(desk: Desk, side: SpaceSide, status_lists: StatusLists) -> DataSpace:
    """Make the use cases."""
    return DataSpace(
        name=side.name,
        root=side.root,
        endpoint=side.endpoint,
        register_connector=RegisterConnector(desk, side.callbacks),
        read_connector=ReadConnector(desk),
        begin_negotiation=BeginNegotiation(desk),
        answer_negotiation=AnswerNegotiation(desk),
        read_negotiation=ReadNegotiation(desk),
        begin_transfer=BeginTransfer(desk, PlaceOrder(desk, status_lists)),
        answer_transfer=AnswerTransfer(desk),
        read_transfer=ReadTransfer(desk),
        read_talks=ReadTalks(desk),
        end_talks=EndTalks(desk),
    )


def space_duties(desk: Desk, side: SpaceSide) -> SpaceDuties:
    """Make the worker's duties."""
    sender = Sender(desk, side.callbacks, side.endpoint)
    return SpaceDuties(
        negotiate=DriveNegotiations(desk, MakeQuote(desk), sender),
        transfer=DriveTransfers(desk, sender, side.root + ORDERS),
    )
