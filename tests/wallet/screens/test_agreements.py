"""Looking at an agreement and ending it, without scripts."""

import re
from decimal import Decimal

import pytest

from consent.query import decimal_text
from consent.spending import spending
from tests.wallet.screens.moments import only_consent, session_of
from wallet.domain.withdrawal import ToldRecipient


def test_ending_an_agreement_takes_no_more_clicks_than_giving_it(sharer, world):
    sharer.get("/agreements/")
    (ending,) = re.findall(r'href="(/agreements/[^"]+/end)"', sharer.page)
    page = sharer.get(ending)
    for words in ("Stops at once", "Is deleted", "Stays yours", "Cannot be undone"):
        assert words in page

    page = sharer.press("/end")

    assert "You ended this agreement" in page
    assert page.count("Deleted, proof checked") == 3


def test_a_node_that_is_down_is_shown_as_pending_until_it_answers(sharer, world):
    world.nodes.down = {"node-b"}
    held = only_consent(world, session_of(world))
    sharer.get(f"/agreements/{held.row_id}/end")
    page = sharer.press("/end")
    assert page.count("Not answered yet") == 1
    world.nodes.down = set()
    sharer.post("/refresh")

    page = sharer.get(f"/agreements/{held.row_id}")

    assert page.count("Deleted, proof checked") == 3


@pytest.mark.parametrize(
    ("state", "words"),
    [("waiting", "Being checked"), ("refused", "Not accepted"), ("expired", "has run out")],
)
def test_the_state_of_an_agreement_is_said_with_what_it_means(sharer, world, state, words):
    held = only_consent(world, session_of(world))
    if state == "refused":
        world.market.delivery, world.market.refusal = world.market.delivery.REFUSED, "no room"
        sharer.get("/agreements/")
        sharer.post("/refresh")
    if state == "expired":
        world.clock.forward(days=200)
        sharer.sign_in()

    assert words in sharer.get(f"/agreements/{held.row_id}")


def test_an_ended_agreement_shows_who_holds_an_answer_and_was_told(used, world):
    held = only_consent(world, session_of(world))
    used.get(f"/agreements/{held.row_id}/end")
    used.post(f"/agreements/{held.row_id}/end")
    assert "Who holds an answer with your data" not in used.page
    world.market.recipients = (ToldRecipient("Institute <b>of</b> Health", "job-1", world.clock()),)
    used.post("/refresh")

    page = used.get(f"/agreements/{held.row_id}")

    assert "Who holds an answer with your data" in page
    assert "Institute &lt;b&gt;of&lt;/b&gt; Health" in used.page
    assert f'href="/letters/{held.consent_id}/uses/job-1/deletion"' in page
    assert "Save all proofs of deletion in one file" in page
    world.market.recipients = ()
    used.post("/refresh")
    assert "Who holds an answer with your data" in used.get(f"/agreements/{held.row_id}")


def test_an_agreement_says_what_its_answers_have_told_together(sharer, world):
    held = only_consent(world, session_of(world))
    assert 'id="spent"' not in sharer.get(f"/agreements/{held.row_id}")
    world.market.spent = spending([Decimal("0.5"), Decimal(1), Decimal("0.25")])
    sharer.post("/refresh")

    page = sharer.get(f"/agreements/{held.row_id}")
    sharer.post("/language", language="de")
    german = sharer.get(f"/agreements/{held.row_id}")

    limit = decimal_text(held.policy.epsilon_total)
    assert f"took 1.75 of your limit of {limit} for all of them; taken together" in page
    assert "than a single answer that takes 1.18." in page
    assert "haben 1,75 Ihrer Grenze von" in german
    assert "als eine einzige Antwort, die 1,18 verbraucht." in german


def test_one_answer_is_no_more_than_its_sum(sharer, world):
    held = only_consent(world, session_of(world))
    world.market.spent = spending([Decimal("0.5")])
    sharer.get("/agreements/")
    sharer.post("/refresh")

    page = sharer.get(f"/agreements/{held.row_id}")

    assert "Answers with a random error took 0.5 of your limit of" in page
    assert "taken together" not in page
