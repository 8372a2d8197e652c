"""An answer is published as the nodes computed it, by its buyer, of people who allowed it; or not at all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.mpc.output import decode_output, encode_output
from marketplace.domain.log import Log
from marketplace.errors import (
    PublicationConflictError,
    PublicationRefusedError,
    QuestionRefusedError,
    ResultNotReadyError,
    TooFewPeopleError,
    UnknownOrderError,
    UnknownPublicationError,
)
from marketplace.storage.store import open_store
from tests.marketplace.describing import ALLOWING, CROWD, DESCRIBING, describable, opened, settled
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.market import open_market
from tests.marketplace.mpc_node.people import people


@pytest.fixture(params=["memory", "sql"])
def market(request, database_url):
    if request.param == "memory":
        yield describable(MemoryStore())
        return
    store = open_store(database_url)
    yield describable(store)
    store.database.close()


@pytest.fixture
def quick():
    return describable()


def entries(market, kind):
    with market.store.reading() as books:
        log = Log(books.log)
        found = [log.entry(index) for index in range(log.size)]
    return [each.body for each in found if each is not None and each.kind == kind]


def test_what_is_published_is_what_the_nodes_computed(market):
    buyer = market.buyer()
    order_id = settled(market, buyer)

    published = market.services.publish_answer(buyer.account_id, order_id, opened(market, order_id))

    said = published.description
    (first, *_) = said.marginals
    assert first.attribute == "verbal_reasoning"
    # The simulated nodes add no noise: 60 people, of whom each third is in each band.
    assert [(cell.label, cell.value) for cell in first.cells] == [("bottom", 20), ("middle", 20), ("top", 20)]
    assert said.people is not None
    assert said.people.value == CROWD
    assert said.people.margin > 0
    (entry,) = [each for each in market.services.show_catalogue() if each.data_set.ref == "exam/1"]
    assert entry.description == said
    assert [each["description_digest"] for each in entries(market, "publication")] == [said.digest]


def test_the_log_proves_what_describes_a_data_set(market):
    buyer = market.buyer()
    order_id = settled(market, buyer)
    market.services.publish_answer(buyer.account_id, order_id, opened(market, order_id))

    published, shown = market.services.read_publications.of("exam/1")

    assert shown["entry"]["body"]["description_digest"] == published.description.digest


def test_publishing_again_changes_nothing(market):
    buyer = market.buyer()
    order_id = settled(market, buyer)
    first = market.services.publish_answer(buyer.account_id, order_id, opened(market, order_id))
    market.clock.forward(seconds=60)

    again = market.services.publish_answer(buyer.account_id, order_id, opened(market, order_id))

    assert again == first
    assert len(entries(market, "publication")) == 1


@pytest.mark.parametrize("by_buyer", [True, False])
def test_buyer_and_operator_can_take_it_back_for_good(market, by_buyer):
    buyer = market.buyer()
    order_id = settled(market, buyer)
    market.services.publish_answer(buyer.account_id, order_id, opened(market, order_id))

    market.services.withdraw_publication(buyer.account_id if by_buyer else None, order_id)
    market.services.withdraw_publication(None, order_id)

    assert all(each.description is None for each in market.services.show_catalogue())
    (body,) = entries(market, "publication_withdrawn")
    assert body["by"] == ("buyer" if by_buyer else "operator")
    with pytest.raises(UnknownPublicationError):
        market.services.read_publications.of("exam/1")
    with pytest.raises(PublicationConflictError):
        market.services.publish_answer(buyer.account_id, order_id, opened(market, order_id))


def test_the_answer_that_was_computed_last_is_shown(market):
    buyer = market.buyer()
    first, second = settled(market, buyer), settled(market, buyer)
    for each in (second, first):
        market.services.publish_answer(buyer.account_id, each, opened(market, each))
        market.clock.forward(seconds=60)

    assert market.services.read_publications.of("exam/1")[0].order_id == second
    market.services.withdraw_publication(None, second)
    assert market.services.read_publications.of("exam/1")[0].order_id == first


def changed_number(envelopes: list[bytes], role: int) -> list[bytes]:
    cells = 1 + 3 + 2 + 16
    output = decode_output(envelopes[role], cells)
    values = output.own.values.copy()
    values[0] += 1
    return [
        *envelopes[:role],
        encode_output(replace(output.own, values=values), output.held),
        *envelopes[role + 1 :],
    ]


@pytest.mark.parametrize("role", [0, 1, 2])
def test_a_changed_number_is_refused_by_name(quick, role):
    buyer = quick.buyer()
    order_id = settled(quick, buyer)

    with pytest.raises(PublicationRefusedError, match="not what the nodes signed"):
        quick.services.publish_answer(
            buyer.account_id, order_id, changed_number(opened(quick, order_id), role)
        )

    assert not entries(quick, "publication")
    assert all(each.description is None for each in quick.services.show_catalogue())


FORGERIES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "nothing": lambda envelopes: [],
    "one envelope too few": lambda envelopes: envelopes[:2],
    "envelopes in another order": lambda envelopes: envelopes[::-1],
    "one envelope three times": lambda envelopes: [envelopes[0]] * 3,
    "a byte less": lambda envelopes: [envelopes[0][:-1], *envelopes[1:]],
    "a byte more": lambda envelopes: [envelopes[0] + b"\0", *envelopes[1:]],
    "another byte": lambda envelopes: [bytes([envelopes[0][0] ^ 1]) + envelopes[0][1:], *envelopes[1:]],
    "empty bytes": lambda envelopes: [b"", b"", b""],
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_what_the_nodes_did_not_sign_is_refused(quick, forge):
    buyer = quick.buyer()
    order_id = settled(quick, buyer)

    with pytest.raises(PublicationRefusedError):
        quick.services.publish_answer(buyer.account_id, order_id, forge(opened(quick, order_id)))


def test_the_envelopes_of_another_order_of_the_same_question_are_refused(quick):
    buyer = quick.buyer()
    first, second = settled(quick, buyer), settled(quick, buyer)

    with pytest.raises(PublicationRefusedError, match="not what the nodes signed"):
        quick.services.publish_answer(buyer.account_id, second, opened(quick, first))


def test_kept_statements_of_another_run_are_refused(quick):
    buyer = quick.buyer()
    first, second = settled(quick, buyer), settled(quick, buyer)
    envelopes = opened(quick, second)
    books = quick.store.books
    jobs = [books.orders.get(each).job_id for each in (first, second)]
    other, own = (books.orders.release_of(each) for each in jobs)
    books.orders.releases[own.job_id] = replace(own, outputs=other.outputs)

    with pytest.raises(PublicationRefusedError, match="another job"):
        quick.services.publish_answer(buyer.account_id, second, envelopes)


def test_nobody_else_can_publish_a_buyers_answer_or_take_it_back(quick):
    buyer = quick.buyer()
    other = quick.services.add_account("other@example.org", "correct horse battery")
    order_id = settled(quick, buyer)
    envelopes = opened(quick, order_id)

    with pytest.raises(UnknownOrderError):
        quick.services.publish_answer(other.account_id, order_id, envelopes)
    quick.services.publish_answer(buyer.account_id, order_id, envelopes)
    with pytest.raises(UnknownOrderError):
        quick.services.withdraw_publication(other.account_id, order_id)


def test_what_people_were_not_asked_for_is_not_published(quick):
    buyer = quick.buyer()
    order_id = settled(quick, buyer, replace(DESCRIBING, publication=False))

    with pytest.raises(PublicationRefusedError, match="were not asked"):
        quick.services.publish_answer(buyer.account_id, order_id, opened(quick, order_id))


def test_an_exact_answer_is_refused_before_anybody_is_asked(quick):
    buyer = quick.buyer()

    with pytest.raises(QuestionRefusedError, match="must have noise"):
        quick.order(buyer, replace(DESCRIBING, epsilon=None, statistics=DESCRIBING.statistics[:1]))


def test_whoever_does_not_allow_it_is_in_no_published_answer():
    market = open_market()
    crowd = people(CROWD)
    market.supply(crowd[:55], ALLOWING)
    market.supply(crowd[55:])
    market.forward()
    buyer = market.buyer()
    order_id = settled(market, buyer)

    published = market.services.publish_answer(buyer.account_id, order_id, opened(market, order_id))

    assert published.description.people is not None
    assert published.description.people.value == 55


def test_where_too_few_allow_it_nothing_can_be_ordered():
    market = open_market()
    market.supply(people(CROWD))
    market.forward()

    with pytest.raises(TooFewPeopleError):
        market.order(market.buyer(), DESCRIBING)


def test_an_answer_that_may_still_be_disputed_is_not_published(quick):
    buyer = quick.buyer()
    order = quick.released(buyer, DESCRIBING)

    with pytest.raises(ResultNotReadyError, match="confirmed and paid"):
        quick.services.publish_answer(buyer.account_id, order.order_id, opened(quick, order.order_id))


def test_what_was_never_published_cannot_be_taken_back(quick):
    buyer = quick.buyer()
    order_id = settled(quick, buyer)

    with pytest.raises(UnknownPublicationError):
        quick.services.withdraw_publication(buyer.account_id, order_id)
