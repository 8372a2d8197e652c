"""Offering a record step by step, without scripts."""

import re

import pytest

from consent.vocabulary import StatisticGroup
from consent.wording import group_text
from tests.consent.published import RECORD_SCHEMA, schema_faults
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD, ticked
from tests.wallet.screens.moments import only_consent, session_of


def test_the_wizard_begins_with_the_most_private_choices(holder):
    page = holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        shown = holder.page
        if step == "who":
            assert _ticked(shown, "recipient_kinds") == ["university", "research_institute"]
            assert "dpv:CommercialResearch" not in _ticked(shown, "purposes")
        if step == "protection":
            assert _ticked(shown, "crowd_floor") == ["50"]
            assert _ticked(shown, "level") == ["very_strong"]
            assert _ticked(shown, "exact_allowed") == []
        if step == "compensation":
            assert '<option value="6" selected>' in shown
        page = holder.press(f"/{step}", **ticked(shown))

    assert "Do you agree?" in page


def test_the_kinds_of_answers_stand_in_groups_that_a_person_can_read(holder):
    page = holder.begin_offer()
    for step in ("data", "who"):
        page = holder.press(f"/{step}", **ticked(holder.page))

    places = [
        page.index(f">{group_text(group, 'en')[:1].upper()}{group_text(group, 'en')[1:]}<")
        for group in StatisticGroup
    ]
    assert places == sorted(places)
    for group, start, end in zip(StatisticGroup, places, [*places[1:], len(page)], strict=True):
        within = re.findall(r'name="statistics" value="(\w+)"', page[start:end])
        assert within == [kind.value for kind in group.kinds]


def _ticked(page, name):
    return ticked(page).get(name, [])


def test_nothing_is_ticked_for_health_data_and_an_explicit_tick_is_needed(signed_in, world):
    signed_in.add_record(world.issuers.offer(parties.HEALTH, "health/1"))
    page = signed_in.begin_offer()
    assert _ticked(page, "attributes") == []
    assert "Choose at least one part" in signed_in.press("/data", 422)
    signed_in.press("/data", attributes=["age", "systolic"])
    assert _ticked(signed_in.page, "recipient_kinds") == []
    assert "Choose at least one kind of organisation" in signed_in.press("/who", 422)
    signed_in.press("/who", recipient_kinds=["hospital"], purposes=["dpv:ScientificResearch"])
    assert _ticked(signed_in.page, "statistics") == []
    signed_in.press("/protection", statistics=["mean"], level="very_strong", crowd_floor="100")
    page = signed_in.press("/compensation", amount="0,75", months="3")

    assert "Hospitals may compute averages" in page
    assert _ticked(page, "explicit_consent") == []
    assert "Tick the box to say that you explicitly agree" in signed_in.press("/agree", 422)
    assert world.market.published == 0
    assert "Your agreement is signed" in signed_in.press("/agree", explicit_consent="yes")
    policy = only_consent(world, session_of(world)).policy
    assert (policy.crowd_floor, policy.compensation_cents) == (100, 75)


def test_the_review_says_what_leaves_what_a_buyer_sees_and_what_it_cannot_protect_from(holder):
    holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        page = holder.press(f"/{step}", **ticked(holder.page))

    for words in (
        "What leaves your wallet",
        "Made-up example",
        "What this cannot protect you from",
        "Two of these three partners together could read your data",
        "You can stop at any time",
    ):
        assert words in page
    agree, decline = re.findall(r'<button class="([^"]+)" type="submit"[^>]*>.*?(?:I agree|I decline)', page)
    assert agree == decline


def test_the_words_on_the_review_are_the_words_that_are_signed(holder, world):
    holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        page = holder.press(f"/{step}", **ticked(holder.page))
    holder.press("/agree")

    notice = only_consent(world, session_of(world)).notice
    assert "Operator of node-a" in notice
    for line in notice.split("\n"):
        assert line in page


def test_what_was_chosen_survives_a_reload_and_a_lock(holder, world):
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])
    holder.press("/who", recipient_kinds=["hospital"], purposes=["dpv:PublicBenefit"])
    here = holder.path
    world.clock.forward(hours=1)
    holder.get(here)

    page = holder.post("/sign-in", login="anna", password=PASSWORD)

    assert holder.path == here
    assert "Hospitals may compute" in page
    assert _ticked(holder.get(here.replace("protection", "who")), "purposes") == ["dpv:PublicBenefit"]


def test_no_step_can_be_skipped(holder):
    holder.begin_offer()
    base = holder.path.removesuffix("/data")

    holder.get(f"{base}/review")
    assert holder.path.endswith("/data")
    holder.post(f"{base}/compensation", 404, amount="1", months="1")
    holder.get(f"{base}/data")
    assert holder.post(f"{base}/agree")
    assert holder.path.endswith("/data")


def test_going_on_with_an_offer_finds_the_one_begun(holder):
    record = holder.path
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])
    first = holder.path

    holder.get(record)
    holder.begin_offer()

    assert holder.path == first


