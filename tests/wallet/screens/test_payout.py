"""Asking to be paid at the screens, without scripts."""

import pytest

from tests.wallet.screens.moments import only_consent, session_of
from wallet.domain.payout import PayoutState

PAGE = "/earnings/payouts/"
IBAN = "at61 1904 3002 3457 3201"


@pytest.fixture
def earner(sharer, world):
    held = only_consent(world, session_of(world))
    world.market.use(held.consent_id, cents=750)
    sharer.get("/home")
    sharer.post("/refresh")
    return sharer


def _choice(world, cents=750):
    return f"{only_consent(world, session_of(world)).consent_id}={cents}"


def _ask(browser, world, status=200, **changes):
    fields = {"agreements": _choice(world), "name": "Anna Müller", "iban": IBAN, "confirm": "yes"} | changes
    browser.get(PAGE)
    return browser.post(PAGE, status, **fields)


def test_who_earned_nothing_is_told_where_it_comes_from(sharer):
    page = sharer.get(PAGE)

    assert "Nothing to pay out yet" in page
    assert "Which agreements" not in page


def test_the_page_is_reached_from_earnings_and_says_what_is_learnt_before_the_button(earner):
    assert 'href="/earnings/payouts/"' in earner.get("/earnings/")

    page = earner.get(PAGE)

    assert "€5.00" in page
    assert "within 14 days" in page
    assert (
        page.index("are of one person: you")
        < page.index("I want the marketplace")
        < page.rindex("Ask to be paid")
    )
    assert " checked" not in page.split("<main")[1]
    assert "You have not asked to be paid yet" in page


def test_the_columns_add_up_to_the_cent_on_the_screen(earner, world):
    _ask(earner, world)

    page = earner.get(PAGE)

    table = page.split("What there is")[1].split("</table>")[0]
    assert [table.count(each) for each in ("€7.50", "€0.00")] == [4, 4]


def test_she_asks_sees_it_wait_and_sees_it_paid(earner, world):
    page = _ask(earner, world)
    assert "Your request has arrived" in page
    assert "… 3201" in page
    assert "It has arrived and waits to be paid" in page
    assert "AT61" not in page.split("<main")[1]
    world.clock.forward(minutes=2)
    world.payouts.decide(PayoutState.PAID)

    earner.post("/refresh")

    assert "Paid on" in earner.get(PAGE)


def test_she_sees_why_it_was_refused_and_that_the_money_is_back(earner, world):
    _ask(earner, world)
    world.payouts.decide(PayoutState.REFUSED, "The bank <b>does not</b> know this account.")
    earner.post("/refresh")

    page = earner.get(PAGE)

    assert "The money is yours to ask for again" in page
    assert "&lt;b&gt;does not&lt;/b&gt;" in earner.page
    assert "Which agreements" in page


def test_without_her_tick_nothing_is_sent_and_what_she_typed_is_kept(earner, world):
    page = _ask(earner, world, 422, confirm="")

    assert "Tick this if you want it" in page
    assert f'value="{IBAN}"' in page
    assert world.payouts.signed == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"iban": "AT61 1904 3002 3457 3202"}, "iban", "a digit may be wrong"),
        ({"name": ""}, "name", "Type the name"),
        ({"agreements": []}, "agreements", "at least one agreement"),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field(earner, world, changes, field, words):
    page = _ask(earner, world, 422, **changes)

    assert words in page.split(f'id="error-{field}"')[1][:900]
    assert world.payouts.signed == []


@pytest.mark.parametrize(
    "told", ["=", "x", "{id}=", "{id}=-750", "{id}=7.5", "{id}=٧٥٠", "{id}=1", "{id}=" + "9" * 5000]
)
def test_amounts_that_were_altered_on_the_way_are_refused(earner, world, told):
    altered = told.replace("{id}", _choice(world).partition("=")[0])

    page = _ask(earner, world, 422, agreements=altered)

    assert "The amounts have changed" in page
    assert world.payouts.signed == []


def test_the_same_agreement_twice_is_refused(earner, world):
    _ask(earner, world, 422, agreements=[_choice(world), _choice(world)])

    assert world.payouts.signed == []


def test_a_marketplace_that_does_not_answer_leaves_the_amounts_and_no_form(earner, world):
    world.payouts.down = True

    page = earner.get(PAGE)

    assert "The marketplace does not answer now" in page
    assert "€7.50" in page
    assert "Which agreements" not in page
    earner.post(PAGE, 502, agreements=_choice(world), name="Anna", iban=IBAN, confirm="yes")


def test_a_request_without_an_answer_is_shown_as_being_sent(earner, world):
    world.payouts.loses_answers = True

    page = _ask(earner, world)

    assert "sent again by itself" in page
    assert "Being sent" in page


def test_a_request_that_was_not_taken_is_shown_with_the_reason(earner, world):
    world.payouts.says_no = "there is no such agreement"

    page = _ask(earner, world)

    assert "Your request was not taken" in page
    assert "there is no such agreement" in page


def test_an_answer_that_does_not_hold_is_said_and_the_request_stays(earner, world):
    world.payouts.lies = {"total_cents": 1}

    page = _ask(earner, world)

    assert "does not hold" in page
    assert "Being sent" in page


def test_less_than_the_least_amount_is_shown_without_a_form(earner, world):
    world.payouts.least_cents = 751

    page = earner.get(PAGE)

    assert "There is €7.50 left now" in page
    assert "Which agreements" not in page


def test_what_buyers_pay_on_top_is_told_beside_what_was_earned(earner):
    page = earner.get(PAGE)

    assert "On top of each €1.00 buyers pay about €0.21 to the market, and about €0.21 to those" in page


def test_the_table_to_take_along_has_what_was_paid_out(earner, world):
    _ask(earner, world)

    table = earner.client.get("/earnings/earnings.csv").get_data(as_text=True)

    assert "payout,,-7.50," in table


def test_who_erases_her_wallet_is_told_what_she_has_not_asked_for(earner, world):
    before = earner.get("/rights/erase")
    _ask(earner, world)

    after = earner.get("/rights/erase")

    assert "€7.50 of what you earned is not paid out" in before
    assert "is not paid out" not in after


def test_nobody_asks_without_an_open_wallet(earner, world):
    stranger = earner.client.application.test_client()

    answer = stranger.post(
        PAGE, data={"agreements": _choice(world), "name": "x", "iban": IBAN, "confirm": "yes"}
    )

    assert answer.status_code in {302, 400, 403}
    assert world.payouts.signed == []
