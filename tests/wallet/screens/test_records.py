"""Receiving a record and looking at it, without scripts."""

import pytest

from ssi.status_list import Status
from tests.ssi import parties
from tests.wallet.browsing import Browser
from tests.wallet.screens.moments import only_consent, session_of


def test_a_record_is_previewed_before_it_is_kept(signed_in, world):
    signed_in.get("/records/add")
    page = signed_in.post("/records/add", link=world.issuers.offer())

    assert "Nothing has been fetched yet" in page
    assert not world.issuers.promises["code-0"].used
    page = signed_in.press("/collect")
    assert "Is this your record?" in page
    assert "Verified issuer" in page
    assert world.services.records(session_of(world)) == ()
    assert "The record is in your wallet" in signed_in.press("/keep")


def test_a_record_can_be_turned_away_after_the_preview(signed_in, world):
    signed_in.get("/records/add")
    signed_in.post("/records/add", link=world.issuers.offer())
    signed_in.press("/collect")

    assert "Nothing was added" in signed_in.press("/discard")
    assert world.services.records(session_of(world)) == ()


def test_an_unverified_issuer_is_warned_about_before_anything_is_fetched(signed_in, world):
    signed_in.get("/records/add")

    page = signed_in.post("/records/add", link=world.issuers.offer(issuer="https://attacker.example"))

    assert "This does not come from a verified issuer" in page
    assert "https://attacker.example" in page
    assert not world.issuers.promises["code-0"].used


def test_a_code_is_asked_for_on_a_page_of_its_own(signed_in, world):
    signed_in.get("/records/add")
    page = signed_in.post("/records/add", link=world.issuers.offer(tx_code="4321"))

    assert "The code is in the letter" in page
    assert "did not accept the code" in signed_in.press("/collect", 422, code="1")
    assert "Is this your record?" in signed_in.press("/collect", code="4321")


def test_a_refused_record_says_why(signed_in, world):
    world.issuers.committed = {**parties.EXAM, "exam_score": 1}
    signed_in.get("/records/add")

    signed_in.post("/records/add", link=world.issuers.offer())
    page = signed_in.press("/collect", 422)

    assert "contradicts the seal that its issuer put on it" in page


def test_an_issuer_that_is_down_can_be_asked_again_on_the_same_page(signed_in, world):
    world.issuers.down = True
    signed_in.get("/records/add")
    signed_in.post("/records/add", link=world.issuers.offer())

    assert "cannot be reached now" in signed_in.press("/collect", 503)
    world.issuers.down = False
    assert "Is this your record?" in signed_in.press("/collect")


def test_a_record_shows_plain_names_units_and_what_is_not_hidden(signed_in, world):
    page = signed_in.add_record(world.issuers.offer(parties.HEALTH, "health/1"))

    assert "Blood pressure, upper value" in page
    assert "122 mmHg" in page
    assert "not hidden when shared" in page
    assert "systolic" not in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.INVALID, "This record does not count any more"),
        (Status.SUSPENDED, "This record is on hold"),
    ],
)
def test_a_record_that_was_taken_back_says_what_to_do(holder, world, status, words):
    record = holder.path
    world.issuers.revoked = {0: status}
    holder.get("/home")
    holder.post("/refresh")

    page = holder.get(record)

    assert words in page
    assert "Offer this record" not in page
    assert "University" in holder.get("/home")


def test_an_expired_record_says_what_to_do(holder, world):
    record = holder.path
    world.clock.forward(days=400)
    holder.sign_in()

    assert "This record has expired" in holder.get(record)


def test_a_replaced_record_leads_to_the_newest(holder, world):
    record = holder.path
    world.clock.forward(minutes=1)
    holder.add_record(world.issuers.offer())
    newest = holder.path

    page = holder.get(record)

    assert "There is a newer version" in page
    assert newest in page


def test_an_issuer_that_left_the_registry_is_no_longer_marked_as_verified(holder, world):
    registry = world.trust.known
    record = holder.path
    world.trust.known = parties.assembled([part for part in parties.parts() if "marketplace" in part])
    page = holder.get(record)
    world.trust.known = registry

    assert "No longer on the list of verified issuers" in page


@pytest.mark.parametrize(
    "path", ["/records/{}", "/records/add/{}", "/offers/{}/data", "/agreements/{}", "/agreements/{}/end"]
)
def test_what_belongs_to_another_person_is_not_there(sharer, app, world, path):
    session = session_of(world)
    (record,) = world.services.records(session)
    held = only_consent(world, session)
    other = Browser(app)
    other.sign_up("ben")

    for row_id in (record.credential_id, held.row_id, "nonsense"):
        page = other.get(path.format(row_id), 404)
        assert "This is not in your wallet" in page
