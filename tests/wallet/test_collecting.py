"""The ways of a record into the wallet: signing in, several copies, later, and what the issuer is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ssi.issuance import IssuerKey, Subject, fresh_handle, issue_copy
from tests.ssi import parties
from tests.wallet.issuers import ISSUER_URL
from wallet.domain.collecting import Fate
from wallet.domain.record import RecordState
from wallet.errors import (
    Doubt,
    LinkError,
    PartnerFaultError,
    PartnerRefusedError,
    PartnerUnreachableError,
    RefusedCredentialError,
    Trouble,
)

VISIT = {"client_id": "https://wallet.example", "redirect_uri": "https://wallet.example/records/callback"}


@pytest.fixture
def receive(world):
    return world.services.receive_credential


def begun(world, session, receive):
    arrival = receive.look(session, world.issuers.offer(signs_in="yes"))
    return receive.collect.begin_sign_in(session, arrival.row_id, **VISIT)


def answer(arrival, **changes):
    given = {"state": arrival.sign_in.state, "iss": ISSUER_URL, "code": "code-0", **changes}
    return {name: value for name, value in given.items() if value is not None}


# ---- Signing in ----


def test_a_record_comes_by_signing_in(world, anna, receive):
    arrival, page = begun(world, anna, receive)

    assert page.startswith(f"{ISSUER_URL}/authorize")
    fetched = receive.finish_sign_in(anna, answer(arrival))

    assert fetched.held is not None
    assert receive.keep(anna, fetched.row_id).state is RecordState.VALID


@pytest.mark.parametrize("changes", [{"state": "another"}, {"state": None}, {"state": "é" * 9}])
def test_an_answer_that_was_not_asked_for_is_not_used(world, anna, receive, changes):
    arrival, _ = begun(world, anna, receive)

    with pytest.raises(LinkError) as refusal:
        receive.finish_sign_in(anna, answer(arrival, **changes))

    assert refusal.value.trouble is Trouble.UNKNOWN_ANSWER
    assert not world.issuers.promises["code-0"].used


def test_the_answer_of_one_wallet_means_nothing_in_another(world, anna, ben, receive):
    arrival, _ = begun(world, anna, receive)

    with pytest.raises(LinkError):
        receive.finish_sign_in(ben, answer(arrival))
    assert receive.finish_sign_in(anna, answer(arrival)).held


@pytest.mark.parametrize("issuer", ["https://attacker.example", None, f"{ISSUER_URL}/"])
def test_an_answer_of_another_server_is_not_used_and_its_request_is_over(world, anna, receive, issuer):
    arrival, _ = begun(world, anna, receive)

    with pytest.raises(PartnerFaultError) as refusal:
        receive.finish_sign_in(anna, answer(arrival, iss=issuer))

    assert refusal.value.trouble is Trouble.OTHER_SERVER
    assert not world.issuers.promises["code-0"].used
    with pytest.raises(LinkError):
        receive.finish_sign_in(anna, answer(arrival))


def test_a_page_elsewhere_than_the_button_said_is_not_opened(world, anna, receive):
    arrival = receive.look(anna, world.issuers.offer(signs_in="yes"))
    world.issuers.begins_at = "https://elsewhere.example"

    with pytest.raises(PartnerFaultError) as refusal:
        receive.collect.begin_sign_in(anna, arrival.row_id, **VISIT)

    assert refusal.value.trouble is Trouble.UNFIT_ANSWER
    assert receive.arrival(anna, arrival.row_id).sign_in is None


def test_a_no_at_the_issuer_is_told_as_one(world, anna, receive):
    arrival, _ = begun(world, anna, receive)

    with pytest.raises(PartnerRefusedError) as refusal:
        receive.finish_sign_in(anna, answer(arrival, code=None, error="access_denied"))

    assert refusal.value.trouble is Trouble.DECLINED


def test_an_answer_without_a_code_is_none(world, anna, receive):
    arrival, _ = begun(world, anna, receive)

    with pytest.raises(LinkError):
        receive.finish_sign_in(anna, answer(arrival, code=None))


def test_an_answer_after_half_an_hour_comes_too_late(world, anna, receive):
    arrival, _ = begun(world, anna, receive)
    world.clock.forward(minutes=30)

    with pytest.raises(LinkError):
        receive.finish_sign_in(anna, answer(arrival))


def test_beginning_again_makes_the_first_answer_worthless(world, anna, receive):
    first, _ = begun(world, anna, receive)
    second, _ = receive.collect.begin_sign_in(anna, first.row_id, **VISIT)

    with pytest.raises(LinkError):
        receive.finish_sign_in(anna, answer(first))
    assert receive.finish_sign_in(anna, answer(second)).held


def test_a_link_that_knows_no_sign_in_leads_to_no_page(world, anna, receive):
    arrival = receive.look(anna, world.issuers.offer())

    with pytest.raises(LinkError) as refusal:
        receive.collect.begin_sign_in(anna, arrival.row_id, **VISIT)
    assert refusal.value.trouble is Trouble.UNKNOWN_WAY


# ---- Several copies ----


def test_every_copy_is_asked_for_with_a_key_of_its_own(world, anna, receive):
    world.issuers.copies = 4

    record = receive(anna, world.issuers.offer())

    (keys,) = world.issuers.requested
    assert len({key.public.thumbprint() for key in keys}) == 4
    assert len(world.services.copies.of(anna, record.credential_id)) == 3


def refused(world, anna, receive):
    with pytest.raises(RefusedCredentialError) as refusal:
        receive(anna, world.issuers.offer())
    assert world.services.records(anna) == ()
    assert world.stores.copies.all(anna) == ()
    return refusal.value.doubt


def copied(world, values=parties.EXAM, issuer=parties.ISSUER, holder=parties.HOLDER):
    """A copy as some issuer would make it, for a key that is not the wallet's unless told otherwise."""
    del world
    subject = Subject(fresh_handle(), holder.public)
    return issue_copy(parties.record(values), subject, issuer=issuer, terms=parties.terms(index=0))


