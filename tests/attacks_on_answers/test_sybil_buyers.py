"""Budget exhaustion by sybil buyers: many accounts and credentials get what one buyer gets."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from consent.order import sign_mandate
from consent.pace import MOST_QUESTIONS
from consent.query import Query, Statistic
from consent.vocabulary import StatisticKind
from crypto.encoding import sha256
from marketplace.domain.account import Account
from marketplace.errors import DiffersByTooFewError, TooFewPeopleError
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.storage.questions import Questions
from ssi.hosting.database import migrate, open_database
from ssi.issuance import Organisation, Subject, Terms, issue_organisation_credential, organisation_handle
from ssi.status_list import StatusReference
from tests.marketplace.market import PASSWORD, Market, open_market
from tests.marketplace.mpc_node.orders import EXACT, MANDATE, NOISY
from tests.marketplace.mpc_node.parties import NOW, REGISTRAR_KEY, REGISTRAR_STATUS_URI, YEAR, es256
from tests.marketplace.mpc_node.people import person, withdrawal_of

ACCOUNTS = 5
COUNT = replace(NOISY, statistics=(Statistic(StatisticKind.COUNT),), epsilon=Decimal("0.5"))
BUDGET = 4
"""So many answers of this epsilon are in the two of each person."""


def same_credential(market: Market, number: int) -> Account:
    """One more account of the one buyer."""
    return market.buyer(f"account{number}@example.org")


def other_credential(market: Market, number: int) -> Account:
    """An account with a credential of its own."""
    key = es256(f"buyer {number}")
    handle = organisation_handle(sha256(b"pairwise"), organisation=f"institute {number}")
    credential = issue_organisation_credential(
        Organisation(f"Institute {number}", "research_institute", "AT"),
        Subject(handle, key.public),
        issuer=REGISTRAR_KEY,
        terms=Terms(StatusReference(REGISTRAR_STATUS_URI, 100 + number), NOW - YEAR, NOW + YEAR),
    )
    mandate = replace(MANDATE, buyer=handle, valid_until=NOW + timedelta(days=30))
    account = market.services.add_account(f"institute{number}@example.org", PASSWORD)
    market.services.top_up(account.account_id, transfer_id="first", amount_cents=1_000_000)
    return market.services.register_organisation(
        account.account_id, credential=credential, mandate=sign_mandate(mandate, key)
    )


def answers_of(market: Market, accounts: list[Account], query: Query) -> int:
    """How many orders all accounts together can place, asking in turn until everybody is refused."""
    placed = 0
    for _ in range(2 * BUDGET):
        for account in accounts:
            try:
                market.order(account, query)
            except TooFewPeopleError:
                continue
            placed += 1
    return placed


@pytest.mark.parametrize("enrol", [same_credential, other_credential])
def test_budget_exhaustion_by_sybil_buyers_gets_as_many_answers_as_one_buyer(enrol):
    market = open_market()
    market.stock(12)
    accounts = [enrol(market, number) for number in range(ACCOUNTS)]

    assert answers_of(market, accounts, COUNT) == BUDGET


@pytest.mark.parametrize("enrol", [same_credential, other_credential])
def test_sybil_buyers_share_one_history_of_exact_answers(enrol):
    market = open_market()
    market.stock(12)
    market.released(same_credential(market, 0))
    second = enrol(market, 1)
    market.services.withdraw_offer(withdrawal_of(person(1)))

    with pytest.raises(DiffersByTooFewError):
        market.order(second, EXACT)


def test_accounts_of_one_credential_share_the_questions_of_a_day_at_the_nodes(tmp_path: Path):
    database = open_database(f"sqlite:///{tmp_path / 'node.sqlite'}")
    migrate(database.engine, MIGRATIONS)
    questions = Questions(database)
    for number in range(MOST_QUESTIONS):  # a node sees the credential, and never which account it was
        questions.note(f"job {number} of account {number % ACCOUNTS}", "one buyer", ["exam/1"], now=NOW)

    with pytest.raises(AttemptFailedError) as raised:
        questions.note("one more", "one buyer", ["exam/1"], now=NOW)

    assert raised.value.failure is Failure.ASKED_TOO_OFTEN
    database.close()
