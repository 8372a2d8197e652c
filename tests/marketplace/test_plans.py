"""A plan promises what quotes give and nodes take, and a refusal has a name."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from consent.computation import compile_groups
from consent.errors import QueryRefusedError
from consent.grouping import Groups
from consent.joining import asked_about
from consent.query import Query, Statistic
from consent.query_check import check
from consent.vocabulary import Engine, StatisticKind
from marketplace.domain.band import band_of
from marketplace.domain.plan import Alternative, Obstacle, PlanRefusedError, Protocol, choose, protocol_for
from marketplace.errors import TooFewPeopleError
from marketplace.services.node_signs import FRESH, NodeSigns
from marketplace.services.pace_ports import NoPaces
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.test_question import QUERIES

PRODUCT = Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",))


def planned(market: Market, query: Query):
    return market.services.make_plan(market.buyer().account_id, query)


def test_a_question_that_leaves_the_way_open_gets_a_plan_that_names_it(market: Market):
    market.stock(12)

    plan = planned(market, EXACT)

    assert EXACT.engine is Engine.AUTO
    assert plan.query == replace(EXACT, engine=Engine.MPC)
    assert plan.protocol is Protocol.SHARES
    assert plan.cost is not None
    assert plan.cost.people == 12
    assert {each.engine: each.obstacle for each in plan.alternatives} == {
        Engine.PAILLIER: Obstacle.NOT_SET_UP,
        Engine.ADDITIVE: Obstacle.TOO_FEW_PEOPLE,
    }


def test_what_was_planned_can_be_ordered_as_it_stands(market: Market):
    market.stock(12)
    buyer = market.buyer()

    plan = market.services.make_plan(buyer.account_id, EXACT)

    assert market.order(buyer, plan.query).query == plan.query


def test_too_few_people_are_named(market: Market):
    market.stock(12)

    with pytest.raises(PlanRefusedError) as refused:
        planned(market, replace(EXACT, floor=50))

    assert refused.value.obstacle is Obstacle.TOO_FEW_PEOPLE
    assert refused.value.remedy


def test_products_by_a_way_that_adds_are_named(market: Market):
    market.stock(12)

    with pytest.raises(PlanRefusedError) as refused:
        planned(market, replace(NOISY, statistics=(PRODUCT,), engine=Engine.PAILLIER))

    assert refused.value.obstacle is Obstacle.MORE_THAN_SUMS


def test_a_fit_that_cannot_be_verified_is_named(market: Market):
    market.stock(12)
    fit = Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("reading_score",))

    with pytest.raises(PlanRefusedError) as refused:
        planned(market, replace(EXACT, statistics=(fit,), verified=True))

    assert refused.value.obstacle in {Obstacle.CANNOT_BE_VERIFIED, Obstacle.AGAINST_THE_RULES}


def test_a_way_without_nodes_is_named(market: Market):
    market.stock(12)

    with pytest.raises(PlanRefusedError) as refused:
        planned(market, replace(EXACT, engine=Engine.FUNCTIONAL))

    assert refused.value.obstacle is Obstacle.NOT_SET_UP


def test_a_node_that_gives_no_sign_of_life_is_named(market: Market):
    market.stock(12)
    buyer = market.buyer()

    away = market.services.make_plan.desk.registry().nodes[1]

    class Silent:
        def is_well(self, node_id: str) -> bool:
            return node_id != away.id

    signs = NodeSigns(Silent(), NoPaces(), market.clock)  # type: ignore[arg-type]
    plan = replace(market.services.make_plan, signs=signs)

    with pytest.raises(PlanRefusedError) as refused:
        plan(buyer.account_id, EXACT)

    assert refused.value.obstacle is Obstacle.NODE_SILENT
    assert away.operator in refused.value.reason


def test_a_node_that_nobody_chose_may_be_silent(market: Market):
    market.stock(12)
    buyer = market.buyer()

    class OnlyThese:
        def is_well(self, node_id: str) -> bool:
            return node_id in NAMES

    signs = NodeSigns(OnlyThese(), NoPaces(), market.clock)  # type: ignore[arg-type]
    plan = replace(market.services.make_plan, signs=signs)(buyer.account_id, EXACT)

    assert plan.node_ids == NAMES
    assert len(market.services.make_plan.desk.registry().nodes) > len(NAMES)


def test_nodes_are_asked_once_in_a_while_whoever_wants_to_know(market: Market):
    asked: list[str] = []

    class Counting:
        def is_well(self, node_id: str) -> bool:
            asked.append(node_id)
            return True

    signs = NodeSigns(Counting(), NoPaces(), market.clock)  # type: ignore[arg-type]
    nodes = market.services.make_plan.desk.registry().nodes[:3]
    for _ in range(3):
        assert signs(nodes).silent == ()
    market.clock.forward(seconds=FRESH.total_seconds() + 1)
    signs(nodes)

    assert sorted(asked) == sorted(2 * [node.id for node in nodes])


def test_a_refused_question_comes_with_one_close_by(market: Market):
    market.stock(12)
    buyer = market.buyer()

    with pytest.raises(PlanRefusedError) as refused:
        market.services.make_plan(buyer.account_id, replace(NOISY, floor=50))

    assert refused.value.nearby is not None
    assert market.services.make_plan(buyer.account_id, refused.value.nearby).people


def test_the_way_that_reaches_most_people_is_taken_and_then_the_least_error():
    many, few = band_of(600), band_of(120)
    none: list[Alternative] = []

    assert choose(EXACT, {Engine.MPC: few, Engine.ADDITIVE: many}, none)[0] is Engine.ADDITIVE
    assert choose(EXACT, {Engine.PAILLIER: many, Engine.MPC: many}, none)[0] is Engine.MPC
    assert (
        choose(replace(EXACT, engine=Engine.PAILLIER), {Engine.PAILLIER: few, Engine.MPC: many}, none)[0]
        is Engine.PAILLIER
    )
    assert choose(EXACT, {Engine.MPC: few, Engine.ADDITIVE: many}, none)[2][0].obstacle is (
        Obstacle.REACHES_FEWER
    )


@pytest.mark.parametrize("engine", [Engine.MPC, Engine.ADDITIVE])
def test_a_verified_run_has_a_protocol_of_its_own(engine: Engine):
    assert protocol_for(engine, verified=True) is not protocol_for(engine, verified=False)


@settings(max_examples=40, deadline=None)
@given(query=QUERIES)
def test_whatever_is_planned_is_quoted_and_compiled_and_whatever_is_refused_is_not(market_with_buyer, query):
    market, account_id = market_with_buyer
    try:
        plan = market.services.make_plan(account_id, query)
    except PlanRefusedError:
        with pytest.raises((QueryRefusedError, TooFewPeopleError)):
            market.services.make_quote(account_id, query)
        return
    described = asked_about(plan.query)
    check(plan.query, described)
    groups: Groups = (None,)
    if query.group_by is not None:
        groups = tuple(described.attribute(query.group_by).codes)
    compile_groups(plan.query, described, groups=groups, people=12)
    assert market.services.make_quote(account_id, plan.query).people == plan.people


@pytest.fixture(scope="module")
def market_with_buyer():
    market = open_market()
    market.stock(12)
    return market, market.buyer().account_id
