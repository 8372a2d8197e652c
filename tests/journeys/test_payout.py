"""People earn, ask their wallet for the money, and the operator pays one of them and refuses another."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from consent.payout import Payee
from examples.people import Person, invite
from examples.records import exam_records
from examples.town import Town
from marketplace.domain.chart import BANK, payout_requested, subject_earned
from tests.journeys.customers import buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in
from tests.journeys.test_pause import ASKED, PEOPLE, TERMS
from wallet.domain.payout import HeldPayout, PayoutState

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

EARNED_CENTS = 600
IBAN = "AT61 1904 3002 3457 3201"
OPERATOR = Payee("Market", "DE89370400440532013000")
REASON = "The bank does not know this account."


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town of its own, because its books are counted."""
    folder = tmp_path_factory.mktemp("paying-town")
    with databases_for_a_town() as databases, living_in(Town(folder, database_url=databases)) as found:
        yield found


def _ask(town: Neighbourhood, person: Person) -> HeldPayout:
    session = town.session(person)
    assert not town.wallets.refresh(session).problems
    (balance,) = town.wallets.pay_out.balances(session)
    chosen = {balance.consent_id: balance.left_cents}
    return town.wallets.pay_out.ask(session, f"Account of {person.login}", IBAN, chosen)


def _followed(town: Neighbourhood, person: Person) -> tuple[HeldPayout, int]:
    session = town.session(person)
    assert not town.wallets.refresh(session).problems
    (held,) = town.wallets.pay_out.all(session)
    (balance,) = town.wallets.pay_out.balances(session)
    return held, balance.left_cents


def test_one_is_paid_and_one_gets_her_money_back_and_the_books_agree_with_both_wallets(town: Neighbourhood):
    terms = replace(TERMS, compensation_cents=EARNED_CENTS)
    people = town.settle(list(invite(town.town, "university", "exam/1", exam_records(PEOPLE), terms)))
    buy(town, enrolled(town), ASKED, people)
    anna, ben, *_ = people

    asked = [_ask(town, each) for each in (anna, ben)]
    waiting = town.balances()
    town.market.payouts.export(OPERATOR)
    town.market.payouts.pay(asked[0].payout_id)
    town.market.payouts.refuse(asked[1].payout_id, REASON)
    after = town.balances()

    assert [each.state for each in asked] == [PayoutState.REQUESTED] * 2
    assert [waiting.posted[payout_requested(each.payout_id)] for each in asked] == [EARNED_CENTS] * 2
    assert after.since(waiting) == {
        BANK: EARNED_CENTS,
        payout_requested(asked[0].payout_id): -EARNED_CENTS,
        payout_requested(asked[1].payout_id): -EARNED_CENTS,
        subject_earned(ben.consent_id): EARNED_CENTS,
    }
    (paid, left), (refused, back) = _followed(town, anna), _followed(town, ben)
    assert (paid.state, left, paid.signed) == (PayoutState.PAID, 0, ())
    assert (refused.state, refused.reason, back) == (PayoutState.REFUSED, REASON, EARNED_CENTS)
