"""Saying no: to secondary use of health data, to a purpose; letters; corrected records. Without scripts."""

import re

import pytest

from consent.vocabulary import Purpose
from tests.ssi import parties
from tests.wallet.browsing import ticked
from tests.wallet.screens.moments import only_consent, session_of
from wallet.domain.choices import PolicyChoices
from wallet.domain.objection import HEALTH

HIRING = PolicyChoices(
    purposes=(Purpose.SCIENTIFIC_RESEARCH, Purpose.PERSONNEL_HIRING), explicit_consent=True
)


@pytest.fixture
def patient(signed_in, world):
    """Her health record is offered."""
    anna = session_of(world)
    record = world.services.receive_credential(anna, world.issuers.offer(parties.HEALTH, "health/1"))
    world.services.publish_offer(anna, record.credential_id, HIRING)
    return signed_in


def test_one_switch_ends_what_runs_and_can_be_taken_back(patient, world):
    page = patient.get("/rights")
    assert "These run now and allow it:" in page
    assert "European Health Data Space, Article 71" in page

    said = patient.post("/rights/objections/new", what=HEALTH, then="end")

    assert "Your objection stands." in said
    assert "You said no" in said
    assert only_consent(world, session_of(world)).withdrawal is not None
    back = patient.post("/rights/objections/take-back", what=HEALTH)
    assert "Your objection is taken back." in back
    assert "– taken back" in back
    assert "– said no" in back
    assert only_consent(world, session_of(world)).withdrawal is not None


def test_what_runs_can_be_paused_instead_and_does_not_go_on(patient, world):
    patient.get("/rights")
    patient.post("/rights/objections/new", what=HEALTH, then="pause")
    held = only_consent(world, session_of(world))
    assert held.is_paused

    patient.get(f"/agreements/{held.row_id}")
    refused = patient.post(f"/agreements/{held.row_id}/go-on", status=409)

    assert "You said no to this" in refused
    assert only_consent(world, session_of(world)).is_paused


def test_the_wizard_says_what_she_said_no_to_and_refuses_it(patient, world):
    patient.get("/rights")
    patient.post("/rights/objections/new", what=HEALTH, then="end")
    anna = session_of(world)
    patient.get(f"/records/{world.services.records(anna)[0].credential_id}")
    patient.begin_offer()
    patient.press("/data", 200, attributes=["age"])
    assert "You said no under “My rights” to:" in patient.get(patient.path)

    refused = patient.press("/who", 422, recipient_kinds=["university"], purposes=["dpv:ScientificResearch"])
    assert "You said no to such uses" in refused
    patient.press(
        "/who", 200, recipient_kinds=["company"], purposes=["dpv:PersonnelHiring"], where=["anywhere"]
    )

    patient.press("/protection", 200, **{**ticked(patient.page), "statistics": ["count"]})
    patient.press("/compensation", 200, **ticked(patient.page))

    assert "You forbid any use for" in patient.page


def test_a_purpose_is_objected_to_after_reading_what_it_would_do(sharer, world):
    page = sharer.get("/rights/objections/new?what=dpv:ScientificResearch")
    assert "Say no to: scientific research" in page
    assert "Exam results" in page
    assert only_consent(world, session_of(world)).withdrawal is None

    said = sharer.post("/rights/objections/new", what="dpv:ScientificResearch", then="end")

    assert "scientific research" in said
    assert only_consent(world, session_of(world)).withdrawal is not None


def test_what_is_not_known_cannot_be_objected_to(signed_in):
    signed_in.get("/rights")
    signed_in.get("/rights/objections/new?what=dpv:Marketing", status=404)
    signed_in.get("/rights")
    signed_in.post("/rights/objections/new", status=404, what="dpv:Marketing", then="end")
    signed_in.get("/rights")
    signed_in.post("/rights/objections/new", status=404, what=HEALTH, then="nothing")
    signed_in.get("/rights")
    signed_in.post("/rights/objections/take-back", status=404, what="x" * 500)


@pytest.mark.parametrize(
    ("kind", "english", "german"),
    [
        ("restriction", "GDPR Article 18", "Artikel 18 DSGVO"),
        ("objection", "GDPR Article 21(1)", "Artikel 21 Absatz 1 DSGVO"),
    ],
)
def test_letters_to_the_marketplace_in_both_languages(signed_in, kind, english, german):
    assert english in signed_in.get(f"/rights/letter/{kind}")
    assert german in signed_in.get(f"/rights/letter/{kind}?language=de")
    signed_in.get("/rights/letter/other", status=404)


def test_a_newer_record_takes_the_place_of_the_old_one(sharer, world):
    world.clock.forward(minutes=5)
    assert "of which you have a newer one" not in sharer.get("/rights")
    sharer.add_record(world.issuers.offer({**parties.EXAM, "exam_score": 1.5}))
    sharer.get("/home")
    sharer.post("/refresh")
    held = only_consent(world, session_of(world))
    assert "There is a newer record" in sharer.get(f"/agreements/{held.row_id}")
    page = sharer.get("/rights")
    (address,) = re.findall(r'action="(/rights/corrected/[^"]+)"', page)

    begun = sharer.post(address)

    assert "The agreement about the old record has ended." in begun
    assert only_consent(world, session_of(world)).withdrawal is not None
    sharer.press("/agree", explicit_consent="yes")
    assert "Done. Your agreement is signed" in sharer.page
    sharer.get("/rights")
    sharer.post(address, status=404)
