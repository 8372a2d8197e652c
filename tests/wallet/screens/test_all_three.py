"""How many partners would have to work together to read a record: asked in the wizard, in plain words."""

from tests.wallet.browsing import ticked


def _protection(holder):
    holder.begin_offer()
    for step in ("data", "who"):
        holder.press(f"/{step}", **ticked(holder.page))
    return holder.page


def test_the_wizard_asks_how_many_must_work_together_and_says_what_it_costs(holder):
    page = _protection(holder)

    assert ticked(page)["together"] == ["two"]
    assert "Only all three nodes together" in page
    assert "fewer answers" in page


def test_what_was_chosen_is_on_the_review_and_in_the_wizard_again(holder):
    chosen = {**ticked(_protection(holder)), "together": ["three"]}
    here = holder.path
    holder.press("/protection", **chosen)

    page = holder.press("/compensation", **ticked(holder.page))

    assert "Only all three of these partners together could read your data" in page
    assert ticked(holder.get(here))["together"] == ["three"]
