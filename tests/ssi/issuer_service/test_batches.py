"""A table is issued row by row, whatever happens in the middle; what is wrong is told by row and column."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from ssi.issuer_service.bootstrap import open_work
from ssi.issuer_service.domain.batch import BatchRow
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.services import work_batch
from ssi.issuer_service.services.register_records import RegisterRecords
from ssi.issuer_service.services.tidy_up import KEPT
from ssi.issuer_service.services.work_batch import WorkBatch
from ssi.issuer_service.storage.batches import SqlBatches
from tests.ssi.issuer_service.tables import HEADINGS, read, table, written
from tests.ssi.issuer_service.visitors import Office, answer_of, problem
from tests.ssi.parties import EXAM

pytestmark = pytest.mark.database


def handed_in(office: Office, content: str, template: str | None = None, **query: str) -> dict[str, Any]:
    """A batch that was started; its answer."""
    template = template or office.institution.template()
    response = office.institution.send_table(template, content, **query)
    assert response.status_code == 202, response.text
    return answer_of(response)


def worked(office: Office, batch: dict[str, Any]) -> dict[str, Any]:
    """The batch after all work is done."""
    open_work(office.issuer).until_idle()
    return answer_of(office.institution.get(f"/batches/{batch['batch_id']}"))


def row_of(external_id: str, **changes: str) -> list[str]:
    cells = {name: str(value) for name, value in EXAM.items()} | changes
    return [external_id, *cells.values()]


def test_every_row_becomes_a_record_with_a_link_that_works(office: Office):
    batch = worked(office, handed_in(office, table(3), file_name="exams.csv"))

    results = read(office.institution.get(f"/batches/{batch['batch_id']}/results.csv").data)
    assert (batch["state"], batch["percent"], batch["counts"]["issued"]) == ("finished", 100, 3)
    assert [result["external_id"] for result in results] == ["s-1", "s-2", "s-3"]
    assert office.wallet().collect(results[1]["link"], results[1]["transaction_code"])


def test_the_same_table_again_issues_nothing_twice(office: Office):
    template = office.institution.template()
    first = worked(office, handed_in(office, table(3), template))
    second = worked(office, handed_in(office, table(3), template))

    links = [
        [row["link"] for row in read(office.institution.get(f"/batches/{b['batch_id']}/results.csv").data)]
        for b in (first, second)
    ]
    assert second["counts"] == {"waiting": 0, "issued": 0, "unchanged": 3, "corrected": 0, "refused": 0}
    assert links[0] == links[1]


def test_a_changed_row_corrects_the_record(office: Office):
    template = office.institution.template()
    worked(office, handed_in(office, table(2), template))
    rows = [HEADINGS, row_of("s-1", exam_score="1.5"), row_of("s-2")]

    batch = worked(office, handed_in(office, written(rows), template))

    assert (batch["counts"]["corrected"], batch["counts"]["unchanged"]) == (1, 1)


def test_wrong_rows_are_told_by_row_and_column_and_the_others_are_issued(office: Office):
    rows = [
        HEADINGS,
        row_of("s-1"),
        row_of("s-2", exam_score="99"),
        row_of("", sex="Martian"),
        row_of("s-4")[:-1],
        row_of("s-5"),
    ]

    batch = worked(office, handed_in(office, written(rows)))

    assert (batch["counts"]["issued"], batch["counts"]["refused"]) == (2, 3)
    places = [(error["row"], error["column"]) for error in batch["errors"]]
    assert places == [(3, "exam_score"), (4, "sex"), (4, "external_id"), (5, "")]
    assert "99" not in str(batch["errors"])
    assert "Martian" not in str(batch["errors"])


def test_the_error_table_holds_the_rows_as_they_were_and_can_be_handed_in_corrected(office: Office):
    rows = [HEADINGS, row_of("s-1"), row_of("s-2", exam_score="99")]
    batch = worked(office, handed_in(office, written(rows)))

    (wrong,) = read(office.institution.get(f"/batches/{batch['batch_id']}/errors.csv").data)
    assert (wrong["error_row"], wrong["error_column"], wrong["exam_score"]) == ("3", "exam_score", "99")
    wrong["exam_score"] = "1"
    again = worked(office, handed_in(office, written([list(wrong), list(wrong.values())])))

    assert again["counts"]["issued"] == 1


def test_the_errors_of_a_table_of_errors_are_those_of_its_rows(office: Office):
    rows = [[*HEADINGS, "=note"], [*row_of("+49 1", exam_score="99"), "-x"]]
    template = office.institution.template()
    batch = worked(office, handed_in(office, written(rows), template))
    first = office.institution.get(f"/batches/{batch['batch_id']}/errors.csv").data
    batch = worked(office, handed_in(office, first.decode(), template))
    second = office.institution.get(f"/batches/{batch['batch_id']}/errors.csv").data
    corrected = second.decode().replace(",99,", ",1,")
    batch = worked(office, handed_in(office, corrected, template))

    assert first == second
    assert batch["counts"]["issued"] == 1
    assert answer_of(office.institution.find("+49 1"))["total"] == 1


def test_of_two_rows_about_one_person_the_second_is_refused_over_any_distance(office: Office, monkeypatch):
    monkeypatch.setattr(work_batch, "CHUNK", 2)
    rows = [HEADINGS, *(row_of(f"s-{number}") for number in range(5)), row_of("s-0", exam_score="1.5")]

    batch = worked(office, handed_in(office, written(rows)))

    assert (batch["counts"]["issued"], batch["counts"]["refused"]) == (5, 1)
    assert "row 2 already" in batch["errors"][0]["problem"]


def test_german_tables_and_other_headings_are_read_by_the_template(office: Office):
    names = {"external_id": "Matrikelnummer", "exam_score": "Ergebnis"}
    template = office.institution.template(columns=names, decimal_comma=True)
    headings = [names.get(name, name) for name in HEADINGS]
    content = written([headings, row_of("s-1", exam_score="1,5")], separator=";")

    batch = worked(office, handed_in(office, content, template))

    assert (batch["separator"], batch["counts"]["issued"]) == ("semicolon", 1)


def test_a_default_fills_a_column_that_is_not_there(office: Office):
    template = office.institution.template(defaults={"exam_score": "1"})
    rows = [[name for name in HEADINGS if name != "exam_score"], ["s-1", *map(str, list(EXAM.values())[1:])]]

    assert worked(office, handed_in(office, written(rows), template))["counts"]["issued"] == 1


def test_a_table_without_a_needed_column_is_refused_and_leaves_nothing_running(office: Office):
    response = office.institution.send_table(office.institution.template(), "external_id\ns-1\n")

    said = problem(response, 422)
    assert "exam_score" in said
    (batch,) = answer_of(office.institution.get("/batches"))["batches"]
    assert batch["state"] == "cancelled"


def test_a_draft_is_started_with_the_columns_that_are_said(office: Office):
    content = table(1).replace("external_id", "Nr", 1)
    batch = handed_in(office, content, start="false")
    columns = {**batch["columns"], "external_id": "Nr"}

    before = worked(office, batch)
    office.institution.post(f"/batches/{batch['batch_id']}/start", {"columns": columns})
    after = worked(office, batch)

    assert (before["state"], before["done"], after["counts"]["issued"]) == ("draft", 0, 1)


def test_held_records_do_not_count_until_an_officer_lets_them(office: Office):
    template = office.institution.template(hold=True)
    worked(office, handed_in(office, table(1), template))

    (record,) = answer_of(office.institution.find("s-1"))["credentials"]

    assert record["status"] == "suspended"


def test_a_cancelled_batch_keeps_what_was_issued_and_gives_the_rest_back(office: Office, monkeypatch):
    monkeypatch.setattr(work_batch, "CHUNK", 2)
    batch = handed_in(office, table(5))
    open_work(office.issuer).batches(now=office.clock())
    office.institution.post(f"/batches/{batch['batch_id']}/cancel", {})

    after = worked(office, batch)
    left = read(office.institution.get(f"/batches/{batch['batch_id']}/errors.csv").data)

    assert (after["state"], after["counts"]["issued"], after["counts"]["waiting"]) == ("cancelled", 2, 3)
    assert [row["external_id"] for row in left] == ["s-3", "s-4", "s-5"]
    problem(office.institution.post(f"/batches/{batch['batch_id']}/start", {}), 409)


def test_a_worker_that_died_is_followed_by_another_once_its_lease_is_over(office: Office, monkeypatch):
    monkeypatch.setattr(work_batch, "CHUNK", 2)
    batch = handed_in(office, table(5))
    open_work(office.issuer).batches(now=office.clock())  # and never again

    others = open_work(office.issuer)
    others.until_idle()
    during = answer_of(office.institution.get(f"/batches/{batch['batch_id']}"))
    office.clock.move(seconds=61)
    others.until_idle()

    assert (during["state"], during["done"]) == ("running", 2)
    assert worked(office, batch)["counts"]["issued"] == 5


def worker_who(office: Office, is_slow: Callable[[], object]) -> WorkBatch:
    """A worker that lets something happen between reading its rows and writing what came of them."""
    issuer = office.issuer
    known = issuer.identity.settings.catalogue
    rules = RegisterRecords(issuer.books, issuer.identity.secrets, terms=issuer.terms, random=issuer.random)

    class SlowCatalogue(Catalogue):
        def get(self, configuration_id: str) -> Configuration:
            is_slow()
            return super().get(configuration_id)

    slow = SlowCatalogue(known.configurations)
    return WorkBatch(issuer.books, slow, rules, owner="slow", random=issuer.random)


def test_a_worker_that_lost_its_lease_writes_nothing(office: Office):
    batch = handed_in(office, table(3))

    def others_go_on() -> None:
        office.clock.move(seconds=61)
        open_work(office.issuer).until_idle()

    chunk = worker_who(office, others_go_on)(now=office.clock())

    after = worked(office, batch)
    assert chunk is not None
    assert chunk.answers == ()
    assert (after["state"], after["counts"]["issued"], after["counts"]["unchanged"]) == ("finished", 3, 0)


def test_what_is_worked_on_while_its_batch_is_cancelled_is_not_issued(office: Office):
    batch = handed_in(office, table(3))
    path = f"/batches/{batch['batch_id']}"
    worker_who(office, lambda: office.institution.post(f"{path}/cancel", {}))(now=office.clock())

    after = worked(office, batch)
    assert (after["state"], after["counts"]["waiting"]) == ("cancelled", 3)


def test_columns_that_are_left_out_are_named(office: Office):
    content = table(1).replace("external_id", "external_id,note,=x", 1).replace("s-1,", "s-1,a,b,", 1)

    batch = handed_in(office, content)

    assert batch["unread_columns"] == ["note", "=x"]


def test_a_column_for_a_value_that_there_is_not_is_refused(office: Office):
    batch = handed_in(office, table(1), start="false")
    columns = {**batch["columns"], "exam_scor": "exam_score"}

    said = problem(office.institution.post(f"/batches/{batch['batch_id']}/start", {"columns": columns}), 422)

    assert "exam_scor:" in said
    assert worked(office, batch)["state"] == "draft"


def test_a_chunk_is_written_whole_or_not_at_all(office: Office, monkeypatch):
    batch = handed_in(office, table(3))

    def fail(*_arguments, **_named):
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr("ssi.issuer_service.storage.batches.SqlBatches.settle", fail)
        with pytest.raises(RuntimeError):
            open_work(office.issuer).until_idle()
    found = answer_of(office.institution.find("s-1"))["total"]
    office.clock.move(seconds=61)  # the lease of whoever failed

    assert found == 0
    assert worked(office, batch)["counts"]["issued"] == 3


def test_a_batch_that_fails_lets_the_others_go_first(office: Office, monkeypatch):
    failing = handed_in(office, table(3))
    office.clock.move(seconds=1)
    other = handed_in(office, table(2))
    settle = SqlBatches.settle

    def fail_for_one(batches: SqlBatches, batch_id: str, rows: Sequence[BatchRow]) -> None:
        if batch_id == failing["batch_id"]:
            raise RuntimeError("a row that nobody foresaw")
        settle(batches, batch_id, rows)

    work = open_work(office.issuer)
    with monkeypatch.context() as broken:
        broken.setattr(SqlBatches, "settle", fail_for_one)
        with pytest.raises(RuntimeError):
            work.until_idle()
        work.until_idle()
    office.clock.move(seconds=61)

    assert answer_of(office.institution.get(f"/batches/{other['batch_id']}"))["state"] == "finished"
    assert worked(office, failing)["done"] == 3


def test_cells_of_issued_rows_are_gone_and_a_month_later_all_rows_are(office: Office):
    batch = worked(office, handed_in(office, table(2)))
    with office.issuer.books.reading() as register:
        cells = [row.cells for row in register.batches.rows(batch["batch_id"])]
    office.clock.move(seconds=(KEPT + timedelta(minutes=2)).total_seconds())
    office.visitor().get("/health")

    assert cells == [(), ()]
    problem(office.institution.get(f"/batches/{batch['batch_id']}"), 404)


@pytest.mark.parametrize("path", ["", "/results.csv", "/errors.csv"])
def test_a_batch_that_is_not_there_is_not_found(office: Office, path):
    problem(office.institution.get(f"/batches/{'0' * 32}{path}"), 404)


def test_a_table_under_an_unknown_or_retired_template_is_refused(office: Office):
    template = office.institution.template()
    office.institution.post(f"/templates/{template}/retire", {})

    problem(office.institution.send_table(template, table(1)), 409)
    problem(office.institution.send_table("0" * 32, table(1)), 404)
    problem(office.institution.send_table(template, b"\x00"), 422)


def test_a_bundle_of_fhir_is_issued_like_a_table_and_tells_what_it_left_out(office: Office):
    template = office.institution.template(data_set="health/1")
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:mrn", "value": "4711"}],
        "gender": "female",
        "birthDate": "1980-06-15",
    }
    pressure = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-01-01",
        "valueQuantity": {"value": 120, "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
    }
    stray = {**pressure, "status": "preliminary"}
    entries = [{"resource": resource} for resource in (patient, pressure, stray)]
    bundle = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})

    batch = worked(office, handed_in(office, bundle, template, format="fhir", identifier="urn:mrn"))

    assert batch["counts"]["issued"] == 1
    assert batch["notes"] == ["entry 2: left out: it is not final"]
    assert answer_of(office.institution.find("4711"))["total"] == 1


def test_a_document_of_another_kind_than_the_template_or_an_unknown_format_is_refused(office: Office):
    template = office.institution.template()

    problem(office.institution.send_table(template, "{}", format="fhir"), 422)
    problem(office.institution.send_table(template, "<elmo/>", format="elmo"), 422)
    problem(office.institution.send_table(template, table(1), format="xls"), 400)
