"""A buyer looks at its orders, and fetches an answer that is ready."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crypto.encoding import Json, b64url_encode, digest_of
from marketplace.domain.job import Job, NodeOutput
from marketplace.domain.order import Order
from marketplace.domain.view import OrderView, view
from marketplace.errors import ResultNotReadyError, UnknownOrderError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from ssi.jws import parse_jws

ON_PAGE = 50


@dataclass(frozen=True)
class OrdersPage:
    """Some of a buyer's orders, newest first; `number` is which page of them this is, from 1."""

    orders: tuple[OrderView, ...]
    number: int
    has_more: bool


@dataclass(frozen=True)
class ListOrders:
    """Lists a buyer's orders, newest first."""

    desk: Desk

    def __call__(self, account_id: str) -> tuple[OrderView, ...]:
        """The orders."""
        return self.views(self.placed(account_id))

    def page(self, account_id: str, number: int) -> OrdersPage:
        """One page of the orders; the first is 1, and one beyond the last is empty."""
        with self.desk.store.reading() as books:
            found = books.orders.of_account(account_id, limit=ON_PAGE + 1, skip=(number - 1) * ON_PAGE)
        return OrdersPage(self.views(found[:ON_PAGE]), number, len(found) > ON_PAGE)

    def placed(self, account_id: str) -> Sequence[Order]:
        """The orders as they were placed, for whoever shows some of them only."""
        with self.desk.store.reading() as books:
            return books.orders.of_account(account_id)

    def views(self, orders: Sequence[Order]) -> tuple[OrderView, ...]:
        """These orders as their buyer sees them; the books are looked into as often for many as for one."""
        with self.desk.store.reading() as books:
            jobs = books.orders.histories(order.job_id for order in orders)
        return tuple(view(order, *jobs[order.job_id]) for order in orders)

    def has_any(self, account_id: str) -> bool:
        """Whether the buyer ever placed an order."""
        with self.desk.store.reading() as books:
            return books.orders.has_any(account_id)


@dataclass(frozen=True)
class ReadOrder:
    """Shows one order."""

    desk: Desk

    def __call__(self, account_id: str, order_id: str) -> OrderView:
        """The order.

        Raises:
            UnknownOrderError: this buyer has no such order.
        """
        with self.desk.store.reading() as books:
            return view_of(books, order_of(books, account_id, order_id))


@dataclass(frozen=True)
class FetchResult:
    """Hands out an answer: three sealed envelopes with what the nodes signed about them.

    Only the outputs that were stored at the release of this very job are handed out, and only after all three
    agreed. The marketplace cannot open them.
    """

    desk: Desk
    registry_token: Callable[[], str]

    def __call__(self, account_id: str, order_id: str) -> dict[str, Json]:
        """The document for the buyer's own software.

        Raises:
            UnknownOrderError: this buyer has no such order.
            ResultNotReadyError: there is no answer, yet or ever.
        """
        with self.desk.store.reading() as books:
            order = order_of(books, account_id, order_id)
            job = books.orders.job(order.job_id)
            release = books.orders.release_of(job.job_id)
        if not job.has_result or release is None:
            raise ResultNotReadyError(f"order {order_id} is {job.state}; there is no answer to fetch")
        return {
            "order_id": order.order_id,
            "job_id": job.job_id,
            "attempt": job.attempt,
            "query": order.query.to_json(),
            "nodes": list(job.node_ids),
            "admitted": job.admitted,
            "admitted_root": release.admitted_root,
            "manifest_digest": manifest_digest(job),
            "computation": dict(release.computation),
            "outputs": [_output_json(output) for output in release.outputs],
            "registry": self.registry_token(),
        }


def order_of(books: Books, account_id: str, order_id: str) -> Order:
    """A buyer's order.

    Raises:
        UnknownOrderError: this buyer has no such order; somebody else's is not told apart from none.
    """
    order = books.orders.get(order_id)
    if order is None or order.account_id != account_id:
        raise UnknownOrderError(f"there is no order {order_id[:80]!r}")
    return order


def view_of(books: Books, order: Order) -> OrderView:
    """An order as its buyer sees it."""
    return view(order, books.orders.job(order.job_id), books.orders.events(order.job_id))


def manifest_digest(job: Job) -> str:
    """The digest by which the nodes name the manifest of the present attempt.

    Raises:
        ResultNotReadyError: there is no manifest yet.
    """
    if job.manifest is None:
        raise ResultNotReadyError(f"job {job.job_id} has not begun")
    return digest_of(parse_jws(job.manifest, "manifest").payload)


def _output_json(output: NodeOutput) -> dict[str, Json]:
    return {
        "role": output.role,
        "node": output.node_id,
        "statement": output.statement,
        "held_statement": output.held_statement,
        "envelope": b64url_encode(output.envelope),
    }
