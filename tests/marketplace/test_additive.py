"""The marketplace over three real nodes that hold one summand each, and a dealer: buying, and lies."""

from dataclasses import replace

import numpy as np
import pytest

from consent.errors import QueryRefusedError
from crypto import goldilocks
from crypto.mpc.additive import run
from crypto.mpc.additive.part import fix
from marketplace.clients.nodes import HttpNodes
from marketplace.domain.job import JobState
from marketplace.errors import TooFewPeopleError
from marketplace.sdk.errors import LyingNodeError, NodesContradictError
from tests.marketplace.market import ENOUGH_CENTS, open_market
from tests.marketplace.mpc_dealer.office import registry_with_dealer
from tests.marketplace.mpc_node.additive.summands import ALONE, NOISED, SUMS, TOGETHER, town_with_dealer
from tests.marketplace.mpc_node.orders import RESULT_KEYS
from tests.marketplace.mpc_node.parties import registry
from tests.marketplace.mpc_node.people import people
from tests.marketplace.test_with_real_nodes import PieceWire, Stage, TownClient, clear, values

CROWD = people(14)


@pytest.fixture
def stage(tmp_path):
    town, _ = town_with_dealer(tmp_path)
    down: set[str] = set()
    wire = PieceWire()

    def connect(clock):
        return HttpNodes(
            registry_with_dealer,
            lambda entry, _: TownClient(town, entry.id, clock, down, wire),  # type: ignore[arg-type, return-value]
            clock=clock,
        )

    return Stage(open_market(real_nodes=connect, known=registry_with_dealer()), town, down, wire)


def test_an_exact_answer_equals_the_one_in_the_clear_and_everybody_is_paid(stage):
    stage.supply(CROWD, ALONE)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)
    result = stage.opened(account, order)
    settled = stage.market.services.confirm_result(account.account_id, order.order_id)

    assert values(result) == pytest.approx(clear(CROWD), abs=1e-9)
    assert (settled.state, settled.admitted) == (JobState.SETTLED, 14)
    assert stage.market.services.trial_balance().total_cents == 0


def test_a_covariance_is_bought_verified_although_nobody_asked_for_it(stage):
    stage.supply(CROWD, ALONE)
    account = stage.market.buyer()
    result = stage.opened(account, stage.released(account, TOGETHER))

    scores = np.array([[each.values[name] for each in CROWD] for name in ("exam_score", "reading_score")])
    assert result.computation.verified
    found = [each.value for each in result.answer.rows[0].estimates]
    assert found[0] == 14
    assert found[1] == pytest.approx(float(np.cov(scores)[0, 1]), abs=1e-6)


def test_a_noised_answer_lies_within_its_stated_error(stage):
    stage.supply(CROWD, ALONE)
    account = stage.market.buyer()
    count = stage.opened(account, stage.released(account, NOISED)).answer.rows[0].estimates[0]

    assert count.noise_sd > 0
    assert abs(count.value - 14) < 8 * count.noise_sd


def _with_another_number(part):
    values = part.values.copy()
    values[0] = (int(values[0]) + 1) % goldilocks.PRIME
    return replace(part, values=values).encode()


LIES = {
    "another part": (_with_another_number, "another part than it signed"),
    "nothing": (lambda part: b"nothing", "not a part of an answer"),
    "another role": (
        lambda part: replace(part, seat=replace(part.seat, role=0)).encode(),
        "part of another role",
    ),
    "tags for none": (
        lambda part: replace(part, tags=part.values, key=1).encode(),
        "not a part of an answer",
    ),
}


@pytest.mark.parametrize(("lie", "message"), LIES.values(), ids=list(LIES))
def test_a_node_that_seals_something_else_is_named_and_the_order_refunded(stage, lie, message):
    stage.supply(CROWD, ALONE)
    object.__setattr__(stage.town.nodes["node-c"].around, "encode_part", lie)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)

    with pytest.raises(LyingNodeError, match=message) as raised:
        stage.opened(account, order)
    outcome = stage.market.services.dispute_result(
        account.account_id, order.order_id, role=raised.value.role, private_key=RESULT_KEYS[2].to_bytes()
    )

    assert (raised.value.node, outcome.proven, outcome.node) == ("node-c", True, "node-c")
    assert stage.market.services.read_statement(account.account_id).available_cents == ENOUGH_CENTS


def test_a_dispute_about_an_honest_node_is_not_proven(stage):
    stage.supply(CROWD, ALONE)
    account = stage.market.buyer()
    order = stage.released(account, TOGETHER)

    outcome = stage.market.services.dispute_result(
        account.account_id, order.order_id, role=0, private_key=RESULT_KEYS[0].to_bytes()
    )

    assert not outcome.proven


def test_a_part_that_was_altered_before_it_was_signed_does_not_fit_its_tags(stage, monkeypatch):
    """It is what its node signed, so that nobody can be named; but it is no answer either."""
    honest = fix

    def altering(part, binding):
        values = part.values.copy()
        values[0] = (int(values[0]) + (part.seat.role == 2)) % goldilocks.PRIME
        return honest(replace(part, values=values), binding)

    monkeypatch.setattr(run, "fix", altering)
    stage.supply(CROWD, ALONE)
    account = stage.market.buyer()
    order = stage.released(account, TOGETHER)

    with pytest.raises(NodesContradictError, match="tags") as raised:
        stage.opened(account, order)

    assert raised.value.culprits == ()


def test_people_who_allow_only_what_two_nodes_open_are_not_counted_in_a_quote(stage):
    stage.supply(CROWD)
    account = stage.market.buyer()

    with pytest.raises(TooFewPeopleError):
        stage.market.services.make_quote(account.account_id, SUMS)


def test_without_a_dealer_products_are_neither_quoted_nor_sold_and_sums_are(stage):
    stage.supply(CROWD, ALONE)
    object.__setattr__(stage.market.desk, "registry", registry)
    account = stage.market.buyer()

    with pytest.raises(QueryRefusedError, match="no dealer"):
        stage.market.services.make_quote(account.account_id, TOGETHER)
    with pytest.raises(QueryRefusedError, match="no dealer"):
        stage.market.services.place_order(
            account.account_id,
            order_id="00000000-0000-4000-8000-000000000001",
            query=TOGETHER,
            accepted_price_cents=10_000,
        )
    assert stage.market.services.make_quote(account.account_id, SUMS).people
