"""A person asks by law: about one agreement, once, and nothing is believed about another request."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from consent.record import verify_withdrawal
from consent.rights_request import (
    MAX_WORDS,
    Right,
    RightsRequest,
    sign_rights_request,
    verify_rights_request,
)
from crypto.encoding import canonical_json
from ssi.hosting.database import open_engine
from tests.wallet.filing import WORDS, agreed_to, filed, kept_case
from tests.wallet.rights_market import THREE_MONTHS
from tests.wallet.world import MARKET, World
from wallet.bootstrap import sql_stores
from wallet.domain.crowd_choices import CrowdChoices
from wallet.domain.held_consent import ConsentState
from wallet.domain.proof import Password
from wallet.domain.rights_case import CaseOutcome, CaseState, RightsCase
from wallet.domain.score_choices import ScoreChoices
from wallet.errors import ChoiceError, PartnerUnreachableError
from wallet.storage.schema import open_wallet_database

ENDING = [Right.ERASURE, Right.OBJECTION]
STAYING = [Right.ACCESS, Right.RECTIFICATION, Right.RESTRICTION, Right.PORTABILITY]


@pytest.fixture
def agreed(world, anna):
    return agreed_to(world, anna)


def _key(world, session, consent_id):
    held = world.services.read.consent_of(session, consent_id)
    return world.stores.credentials.get(session, held.credential_id).holder_key.public


@pytest.mark.parametrize("right", STAYING)
def test_a_right_is_filed_by_the_agreements_own_key_and_ends_nothing(world, anna, agreed, right):
    case = filed(world, anna, agreed, right)

    ((signed, withdrawal),) = world.rights.received
    request = verify_rights_request(signed, _key(world, anna, agreed), marketplace=MARKET)
    assert (request.request_id, request.consent_id) == (case.request_id, agreed)
    assert (request.right, request.words, request.at) == (right, WORDS, world.clock())
    assert withdrawal is None
    assert case.state is CaseState.OPEN
    assert world.services.read.consent_of(anna, agreed).withdrawal is None


@pytest.mark.parametrize("right", ENDING)
def test_erasure_and_objection_end_the_agreement_with_its_own_withdrawal(world, anna, agreed, right):
    filed(world, anna, agreed, right)

    ((_, withdrawal),) = world.rights.received
    held = world.services.read.consent_of(anna, agreed)
    assert held.state(world.clock()) is ConsentState.WITHDRAWN
    assert withdrawal == held.withdrawal.signed == world.market.withdrawals[agreed]
    assert verify_withdrawal(withdrawal, _key(world, anna, agreed)).consent_id == agreed
    assert held.nodes_to_ask == ()


@pytest.mark.parametrize("kind", ["scores", "crowds"])
def test_offers_of_weighed_sums_are_asked_about_and_ended_alike(world, anna, kind):
    record = world.services.receive_credential(anna, world.issuers.offer())
    use, choices = getattr(world.services, kind), {"scores": ScoreChoices, "crowds": CrowdChoices}[kind]
    held = use.offer(anna, record.credential_id, choices())

    staying, ending = (filed(world, anna, held.consent_id, each) for each in (Right.ACCESS, Right.ERASURE))

    (after,) = use.read.offers(anna)
    assert world.services.rights.file.agreements(anna) == (held.consent_id,)
    assert (staying.state, ending.state) == (CaseState.OPEN, CaseState.OPEN)
    assert [withdrawal for _, withdrawal in world.rights.received] == [None, after.ended.signed]
    assert after.ended.marketplace_told


def test_what_ended_before_is_erased_with_the_withdrawal_of_then(world, anna, agreed):
    ended = world.services.withdraw_consent(anna, agreed)
    world.clock.forward(days=3)

    case = filed(world, anna, agreed, Right.ERASURE)

    assert world.rights.received[0][1] == ended.withdrawal.signed
    assert case.state is CaseState.OPEN


def test_the_name_in_the_database_is_not_the_one_that_the_marketplace_hears(world, anna, agreed):
    case = filed(world, anna, agreed)

    assert case.row_id != case.request_id
    assert str(UUID(case.request_id)) == case.request_id


def test_an_answer_is_read_at_a_refresh_and_stays(world, anna, agreed):
    filed(world, anna, agreed)
    world.clock.forward(days=9)
    world.rights.answer(CaseOutcome.PARTLY, "Two rows; the log stays.")

    assert not world.services.refresh(anna).problems

    case = kept_case(world, anna)
    assert (case.state, case.standing.outcome) == (CaseState.ANSWERED, CaseOutcome.PARTLY)
    assert (case.standing.answer, case.standing.answered_at) == ("Two rows; the log stays.", world.clock())
    world.rights.answer(CaseOutcome.REFUSED, "changed our mind")
    world.services.refresh(anna)
    assert kept_case(world, anna) == case


def test_more_time_is_told_with_its_reason_and_three_months(world, anna, agreed):
    first = filed(world, anna, agreed)
    world.rights.extend("Many requests at once.")

    world.services.refresh(anna)

    case = kept_case(world, anna)
    assert (case.state, case.standing.because) == (CaseState.EXTENDED, "Many requests at once.")
    assert case.standing.due_at == first.standing.filed_at + THREE_MONTHS


def test_it_is_overdue_after_its_due_date_until_it_is_answered(world, anna, agreed):
    case = filed(world, anna, agreed)

    assert not case.is_overdue(case.standing.due_at)
    assert case.is_overdue(case.standing.due_at + timedelta(seconds=1))
    world.clock.forward(days=40)
    world.rights.answer(CaseOutcome.GRANTED, "Done.")
    world.services.refresh(anna)
    assert not kept_case(world, anna).is_overdue(world.clock())


@pytest.mark.parametrize("right", [Right.ACCESS, Right.ERASURE])
def test_a_request_whose_answer_was_lost_is_sent_again_as_it_was(world, anna, agreed, right):
    world.rights.loses_answers = True
    first = filed(world, anna, agreed, right)
    world.rights.loses_answers = False
    world.clock.forward(hours=1)

    assert not world.services.refresh(anna).problems

    once, again = world.rights.received
    assert first.state is CaseState.SENDING
    assert once == again
    assert once[0] == first.signed
    assert len(world.rights.cases) == 1
    assert (kept_case(world, anna).state, kept_case(world, anna).signed) == (CaseState.OPEN, None)


def test_a_request_that_was_answered_before_its_receipt_came_is_believed_at_the_refresh(world, anna, agreed):
    world.rights.loses_answers = True
    filed(world, anna, agreed)
    world.rights.loses_answers = False
    world.clock.forward(days=2)
    world.rights.answer(CaseOutcome.GRANTED, "Here it is.")

    world.services.refresh(anna)

    assert kept_case(world, anna).state is CaseState.ANSWERED


def test_what_was_kept_and_neither_ended_nor_sent_is_both_at_the_next_refresh(world, anna, agreed):
    held = world.services.read.consent_of(anna, agreed)
    request = RightsRequest(str(UUID(int=1, version=4)), MARKET, agreed, Right.ERASURE, "", world.clock())
    key = world.stores.credentials.get(anna, held.credential_id).holder_key
    signed = sign_rights_request(request, key)
    world.stores.rights_cases.save(
        anna, RightsCase("row", request.request_id, agreed, Right.ERASURE, request.at, "", signed)
    )

    assert not world.services.refresh(anna).problems

    assert kept_case(world, anna).state is CaseState.OPEN
    withdrawal = world.services.read.consent_of(anna, agreed).withdrawal
    assert world.rights.received == [(signed, withdrawal.signed)]


def test_it_is_kept_before_it_is_sent(world, anna, agreed):
    kept = []
    world.rights.meanwhile = lambda: kept.append(kept_case(world, anna))

    filed(world, anna, agreed)

    assert [each.signed for each in kept] == [world.rights.received[0][0]]


def test_another_window_that_sends_it_at_the_same_moment_does_no_harm(world, anna, agreed):
    def refreshing() -> None:
        world.rights.meanwhile = lambda: None
        assert not world.services.refresh(anna).problems

    world.rights.meanwhile = refreshing

    case = filed(world, anna, agreed)

    assert case == kept_case(world, anna)
    assert case.state is CaseState.OPEN
    assert len(world.rights.cases) == 1


def test_a_request_that_was_not_taken_says_why_and_can_be_made_again(world, anna, agreed):
    world.rights.says_no = "10 of your requests wait already"
    case = filed(world, anna, agreed)
    world.rights.says_no = None

    assert (case.state, case.signed) == (CaseState.NOT_TAKEN, None)
    assert "wait already" in case.refusal
    world.services.refresh(anna)
    assert len(world.rights.received) == 1
    assert filed(world, anna, agreed).state is CaseState.OPEN


def test_a_marketplace_that_is_down_is_a_problem_of_the_refresh_and_the_request_stays(world, anna, agreed):
    case = filed(world, anna, agreed)
    world.rights.down = True

    assert world.services.refresh(anna).problems
    assert kept_case(world, anna) == case


def test_a_marketplace_that_forgot_the_request_is_told(world, anna, agreed):
    filed(world, anna, agreed)
    world.rights.cases.clear()

    assert world.services.refresh(anna).problems == [
        "The marketplace said no: there is no such request of yours"
    ]
    assert kept_case(world, anna).state is CaseState.OPEN


def test_nothing_is_signed_while_nobody_says_whom_it_is_for(world, anna, agreed):
    world.trust.error = PartnerUnreachableError("The list of verified organisations cannot be had now.")

    with pytest.raises(PartnerUnreachableError):
        filed(world, anna, agreed, Right.ERASURE)

    assert world.services.rights.file.all(anna) == ()
    assert world.services.read.consent_of(anna, agreed).withdrawal is None


def test_lines_arrive_as_she_typed_them_and_nothing_is_nothing(world, anna, agreed):
    filed(world, anna, agreed, words=" one\r\ntwo \r\n")
    filed(world, anna, agreed, words=" \r\n ")

    told = [
        verify_rights_request(signed, _key(world, anna, agreed), marketplace=MARKET).words
        for signed, _ in world.rights.received
    ]
    assert told == ["one\ntwo", ""]


@pytest.mark.parametrize("words", ["x" * (MAX_WORDS + 1), "a\x00b"])
def test_words_that_cannot_be_sent_are_refused_and_nothing_ends(world, anna, agreed, words):
    with pytest.raises(ChoiceError) as caught:
        filed(world, anna, agreed, Right.ERASURE, words)

    assert caught.value.field == "words"
    assert world.rights.received == []
    assert world.services.read.consent_of(anna, agreed).withdrawal is None


def test_nobody_asks_about_the_agreement_of_another_wallet(world, anna, ben, agreed):
    with pytest.raises(ChoiceError) as caught:
        filed(world, ben, agreed)

    assert caught.value.field == "agreement"
    assert world.services.rights.file.all(ben) == ()


def test_of_an_agreement_that_never_arrived_there_is_nothing_to_ask(world, anna):
    world.market.down = True
    consent_id = agreed_to(world, anna)

    assert world.services.rights.file.agreements(anna) == ()
    with pytest.raises(ChoiceError):
        filed(world, anna, consent_id)


def test_a_request_of_an_agreement_that_the_wallet_does_not_have_breaks_no_refresh(world, anna, ben, agreed):
    case = filed(world, anna, agreed)
    world.stores.rights_cases.save(ben, replace(case, revision=0, row_id="elsewhere"))

    assert not world.services.refresh(ben).problems
    assert kept_case(world, ben).state is CaseState.OPEN


def test_neither_what_she_wrote_nor_what_she_signed_is_in_its_repr(world, anna, agreed):
    world.rights.loses_answers = True
    case = filed(world, anna, agreed)

    assert WORDS not in repr(case)
    assert case.signed not in repr(case)


def test_the_readable_copy_has_the_requests_and_nothing_that_acts_for_her(world, anna, agreed):
    world.rights.loses_answers = True
    case = filed(world, anna, agreed)

    files = world.services.rights.copy(anna, Password("a quiet harbour"))

    (told,) = json.loads("".join(files["rights-requests.json"]))
    assert (told["right"], told["words"], told["standing"]) == ("access", WORDS, None)
    assert all(case.signed not in "".join(pieces) for pieces in files.values())


def test_a_document_comes_back_as_it_was(world, anna, agreed):
    first = filed(world, anna, agreed)
    world.rights.answer(CaseOutcome.GRANTED, "Done.")
    world.services.refresh(anna)

    for case in (first, kept_case(world, anna), first.not_taken("why")):
        document = json.loads(canonical_json(case.to_document()))
        assert RightsCase.from_document(document, case.row_id, case.revision) == case


@pytest.mark.database
def test_the_database_cannot_read_it_and_loses_it_with_the_wallet(stored_world, database_url):
    services = stored_world.services
    anna = services.create_wallet("anna", "a quiet harbour")
    case = filed(stored_world, anna, agreed_to(stored_world, anna))

    engine = open_engine(database_url)
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM rights_case")).all()
    services.rights.erase.plan(anna, Password("a quiet harbour"))
    stored_world.clock.forward(days=8)
    services.rights.tidy_up()
    with engine.connect() as connection:
        left = connection.execute(text("SELECT * FROM rights_case")).all()
    engine.dispose()

    assert not any(secret in repr(row) for secret in (WORDS, case.request_id, case.consent_id, "access"))
    assert left == []


@pytest.mark.database
def test_a_request_goes_into_the_file_of_a_wallet_and_is_followed_after_it(stored_world, tmp_path):
    services = stored_world.services
    anna = services.create_wallet("anna", "a quiet harbour")
    stored_world.rights.loses_answers = True
    case = filed(stored_world, anna, agreed_to(stored_world, anna), Right.ERASURE)
    stored_world.rights.loses_answers = False
    file = services.move.export(anna, Password("a quiet harbour"), "a sentence for the file")

    database = open_wallet_database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    elsewhere = World(clock=stored_world.clock, stores=sql_stores(database))
    elsewhere.rights.cases = stored_world.rights.cases
    again = elsewhere.services.create_wallet("anna", "a windy harbour")
    elsewhere.services.move.restore(again, file, "a sentence for the file")
    (restored,) = elsewhere.services.rights.file.all(again)
    followed = elsewhere.services.rights.file.follow(again, restored)
    database.close()

    assert (restored.signed, restored.words) == (case.signed, WORDS)
    assert (followed.state, followed.signed) == (CaseState.OPEN, None)
    assert elsewhere.rights.received == stored_world.rights.received