def test_declining_leaves_nothing_and_says_so(holder, world):
    holder.begin_offer()

    page = holder.post(holder.path.replace("/data", "/decline"))

    assert "Nothing was shared" in page
    assert world.market.published == 0
    assert world.stores.drafts.all(session_of(world)) == ()


def test_a_wrong_choice_keeps_what_was_ticked(holder):
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])

    page = holder.press("/who", 422, recipient_kinds=["hospital", "company"])

    assert "Choose at least one purpose" in page
    assert _ticked(page, "recipient_kinds") == ["hospital", "company"]


@pytest.mark.parametrize("forged", [{"attributes": ["grade"]}, {"attributes": ["exam_score", "x"]}])
def test_a_part_that_does_not_exist_is_refused(holder, forged):
    holder.begin_offer()

    assert "not in this kind of record" in holder.press("/data", 422, **forged)


def test_the_sentence_follows_the_choices(holder):
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])
    sentence = f"{holder.path}/sentence"

    page = holder.post(sentence, recipient_kinds=["insurer"], purposes=["dpv:CommercialResearch"])
    assert "Insurers may compute" in page
    holder.get(sentence.removesuffix("/sentence"))
    assert "Nothing is allowed yet" in holder.post(sentence, purposes=["dpv:CommercialResearch"])


def test_a_marketplace_that_refuses_is_said_on_the_review(holder, world):
    world.market.says_no = True
    holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        holder.press(f"/{step}", **ticked(holder.page))

    assert "not in force" in holder.press("/agree", 502)
    assert world.services.consents(session_of(world)) == ()


def test_an_offer_that_cannot_be_sent_yet_is_shown_as_such(holder, world):
    world.market.down = True

    assert "Not sent yet" in holder.offer_with_defaults()


def test_a_record_that_is_shared_has_no_second_offer(sharer, world):
    (record,) = world.services.records(session_of(world))

    page = sharer.get(f"/records/{record.credential_id}")
    assert "You share this record" in page
    assert "Offer this record" not in page
    assert "You already share this record" in sharer.post(f"/offers/begin/{record.credential_id}", 422)


def test_who_has_one_kind_of_record_is_not_asked_about_joining(holder):
    assert 'name="joins"' not in holder.begin_offer()


def test_who_has_two_kinds_of_records_may_let_them_be_put_together(holder, world):
    holder.add_record(world.issuers.offer(parties.HEALTH, "health/1"))
    page = holder.begin_offer()
    assert "May it be put together with another record of yours?" in page
    (other,) = re.findall(r'name="joins" value="([^"]+)"', page)
    assert _ticked(page, "joins") == []

    holder.press(
        "/data",
        **{**ticked(page), "attributes": re.findall(r'name="attributes" value="(\w+)"', page)},
        joins=[other],
    )
    for step in ("who", "protection", "compensation"):
        choices = {
            "recipient_kinds": ["university"],
            "purposes": ["dpv:AcademicResearch"],
            "statistics": ["mean"],
        }
        page = holder.press(f"/{step}", **{**choices, **ticked(holder.page)})

    assert "It may be put together with your data" in page
    assert "A number that stands in both agreements" in page
    assert "see that both belong to one person" in page


def test_a_kind_of_record_that_she_does_not_have_cannot_be_joined(holder):
    holder.begin_offer()
    page = holder.press("/data", 422, **ticked(holder.page), joins=["health/1"])

    assert "Choose among the other kinds of records that you have" in page


def test_a_record_is_given_for_the_general_interest_and_the_words_say_so(holder, world):
    page = holder.begin_offer()
    for step in ("data", "who", "protection"):
        page = holder.press(f"/{step}", **ticked(holder.page))
    assert _ticked(page, "altruism") == []
    page = holder.press("/compensation", altruism="yes", amount="", months="3")
    assert "you receive nothing for it, even where others are compensated" in page
    holder.press("/agree")

    held = only_consent(world, session_of(world))
    paper = world.services.keep_receipts(session_of(world), held.consent_id)
    (process,) = paper.kept.record["dpv:hasProcess"]
    assert (held.policy.altruism, held.policy.compensation_cents) == (True, 0)
    assert process["dpv:hasOrganisationalMeasure"] == ["eu-dga:EUDataAltruismConsentForm"]
    assert schema_faults(RECORD_SCHEMA, paper.kept.record) == []


def test_who_allows_a_commercial_purpose_cannot_give_it(holder, world):
    holder.begin_offer()
    holder.press("/data", **ticked(holder.page))
    holder.press("/who", **{**ticked(holder.page), "purposes": ["dpv:CommercialResearch"]})
    holder.press("/protection", **ticked(holder.page))

    page = holder.press("/compensation", 422, altruism="yes", months="3")

    assert "for the general interest only" in page
    assert _ticked(page, "altruism") == ["yes"]
