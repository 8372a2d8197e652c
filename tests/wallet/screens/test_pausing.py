"""Pausing and going on at the screens, without scripts."""

from tests.wallet.screens.moments import only_consent, session_of


def _detail(sharer, world) -> str:
    held = only_consent(world, session_of(world))
    page: str = sharer.get(f"/agreements/{held.row_id}")
    return page


def test_pausing_and_going_on_are_one_press_each(sharer, world):
    assert "Nothing new is computed while you pause" in _detail(sharer, world)

    paused = sharer.press("/pause")
    going_on = sharer.press("/go-on")

    assert "Paused by you" in paused
    assert paused.count("Knows") == 1
    assert paused.count("Confirmed, proof checked") == 3
    assert "Nothing was deleted" in paused
    assert "Paused by you" not in going_on
    assert "Went on on" in going_on


def test_a_node_that_is_down_is_shown_as_not_reached_until_it_is(sharer, world):
    world.nodes.down = {"node-b"}
    _detail(sharer, world)
    page = sharer.press("/pause")
    world.nodes.down = set()
    sharer.post("/refresh")

    assert page.count("Not confirmed yet") == 1
    assert "One computing partner that knows is enough" in page
    assert _detail(sharer, world).count("Confirmed, proof checked") == 3


def test_everything_is_paused_from_the_list_and_goes_on_from_there(sharer, world):
    page = sharer.get("/agreements/")
    assert "takes part in no sum" in page

    paused = sharer.press("/agreements/pause-everything")
    going_on = sharer.press("/agreements/go-on-with-everything")

    assert "Everything is paused" in paused
    assert "Paused by you" in paused
    assert "Everything goes on" in going_on
    assert "Paused by you" not in going_on


def test_the_history_says_when_she_paused(sharer, world):
    _detail(sharer, world)
    sharer.press("/pause")
    world.clock.forward(minutes=2)
    _detail(sharer, world)
    sharer.press("/go-on")

    page = sharer.get("/uses/")

    assert "When you paused" in page
    assert page.index("went on with") < page.index(": paused")


def test_an_ended_agreement_has_no_button_to_pause_it(sharer, world):
    held = only_consent(world, session_of(world))
    _detail(sharer, world)
    sharer.press("/pause")
    sharer.get(f"/agreements/{held.row_id}/end")
    sharer.press("/end")

    page = _detail(sharer, world)

    assert "/go-on" not in page
    assert "You ended this agreement" in page


def test_nobody_pauses_without_an_open_wallet(sharer, browser, world):
    held = only_consent(world, session_of(world))
    stranger = browser.client.application.test_client()

    answer = stranger.post(f"/agreements/{held.row_id}/pause")

    assert answer.status_code in {302, 400, 403}
    assert not only_consent(world, session_of(world)).is_paused
