"""The officer's screens for devices in a real browser, and what else is done by the keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from crypto.encoding import canonical_json
from ssi.device.unverified import read_unverified_device
from ssi.issuer_service.bootstrap import open_work
from tests.browsing import chromium, quiet_page
from tests.serving import serving
from tests.ssi.device.makers import BAND, BAND_KEY, HUB, HUB_KEY, batch
from tests.ssi.issuer_service.maker import making
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.registrar import Registrar
from tests.ssi.issuer_service.tables import table
from tests.ssi.issuer_service.ward import Ward

pytestmark = pytest.mark.browser

AS_EXPECTED = "status of 422"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ward, str]]:
    """One office that vouches for devices, with one database for all of this file."""
    folder: Path = tmp_path_factory.mktemp("office")
    with making(folder / "trust") as maker:
        office = found_office(
            folder / "university",
            f"sqlite:///{folder / 'issuer.sqlite'}",
            data_sets=("observations/1", "exam/1"),
            attests_devices=True,
            **maker.settings,
        )
        maker.trust(folder / "university")
        with serving(office.app) as address:
            yield Ward(office, maker), address
        office.issuer.database.close()


@pytest.fixture(scope="module")
def browser(served: tuple[Ward, str]) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def ward(served: tuple[Ward, str]) -> Ward:
    return served[0]


@pytest.fixture
def stranger(served: tuple[Ward, str], browser: Browser) -> Iterator[Registrar]:
    """A registrar who has not signed in yet."""
    ward, address = served
    with quiet_page(browser, expected=AS_EXPECTED) as page:
        yield Registrar(page, address, ward.office.officer.password)


@pytest.fixture
def registrar(stranger: Registrar) -> Registrar:
    """A registrar at her desk."""
    stranger.sign_in()
    return stranger


@pytest.fixture
def without_scripts(served: tuple[Ward, str], browser: Browser) -> Iterator[Registrar]:
    """A registrar whose browser runs no scripts."""
    ward, address = served
    with quiet_page(browser, java_script_enabled=False) as page:
        registrar = Registrar(page, address, ward.office.officer.password, scripts=False)
        registrar.sign_in()
        yield registrar


def public_key(key: object = BAND_KEY) -> str:
    """A device's public key as it is pasted."""
    return canonical_json(key.public.to_jwk()).decode()  # type: ignore[attr-defined]


def test_a_device_is_vouched_for_worn_read_and_put_on_hold(registrar: Registrar, ward: Ward):
    registrar.visit("Devices")
    registrar.look("No device yet")
    registrar.follow("Vouch for a device without a maker's credential")
    registrar.press("Sign its credential")
    registrar.look("Name of the device: enter", "Public key: paste", "What it measures: choose")
    registrar.fill("Name of the device", BAND.id)
    registrar.fill("Model", BAND.model)
    registrar.tick("Heart rate (per minute)")
    registrar.fill("Public key", public_key())
    registrar.press("Sign its credential")
    registrar.look("This office vouches for it now", "This office vouches for it.", "Make a template")
    assert read_unverified_device(registrar.download("Download its credential")).claims == BAND
    ward.device_id = registrar.page.url.rpartition("/")[2]
    ward.template_id = ward.office.institution.template(data_set="observations/1", name="Ward 3")
    registrar.page.reload()
    registrar.press("Say who wears it")
    registrar.look("What no sensor tells", "It measures: Heart rate")
    registrar.press("Keep it")
    registrar.look("Number of the person: enter", "Age: ")
    registrar.fill("Number of the person", "patient-1")
    registrar.fill("Age", "44")
    registrar.fill("Age group", "adult")
    registrar.press("Keep it")
    registrar.look("Readings from now on go into the records of this person", "patient-1")
    ward.move(hours=6)
    ward.taken(batch())
    registrar.visit("Devices")
    registrar.look("1 device", "This office", "Heart rate")
    registrar.follow(BAND.model)
    registrar.press("Change it")
    registrar.look("Confirm that this is the right device")
    registrar.tick("Put on hold")
    registrar.fill("Reason", "a question about the strap")
    registrar.tick(f"I have checked that this is the device {BAND.id}.")
    registrar.press("Change it")
    registrar.look("On hold", "a question about the strap", "has put it on hold")

    ward.refused(batch(stream="other"), 403, "stopped-device")


