"""What nodes know of withdrawals is taken up, logged, and shown to them where it stands."""

from typing import Any

import pytest

from consent.record import sign_withdrawal
from marketplace.domain.log import Log
from marketplace.domain.offer import OfferState
from ssi.http.errors import UnreachablePeerError
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.parties import NAMES, NOW, assembled, es256, parts
from tests.marketplace.mpc_node.people import person, withdrawal_of

HER = person(1)
WORD = withdrawal_of(HER)


@pytest.fixture
def market(any_market: Market) -> Market:
    """On every kind of store, with two people and a registry that names three nodes."""
    opened = open_market(any_market.store, known=assembled(parts(nodes=NAMES)))
    opened.stock(2)
    return opened


def state_of_hers(market: Market) -> OfferState:
    with market.store.reading() as books:
        offer = books.offers.get(HER.consent_id)
    assert offer is not None
    return offer.state


def show(market: Market, node: str = "node-b") -> int:
    return market.duties.show_withdrawals(node)


def await_at(market: Market, node: str, consent_id: str = HER.consent_id, token: str = WORD) -> None:
    market.nodes.awaited.setdefault(node, {})[consent_id] = token


def test_a_withdrawal_that_reached_only_a_node_ends_the_offer_and_is_shown(market: Market):
    await_at(market, "node-b")
    market.witness()
    first = show(market)  # taken up now, and in the next state of the log
    ended = state_of_hers(market)
    market.witness()
    second = show(market)

    assert (first, ended, second) == (0, OfferState.WITHDRAWN, 1)
    assert market.nodes.awaited["node-b"] == {}
    assert show(market) == 0
    with market.store.reading() as books:
        kept = books.offers.withdrawal(HER.consent_id)
        assert kept is not None
        entry = Log(books.log).entry(kept[1])
    assert (kept[0], entry and entry.body["consent_id"]) == (WORD, HER.consent_id)


def test_the_other_nodes_are_told_of_it(market: Market):
    await_at(market, "node-b")
    show(market)

    assert [market.duties.relay_withdrawals(name) for name in ("node-a", "node-c")] == [1, 1]
    assert market.nodes.withdrawn["node-a"] == [HER.consent_id]


def test_a_withdrawal_that_is_known_is_logged_once_and_shown_to_each_node(market: Market):
    market.services.withdraw_offer(WORD)
    with market.store.reading() as books:
        size = Log(books.log).size
    for name in NAMES:
        await_at(market, name)
    market.witness()

    assert [show(market, name) for name in NAMES] == [1, 1, 1]
    with market.store.reading() as books:
        assert Log(books.log).size == size


def test_nothing_is_shown_to_a_node_that_cosigned_nothing_yet(market: Market):
    market.services.withdraw_offer(WORD)
    await_at(market, "node-b")

    assert show(market) == 0


@pytest.mark.parametrize(
    ("consent_id", "token"),
    [
        (HER.consent_id, sign_withdrawal(HER.consent_id, NOW, es256("somebody else"))),
        (HER.consent_id, sign_withdrawal(HER.consent_id, NOW, person(2).key)),
        (HER.consent_id, withdrawal_of(person(2))),
        (HER.consent_id, "a.b.c"),
        (person(9).consent_id, withdrawal_of(person(9))),
    ],
    ids=["a stranger's", "another person's key", "another person's", "no token", "unknown offer"],
)
def test_what_a_node_names_is_believed_only_over_the_persons_signature(market: Market, consent_id, token):
    await_at(market, "node-b", consent_id, token)
    market.witness()

    assert show(market) == 0
    assert state_of_hers(market) is OfferState.ACTIVE
    assert [each.state for each in offers(market)] == [OfferState.ACTIVE] * 2


def offers(market: Market) -> list[Any]:
    with market.store.reading() as books:
        return list(books.offers.many([HER.consent_id, person(2).consent_id]).values())


def test_a_bad_one_does_not_keep_a_good_one_back(market: Market):
    await_at(market, "node-b", person(2).consent_id, "a.b.c")
    await_at(market, "node-b")
    show(market)
    market.witness()

    assert show(market) == 1
    assert list(market.nodes.awaited["node-b"]) == [person(2).consent_id]


def test_a_node_that_is_down_is_asked_again(market: Market):
    await_at(market, "node-b")
    market.nodes.down = {"node-b"}
    with pytest.raises(UnreachablePeerError):
        show(market)
    market.nodes.down = set()
    show(market)

    assert state_of_hers(market) is OfferState.WITHDRAWN
