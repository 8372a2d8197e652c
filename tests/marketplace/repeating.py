"""What tests of repeated questions have at hand: a saved question, and when it is asked again."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from consent.query import Query
from marketplace.domain.account import Account
from marketplace.domain.saved import Every, Skip, StandingOrder, Terms
from marketplace.services.keep_saved import SavedView
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import NOW

TWELVE = 1715
"""The price of EXACT over twelve people."""

FIRST = datetime(NOW.year, NOW.month, NOW.day, 6, tzinfo=NOW.tzinfo) + timedelta(days=1)
DAILY = Terms(Every.DAY, FIRST, FIRST + timedelta(days=9), 2000, 10_000)


def an_id(number: int) -> str:
    return str(UUID(int=number, version=4))


def repeated(
    market: Market, account: Account, terms: Terms = DAILY, *, by: str | None = None, query: Query = EXACT
) -> StandingOrder:
    """A question that is saved and repeated."""
    who = (account.account_id, by)
    market.services.keep_saved.save(who, an_id(1), "Exam scores", query)
    return market.services.keep_saved.repeat(who, an_id(1), an_id(2), terms)


def at(market: Market, moment: datetime) -> None:
    """It is this moment, and the worker does what is due."""
    market.clock.now = moment
    work(market)


def work(market: Market) -> None:
    """The worker does what is due."""
    duty = market.duties.place_runs
    assert duty is not None
    for _ in range(20):
        if not duty():
            return
    raise AssertionError("there is always something due")


def seen(market: Market, account: Account) -> SavedView:
    return market.services.keep_saved.get(account.account_id, an_id(1))


def states(market: Market, account: Account) -> list[str]:
    """What became of each run, planned first first."""
    return [run.state.value for run in reversed(seen(market, account).runs)]


def latest(market: Market, account: Account) -> StandingOrder:
    found = seen(market, account).latest
    assert found is not None
    return found


def skips(market: Market, account: Account) -> list[Skip]:
    """Why runs were skipped, planned last first."""
    return [run.skip for run in seen(market, account).runs if run.skip is not None]


def allowing(**changes) -> Terms:
    return replace(DAILY, **changes)
