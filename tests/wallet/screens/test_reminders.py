"""Reminders at the screens: told on home and in the list, answered by a button, and nothing ends."""

from tests.wallet.screens.moments import only_consent, session_of


def test_a_reminder_stands_on_home_and_in_the_list_until_it_is_answered(sharer, world):
    world.clock.forward(days=61)
    sharer.sign_in()
    assert "Nobody has used it for two months" in sharer.get("/agreements/")
    assert "Nobody has used it for two months" in sharer.get("/home")
    held = only_consent(world, session_of(world))

    page = sharer.post(f"/reminders/{held.row_id}", reason="unused", answer="well")

    assert "You are not reminded of this again." in page
    assert "for two months" not in sharer.get("/home")
    assert "End this agreement" in sharer.get(f"/agreements/{held.row_id}")


def test_it_can_be_put_off(sharer, world):
    world.clock.forward(days=61)
    sharer.sign_in()
    sharer.get("/home")

    page = sharer.post(
        f"/reminders/{only_consent(world, session_of(world)).row_id}", reason="unused", answer="later"
    )

    assert "reminded again in a month" in page


def test_a_reminder_that_there_is_not_is_refused(sharer, world):
    sharer.get("/home")

    sharer.post(f"/reminders/{only_consent(world, session_of(world)).row_id}", 404, reason="x", answer="well")


def test_what_ran_out_is_offered_again_with_one_button(sharer, world):
    world.clock.forward(days=200)
    sharer.sign_in()
    held = only_consent(world, session_of(world))
    assert "Offer again with the same choices" in sharer.get(f"/agreements/{held.row_id}")

    page = sharer.press("/renew")

    assert sharer.path.endswith("/review")
    assert "Exam results" in page
    sharer.press("/agree", explicit_consent="yes")
    assert len(world.services.consents(session_of(world))) == 2