def test_a_gateway_of_a_maker_who_is_silent_is_shown_all_the_same(registrar: Registrar, ward: Ward):
    registrar.visit("Devices")
    registrar.open("/devices/known")
    registrar.look("The credential of its maker")
    registrar.press("Register it")
    registrar.look("Credential: paste what the maker gave you")
    registrar.fill("Credential", ward.maker.credential(HUB, HUB_KEY))
    registrar.press("Register it")
    registrar.look("Gateway, 2 sensors", *HUB.sensors, "Its maker vouches for it")
    ward.move(minutes=2)
    ward.maker.silent = True

    registrar.page.reload()

    registrar.look("Its maker does not answer now", "Its sensors", HUB.sensors[0])
    ward.maker.silent = False


def test_a_device_is_vouched_for_and_taken_back_by_the_keyboard_alone(stranger: Registrar):
    enter_by_keyboard(stranger, "Devices")
    stranger.page.goto(f"{stranger.address}/devices/new")
    stranger.type_into("Name of the device", "urn:example:band:9")
    stranger.type_into("Model", "Band 9")
    stranger.tab_to("Heart rate (per minute)")
    stranger.page.keyboard.press("Space")
    stranger.type_into("Public key optional", public_key())
    stranger.enter_on("Sign its credential")
    stranger.sees("This office vouches for it now")
    stranger.tab_to("Put on hold")
    stranger.page.keyboard.press("ArrowDown")
    stranger.type_into("Reason", "lost on the ward")
    stranger.tab_to("I have checked that this is the device urn:example:band:9.")
    stranger.page.keyboard.press("Space")
    stranger.enter_on("Change it")

    stranger.sees("Taken back", "lost on the ward")


def test_a_template_and_its_table_are_made_by_the_keyboard_alone(
    stranger: Registrar, ward: Ward, tmp_path: Path
):
    (tmp_path / "exams.csv").write_text(table(2, start=700))
    stranger.page.on("filechooser", lambda _: None)  # early: the browser needs a moment to hand dialogs over
    enter_by_keyboard(stranger, "Templates")
    stranger.page.goto(f"{stranger.address}/templates/new?data_set=exam/1")
    stranger.type_into("Name", "By keyboard")
    stranger.tab_to("Ask for a code that travels apart from the link")
    stranger.page.keyboard.press("Space")
    stranger.enter_on("Make it")
    stranger.sees("Version 1")
    stranger.enter_on("Hand a table in")
    stranger.sees("Look at it")
    stranger.tab_to("Table")
    with stranger.page.expect_file_chooser() as chooser:
        stranger.page.keyboard.press("Enter")
    chooser.value.set_files(tmp_path / "exams.csv")
    stranger.enter_on("Look at it")
    stranger.sees("Row 2: person s-700")
    stranger.enter_on("Issue them")
    stranger.sees("0 of 2 rows")

    open_work(ward.office.issuer).until_idle()

    stranger.sees("2 of 2 rows (100 %)")
    stranger.tab_to("Links and codes (CSV)")


def enter_by_keyboard(stranger: Registrar, part: str) -> None:
    """Sign in and go to a part of the office."""
    stranger.page.goto(stranger.address)
    stranger.type_into("Password", stranger.password)
    stranger.enter_on("Sign in")
    stranger.sees("Overview")
    stranger.enter_on(part)
    stranger.page.wait_for_url(f"**/{part.lower()}")


def test_a_device_is_taken_back_without_scripts(without_scripts: Registrar, ward: Ward):
    registrar = without_scripts
    registrar.open("/devices/new")
    registrar.fill("Name of the device", "urn:example:band:11")
    registrar.fill("Model", "Band 11")
    registrar.tick("Heart rate (per minute)")
    registrar.fill("Public key", public_key())
    registrar.press("Sign its credential")
    registrar.look("Asking whoever vouches for it")
    address = registrar.page.get_by_role("link", name="Show it").get_attribute("href")
    assert "This office vouches for it" in registrar.page.request.get(registrar.address + str(address)).text()
    registrar.tick("Take back for good")
    registrar.fill("Reason", "lost")
    registrar.tick("I have checked that this is the device urn:example:band:11.")
    registrar.press("Change it")

    registrar.look("Taken back", "Register it anew")
