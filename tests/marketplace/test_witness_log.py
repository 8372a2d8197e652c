"""The log is shown to its witnesses, and what enough of them cosigned is published."""

from datetime import timedelta
from typing import Any

import pytest

from consent.cosignature import LogPolicy
from consent.errors import UnwitnessedError
from consent.log import Entry, verify_checkpoint
from consent.note import read_note
from marketplace.api.app import create_api_app
from marketplace.domain.log import Log
from marketplace.errors import LogContradictedError
from marketplace.services.witness_log import AGAIN_AFTER
from ssi.http.errors import GarbledAnswerError, UnreachablePeerError
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, NOW, assembled, parts
from tests.marketplace.mpc_node.people import people

THREE = assembled(parts(nodes=NAMES))
POLICY = LogPolicy.of(THREE, now=NOW)


@pytest.fixture
def market(any_market: Market) -> Market:
    """On every kind of store, with a registry that names three nodes."""
    return open_market(any_market.store, known=THREE)


def append(market: Market, *numbers: int) -> None:
    with market.store.writing() as books:
        Log(books.log).append([Entry.of("use", NOW, {"number": number}) for number in numbers])


def published(market: Market) -> Any:
    return POLICY.verify(market.services.read_log.published(), now=market.clock.now)


def test_what_all_nodes_cosigned_is_published_with_their_lines(market: Market):
    append(market, 1, 2, 3)
    market.witness()

    seen = published(market)
    assert (seen.checkpoint.size, set(seen.seen)) == (3, set(NAMES))
    assert verify_checkpoint(market.services.read_log.checkpoint(), MARKET, MARKET_KEY.public).size == 3


def test_nothing_is_shown_of_an_empty_log(market: Market):
    assert [market.duties.witness_log(name) for name in NAMES] == [0, 0, 0]
    assert market.nodes.witnesses == {}


def test_a_state_that_everybody_cosigned_is_not_shown_again(market: Market):
    append(market, 1)
    market.witness()

    assert [market.duties.witness_log(name) for name in NAMES] == [0, 0, 0]


def test_the_published_state_follows_the_log(market: Market):
    for number in range(5):
        append(market, number)
        market.witness()
        assert published(market).checkpoint.size == number + 1
    with market.store.reading() as books:
        assert [each.size for each in books.states.all()] == [5]


def test_a_node_that_is_down_does_not_stop_the_log_and_catches_up(market: Market):
    market.nodes.down = {"node-b"}
    append(market, 1, 2)
    for name in ("node-a", "node-c"):
        market.duties.witness_log(name)
    with pytest.raises(UnreachablePeerError):
        market.duties.witness_log("node-b")

    assert set(published(market).seen) == {"node-a", "node-c"}
    append(market, 3)
    market.nodes.down = set()
    market.witness()
    assert (published(market).checkpoint.size, len(published(market).seen)) == (3, 3)


def test_without_enough_nodes_the_log_grows_and_its_published_state_waits(market: Market):
    append(market, 1, 2)
    market.witness()
    market.nodes.down = {"node-b", "node-c"}
    append(market, 3)
    market.duties.witness_log("node-a")
    append(market, 4)
    market.duties.witness_log("node-a")

    assert published(market).checkpoint.size == 2
    assert market.services.read_log.size() == 4
    market.nodes.down = set()
    market.witness()
    market.witness()
    assert published(market).checkpoint.size == 4


def test_a_log_that_stands_still_is_cosigned_again_to_show_that_it_is_fresh(market: Market):
    append(market, 1)
    market.witness()
    market.clock.now += AGAIN_AFTER
    market.witness()

    assert set(published(market).seen.values()) == {NOW + AGAIN_AFTER}
    POLICY.verify(market.services.read_log.published(), now=market.clock.now, max_age=timedelta(seconds=1))


def test_before_enough_cosigned_the_state_is_that_of_the_log_alone(market: Market):
    append(market, 1)
    market.duties.witness_log("node-a")

    note = market.services.read_log.published()
    assert note == market.services.read_log.checkpoint()
    with pytest.raises(UnwitnessedError):
        POLICY.verify(note, now=NOW)


def test_a_witness_that_knows_more_than_was_written_down_is_asked_from_there(market: Market):
    append(market, *range(5))
    market.witness()
    with market.store.writing() as books:
        books.states.publish(5)
        forgotten = open_market(market.store, known=THREE)
    forgotten.nodes.witnesses = market.nodes.witnesses
    append(forgotten, 6, 7)

    forgotten.witness()

    assert published(forgotten).checkpoint.size == 7


@pytest.mark.parametrize("entries", [2, 3, 4, 5])
def test_a_truncated_or_rewritten_log_is_not_cosigned(market: Market, entries):
    """Books that were set back: a witness knows four entries, and the books hold two to five others."""
    append(market, 1, 2, 3, 4)
    market.witness()
    other = open_market(known=THREE)
    other.nodes.witnesses = market.nodes.witnesses
    append(other, *range(10, 10 + entries))

    for name in NAMES:
        with pytest.raises(LogContradictedError):
            other.duties.witness_log(name)
    with pytest.raises(UnwitnessedError):
        published(other)


@pytest.mark.parametrize("node", ["node-a", "node-b"])
def test_a_cosignature_of_another_key_is_not_taken(market: Market, node):
    other = next(name for name in NAMES if name != node)
    append(market, 1)
    market.nodes.cosign_as = lambda name, line: (
        market.nodes.witness(other)(request_for(market)) if name == node else line
    )

    with pytest.raises(GarbledAnswerError):
        market.duties.witness_log(node)
    with market.store.reading() as books:
        assert books.states.all()[0].cosigned == {}


def request_for(market: Market) -> bytes:
    with market.store.reading() as books:
        return f"old 0\n\n{books.states.all()[0].note}".encode()


@pytest.mark.parametrize("line", ["", "x", "— node-a AAAA\n", "— node-a AAAAAAAA\n"])
def test_what_is_no_cosignature_is_not_taken(market: Market, line):
    append(market, 1)
    market.nodes.cosign_as = lambda name, said: line

    with pytest.raises(GarbledAnswerError):
        market.duties.witness_log("node-a")


def test_a_node_that_left_the_registry_witnesses_nothing(market: Market):
    append(market, 1)
    left = open_market(market.store, known=assembled(parts(nodes=NAMES[:2])))

    with pytest.raises(GarbledAnswerError):
        left.duties.witness_log("node-c")


def test_anybody_reads_the_published_state_and_the_present_one():
    market = open_market(known=THREE)
    market.supply(people(3))
    market.witness()
    market.supply(people(4))
    web = create_api_app(market.services).test_client()

    shown, present = web.get("/api/v1/log/checkpoint"), web.get("/api/v1/log/present")
    assert POLICY.verify(shown.text, now=NOW).checkpoint.size == 3
    assert verify_checkpoint(present.text, MARKET, MARKET_KEY.public).size == 4
    assert len(read_note(present.text)[1]) == 1
    assert shown.headers["Cache-Control"] == present.headers["Cache-Control"] == "no-store"
