"""Whoever changes a standing is told by when everybody knows."""

import pytest

from tests.ssi.issuer_service.visitors import Office, answer_of, moment, text_of

pytestmark = pytest.mark.database


def test_the_answer_to_a_revocation_says_by_when_everybody_knows(office: Office, handed_in):
    changed = answer_of(office.institution.set_status(handed_in["credential_id"], "revoked"))

    assert changed["propagation_seconds"] == 15
    assert moment(changed["status_changed_at"]) == office.clock()
    assert (moment(changed["known_everywhere_at"]) - office.clock()).total_seconds() == 15


def test_asking_again_gives_the_moment_of_the_change_and_not_of_the_question(office: Office, handed_in):
    path = f"/credentials/{handed_in['credential_id']}"
    changed = answer_of(office.institution.set_status(handed_in["credential_id"], "suspended"))
    office.clock.move(hours=1)
    repeated = answer_of(office.institution.set_status(handed_in["credential_id"], "suspended"))

    assert changed == repeated == answer_of(office.institution.get(path))


def test_a_record_that_never_changed_says_how_long_a_change_would_take(office: Office, handed_in):
    found = answer_of(office.institution.get(f"/credentials/{handed_in['credential_id']}"))

    assert found["propagation_seconds"] == 15
    assert "known_everywhere_at" not in found


def test_a_status_list_shows_a_change_before_its_copies_run_out(office: Office, handed_in):
    office.wallet().collect(handed_in["offer_uri"])
    before = text_of(office.visitor().get("/status-lists/0"))
    office.institution.set_status(handed_in["credential_id"], "revoked")

    assert text_of(office.visitor().get("/status-lists/0")) != before


def test_the_page_of_a_record_says_it_in_words(office: Office, officer, handed_in):
    office.wallet().collect(handed_in["offer_uri"])
    path = f"/records/{handed_in['credential_id']}"
    unchanged = officer.page(path)
    office.institution.set_status(handed_in["credential_id"], "suspended")
    office.clock.move(seconds=5)
    spreading = officer.page(path)
    office.clock.move(seconds=10)
    known = officer.page(path)

    assert "Change known everywhere" not in unchanged
    assert "within 10 seconds" in spreading
    assert "within 10 seconds" not in known
    assert "Change known everywhere</dt><dd><time" in known
