"""A registrar issues a table, keeps templates and connects systems, page by page and without scripts."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from ssi.issuer_service.bootstrap import create_app, open_work
from tests.ssi.issuer_service.listener import listening
from tests.ssi.issuer_service.tables import HEADINGS, read, table, written
from tests.ssi.issuer_service.visitors import CHEAP, Office, Officer, text_of
from tests.ssi.parties import EXAM

pytestmark = pytest.mark.database
BATCH = re.compile(r"/batches/([0-9a-f]{32})")


def upload(officer: Officer, content: str, template: str):
    """Send the form with a file."""
    fields = {"template_id": template, "table": (BytesIO(content.encode()), "exams.csv")}
    return officer.send("/batches", "/batches", **fields)  # type: ignore[arg-type]


def test_every_new_page_asks_for_a_password_first(office: Office):
    for path in (
        "/batches",
        "/templates",
        "/templates/new",
        "/connections",
        f"/batches/{'0' * 32}/results.csv",
    ):
        assert office.visitor().get(path).location == "/sign-in"


def test_an_office_without_templates_offers_the_first_step(officer):
    assert "Make a template" in officer.page("/batches")
    assert "No template yet" in officer.page("/templates")


def test_a_registrar_makes_a_template_and_issues_a_table(office: Office, officer):
    made = officer.send(
        "/templates/new",
        "/templates/new",
        data_set="exam/1",
        name="Summer",
        valid_days="30",
        transaction_code="yes",
    )
    template = made.location.rpartition("/")[2]
    sent = upload(officer, table(3), template)
    draft = officer.page(sent.location)
    started = officer.send(sent.location, sent.location, step="start", **columns(draft))
    waiting = officer.page(started.location)
    open_work(office.issuer).until_idle()
    done = officer.page(started.location)

    assert "Row 2: person s-1" in draft
    assert "0 of 3 rows" in waiting
    assert 'hx-trigger="load delay:2s"' in waiting
    assert "3 of 3 rows (100 %)" in done
    assert "hx-get" not in done
    assert len(read(officer.client.get(f"{started.location}/results.csv").data)) == 3


def columns(page: str) -> dict[str, str]:
    """What the form of a draft sends as it stands."""
    selects = re.findall(r'<select[^>]* name="(column-[^"]+)".*?</select>', page, re.DOTALL)
    found = {}
    for name in selects:
        block = re.search(rf'name="{name}".*?</select>', page, re.DOTALL)
        assert block
        chosen = re.search(r'value="([^"]*)" selected', block[0])
        found[name] = chosen[1] if chosen else ""
    return found


def test_an_unclear_column_is_asked_for_and_nothing_is_issued_before(office: Office, officer):
    sent = upload(officer, table(1).replace("exam_score", "Points"), office.institution.template())
    draft = officer.page(sent.location)
    refused = officer.send(sent.location, sent.location, step="start", **columns(draft))
    looked = officer.send(
        sent.location, sent.location, **columns(draft) | {"step": "look", "column-exam_score": "Points"}
    )
    more = columns(draft) | {"column-exam_score": "Points", "column-nothing": "Points"}
    unknown = officer.send(sent.location, sent.location, step="start", **more)

    assert "exam_score" in draft
    assert "Columns that are not read: Points." in draft
    assert "not read" not in text_of(looked)
    assert (unknown.status_code, "columns.nothing" in text_of(unknown)) == (422, True)
    assert refused.status_code == 422
    assert "Not clear yet" in text_of(refused)
    assert "Row 2: person s-1" in text_of(looked)


def test_rows_with_errors_are_shown_and_fetched(office: Office, officer):
    cells = [str(value) for value in ({**EXAM, "exam_score": 99}).values()]
    sent = upload(officer, written([HEADINGS, ("s-1", *cells)]), office.institution.template())
    draft = officer.page(sent.location)
    officer.send(sent.location, sent.location, step="start", **columns(draft))
    open_work(office.issuer).until_idle()

    assert "With errors" in draft
    assert "Rows to correct (CSV)" in officer.page(sent.location)
    assert b"s-1" in officer.client.get(f"{sent.location}/errors.csv").data


def test_a_file_that_is_no_table_is_refused_with_the_remedy(office: Office, officer):
    response = upload(officer, "\x00", office.institution.template())

    assert response.status_code == 422
    assert "save it as CSV" in text_of(response)
    assert officer.send("/batches", "/batches").status_code == 422


def test_a_batch_is_stopped_by_its_button(office: Office, officer):
    sent = upload(officer, table(1), office.institution.template())
    officer.send(sent.location, f"{sent.location}/cancel")

    assert "Stopped" in officer.page(sent.location)


def test_the_overview_says_what_is_waiting(office: Office, officer):
    office.institution.hand_in()
    upload(officer, table(1), office.institution.template())

    assert "1 table to look at" in officer.page("/")


def test_a_template_is_amended_and_retired(office: Office, officer):
    path = f"/templates/{office.institution.template()}"
    wrong = officer.send(path, path, name="", valid_days="x")
    officer.send(path, path, name="Exams", valid_days="10", **{"default-exam_score": "1"})
    page = officer.page(path)
    officer.send(path, f"{path}/retire")

    assert wrong.status_code == 422
    assert "Version 2" in page
    assert "Retired" in officer.page(path)


def test_a_key_is_shown_once_and_revoked_after_a_question(office: Office, officer):
    made = text_of(officer.send("/connections", "/connections/keys", name="SIS", scopes="batches"))
    key = re.search(r'value="([0-9a-f]{12}\.[\w-]+)"', made)
    assert key
    key_id = key[1].partition(".")[0]
    unsure = officer.send("/connections", f"/connections/keys/{key_id}/revoke")
    before = key_id in officer.page("/connections")
    officer.send("/connections", f"/connections/keys/{key_id}/revoke", sure="yes")

    assert unsure.status_code == 422
    assert before
    assert key_id not in officer.page("/connections")
    assert key[1] not in officer.page("/connections")


@pytest.mark.parametrize("fields", [{"name": "x"}, {"scopes": "batches"}, {"name": "x", "scopes": "root"}])
def test_a_key_without_a_name_or_a_scope_is_not_made(officer, fields):
    assert officer.send("/connections", "/connections/keys", **fields).status_code == 422


def test_a_webhook_is_added_followed_replayed_and_removed(office: Office, officer):
    with listening() as listener:
        page = text_of(officer.send("/connections", "/connections/webhooks", url=listener.url))
        hook = re.search(r"/connections/webhooks/([0-9a-f]{32})", page)
        assert hook
        path = f"/connections/webhooks/{hook[1]}"
        empty = officer.page(path)
        record = office.institution.hand_in()
        office.institution.set_status(record["credential_id"], "revoked")
        work = open_work(office.issuer)
        work.until_idle()
        event_id = listener.arrived[0][0]["webhook-id"]
        shown = officer.page(path)
        officer.send(path, f"{path}/replay", event_id=event_id)
        work.until_idle()
        unsure = officer.send(path, f"{path}/remove")
        officer.send(path, f"{path}/remove", sure="yes")

    assert "whsec_" in page
    assert "Nothing was sent yet" in empty
    assert "Arrived" in shown
    assert len(listener.arrived) == 2
    assert unsure.status_code == 422
    assert "It was removed" in officer.page(path)


@pytest.mark.parametrize("url", ["", "http://system.example/", "https://u:p@system.example/"])
def test_a_webhook_that_leads_elsewhere_is_refused(officer, url):
    assert officer.send("/connections", "/connections/webhooks", url=url).status_code == 422


def test_the_link_is_shown_as_a_picture_and_as_a_letter_without_the_code(office: Office, officer):
    record = office.institution.hand_in(transaction_code=True)
    link = officer.page(f"/records/{record['credential_id']}/link")
    letter = officer.page(f"/records/{record['credential_id']}/letter")

    assert "<svg" in link
    assert "<svg" in letter
    assert str(record["tx_code"]) not in letter


def test_a_link_is_sent_by_mail_from_its_page(office: Office, tmp_path: Path):
    settings = replace(
        office.issuer.identity.settings, mail_url=f"file://{tmp_path / 'out'}", mail_from="office@u.example"
    )
    issuer = replace(office.issuer, identity=replace(office.issuer.identity, settings=settings))
    officer = Officer(create_app(issuer).test_client(), issuer.set_password(CHEAP))
    officer.sign_in()
    page = f"/records/{office.institution.hand_in()['credential_id']}"
    wrong = officer.send(f"{page}/link", f"{page}/mail", email="nobody")
    officer.send(f"{page}/link", f"{page}/mail", email="ann@u.example")
    open_work(issuer).until_idle()

    assert wrong.status_code == 422
    assert len(list((tmp_path / "out").glob("*.eml"))) == 1
    assert "Arrived" in officer.page(f"{page}/link")


@pytest.mark.parametrize(
    "path", ["/batches/x", "/batches/x/progress", "/templates/x", "/connections/webhooks/x"]
)
def test_an_address_of_nothing_is_not_found(officer, path):
    assert officer.client.get(path).status_code == 404
