"""A buyer looks at what its connector and the market talk about, and ends a negotiation or a transfer.

An end is said by the worker in the market's own termination message. Until the connector took it, or stayed
away for too long, the state is the one before, and only a termination of the connector's own is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from consent.moves import Side
from consent.negotiation import NegotiationMove
from consent.transfer import TransferMove
from marketplace.domain.negotiation import Negotiation, TransferProcess
from marketplace.services.desk import Desk
from marketplace.services.drive_negotiations import ending as ending_negotiation
from marketplace.services.drive_transfers import ending as ending_transfer
from marketplace.services.negotiate import own_negotiation
from marketplace.services.transfer_results import own_transfer

MOST_READ: Final = 200
"""So many of the latest negotiations, and as many transfers, are looked at."""
_REASON: Final = "a member of the buyer's organisation ended it on the market's pages"


@dataclass(frozen=True)
class ReadTalks:
    """Lists what an account's connector and the market talk about."""

    desk: Desk

    def __call__(self, account_id: str) -> Sequence[Negotiation | TransferProcess]:
        """The latest `MOST_READ` negotiations and as many transfers, the newest first."""
        with self.desk.store.reading() as books:
            negotiations = books.negotiations.newest(account_id, limit=MOST_READ)
            transfers = books.transfer_processes.newest(account_id, limit=MOST_READ)
        return sorted((*transfers, *negotiations), key=lambda each: each.created_at, reverse=True)


@dataclass(frozen=True)
class EndTalks:
    """Ends a negotiation or a transfer for a member; what is being ended already stays as it is."""

    desk: Desk

    def negotiation(self, account_id: str, provider_pid: str) -> Negotiation:
        """The negotiation, with the message that is to be sent.

        Raises:
            UnknownNegotiationError: the account has no such negotiation.
            IllegalMoveError: it is over.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            found = own_negotiation(books, account_id, provider_pid)
            if found.is_ending:
                return found
            found.moved(NegotiationMove.TERMINATE, Side.PROVIDER)
            ended = replace(ending_negotiation(found, _REASON), due_at=now, version=found.version + 1)
            books.negotiations.save(ended)
        return ended

    def transfer(self, account_id: str, provider_pid: str) -> TransferProcess:
        """The transfer, with the message that is to be sent; its order goes on.

        Raises:
            UnknownNegotiationError: the account has no such transfer.
            IllegalMoveError: it is over.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            found = own_transfer(books, account_id, provider_pid)
            if found.is_ending:
                return found
            found.moved(TransferMove.TERMINATE, Side.PROVIDER)
            ended = replace(ending_transfer(found, _REASON), due_at=now, version=found.version + 1)
            books.transfer_processes.save(ended)
        return ended
