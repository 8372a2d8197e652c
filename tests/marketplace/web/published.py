"""A buyer of these tests publishes an answer in the catalogue."""

from dataclasses import replace
from decimal import Decimal

from consent.job import result_context
from consent.query import Query, Statistic
from consent.vocabulary import StatisticKind
from crypto.sealing import open_sealed
from tests.marketplace.web.house import INSTITUTE, House, Visitor
from tests.marketplace.web.queries import COUNT, ask

DESCRIBED = ("exam_score", "verbal_reasoning", "sex", "school_type")
DESCRIBING = replace(
    ask(COUNT, *(Statistic(StatisticKind.HISTOGRAM, each) for each in DESCRIBED), epsilon="2"),
    publication=True,
)


def publish(house: House, buyer: Visitor, query: Query = DESCRIBING) -> str:
    """Order, confirm, open and publish an answer; the order's id."""
    assert query.epsilon is not None
    assert query.epsilon <= Decimal(2)
    account_id = house.account_of(buyer).account_id
    order_id = house.answer(buyer, query).order_id
    house.services.confirm_result(account_id, order_id)
    with house.store.reading() as books:
        order = books.orders.get(order_id)
        assert order is not None
        job, release = books.orders.job(order.job_id), books.orders.release_of(order.job_id)
    assert release is not None
    opened = [
        open_sealed(output.envelope, key, context=result_context(job.job_id, job.attempt, role))
        for role, (output, key) in enumerate(zip(release.outputs, INSTITUTE.results, strict=True))
    ]
    house.services.publish_answer(account_id, order_id, opened)
    return order_id
