"""A market in which people allow that answers are published, and a buyer who describes their data set."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from consent.job import result_context
from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.sealing import open_sealed
from marketplace.domain.account import Account
from marketplace.domain.described import Cell, Description, Marginal
from marketplace.services.ports import Store
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import RESULT_KEYS
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.mpc_node.people import PLAIN, POLICY, people

CROWD = 60
ALLOWING = replace(PLAIN, policy=replace(POLICY, publication=True))
DESCRIBING = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.HISTOGRAM, "verbal_reasoning"),
        Statistic(StatisticKind.HISTOGRAM, "sex"),
        Statistic(StatisticKind.HISTOGRAM, "exam_score"),
    ),
    floor=50,
    epsilon=Decimal(1),
    publication=True,
)


def describable(store: Store | None = None) -> Market:
    """A market with a crowd that allows its answers to be published."""
    market = open_market(store)
    market.supply(people(CROWD), ALLOWING)
    market.forward()
    return market


def settled(market: Market, buyer: Account, query: Query = DESCRIBING) -> str:
    """An order of the buyer whose answer is confirmed; its id."""
    order = market.released(buyer, query)
    market.services.confirm_result(buyer.account_id, order.order_id)
    return order.order_id


def opened(market: Market, order_id: str) -> list[bytes]:
    """What was in the three envelopes of an order, as its buyer opens them."""
    with market.store.reading() as books:
        order = books.orders.get(order_id)
        assert order is not None
        job = books.orders.job(order.job_id)
        release = books.orders.release_of(order.job_id)
    assert release is not None
    return [
        open_sealed(output.envelope, key, context=result_context(job.job_id, job.attempt, role))
        for role, (output, key) in enumerate(zip(release.outputs, RESULT_KEYS, strict=True))
    ]


def description(
    data_set: str = "exam/1",
    *,
    marginals: Sequence[Marginal] = (),
    order_id: str = "order-1",
    floor: int = 50,
) -> Description:
    """A description with these marginals, of 120 people or so."""
    return Description(
        data_set=data_set,
        order_id=order_id,
        query_digest="A" * 43,
        buyer="Institute of Education",
        answered_at=NOW,
        floor=floor,
        epsilon=Decimal(1),
        nodes=("node-a", "node-b", "node-c"),
        people=Cell("people", 120, 18),
        marginals=tuple(marginals),
    )
