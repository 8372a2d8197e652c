"""A person at the screens: at the door, signed in, with a record, sharing it, and after it was used."""

from typing import ClassVar

import pytest
from jinja2 import BytecodeCache

from consent.query import Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from tests.wallet.browsing import Browser
from tests.wallet.screens.moments import only_consent, session_of
from wallet.domain.use import Buyer, Outcome, UseEntry
from wallet.web.app import create_app


class CompiledTemplates(BytecodeCache):
    """Compiles each template once for all tests."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket):
        self.compiled[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture
def app(world):
    made = create_app(world.services)
    made.jinja_env.bytecode_cache = CompiledTemplates()
    return made


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def signed_in(browser):
    browser.sign_up()
    return browser


@pytest.fixture
def holder(signed_in, world):
    signed_in.add_record(world.issuers.offer())
    return signed_in


@pytest.fixture
def sharer(holder):
    holder.offer_with_defaults()
    return holder


@pytest.fixture
def used(sharer, world):
    held = only_consent(world, session_of(world))
    world.market.use(held.consent_id, cents=75)
    world.market.others = [
        UseEntry(
            consent_id=held.consent_id,
            job_id="job-9",
            at=world.clock(),
            buyer=Buyer("Acme <b>Insurance</b>", RecipientKind.INSURER, "DE"),
            purpose=Purpose.COMMERCIAL_RESEARCH,
            statistics=(Statistic(StatisticKind.COUNT),),
            group_by=None,
            outcome=Outcome.LEFT_OUT,
            reason="The organisation that asks is not allowed.",
        )
    ]
    sharer.get("/home")
    sharer.post("/refresh")
    return sharer
