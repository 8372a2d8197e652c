"""Templates are versioned, amended and retired; a batch keeps the version it began with."""

import pytest

from tests.ssi.issuer_service.tables import table
from tests.ssi.issuer_service.visitors import Office, answer_of, problem

pytestmark = pytest.mark.database


def test_amending_makes_a_version_and_the_same_terms_make_none(office: Office):
    template = office.institution.template()
    path = f"/templates/{template}/versions"

    office.institution.post(path, {"name": "Exams", "valid_days": 30})
    same = answer_of(office.institution.post(path, {"name": "Exams", "valid_days": 30}))
    versions = answer_of(office.institution.get(path))["templates"]

    assert same["version"] == 2
    assert [(each["version"], each["valid_days"]) for each in versions] == [(2, 30), (1, 365)]


def test_other_columns_alone_are_another_version(office: Office):
    template = office.institution.template()

    amended = office.institution.post(
        f"/templates/{template}/versions", {"name": "Exams", "columns": {"exam_score": "Score"}}
    )

    assert answer_of(amended)["version"] == 2


def test_a_batch_keeps_the_version_that_it_began_with(office: Office):
    template = office.institution.template()
    batch = answer_of(office.institution.send_table(template, table(1), start="false"))
    office.institution.post(f"/templates/{template}/versions", {"name": "Exams", "valid_days": 30})

    started = answer_of(office.institution.post(f"/batches/{batch['batch_id']}/start", {}))

    assert started["template_version"] == 1


def test_a_retired_template_is_told_and_takes_no_amendment(office: Office):
    template = office.institution.template()
    retired = answer_of(office.institution.post(f"/templates/{template}/retire", {}))

    assert retired["retired"] is True
    problem(office.institution.post(f"/templates/{template}/versions", {"name": "X"}), 409)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": " "}, "name"),
        ({"valid_days": 0}, "valid_days"),
        ({"columns": {"shoe_size": "Shoe"}}, "columns.shoe_size"),
        ({"columns": {"exam_score": ""}}, "columns.exam_score"),
        ({"columns": []}, "columns"),
        ({"defaults": {"external_id": "1"}}, "defaults.external_id"),
        ({"hold": "yes"}, "hold"),
        ({"nonsense": 1}, "nonsense"),
    ],
    ids=str,
)
def test_terms_that_are_not_of_their_form_are_refused_by_place(office: Office, changes, place):
    document = {"data_set": "exam/1", "name": "Exams", **changes}

    assert place in problem(office.institution.post("/templates", document), 400)


def test_a_template_for_what_is_not_issued_here_is_refused(office: Office):
    problem(office.institution.post("/templates", {"data_set": "diploma/9", "name": "D"}), 404)
    problem(office.institution.get(f"/templates/{'0' * 32}"), 404)
