"""Looking at an agreement and ending it, without scripts."""

import re

import pytest

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
