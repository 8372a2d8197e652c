"""The catalogue is kept until it is another one: whatever changes it shows at the next look."""

from datetime import timedelta

import pytest

from consent.pause import PauseStatement
from marketplace.domain.act import Act, Register
from marketplace.domain.offer import NodeAnswer
from marketplace.services.described_ports import PublishedAnswer
from marketplace.services.ports import ArrivedOffer
from marketplace.services.supply_terms import SumUpSupply
from marketplace.storage.store import open_store
from tests.contracts.stores import add_order
from tests.marketplace.builders import NODE_IDS, an_offer, consent_id
from tests.marketplace.describing import description
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.parties import NOW
from tests.statements import counting

ENOUGH = range(1, 51)


@pytest.fixture
def sql_market(database_url):
    store = open_store(database_url)
    market = open_market(store)
    with store.writing() as books:
        for number in ENOUGH:
            books.offers.add(ArrivedOffer(an_offer(number), "{}", "digest"))
        for node in NODE_IDS:
            books.offers.answer(node, {consent_id(number): (NodeAnswer.ACCEPTED, None) for number in ENOUGH})
    assert people_of(market) == 50
    yield market
    store.database.close()


def people_of(market: Market) -> int:
    return next(
        each for each in market.services.show_catalogue() if each.data_set.ref == "exam/1"
    ).people.least


def described_in(market: Market) -> object:
    return next(
        each for each in market.services.show_catalogue() if each.data_set.ref == "exam/1"
    ).description


def test_a_catalogue_that_is_kept_is_one_number_read(sql_market):
    with counting(sql_market.store.database.engine) as statements:
        kept = sql_market.services.show_catalogue()

    assert len(statements) == 1
    assert kept is sql_market.services.show_catalogue()


def test_somebody_who_withdraws_is_missing_at_the_next_look(sql_market):
    with sql_market.store.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="signed", at=NOW, log_index=1)

    assert people_of(sql_market) == 0


def test_somebody_who_pauses_is_missing_at_the_next_look(sql_market):
    said = PauseStatement(consent_id(1), True, 1, NOW)
    with sql_market.store.writing() as books:
        books.offers.pause(said, "token", at=NOW)

    assert people_of(sql_market) == 0


def test_somebody_whose_consent_ends_is_missing_from_that_moment_on(sql_market):
    sql_market.clock.now = an_offer(1).policy.valid_until - timedelta(seconds=1)
    assert people_of(sql_market) == 50

    sql_market.clock.forward(seconds=1)

    assert people_of(sql_market) == 0


def test_a_new_sum_up_shows_at_the_next_look(sql_market):
    assert sql_market.services.show_catalogue()[0].supply is None

    SumUpSupply(sql_market.desk)()

    told = {each.data_set.ref: each.supply for each in sql_market.services.show_catalogue()}
    assert told["exam/1"] is not None


def test_an_act_makes_another_edition(sql_market):
    with sql_market.store.reading() as books:
        before = books.supply.edition()
    with sql_market.store.writing() as books:
        books.acts.add(Act(Register.ASSESSMENT, "health/1", NOW, "operator", "approved", {"content": "x"}))

    with sql_market.store.reading() as books:
        assert books.supply.edition() > before


def test_a_published_answer_shows_at_the_next_look_and_is_gone_at_the_one_after(sql_market):
    add_order(sql_market.store)
    with sql_market.store.writing() as books:
        order_id = books.orders.of_account("account-1")[0].order_id
        books.published.add(PublishedAnswer(description(order_id=order_id), NOW, 3))

    assert described_in(sql_market) is not None
    with sql_market.store.writing() as books:
        books.published.withdraw(order_id, NOW)
    assert described_in(sql_market) is None


def test_what_is_not_told_of_makes_no_other_edition(sql_market):
    with sql_market.store.reading() as books:
        before = books.supply.edition()
    sql_market.services.add_account("other@example.org", "correct horse battery")

    with sql_market.store.reading() as books:
        assert books.supply.edition() == before


def test_an_edition_that_was_rolled_back_never_was(sql_market):
    def withdraw_and_fail() -> None:
        with sql_market.store.writing() as books:
            books.offers.withdraw(consent_id(1), withdrawal="signed", at=NOW, log_index=1)
            raise LookupError

    with pytest.raises(LookupError):
        withdraw_and_fail()

    assert people_of(sql_market) == 50


def test_another_process_is_heard_at_the_next_look(sql_market, database_url):
    other = open_store(database_url)
    with other.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="signed", at=NOW, log_index=1)
    other.database.close()

    assert people_of(sql_market) == 0
