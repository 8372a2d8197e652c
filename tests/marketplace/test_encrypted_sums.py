"""The marketplace over three real nodes with a joint key: buying sums of what wallets encrypted, and lies."""

from dataclasses import replace

import pytest

from consent.errors import QueryRefusedError
from consent.opened_sum import OpenedSum
from consent.query import Statistic
from consent.vocabulary import Engine, StatisticKind
from marketplace.clients.nodes import HttpNodes
from marketplace.domain.job import JobState
from marketplace.domain.offer import OfferState
from marketplace.errors import TooFewPeopleError
from marketplace.mpc_node.aggregation.release import open_honestly as open_honest
from marketplace.sdk.errors import LyingNodeError, ResultRefusedError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import Placed, open_result, read_result
from ssi.trust import sign_registry
from tests.marketplace.market import ENOUGH_CENTS, open_market
from tests.marketplace.mpc_node.aggregation.joint import (
    ENCRYPTED,
    NOISED,
    ONLY_ENCRYPTED,
    SUMS,
    encryptor,
    entry_of,
    town_with_key,
)
from tests.marketplace.mpc_node.orders import BUYER_KEY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import ed25519, registry
from tests.marketplace.mpc_node.people import Offer, people
from tests.marketplace.test_with_real_nodes import PieceWire, Stage, TownClient, clear, values

CROWD = people(14)
KNOWN = replace(registry(), aggregation_key=entry_of())


@pytest.fixture
def stage(tmp_path):
    town = town_with_key(tmp_path)
    down: set[str] = set()
    wire = PieceWire()

    def connect(clock):
        return HttpNodes(
            lambda: KNOWN,
            lambda entry, _: TownClient(town, entry.id, clock, down, wire),  # type: ignore[arg-type, return-value]
            clock=clock,
        )

    return Stage(open_market(real_nodes=connect, known=KNOWN), town, down, wire)


def test_an_exact_answer_equals_the_one_in_the_clear_and_everybody_is_paid(stage):
    stage.supply(CROWD, ENCRYPTED)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)
    result = stage.opened(account, order)
    settled = stage.market.services.confirm_result(account.account_id, order.order_id)

    assert values(result) == pytest.approx(clear(CROWD), abs=1e-9)
    assert (settled.state, settled.admitted) == (JobState.SETTLED, 14)
    assert stage.market.services.trial_balance().total_cents == 0


def test_a_noised_answer_lies_within_its_stated_error(stage):
    stage.supply(CROWD, ENCRYPTED)
    account = stage.market.buyer()
    count = stage.opened(account, stage.released(account, NOISED)).answer.rows[0].estimates[0]

    assert abs(count.value - 14) < 8 * count.noise_sd


def test_a_wallet_that_encrypts_other_numbers_is_left_out_and_costs_nobody_anything(stage):
    lying = Offer(policy=ENCRYPTED.policy, encrypt=encryptor(values=(("exam_score", 3.9),)))
    stage.supply(CROWD[:12], ENCRYPTED)
    stage.supply(CROWD[12:], lying)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)
    result = stage.opened(account, order)

    assert values(result) == pytest.approx(clear(CROWD[:12]), abs=1e-9)
    settled = stage.market.services.confirm_result(account.account_id, order.order_id)
    assert settled.admitted == 12


def test_a_lie_of_one_who_allows_no_other_engine_is_an_offer_refused(stage):
    lying = Offer(policy=ONLY_ENCRYPTED, encrypt=encryptor(values=(("exam_score", 3.9),)))
    stage.supply(CROWD[:1], lying)

    assert stage.states()[CROWD[0].consent_id] is OfferState.REFUSED


def _another_partial(share, aggregated, random):
    """The right sum, with a proof that was altered."""
    return OpenedSum(aggregated.ciphertext, replace(_honest(share, aggregated, random), response=1)).encode()


def _honest(share, aggregated, random):
    raw = open_honest(share, aggregated, random)
    return OpenedSum.decode(raw, len(aggregated.ciphertext.bins)).partial


