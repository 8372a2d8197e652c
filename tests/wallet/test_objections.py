"""A person says no: to a purpose, or to secondary use of health data; what becomes of agreements."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decision import decide
from consent.policy import Permitted, Refusal, Refused, Use
from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.errors import MalformedError
from ssi.dataset import data_set
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD
from wallet.domain.choices import PolicyChoices
from wallet.domain.crowd_choices import CrowdChoices
from wallet.domain.held_consent import ConsentState
from wallet.domain.objection import (
    HEALTH,
    MOST_SAID,
    SECONDARY_USE,
    Objection,
    Objections,
    left_open,
    met,
    narrowed,
)
from wallet.domain.preference import Preference
from wallet.domain.proof import Password
from wallet.domain.score_choices import ScoreChoices
from wallet.errors import ChoiceError, ConflictError, ObjectedError
from wallet.services.object_to_use import Running

EXAM, CHECK = data_set("exam/1"), data_set("health/1")
NODES = ("node-a", "node-b", "node-c")
RESEARCH = PolicyChoices(
    purposes=(Purpose.SCIENTIFIC_RESEARCH, Purpose.PERSONNEL_HIRING), explicit_consent=True
)
ONLY_RESEARCH = replace(RESEARCH, purposes=(Purpose.SCIENTIFIC_RESEARCH,))
purposes = st.frozensets(st.sampled_from(Purpose))


@pytest.fixture
def exam(world, anna):
    return world.services.receive_credential(anna, world.issuers.offer()).credential_id


@pytest.fixture
def check(world, anna):
    return world.services.receive_credential(
        anna, world.issuers.offer(parties.HEALTH, "health/1")
    ).credential_id


def _objections(*names: str, at=parties.NOW) -> Objections:
    return Objections(tuple(Objection(each, stands=True, at=at) for each in names))


def _use(ref: str, purpose: Purpose, policy) -> Use:
    query = Query(ref, purpose, (Statistic(StatisticKind.COUNT),), floor=50, epsilon=Decimal("0.5"))
    return Use(
        query,
        buyer_id="urn:argonauta:organisation:iph",
        buyer_kind=RecipientKind.RESEARCH_INSTITUTE,
        cohort_size=500,
        epsilon_spent=Decimal(0),
        compensation_cents=policy.compensation_cents,
        node_ids=policy.node_ids,
    )


def _decided(policy, purpose: Purpose):
    return decide(policy, _use(policy.data_set, purpose, policy), now=policy.given_at)


def test_the_latest_word_counts_and_all_stay():
    said = _objections(HEALTH).with_one(Objection(HEALTH, stands=False, at=parties.NOW + timedelta(days=1)))

    assert said.stands(HEALTH) is None
    assert len(said.said) == 2


def test_the_oldest_words_are_forgotten_before_one_that_counts():
    said = _objections(Purpose.PUBLIC_BENEFIT.value)
    for day in range(MOST_SAID + 10):
        said = said.with_one(Objection(HEALTH, stands=bool(day % 2), at=parties.NOW + timedelta(days=day)))

    assert len(said.said) == MOST_SAID
    assert said.stands(Purpose.PUBLIC_BENEFIT.value)


def test_there_is_no_objection_to_what_is_not_known():
    with pytest.raises(MalformedError):
        Objection("dpv:Marketing", stands=True, at=parties.NOW)


def test_health_objections_are_about_health_data_only():
    said = _objections(HEALTH)

    assert said.forbidden(CHECK) == SECONDARY_USE
    assert said.forbidden(EXAM) == frozenset()
    assert _objections(Purpose.PERSONNEL_HIRING.value).forbidden(EXAM) == {Purpose.PERSONNEL_HIRING}


@given(purposes, purposes, purposes)
def test_each_purpose_that_is_allowed_is_either_left_open_or_met(allowed, never, forbidden):
    opened, stopped = left_open(allowed, never, forbidden), met(allowed, never, forbidden)

    assert opened.isdisjoint(stopped)
    assert opened | stopped == left_open(allowed, never, ())


@given(purposes.filter(bool), st.frozensets(st.sampled_from(sorted([HEALTH, *(p.value for p in Purpose)]))))
def test_no_agreement_that_can_be_made_permits_what_is_objected_to(allowed, names):
    """As every computing partner decides it: the prohibition stands in the signed policy."""
    said = _objections(*sorted(names))
    choices = PolicyChoices(
        purposes=tuple(allowed),
        recipient_kinds=(RecipientKind.RESEARCH_INSTITUTE,),
        explicit_consent=True,
    )
    if any(not left_open({each}, (), said.forbidden(CHECK)) for each in allowed):
        with pytest.raises(ChoiceError, match="My rights"):
            narrowed(choices, said, CHECK)
        return
    policy = narrowed(choices, said, CHECK).policy(CHECK, known_nodes=NODES, now=parties.NOW)

    for purpose in Purpose:
        decision = _decided(policy, purpose)
        if not purpose.related.isdisjoint(said.forbidden(CHECK)):
            assert isinstance(decision, Refused)
        else:
            assert isinstance(decision, Permitted) is (not purpose.lineage.isdisjoint(allowed))


def test_an_agreement_about_health_data_forbids_secondary_use_from_then_on(world, anna, check):
    world.services.rights.object(anna, HEALTH, Running.END)
    with pytest.raises(ChoiceError, match="My rights"):
        world.services.publish_offer(anna, check, ONLY_RESEARCH)

    hiring = replace(RESEARCH, purposes=(Purpose.PERSONNEL_HIRING,))
    held = world.services.publish_offer(anna, check, hiring)

    decision = _decided(replace(held.policy, purposes=frozenset(Purpose)), Purpose.SCIENTIFIC_RESEARCH)
    assert decision == Refused(Refusal.PROHIBITED)
    assert "You forbid any use for" in held.notice
    assert isinstance(_decided(held.policy, Purpose.PERSONNEL_HIRING), Permitted)


def test_other_data_can_be_offered_as_before(world, anna, exam):
    world.services.rights.object(anna, HEALTH, Running.END)

    assert world.services.publish_offer(anna, exam, PolicyChoices()).policy.prohibitions == frozenset()


def test_what_runs_is_ended_at_every_partner(world, anna, check, exam):
    held = world.services.publish_offer(anna, check, RESEARCH)
    other = world.services.publish_offer(anna, exam, PolicyChoices())

    world.services.rights.object(anna, HEALTH, Running.END)

    after = world.services.read.consent(anna, held.row_id)
    assert after.state(world.clock()) is ConsentState.WITHDRAWN
    assert set(after.withdrawal.deletions) == set(NODES)
    assert world.withdrawal_holds(
        held.consent_id, world.stores.credentials.get(anna, check).holder_key.public
    )
    assert world.services.read.consent(anna, other.row_id).withdrawal is None


def test_what_runs_is_paused_if_she_likes_and_goes_on_only_after_she_takes_it_back(world, anna, check):
    services = world.services
    held = services.publish_offer(anna, check, RESEARCH)

    services.rights.object(anna, HEALTH, Running.PAUSE)
    assert services.read.consent(anna, held.row_id).is_paused
    assert len(world.nodes.pauses["node-a"]) == 1

    with pytest.raises(ObjectedError):
        services.pause_consents(anna, held.consent_id, paused=False)
    services.pause_consents.everything(anna, paused=False)
    assert services.read.consent(anna, held.row_id).is_paused

    services.rights.object.take_back(anna, HEALTH)
    assert services.read.consent(anna, held.row_id).is_paused
    assert not services.pause_consents(anna, held.consent_id, paused=False).is_paused


def test_scores_and_sums_are_stopped_too_and_none_is_made(world, anna, exam):
    services, hiring = world.services, Purpose.PERSONNEL_HIRING
    score = services.scores.offer(anna, exam, ScoreChoices())
    crowd = services.crowds.offer(anna, exam, CrowdChoices())

    services.rights.object(anna, hiring.value, Running.PAUSE)
    (paused,) = services.scores.read.offers(anna)
    assert paused.is_paused
    services.pause_consents.everything(anna, paused=False)
    assert services.scores.read.offers(anna)[0].is_paused
    services.rights.object(anna, hiring.value, Running.END)
    services.rights.object(anna, Purpose.RESEARCH_AND_DEVELOPMENT.value, Running.END)

    assert [each.ended is not None for each in services.scores.read.offers(anna)] == [True]
    assert [each.ended is not None for each in services.crowds.read.offers(anna)] == [True]
    assert {score.consent_id} == set(world.scores.withdrawals)
    assert {crowd.consent_id} == set(world.crowds.withdrawals)
    with pytest.raises(ChoiceError):
        services.scores.offer(anna, exam, ScoreChoices())
    with pytest.raises(ChoiceError):
        services.crowds.offer(anna, exam, CrowdChoices())


def test_what_would_be_stopped_is_told_before(world, anna, check, exam):
    services = world.services
    services.publish_offer(anna, check, RESEARCH)
    services.publish_offer(anna, exam, PolicyChoices())

    assert services.rights.object.would_touch(anna, HEALTH).number == 1
    assert services.rights.object.would_touch(anna, Purpose.RESEARCH_AND_DEVELOPMENT.value).going == 2
    assert services.rights.object.would_touch(anna, Purpose.SERVICE_OPTIMISATION.value).number == 0
    assert services.preferences.objections(anna).said == ()


def test_an_agreement_that_forbids_it_already_goes_on(world, anna, exam):
    services = world.services
    boundaries = replace(PolicyChoices().boundaries, never_purposes=(Purpose.COMMERCIAL_RESEARCH,))
    wide = PolicyChoices(purposes=(Purpose.RESEARCH_AND_DEVELOPMENT,), boundaries=boundaries)
    held = services.publish_offer(anna, exam, wide)

    services.rights.object(anna, Purpose.COMMERCIAL_RESEARCH.value, Running.END)

    assert services.read.consent(anna, held.row_id).withdrawal is None


def test_objecting_again_keeps_the_first_moment_and_stops_what_still_runs(world, anna, check):
    services = world.services
    held = services.publish_offer(anna, check, RESEARCH)
    first = services.preferences.object_to(anna, Objection(HEALTH, stands=True, at=parties.NOW))
    world.clock.forward(days=1)

    services.rights.object(anna, HEALTH, Running.END)

    assert services.preferences.objections(anna) == first
    assert services.read.consent(anna, held.row_id).withdrawal is not None


def test_said_and_taken_back_within_one_second_the_last_word_counts(world, anna):
    services = world.services
    for _ in range(2):
        services.rights.object(anna, HEALTH, Running.END)
        services.rights.object.take_back(anna, HEALTH)
    services.rights.object(anna, HEALTH, Running.END)

    assert services.preferences.objections(anna).stands(HEALTH)
    assert len(services.preferences.objections(anna).said) == 5


def test_the_choice_of_a_language_forgets_no_objection(world, anna):
    services = world.services
    services.rights.object(anna, HEALTH, Running.END)
    assert services.preferences.language(anna) is None

    services.preferences.choose_language(anna, "de")

    assert services.preferences.objections(anna).stands(HEALTH)
    assert services.preferences.language(anna) == "de"


def test_two_windows_that_object_at_once_lose_nothing_unnoticed(world, anna):
    store = world.stores.preferences
    old = store.save(anna, Preference(anna.wallet_id, "fr"))
    store.save(anna, replace(old, language="it"))
    store.all = lambda session: (old,)

    with pytest.raises(ConflictError):
        world.services.rights.object(anna, HEALTH, Running.END)


@pytest.mark.database
def test_an_objection_moves_with_the_wallet_and_stands_beside_a_choice_made_there(stored_world):
    services = stored_world.services
    anna = services.create_wallet("anna", PASSWORD)
    services.rights.object(anna, HEALTH, Running.END)
    file = services.move.export(anna, Password(PASSWORD), "a file password")
    services.rights.erase.plan(anna, Password(PASSWORD))
    stored_world.clock.forward(days=8)
    services.rights.tidy_up()
    elsewhere = services.create_wallet("anna2", PASSWORD)
    services.preferences.choose_language(elsewhere, "de")

    services.move.restore(elsewhere, file, "a file password")

    assert services.preferences.objections(elsewhere).stands(HEALTH)


def test_an_objection_stands_in_the_copy_for_people(world, anna):
    world.services.rights.object(anna, HEALTH, Running.END)

    copy = world.services.rights.copy(anna, Password(PASSWORD))

    assert HEALTH in "".join(copy["objections.json"])


def test_a_corrected_record_takes_the_place_of_the_old_one_in_an_agreement(world, anna):
    services = world.services
    old = services.receive_credential(anna, world.issuers.offer()).credential_id
    held = services.publish_offer(anna, old, PolicyChoices(compensation_cents=90))
    assert services.rights.offer_corrected.outdated(anna) == ()
    world.clock.forward(days=1)
    corrected = {**parties.EXAM, "exam_score": 1.5}
    new = services.receive_credential(anna, world.issuers.offer(corrected)).credential_id
    (outdated,) = services.rights.offer_corrected.outdated(anna)

    draft = services.rights.offer_corrected(anna, outdated.row_id)

    assert draft.credential_id == new
    assert draft.choices.compensation_cents == 90
    assert services.read.consent(anna, held.row_id).withdrawal is not None
    assert services.rights.offer_corrected.outdated(anna) == ()
    assert services.publish_offer(anna, new, draft.choices).credential_id == new
