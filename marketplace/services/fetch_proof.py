"""What does a buyer need to show others, without us, that an answer came about as it says?"""

from dataclasses import dataclass

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.log import Log
from marketplace.services.desk import Desk
from marketplace.services.log_entries import signed_checkpoint
from marketplace.services.ports import Books
from marketplace.services.read_orders import FetchResult, order_of


@dataclass(frozen=True)
class FetchProof:
    """Hands out the papers of an answered order: who asked, that it was paid for, its place in the log.

    The manifest is not among them: it names the consents one by one, and a buyer learns how many people took
    part, never who. Everything that the nodes signed is bound to its digest all the same.
    """

    desk: Desk
    fetch_result: FetchResult

    def __call__(self, account_id: str, order_id: str) -> dict[str, Json]:
        """The document; its checkpoint is the published one if that state holds the order's entry already.

        Raises:
            UnknownOrderError: this buyer has no such order.
            ResultNotReadyError: there is no answer, yet or ever.
        """
        result = self.fetch_result(account_id, order_id)
        with self.desk.store.reading() as books:
            order = order_of(books, account_id, order_id)
            log = Log(books.log)
            entry = log.entry(order.log_index)
            size, note = self._checkpoint(books, log, order.log_index)
            return {
                "order_id": order.order_id,
                "fetched_at": utc_text(self.desk.now()),
                "credential": order.credential,
                "mandate": order.mandate,
                "escrow_receipt": order.escrow_receipt,
                "entry": None if entry is None else entry.to_json(),
                "inclusion": log.inclusion(order.log_index, size=size, checkpoint=note).to_json(),
                "result": result,
            }

    def _checkpoint(self, books: Books, log: Log, index: int) -> tuple[int, str]:
        published = next((each for each in books.states.all() if each.published), None)
        if published is not None and published.size > index:
            return published.size, published.to_text()
        return log.size, signed_checkpoint(self.desk, log)
