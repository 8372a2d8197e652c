"""A wallet finds by itself whether a breach concerns it, and says so on home."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from consent.breach_notice import BreachNotice, sign_notice
from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import MARKET
from wallet.domain.choices import PolicyChoices
from wallet.errors import PartnerFaultError
from wallet.web.app import create_app


@pytest.fixture
def sharing(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    return world.services.publish_offer(anna, record.credential_id, PolicyChoices())


def _notice(world, **changes):
    now = world.clock().replace(microsecond=0)
    made = BreachNotice(
        notice_id="notice-1",
        marketplace=MARKET,
        at=now,
        what="A copy of the agreements was taken.",
        consequences="Somebody may know that you have this record.",
        measures="The door is closed.",
        contact="dpo@market.example",
        since=now - timedelta(days=1),
        until=now + timedelta(days=1),
        data_set="exam/1",
    )
    return replace(made, **changes)


def _publish(world, *notices, key=None):
    world.market.signed_notices = [sign_notice(each, key or world.market.key) for each in notices]


def test_a_notice_that_concerns_an_agreement_is_in_the_report_of_a_refresh(world, anna, sharing):
    mine, everybody = _notice(world), _notice(world, notice_id="notice-2", data_set=None)
    other = _notice(world, notice_id="notice-3", data_set="health/1")
    _publish(world, mine, other, everybody)

    report = world.services.refresh(anna)

    assert report.notices == (mine, everybody)
    assert (report.problems, report.alarms) == ([], [])


def test_an_agreement_that_ended_before_is_not_concerned(world, anna, sharing):
    world.services.withdraw_consent(anna, sharing.consent_id)
    later = world.clock() + timedelta(hours=1)
    _publish(world, _notice(world, since=later.replace(microsecond=0), until=later + timedelta(days=1)))

    assert world.services.refresh(anna).notices == ()


def test_a_wallet_without_agreements_asks_for_nothing(world, anna):
    _publish(world, _notice(world, data_set=None))

    assert world.services.refresh(anna).notices == ()


def test_a_notice_that_the_marketplace_did_not_sign_is_a_problem_and_is_not_shown(world, anna, sharing):
    _publish(world, _notice(world), key=parties.ed25519("somebody else"))

    report = world.services.refresh(anna)

    assert report.notices == ()
    assert "a notice that it did not sign" in report.problems[0]


def test_a_fault_of_one_marketplace_is_named(world, anna, sharing):
    world.market.signed_notices = ["not a notice"]

    with pytest.raises(PartnerFaultError, match="notice"):
        world.services.refresh.notices(anna)


@pytest.mark.browser
def test_home_shows_a_notice_after_the_next_refresh(world):
    anna = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(anna, world.issuers.offer())
    world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    _publish(world, _notice(world))
    with chromium() as browser, serving(create_app(world.services)) as url:
        _look_at_home(browser, url)


def _look_at_home(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        page.goto(f"{url}/sign-in")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_text("Your data may be concerned by a breach").wait_for()
        look(page, says="A copy of the agreements was taken.")
