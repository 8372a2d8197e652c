"""Three real nodes compute an answer for everybody, of whom allows it; and its buyer publishes it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.query import Statistic
from consent.vocabulary import StatisticKind
from marketplace.domain.job import JobState
from marketplace.errors import PublicationRefusedError
from tests.marketplace.describing import ALLOWING, DESCRIBING, opened
from tests.marketplace.mpc_node.people import people
from tests.marketplace.mpc_node.town import Town
from tests.marketplace.test_with_real_nodes import Stage, stage_over

CROWD = 54
SHORT = replace(
    DESCRIBING,
    statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.HISTOGRAM, "sex")),
    epsilon=Decimal(1),
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Stage:
    """A market over three real nodes; two of the crowd do not allow that everybody sees it."""
    found = stage_over(Town(tmp_path_factory.mktemp("town")))
    crowd = people(CROWD)
    found.supply(crowd[2:], ALLOWING)
    found.supply(crowd[:2])
    return found


def test_what_three_nodes_computed_is_published_with_their_noise(stage):
    market, account = stage.market, stage.market.buyer()
    order = stage.released(account, SHORT)
    settled = market.services.confirm_result(account.account_id, order.order_id)

    published = market.services.publish_answer(
        account.account_id, order.order_id, opened(market, order.order_id)
    )

    said = published.description
    assert (settled.state, settled.admitted) == (JobState.SETTLED, CROWD - 2)
    estimates = stage.opened(account, order).answer.rows[0].estimates
    shown = [said.people, *said.marginals[0].cells]
    for estimate, cell in zip(estimates, shown, strict=True):
        assert cell is not None
        assert estimate.value is not None
        assert cell.value in {None, round(estimate.value)}
        assert cell.margin > 0
    tampered = [b"\0" + opened(market, order.order_id)[0][1:], *opened(market, order.order_id)[1:]]
    with pytest.raises(PublicationRefusedError):
        market.services.publish_answer(account.account_id, order.order_id, tampered)
