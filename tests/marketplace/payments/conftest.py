"""Tills over both rails, or over Stripe alone."""

from collections.abc import Iterator

import pytest

from marketplace.storage.store import open_store
from tests.marketplace.market import open_market
from tests.marketplace.stripe_fake import StripeFake
from tests.marketplace.tills import Till, open_till
from tests.serving import serving


@pytest.fixture(scope="module")
def stripe_at() -> Iterator[tuple[StripeFake, str]]:
    fake = StripeFake()
    with serving(fake.app()) as url:
        yield fake, url


@pytest.fixture(params=["sandbox", "stripe"])
def till(request, stripe_at) -> Till:
    return open_till(open_market(), stripe_at if request.param == "stripe" else None)


@pytest.fixture
def card(stripe_at) -> Till:
    return open_till(open_market(), stripe_at)


@pytest.fixture(params=["sandbox", "stripe"])
def kept_till(request, stripe_at, database_url) -> Iterator[Till]:
    store = open_store(database_url)
    yield open_till(open_market(store), stripe_at if request.param == "stripe" else None)
    store.database.close()
