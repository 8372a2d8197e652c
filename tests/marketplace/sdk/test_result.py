"""Opening a result: the answer is the one in the clear, and every way to cheat the buyer is found out."""

import copy
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from consent.query import Statistic
from consent.statement import OutputStatement
from consent.vocabulary import StatisticKind
from crypto.mpc.output import Output
from marketplace.sdk.errors import LyingNodeError, NodesContradictError, ResultRefusedError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import OpenedResult, Placed, open_result, read_result
from ssi.trust import sign_registry
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, NOISY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import NAMES, NOW, assembled, ed25519, parts
from tests.marketplace.mpc_node.people import people
from tests.marketplace.simulation import Tamper

AUTHORITY = ed25519("authority").public
KEYS = BuyerKeys(BUYER_KEY, RESULT_KEYS)


def released(market: Market, query=EXACT, *, count: int = 12) -> tuple[Any, Placed]:
    market.stock(count)
    account = market.buyer()
    order = market.released(account, query)
    document = market.services.fetch_result(account.account_id, order.order_id)
    return copy.deepcopy(document), Placed(order.order_id, query)


def opened(document: Any, placed: Placed, keys: BuyerKeys = KEYS) -> OpenedResult:
    return open_result(read_result(document, AUTHORITY, now=NOW), keys, placed)


def estimates(result: OpenedResult) -> dict[str, float | None]:
    return {each.kind.value: each.value for each in result.answer.rows[0].estimates}


def test_an_exact_answer_is_the_one_in_the_clear(market):
    document, placed = released(market)
    result = opened(document, placed)

    scores = [float(each.values["exam_score"]) for each in people(12)]
    found = estimates(result)
    assert (result.people, result.nodes, found["count"]) == (12, NAMES, 12)
    assert found["mean"] == pytest.approx(np.mean(scores), abs=1e-9)
    assert found["sd"] == pytest.approx(np.std(scores, ddof=1), abs=1e-9)


def test_a_grouped_answer_names_its_groups_and_those_withheld(market):
    query = replace(NOISY, group_by="school_type", statistics=(Statistic(StatisticKind.COUNT),))
    document, placed = released(market, query, count=24)
    result = opened(document, placed)

    assert [row.group for row in result.answer.rows] == ["mixed", "girls"]
    assert result.answer.withheld_groups == ("boys",)


def test_the_answer_of_another_order_is_refused(market):
    document, placed = released(market)
    with pytest.raises(ResultRefusedError):
        opened(document, replace(placed, order_id="another"))


def test_the_answer_to_another_query_is_refused(market):
    document, placed = released(market)
    with pytest.raises(ResultRefusedError):
        opened(document, replace(placed, query=replace(EXACT, floor=11)))


def change(*path: str | int) -> Callable[[Any, Any], None]:
    def apply(document: Any, value: Any) -> None:
        inner = document
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("job_id",), "another job"),
        (("attempt",), 2),
        (("attempt",), 0),
        (("manifest_digest",), "AAAA"),
        (("nodes",), ["node-a", "node-b", "node-d"]),
        (("nodes",), ["node-a", "node-b", "node-a"]),
        (("nodes",), ["node-a", "node-b", "node-x"]),
        (("nodes",), ["node-b", "node-a", "node-c"]),
        (("outputs",), []),
        (("outputs", 0, "role"), 1),
        (("outputs", 1, "statement"), "a.b.c"),
        (("outputs", 1, "held_statement"), "a.b.c"),
        (("outputs", 2, "envelope"), "AAAA"),
        (("computation", "floor"), 11),
        (("computation", "groups"), ["girls"]),
        (("registry",), "a.b.c"),
        (("query",), {}),
    ],
)
def test_a_result_with_a_changed_member_is_refused(market, path, value):
    document, placed = released(market)
    change(*path)(document, value)

    with pytest.raises(ResultRefusedError):
        opened(document, placed)


def test_the_outputs_of_an_earlier_job_are_refused(market):
    earlier, _ = released(market)
    account = market.buyer("second@example.org")
    order = market.released(account)
    document: Any = copy.deepcopy(market.services.fetch_result(account.account_id, order.order_id))
    document["outputs"] = earlier["outputs"]

    with pytest.raises(NodesContradictError):
        opened(document, Placed(order.order_id, EXACT))


def test_node_keys_come_from_the_pinned_authority_only(market):
    document, placed = released(market)
    forged = replace(assembled(parts()), authority=ed25519("forger").public)
    document["registry"] = sign_registry(forged, ed25519("forger"))

    with pytest.raises(ResultRefusedError):
        opened(document, placed)


def lying(liar: int, *, own: bool) -> Tamper:
    def tamper(role: int, statement: OutputStatement, output: Output) -> Any:
        if role != liar:
            return statement, output
        altered = [
            replace(each, values=each.values + np.uint64(chosen))
            for each, chosen in zip(output, (own, not own), strict=True)
        ]
        return statement, Output(*altered)

    return tamper


@pytest.mark.parametrize("liar", [0, 1, 2])
@pytest.mark.parametrize("own", [True, False])
def test_a_node_that_alters_its_sealed_output_is_named_with_its_role(liar, own):
    market = open_market()
    market.nodes.tamper = lying(liar, own=own)
    document, placed = released(market)

    with pytest.raises(LyingNodeError) as raised:
        opened(document, placed)
    assert (raised.value.node, raised.value.role) == (NAMES[liar], liar)
    assert raised.value.culprits == (NAMES[liar],)


def test_an_altered_output_is_found_even_where_the_answer_would_look_plausible():
    market = open_market()
    market.nodes.tamper = lying(2, own=True)
    document, placed = released(market, replace(NOISY, epsilon=Decimal("0.5")))

    with pytest.raises(LyingNodeError):
        opened(document, placed)


def test_the_wrong_key_file_opens_nothing(market):
    document, placed = released(market)
    with pytest.raises(LyingNodeError):
        opened(document, placed, KEYS.renewed())


def test_a_result_shows_no_share_in_its_repr(market):
    document, _ = released(market)
    sealed = read_result(document, AUTHORITY, now=NOW)

    assert "envelope" not in repr(sealed)
    assert document["outputs"][0]["statement"] not in repr(sealed)
