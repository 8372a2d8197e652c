"""What a person forbids and bounds in the wizard, without scripts: asked, kept, said, signed."""

import re

import pytest

from consent.prohibition import Operand, never
from consent.vocabulary import Purpose, RecipientKind
from ssi.dataset import data_set
from tests.wallet.browsing import ticked
from tests.wallet.screens.moments import only_consent, session_of

NEVER = {"never_kinds": ["insurer", "company"], "never_purposes": ["dpv:CommercialResearch"]}
SENTENCES = (
    "You forbid any use by companies or insurers.",
    "You forbid any use for commercial research.",
    "Only organisations in Switzerland or Germany may ask.",
    "Your data may be used at most 12 times.",
    "People may be chosen or grouped by nothing but",
)


def go_to(holder, step):
    holder.begin_offer()
    for each in ("data", "who", "protection", "compensation"):
        if each == step:
            return holder.page
        holder.press(f"/{each}", **ticked(holder.page))
    return holder.page


def bounded(holder):
    """The review, with everything forbidden and bounded that the wizard asks about."""
    page = go_to(holder, "who")
    holder.press("/who", **{**ticked(page), **NEVER, "where": "chosen", "countries": ["DE", "CH"]})
    holder.press("/protection", **{**ticked(holder.page), "runs": "12", "public_filters_only": "yes"})
    return holder.press("/compensation", **ticked(holder.page))


def is_open(page, summary):
    (tag,) = re.findall(rf"<details class=\"fold\"([^>]*)><summary>{summary}</summary>", page)
    return "open" in tag


def test_the_wizard_begins_with_nothing_forbidden_and_nothing_bounded(holder):
    page = go_to(holder, "who")
    assert not ticked(page).keys() & {"never_kinds", "never_purposes", "countries"}
    assert ticked(page)["where"] == ["anywhere"]
    assert not is_open(page, "Never, whatever else I allow")
    assert not is_open(page, "Countries")

    page = holder.press("/who", **ticked(page))
    assert ticked(page)["runs"] == [""]
    assert "public_filters_only" not in ticked(page)


def test_every_kind_and_purpose_can_be_forbidden(holder):
    page = go_to(holder, "who")

    offered = {name: re.findall(rf'name="{name}" value="([^"]+)"', page) for name in NEVER}
    assert offered["never_kinds"] == [each.value for each in RecipientKind]
    assert offered["never_purposes"] == [each.value for each in Purpose]


def test_what_is_forbidden_and_bounded_is_on_the_review_among_the_terms_and_once(holder):
    page = bounded(holder)

    terms = page[page.index("Your terms") : page.index("What leaves your wallet")]
    assert [each for each in SENTENCES if each not in terms] == []
    assert [each for each in SENTENCES if page.count(each) != 1] == []


def test_what_was_shown_is_what_is_signed(holder, world):
    bounded(holder)
    holder.press("/agree")

    held = only_consent(world, session_of(world))
    assert held.policy.recipient_countries == {"DE", "CH"}
    assert held.policy.runs == 12
    assert held.policy.filters == frozenset(
        each.name for each in data_set(held.policy.data_set).public_attributes
    )
    assert held.policy.prohibitions == {
        never(Operand.RECIPIENT_KIND, "insurer", "company"),
        never(Operand.PURPOSE, "dpv:CommercialResearch"),
    }
    assert [each for each in SENTENCES if each not in held.notice] == []


def test_going_back_finds_everything_as_it_was_chosen(holder):
    bounded(holder)
    base = holder.path.removesuffix("/review")

    page = holder.get(f"{base}/who")
    shown = ticked(page)
    assert {name: set(shown[name]) for name in NEVER} == {name: set(them) for name, them in NEVER.items()}
    assert (shown["where"], set(shown["countries"])) == (["chosen"], {"DE", "CH"})
    assert is_open(page, "Never, whatever else I allow")
    assert is_open(page, "Countries")
    shown = ticked(holder.get(f"{base}/protection"))
    assert (shown["runs"], shown["public_filters_only"]) == (["12"], ["yes"])


def test_the_european_economic_area_is_one_answer(holder):
    page = go_to(holder, "who")
    holder.press("/who", **{**ticked(page), "where": "eea"})

    assert "Only organisations in the European Economic Area may ask." in holder.page


def test_the_sentence_follows_what_is_forbidden_and_bounded(holder):
    page = go_to(holder, "who")
    sentence = f"{holder.path}/sentence"
    chosen = ticked(page)

    said = holder.post(sentence, **chosen, never_kinds=["insurer"])
    assert "You forbid any use by insurers." in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"never_kinds": ["university"]}, "You allow and forbid at once: universities."),
        ({"where": ["chosen"]}, "Tick at least one country"),
        ({"countries": ["DE"]}, "You ticked countries."),
    ],
)
def test_a_contradiction_is_said_at_its_field_and_everything_typed_is_kept(holder, change, said):
    page = go_to(holder, "who")
    typed = {**ticked(page), "never_purposes": ["dpv:PersonnelHiring"], **change}
    address = holder.path

    page = holder.press("/who", 422, **typed)

    assert said in page
    assert f"Nothing is allowed yet. {said}" in page
    assert ticked(page) == typed
    assert re.search(r'has-error" id="field-(never_kinds|countries|where)"', page)
    assert f"Nothing is allowed yet. {said}" in holder.post(f"{address}/sentence", **typed)


def test_a_number_that_is_none_is_kept_as_it_was_typed_and_so_is_the_rest(holder):
    page = go_to(holder, "protection")
    typed = {**ticked(page), "runs": ["<b>often"], "crowd_floor": ["250"], "level": ["medium"]}

    holder.press("/protection", 422, **typed)

    assert ticked(holder.page) == typed
    assert "<b>often" not in holder.page
    assert "Choose a whole number from 1 to 10000" in holder.page
