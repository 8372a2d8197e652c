"""The registrar's screens in a real browser: wide and narrow, by mouse, by keyboard, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ssi.dataset import data_set
from ssi.issuer_service.bootstrap import open_work
from ssi.issuer_service.domain.offering import DataSetConfiguration
from tests.browsing import chromium, quiet_page
from tests.serving import serving
from tests.ssi.issuer_service.listener import listening
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.registrar import Registrar
from tests.ssi.issuer_service.tables import HEADINGS, table, written
from tests.ssi.issuer_service.visitors import Office
from tests.ssi.parties import EXAM

pytestmark = pytest.mark.browser

AS_EXPECTED = "status of 422"
CELLS = [str(value) for value in EXAM.values()]
POINTS = ["Points" if name == "exam_score" else name for name in HEADINGS]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    """One office with one database for all of this file."""
    folder: Path = tmp_path_factory.mktemp("office")
    office = found_office(
        folder / "university",
        f"sqlite:///{folder / 'issuer.sqlite'}",
        mail_url=f"file://{folder / 'letters'}",
        mail_from="office@university.example",
    )
    with serving(office.app) as address:
        yield office, address
    office.issuer.database.close()


@pytest.fixture(scope="module")
def browser(served: tuple[Office, str]) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def office(served: tuple[Office, str]) -> Office:
    return served[0]


@pytest.fixture
def stranger(served: tuple[Office, str], browser: Browser) -> Iterator[Registrar]:
    """A registrar who has not signed in yet."""
    office, address = served
    with quiet_page(browser, expected=AS_EXPECTED) as page:
        yield Registrar(page, address, office.officer.password)


@pytest.fixture
def registrar(stranger: Registrar) -> Registrar:
    """A registrar at her desk."""
    stranger.sign_in()
    return stranger


@pytest.fixture
def without_scripts(served: tuple[Office, str], browser: Browser) -> Iterator[Registrar]:
    """A registrar whose browser runs no scripts."""
    office, address = served
    with quiet_page(browser, java_script_enabled=False) as page:
        registrar = Registrar(page, address, office.officer.password, scripts=False)
        registrar.sign_in()
        yield registrar


def test_a_wrong_password_is_told_and_the_first_page_says_what_to_do(stranger: Registrar):
    stranger.page.goto(stranger.address)
    stranger.fill("Password", "a guess")
    stranger.press("Sign in")
    stranger.look("This password is not right")
    stranger.fill("Password", stranger.password)
    stranger.press("Sign in")

    stranger.look("No records yet")


def test_a_table_is_mapped_looked_at_issued_followed_and_corrected(registrar: Registrar, office: Office):
    registrar.visit("Tables")
    registrar.look("No template yet")
    registrar.follow("Make a template")
    registrar.press("Make it")
    registrar.look("Name: say what this template is for")
    registrar.fill("Name", "Exams, summer term")
    registrar.press("Make it")
    registrar.look("Version 1")
    registrar.follow("Hand a table in")
    registrar.look("Hand a table in")
    registrar.hand_in("exams.csv", written([POINTS, ("s-1", *CELLS), ("s-2", "99", *CELLS[1:])]))
    registrar.press("Look at it")
    registrar.look("Not clear yet")
    registrar.fill("Exam score", "Points")
    registrar.press("Look again")
    registrar.look("Row 2: person s-1", "With errors")
    registrar.press("Issue them")
    registrar.look("0 of 2 rows")

    open_work(office.issuer).until_idle()

    registrar.look("2 of 2 rows (100 %)", "What is wrong")  # the page learned of it by itself
    assert "s-2" in registrar.download("Rows to correct (CSV)")
    links = registrar.download("Links and codes (CSV)")
    assert "openid-credential-offer://" in links
    assert "claim_code" in links
    registrar.visit("Templates")
    registrar.look("Exams, summer term")


def test_a_record_is_typed_in_checked_and_handed_over(registrar: Registrar, office: Office):
    registrar.visit("Issue")
    registrar.look("What kind of record is it?")
    registrar.follow("Issue exam results")
    registrar.press("Check it")
    registrar.look("Number of the person: enter the number")
    registrar.fill("Number of the person", "4711")
    fill_exam(registrar)
    registrar.press("Check it")
    registrar.look("This is how the person will see it")
    registrar.press("Issue it")
    registrar.look("1. Send the link", "2. Tell the code another way")
    link, code = registrar.reads("Link"), registrar.reads("Code")
    registrar.fill("Send it by e-mail to", "ann@u.example")
    registrar.press("Send the link")
    registrar.sees("The letter is on its way")
    registrar.follow("Show a letter to print")
    registrar.look("A record is waiting for you")
    registrar.follow("Hand it over")
    registrar.follow("Show a letter with the code")
    registrar.look(code)

    assert office.wallet().collect(link, code)


def fill_exam(registrar: Registrar) -> None:
    """Type an exam in."""
    for claim in DataSetConfiguration(data_set("exam/1")).claims:
        registrar.fill(claim.label["en"], str(EXAM[claim.name]))


def test_a_record_is_found_put_on_hold_and_taken_back(registrar: Registrar, office: Office):
    found = office.institution.hand_in("found-by-number")
    office.wallet().collect(found["offer_uri"])
    registrar.visit("Records")
    registrar.fill("Number of the person", "nobody")
    registrar.press("Search")
    registrar.look("Nothing found")
    registrar.fill("Number of the person", "found-by-number")
    registrar.press("Search")
    registrar.look("1 record")
    registrar.follow("found-by-number")
    registrar.look("Collected")
    registrar.press("Change it")
    registrar.look("Reason: say why")
    registrar.tick("Put on hold")
    registrar.fill("Reason", "a question about the grade")
    registrar.tick("I have checked that this is the record of person found-by-number.")
    registrar.press("Change it")
    registrar.look("On hold", "within 15 seconds", "a question about the grade")
    registrar.tick("Take back for good")
    registrar.fill("Reason", "issued to the wrong person")
    registrar.tick("I have checked that this is the record of person found-by-number.")
    registrar.press("Change it")
    registrar.look("Taken back", "This cannot be undone")
    office.clock.move(seconds=15)
    registrar.page.reload()

    registrar.look("Change known everywhere")
    assert "within" not in registrar.page.locator("dd").last.inner_text()


def test_a_system_gets_a_key_which_is_shown_once_and_revoked(registrar: Registrar):
    registrar.visit("Connections")
    registrar.unfold("Make a key")
    registrar.look("What it may do")
    registrar.fill("Name", "Student information system")
    registrar.tick("Hand tables in")
    registrar.press("Make it")
    registrar.look("The key of Student information system", "It is shown only now")
    key = registrar.reads("The key of Student information system")
    registrar.visit("Connections")
    registrar.sees("Student information system")
    assert key not in registrar.page.content()
    registrar.unfold(f"Revoke the key {key.partition('.')[0]}")
    registrar.page.locator("details[open]").get_by_role("button", name="Revoke it").click()
    registrar.look("Confirm that the system may be cut off")
    assert key.partition(".")[0] in registrar.page.locator("details[open] summary").inner_text()
    registrar.page.locator("details[open]").get_by_role("checkbox").check()
    registrar.press("Revoke it")
    registrar.sees("The key is out of force")


def test_an_address_of_our_own_is_told_of_events_and_asked_again(registrar: Registrar, office: Office):
    with listening() as listener:
        registrar.visit("Connections")
        registrar.unfold("Add a webhook")
        registrar.fill("Address", "http://elsewhere.example/")
        registrar.press("Add it")
        registrar.look("Address: ")  # and the form is open
        registrar.fill("Address", listener.url)
        registrar.press("Add it")
        registrar.look("The secret of the webhook")
        registrar.follow(listener.url)
        registrar.look("Nothing was sent yet")
        record = office.institution.hand_in("told-of")
        office.institution.set_status(record["credential_id"], "revoked")
        work = open_work(office.issuer)
        work.until_idle()
        registrar.page.reload()
        registrar.look("A record was taken back", "Arrived")
        registrar.press("Send again")
        registrar.sees("It will be sent again")
        work.until_idle()
        registrar.press("Remove it")
        registrar.look("Confirm that it should get nothing more")
        registrar.tick("This address gets nothing more, and what waits for it is given up.")
        registrar.press("Remove it")
        registrar.sees("Removed. It gets nothing more.")

        assert len(listener.arrived) == 2


def test_a_record_is_taken_back_by_the_keyboard_alone(stranger: Registrar, office: Office):
    office.institution.hand_in("by-keyboard")
    stranger.page.goto(stranger.address)
    stranger.type_into("Password", stranger.password)
    stranger.enter_on("Sign in")
    stranger.sees("Overview")
    stranger.enter_on("Records")
    stranger.sees("Search")
    stranger.type_into("Number of the person optional", "by-keyboard")
    stranger.enter_on("Search")
    stranger.sees("1 record")
    stranger.enter_on("by-keyboard")
    stranger.sees("Change where it stands")
    stranger.tab_to("Put on hold")
    stranger.page.keyboard.press("ArrowDown")
    stranger.type_into("Reason", "wrong person")
    stranger.tab_to("I have checked that this is the record of person by-keyboard.")
    stranger.page.keyboard.press("Space")
    stranger.enter_on("Change it")
    stranger.sees("Taken back", "wrong person")


def test_the_core_works_without_scripts(without_scripts: Registrar, office: Office):
    registrar = without_scripts
    template = office.institution.template(name="Without scripts")
    registrar.open(f"/batches?template_id={template}")
    registrar.hand_in("plain.csv", table(2, start=900))
    registrar.press("Look at it")
    registrar.press("Issue them")
    registrar.look("0 of 2 rows")
    open_work(office.issuer).until_idle()
    registrar.follow("Show how far it is now")
    registrar.look("2 of 2 rows (100 %)")
    registrar.visit("Records")
    registrar.fill("Number of the person", "s-900")
    registrar.press("Search")
    registrar.follow("s-900")
    registrar.follow("Show the link")
    registrar.look("Link")
    registrar.follow("The record")
    registrar.tick("Take back for good")
    registrar.fill("Reason", "wrong table")
    registrar.tick("I have checked that this is the record of person s-900.")
    registrar.press("Change it")
    registrar.look("Taken back")
    registrar.press("Sign out")
    registrar.sees("Sign in")
