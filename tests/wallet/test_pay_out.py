"""A person is paid what she earned: by the agreements that she chooses, once, and to the cent."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from consent.payout import verify_payout
from crypto.encoding import canonical_json
from ssi.hosting.database import open_engine
from tests.wallet.world import MARKET, World
from wallet.bootstrap import sql_stores
from wallet.domain.choices import PolicyChoices
from wallet.domain.payout import PayoutState
from wallet.domain.proof import Password
from wallet.domain.session import Session
from wallet.errors import ChoiceError, PartnerFaultError, PartnerUnreachableError
from wallet.storage.schema import open_wallet_database

IBAN, NAME = "AT61 1904 3002 3457 3201", "Anna Müller"
WHOLE_IBAN = "AT611904300234573201"


@pytest.fixture
def earned(world, anna):
    """Two agreements with 7.00 € and 0.30 € earned, each with a key of its own."""
    return _earned(world, anna)


def _earned(world: World, session: Session) -> tuple[str, str]:
    services = world.services
    made = []
    for number, offer in enumerate((world.issuers.offer(), _second(world))):
        record = services.receive_credential(session, offer)
        held = services.publish_offer(session, record.credential_id, PolicyChoices())
        world.market.use(held.consent_id, f"job-{number}", cents=(700, 30)[number])
        made.append(held.consent_id)
    assert not services.refresh(session).alarms
    return made[0], made[1]


def _second(world: World) -> str:
    return world.issuers.offer(person="4712")


def _ask(world, session, chosen, name=NAME, iban=IBAN):
    return world.services.pay_out.ask(session, name, iban, chosen)


def _kept(world, session):
    (held,) = world.services.pay_out.all(session)
    return held


def _left(world, session):
    return {each.consent_id: each.left_cents for each in world.services.pay_out.balances(session)}


def test_she_asks_for_all_that_one_agreement_has_left_and_the_other_stays_apart(world, anna, earned):
    held = _ask(world, anna, {earned[0]: 700})

    assert held.state is PayoutState.REQUESTED
    assert [(each.consent_id, each.amount_cents) for each in world.payouts.lines()] == [(earned[0], 700)]
    assert earned[1] not in "".join(world.payouts.signed[0])
    assert _left(world, anna) == {earned[0]: 0, earned[1]: 30}


def test_every_line_is_signed_by_the_key_of_its_own_agreement(world, anna, earned):
    _ask(world, anna, {earned[0]: 700, earned[1]: 30})

    keys = {
        held.consent_id: world.stores.credentials.get(anna, held.credential_id).holder_key.public
        for held in world.services.consents(anna)
    }
    request = verify_payout(world.payouts.signed[0], keys.__getitem__, marketplace=MARKET)
    assert keys[earned[0]] != keys[earned[1]]
    assert (request.payee.name, request.payee.iban) == (NAME, WHOLE_IBAN)
    assert request.total_cents == 730


def test_the_name_in_the_database_is_not_the_one_that_the_marketplace_hears(world, anna, earned):
    held = _ask(world, anna, {earned[0]: 700})

    assert held.row_id != held.payout_id
    assert str(UUID(held.payout_id)) == held.payout_id


def test_what_was_asked_for_cannot_be_asked_for_again(world, anna, earned):
    _ask(world, anna, {earned[0]: 700})

    with pytest.raises(ChoiceError) as caught:
        _ask(world, anna, {earned[0]: 700})
    assert caught.value.field == "agreements"
    assert len(world.payouts.signed) == 1


def test_what_was_paid_is_paid_out_already_and_the_account_is_forgotten(world, anna, earned):
    _ask(world, anna, {earned[0]: 700})
    world.clock.forward(days=3)
    world.payouts.decide(PayoutState.PAID)

    world.services.refresh(anna)

    held = _kept(world, anna)
    assert (held.state, held.decided_at, held.account_end) == (PayoutState.PAID, world.clock(), "3201")
    assert held.signed == ()
    assert WHOLE_IBAN.encode() not in canonical_json(held.to_document())
    (balance, _) = sorted(world.services.pay_out.balances(anna), key=lambda each: -each.earned_cents)
    assert (balance.earned_cents, balance.paid_cents, balance.requested_cents, balance.left_cents) == (
        700,
        700,
        0,
        0,
    )


def test_what_was_refused_comes_back_with_the_reason_and_can_be_asked_for_again(world, anna, earned):
    _ask(world, anna, {earned[0]: 700})
    world.payouts.decide(PayoutState.REFUSED, "The bank does not know this account.")
    world.services.refresh(anna)

    held = _kept(world, anna)
    assert (held.state, held.reason) == (PayoutState.REFUSED, "The bank does not know this account.")
    assert held.signed == ()
    assert _left(world, anna)[earned[0]] == 700
    assert _ask(world, anna, {earned[0]: 700}).state is PayoutState.REQUESTED


def test_a_request_that_was_not_taken_costs_nothing(world, anna, earned):
    world.payouts.says_no = "an agreement has less to give"

    held = _ask(world, anna, {earned[0]: 700})

    assert held.state is PayoutState.REFUSED
    assert "less to give" in held.reason
    assert _left(world, anna)[earned[0]] == 700


def test_a_request_that_did_not_arrive_is_kept_and_sent_again_as_it_was(world, anna, earned):
    world.payouts.loses_answers = True
    first = _ask(world, anna, {earned[0]: 700})
    world.payouts.loses_answers = False
    world.clock.forward(hours=1)

    assert not world.services.refresh(anna).problems

    assert first.state is PayoutState.SENDING
    assert _kept(world, anna).state is PayoutState.REQUESTED
    assert world.payouts.signed == [first.signed, first.signed]
    assert len(world.payouts.payouts) == 1


def test_what_is_being_sent_counts_as_asked_for(world, anna, earned):
    world.payouts.loses_answers = True
    _ask(world, anna, {earned[0]: 700})

    assert _left(world, anna)[earned[0]] == 0


def test_a_request_whose_answer_was_lost_may_be_paid_by_the_time_it_is_sent_again(world, anna, earned):
    world.payouts.loses_answers = True
    _ask(world, anna, {earned[0]: 700})
    world.payouts.loses_answers = False
    world.clock.forward(days=1)
    world.payouts.decide(PayoutState.PAID)

    world.services.refresh(anna)

    assert _kept(world, anna).state is PayoutState.PAID


def test_another_window_that_sends_it_at_the_same_moment_does_no_harm(world, anna, earned):
    def refreshing() -> None:
        world.payouts.meanwhile = lambda: None
        assert not world.services.refresh(anna).problems

    world.payouts.meanwhile = refreshing

    held = _ask(world, anna, {earned[0]: 700})

    assert held == _kept(world, anna)
    assert held.state is PayoutState.REQUESTED
    assert len(world.payouts.payouts) == 1


def test_nothing_is_signed_while_nobody_says_the_terms(world, anna, earned):
    world.payouts.down = True

    with pytest.raises(PartnerUnreachableError):
        _ask(world, anna, {earned[0]: 700})
    assert world.services.pay_out.all(anna) == ()


def test_a_marketplace_that_is_down_is_a_problem_of_the_refresh_and_the_payout_stays(world, anna, earned):
    _ask(world, anna, {earned[0]: 700})
    world.payouts.down = True

    assert world.services.refresh(anna).problems
    assert _kept(world, anna).state is PayoutState.REQUESTED


@pytest.mark.parametrize(
    ("name", "iban", "field"),
    [
        (" ", IBAN, "name"),
        ("A" * 71, IBAN, "name"),
        ("Anna\x07", IBAN, "name"),
        (NAME, "AT61 1904 3002 3457 3202", "iban"),
        (NAME, "AT16 1904 3002 3457 3201", "iban"),
        (NAME, "3201", "iban"),
        (NAME, "", "iban"),
        (NAME, "ÄT61 1904 3002 3457 3201", "iban"),
    ],
)
def test_a_name_or_an_account_that_no_bank_would_take_is_refused_at_its_field(
    world, anna, earned, name, iban, field
):
    with pytest.raises(ChoiceError) as caught:
        _ask(world, anna, {earned[0]: 700}, name, iban)

    assert caught.value.field == field
    assert world.services.pay_out.all(anna) == ()


@pytest.mark.parametrize(
    "choose",
    [
        lambda first, second: {},
        lambda first, second: {second: 30},
        lambda first, second: {first: 701},
        lambda first, second: {first: 699},
        lambda first, second: {first: 700, second: 0},
        lambda first, second: {first: 730, second: -30},
        lambda first, second: {"urn:uuid:00000000-0000-4000-8000-000000000000": 700},
    ],
    ids=["nothing", "below the least", "too much", "an old amount", "zero", "below zero", "somebody else's"],
)
def test_a_choice_that_does_not_add_up_is_refused_and_nothing_is_signed(world, anna, earned, choose):
    with pytest.raises(ChoiceError) as caught:
        _ask(world, anna, choose(*earned))

    assert caught.value.field == "agreements"
    assert world.payouts.signed == []


def test_nobody_is_paid_for_the_agreement_of_another_wallet(world, anna, ben, earned):
    with pytest.raises(ChoiceError):
        _ask(world, ben, {earned[0]: 700})

    assert world.services.pay_out.all(ben) == ()


LIES: dict[str, dict[str, Any]] = {
    "another amount": {"total_cents": 699},
    "another payout": {"payout_id": "00000000-0000-4000-8000-000000000001"},
    "asked before it was signed": {"requested_at": lambda now: now - timedelta(days=1)},
    "asked in days to come": {"requested_at": lambda now: now + timedelta(days=1)},
    "decided before it was asked": {
        "state": PayoutState.PAID,
        "decided_at": lambda now: now - timedelta(days=1),
    },
    "decided in days to come": {
        "state": PayoutState.PAID,
        "decided_at": lambda now: now + timedelta(days=1),
    },
}


def _lie(world, name):
    told = LIES[name].items()
    world.payouts.lies = {key: each(world.clock()) if callable(each) else each for key, each in told}


@pytest.mark.parametrize("name", LIES)
def test_an_answer_that_does_not_hold_is_not_believed(world, anna, earned, name):
    _ask(world, anna, {earned[0]: 700})
    _lie(world, name)

    report = world.services.refresh(anna)

    assert report.problems == ["The marketplace gave an answer about a payout that does not hold."]
    assert _kept(world, anna).state is PayoutState.REQUESTED


@pytest.mark.parametrize("name", LIES)
def test_a_first_answer_that_does_not_hold_leaves_the_request_to_be_sent_again(world, anna, earned, name):
    _lie(world, name)
    with pytest.raises(PartnerFaultError):
        _ask(world, anna, {earned[0]: 700})
    world.payouts.lies = {}

    before = _kept(world, anna)
    world.services.refresh(anna)

    assert before.state is PayoutState.SENDING
    assert _kept(world, anna).state is PayoutState.REQUESTED


@pytest.mark.parametrize("state", [PayoutState.PAID, PayoutState.REFUSED])
def test_nobody_can_have_decided_on_what_was_only_just_asked(world, anna, earned, state):
    world.payouts.lies = {"state": state, "decided_at": world.clock(), "reason": "why"}

    with pytest.raises(PartnerFaultError):
        _ask(world, anna, {earned[0]: 700})
    assert _kept(world, anna).state is PayoutState.SENDING


def test_what_was_paid_is_not_taken_back_by_a_later_word(world, anna, earned):
    _ask(world, anna, {earned[0]: 700})
    world.payouts.decide(PayoutState.PAID)
    world.services.refresh(anna)
    held = _kept(world, anna)
    told = replace(
        world.payouts.payouts[held.payout_id], state=PayoutState.REFUSED, reason="changed our mind"
    )

    assert held.answered(told, world.clock()) == held


def test_a_payout_of_an_agreement_that_the_wallet_does_not_have_waits_and_breaks_no_refresh(
    world, anna, ben, earned
):
    held = _ask(world, anna, {earned[0]: 700})
    world.stores.payouts.save(ben, replace(held, row_id="00000000-0000-4000-8000-000000000002", revision=0))

    assert not world.services.refresh(ben).problems
    assert _kept(world, ben).state is PayoutState.REQUESTED


def test_the_table_of_earnings_says_what_was_paid_out_and_adds_up_to_what_is_left(world, anna, earned):
    _ask(world, anna, {earned[0]: 700})
    world.payouts.decide(PayoutState.REFUSED, "no")
    world.services.refresh(anna)
    _ask(world, anna, {earned[0]: 700})

    rows = list(csv.DictReader(io.StringIO(world.services.pay_out.table(anna))))

    assert [(each["kind"], each["amount_eur"], each["checked"]) for each in rows[-1:]] == [
        ("payout", "-7.00", "requested")
    ]
    assert sum(Decimal(each["amount_eur"]) for each in rows) * 100 == 30


def test_the_readable_copy_has_the_payouts_without_the_account(world, anna, earned):
    _ask(world, anna, {earned[0]: 700})

    files = world.services.rights.copy(anna, Password("a quiet harbour"))

    (told,) = json.loads("".join(files["payouts.json"]))
    assert (told["account_end"], told["state"]) == ("3201", "requested")
    assert all(WHOLE_IBAN not in "".join(pieces) for pieces in files.values())
    assert "-7.00" in "".join(files["earnings.csv"])


@pytest.mark.database
def test_the_database_cannot_read_the_account_and_loses_it_with_the_wallet(stored_world, database_url):
    services = stored_world.services
    anna = services.create_wallet("anna", "a quiet harbour")
    held = _ask(stored_world, anna, {_earned(stored_world, anna)[0]: 700})

    engine = open_engine(database_url)
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM payout")).all()
    services.rights.erase.plan(anna, Password("a quiet harbour"))
    stored_world.clock.forward(days=8)
    services.rights.tidy_up()
    with engine.connect() as connection:
        left = connection.execute(text("SELECT * FROM payout")).all()
    engine.dispose()

    assert not any(secret in repr(row) for secret in (WHOLE_IBAN, "3201'", held.payout_id, "Anna"))
    assert left == []


@pytest.mark.database
def test_a_payout_goes_into_the_file_of_a_wallet_and_is_followed_after_it(stored_world, tmp_path):
    services = stored_world.services
    anna = services.create_wallet("anna", "a quiet harbour")
    held = _ask(stored_world, anna, {_earned(stored_world, anna)[0]: 700})
    file = services.move.export(anna, Password("a quiet harbour"), "a sentence for the file")

    database = open_wallet_database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    elsewhere = World(clock=stored_world.clock, stores=sql_stores(database))
    elsewhere.payouts.payouts = stored_world.payouts.payouts
    again = elsewhere.services.create_wallet("anna", "a windy harbour")
    elsewhere.services.move.restore(again, file, "a sentence for the file")
    stored_world.payouts.decide(PayoutState.PAID)
    (restored,) = elsewhere.services.pay_out.all(again)
    followed = elsewhere.services.pay_out.follow(again, restored)
    database.close()

    assert (restored.lines, restored.signed) == (held.lines, held.signed)
    assert (followed.state, followed.signed) == (PayoutState.PAID, ())