def test_copies_that_say_something_else_are_refused(world, anna, receive):
    world.issuers.copies = 2
    honest = world.issuers.request

    def lying(source, grant, keys):
        delivered = honest(source, grant, keys)
        other = copied(world, {**parties.EXAM, "sex": "male"}, holder=keys[1])
        return replace(delivered, unverified_tokens=(delivered.unverified_tokens[0], other))

    world.issuers.request = lying

    assert refused(world, anna, receive) is Doubt.COPIES_DIFFER


def test_a_copy_for_somebody_elses_key_is_refused(world, anna, receive):
    world.issuers.copies = 2
    world.issuers.tamper_copy = lambda _: copied(world)

    assert refused(world, anna, receive) is Doubt.OTHER_KEY


def test_two_copies_for_one_key_are_refused(world, anna, receive):
    world.issuers.copies = 3
    honest = world.issuers.request
    world.issuers.request = lambda source, grant, keys: honest(source, grant, (keys[0], keys[1], keys[1]))

    assert refused(world, anna, receive) is Doubt.OTHER_KEY


def test_a_copy_of_another_issuer_is_refused(world, anna, receive):
    world.issuers.copies = 2
    stranger = IssuerKey(parties.CHAMBER, parties.CHAMBER_ISSUER.kid, parties.CHAMBER_ISSUER.key)
    world.issuers.tamper_copy = lambda _: copied(world, issuer=stranger)

    assert refused(world, anna, receive) is Doubt.UNTRUSTED_ISSUER


def test_a_batch_in_which_nothing_counts_for_computations_is_no_record(world, anna, receive):
    world.issuers.copies = 3
    honest = world.issuers.request

    def without_the_counted_one(source, grant, keys):
        delivered = honest(source, grant, keys)
        return replace(delivered, unverified_tokens=delivered.unverified_tokens[1:])

    world.issuers.request = without_the_counted_one

    assert refused(world, anna, receive) is Doubt.WRONG_COMMITMENT


# ---- Later ----


def test_a_record_that_is_made_later_is_asked_for_again_with_the_same_keys(world, anna, receive):
    world.issuers.makes_later = True
    arrival = receive.look(anna, world.issuers.offer())

    waiting = receive.fetch(anna, arrival.row_id)

    assert waiting.is_being_made
    world.clock.forward(seconds=30)
    receive.ask_again(anna, arrival.row_id)
    assert len(world.issuers.requested) == 1  # the issuer asked for a minute
    world.issuers.makes_later = False
    world.clock.forward(seconds=30)
    assert receive.ask_again(anna, arrival.row_id).held
    assert world.issuers.requested[0] == world.issuers.requested[1]