def test_a_node_that_lies_in_its_partial_decryption_is_named_and_the_order_refunded(stage):
    stage.supply(CROWD, ENCRYPTED)
    object.__setattr__(stage.town.nodes["node-c"].around, "open_sum", _another_partial)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)

    with pytest.raises(LyingNodeError, match="wrong partial decryption") as raised:
        stage.opened(account, order)
    outcome = stage.market.services.dispute_result(
        account.account_id, order.order_id, role=raised.value.role, private_key=RESULT_KEYS[2].to_bytes()
    )
    assert (raised.value.node, outcome.proven, outcome.node) == ("node-c", True, "node-c")
    assert stage.market.services.read_statement(account.account_id).available_cents == ENOUGH_CENTS


def test_a_dispute_about_an_honest_node_is_not_proven(stage):
    stage.supply(CROWD, ENCRYPTED)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)

    outcome = stage.market.services.dispute_result(
        account.account_id, order.order_id, role=0, private_key=RESULT_KEYS[0].to_bytes()
    )

    assert not outcome.proven


def test_a_sum_is_not_opened_under_another_key_or_none(stage):
    stage.supply(CROWD, ENCRYPTED)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)
    document = dict(stage.market.services.fetch_result(account.account_id, order.order_id))
    keys, placed = BuyerKeys(BUYER_KEY, RESULT_KEYS), Placed(order.order_id, order.query)
    other = replace(KNOWN, aggregation_key=entry_of("another key"))

    for known in (registry(), other):
        document["registry"] = sign_registry(known, ed25519("authority"))
        sealed = read_result(document, ed25519("authority").public, now=stage.market.clock.now)
        with pytest.raises(ResultRefusedError) as refused:
            open_result(sealed, keys, placed)
        assert not isinstance(refused.value, LyingNodeError)  # no node did wrong


def test_noise_beyond_all_noise_is_no_answer_and_names_nobody(stage):
    stage.supply(CROWD, ENCRYPTED)
    aggregation = stage.town.nodes["node-b"].aggregation
    honest = aggregation.protocol

    def shouting(*arguments, **named):
        made = honest(*arguments, **named)
        (terms,) = made.args
        loud = replace(terms, noise=[number + 2**60 for number in terms.noise])
        return type(made)(made.func, loud)

    object.__setattr__(aggregation, "protocol", shouting)
    account = stage.market.buyer()
    order = stage.released(account, NOISED)

    with pytest.raises(ResultRefusedError, match="out of its range"):
        stage.opened(account, order)


def test_people_who_do_not_allow_the_engine_are_not_counted_in_a_quote(stage):
    stage.supply(CROWD)
    account = stage.market.buyer()

    with pytest.raises(TooFewPeopleError):
        stage.market.services.make_quote(account.account_id, SUMS)


def test_without_a_joint_key_nothing_is_quoted_or_sold():
    market = open_market()
    market.stock(14)
    account = market.buyer()

    with pytest.raises(QueryRefusedError, match="no aggregation key"):
        market.services.make_quote(account.account_id, SUMS)
    with pytest.raises(QueryRefusedError, match="no aggregation key"):
        market.services.place_order(
            account.account_id,
            order_id="00000000-0000-4000-8000-000000000001",
            query=SUMS,
            accepted_price_cents=10_000,
        )


def test_a_question_by_an_engine_that_nobody_here_has_is_refused_before_it_is_paid():
    market = open_market()
    market.stock(14)
    account = market.buyer()
    query = replace(SUMS, statistics=(Statistic(StatisticKind.COUNT),), engine=Engine.FUNCTIONAL)

    with pytest.raises(QueryRefusedError, match="nobody here answers"):
        market.services.make_quote(account.account_id, query)


def test_a_key_that_was_replaced_since_is_no_proof_against_an_honest_node(stage):
    stage.supply(CROWD, ENCRYPTED)
    account = stage.market.buyer()
    order = stage.released(account, SUMS)
    other = replace(KNOWN, aggregation_key=entry_of("another key"))
    object.__setattr__(stage.market.desk, "registry", lambda: other)

    outcome = stage.market.services.dispute_result(
        account.account_id, order.order_id, role=0, private_key=RESULT_KEYS[0].to_bytes()
    )

    assert (outcome.proven, "another key" in outcome.reason) == (False, True)