def test_a_refresh_asks_for_what_is_being_made(world, anna, receive):
    world.issuers.makes_later = True
    arrival = receive.fetch(anna, receive.look(anna, world.issuers.offer()).row_id)
    world.clock.forward(minutes=2)
    world.issuers.down = True

    report = world.services.refresh(anna)

    assert report.problems == ["The issuer cannot be reached now. Nothing is lost; try again later."]
    world.issuers.makes_later = world.issuers.down = False
    assert world.services.refresh(anna).problems == []
    assert receive.arrival(anna, arrival.row_id).held


def test_a_script_is_told_that_the_record_is_being_made_and_may_come_again(world, anna, receive):
    world.issuers.makes_later = True
    link = world.issuers.offer()
    with pytest.raises(PartnerUnreachableError) as refusal:
        receive(anna, link)
    assert refusal.value.trouble is Trouble.BEING_MADE
    world.issuers.makes_later = False
    world.clock.forward(minutes=2)

    assert receive(anna, link).state is RecordState.VALID


def test_an_issuer_that_goes_down_after_the_code_was_used_loses_nothing(world, anna, receive):
    arrival = receive.look(anna, world.issuers.offer())
    redeem = world.issuers.redeem_code

    def redeem_and_fall(source, tx_code):
        grant = redeem(source, tx_code)
        world.issuers.down = True
        return grant

    world.issuers.redeem_code = redeem_and_fall
    with pytest.raises(PartnerUnreachableError):
        receive.fetch(anna, arrival.row_id)
    world.issuers.down = False

    assert receive.fetch(anna, arrival.row_id).held


# ---- What the issuer is told ----


def test_the_issuer_is_told_what_became_of_its_delivery(world, anna, receive):
    receive(anna, world.issuers.offer())
    arrival = receive.look(anna, world.issuers.offer())
    receive.fetch(anna, arrival.row_id)
    receive.discard(anna, arrival.row_id)
    world.issuers.committed = {**parties.EXAM, "exam_score": 1}
    with pytest.raises(RefusedCredentialError):
        receive(anna, world.issuers.offer())

    assert world.issuers.told == [Fate.ACCEPTED, Fate.DELETED, Fate.FAILURE]


def test_an_issuer_that_cannot_be_told_keeps_nobody_waiting(world, anna, receive):
    def cannot(*_):
        raise PartnerUnreachableError("The issuer cannot be reached now.")

    world.issuers.tell = cannot

    assert receive(anna, world.issuers.offer()).state is RecordState.VALID


def test_links_that_nobody_followed_make_room_and_those_in_use_stay(world, anna, receive):
    world.issuers.makes_later = True
    waiting = receive.fetch(anna, receive.look(anna, world.issuers.offer()).row_id)
    for _ in range(25):
        receive.look(anna, world.issuers.offer())

    assert len(world.stores.arrivals.all(anna)) <= 21
    assert receive.arrival(anna, waiting.row_id).is_being_made


def test_an_issuer_that_left_the_register_meanwhile_is_asked_for_nothing(world, anna, receive):
    arrival = receive.look(anna, world.issuers.offer())
    world.trust.known = replace(world.trust.known, issuers=world.trust.known.issuers[1:])

    with pytest.raises(RefusedCredentialError) as refusal:
        receive.fetch(anna, arrival.row_id)

    assert refusal.value.doubt is Doubt.UNTRUSTED_ISSUER
    assert not world.issuers.promises["code-0"].used


def test_an_issuer_whose_address_became_another_ones_is_asked_for_nothing(world, anna, receive):
    arrival = receive.look(anna, world.issuers.offer())
    university, *others = world.trust.known.issuers
    heir = replace(university, id="did:web:heir.example", name="Heir")
    world.trust.known = replace(world.trust.known, issuers=(heir, *others))

    with pytest.raises(RefusedCredentialError):
        receive.fetch(anna, arrival.row_id)

    assert not world.issuers.promises["code-0"].used


@pytest.mark.database
def test_an_exchange_survives_in_the_database(stored_world):
    world, receive = stored_world, stored_world.services.receive_credential
    anna = world.services.create_wallet("anna", "a quiet harbour")
    world.issuers.copies, world.issuers.makes_later = 3, True
    arrival, _ = begun(world, anna, receive)
    waiting = receive.finish_sign_in(anna, answer(arrival))
    world.issuers.makes_later = False
    world.clock.moment += timedelta(minutes=2)

    receive.ask_again(anna, waiting.row_id)
    record = receive.keep(anna, waiting.row_id)

    assert record.state is RecordState.VALID
    assert len(world.services.copies.of(anna, record.credential_id)) == 2
