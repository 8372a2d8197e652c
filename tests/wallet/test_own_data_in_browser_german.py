"""Streams, sources, collecting and showing in German in a real browser: long words fit a narrow screen."""

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from tests.browsing import NARROW, chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.screens.test_sources import heart_rates
from tests.wallet.streaming import DAY, pulse, pulses, used
from tests.wallet.world import World
from wallet.domain.session import Session
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("ARGONAUTA_PICTURES")
"""Where to leave a picture of each page, for whoever wants to look at them."""

CUT = """() => { const right = (each) => each.getBoundingClientRect().right;
    return [...document.querySelectorAll("main .tag, main .btn")]
    .filter(each => right(each) > right(each.closest(".card, main")))
    .map(each => each.textContent) }"""
"""What reaches beyond the card that it stands in: a card hides it, so the page is no wider."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def anna(world: World) -> Session:
    anna = world.services.create_wallet("anna", PASSWORD)
    world.services.receive_credential(anna, world.issuers.offer())
    return anna


@pytest.fixture
def url(world: World, anna: Session) -> Iterator[str]:
    with serving(create_app(world.services, broker="mqtts://broker.example")) as address:
        yield address


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name="Deutsch").click()
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_label("Name").fill("anna")
    page.keyboard.press("Enter")
    page.locator("main").get_by_text("Guten Tag").first.wait_for()


def _look(page: Page, name: str, *, says: str) -> None:
    look(page, says=says)
    page.set_viewport_size(NARROW)
    assert page.evaluate(CUT) == [], f"{page.url} cuts these off on a narrow screen"
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_streams_fit_in_german(browser: Browser, url: str, world: World, anna: Session) -> None:
    with quiet_page(browser, expected="422") as page:
        _sign_in(page, url)
        page.goto(f"{url}/streams/")
        _look(page, "streams-empty", says="Noch keine Messreihen")
        world.services.streams.keep(anna, "Uhr", [*pulses(200), *pulses(90, begin=DAY + timedelta(hours=6))])
        world.services.streams.keep(anna, "Uhr", [pulse(DAY, 64)])
        hours = (used(DAY + timedelta(hours=each), Decimal(each * 137) / 100) for each in range(900))
        world.services.streams.keep(anna, "Zähler", list(hours))
        page.goto(f"{url}/streams/")
        _look(page, "streams", says="900 Messwerte, der letzte vom")
        page.get_by_role("link", name="Puls").click()
        page.get_by_text("Dasselbe als Tabelle").click()
        page.get_by_text("Berichtigte Werte: 1").click()
        _look(page, "stream-day", says="Sonntag, 1. März 2026")
        page.goto(f"{url}/streams/")
        page.get_by_role("link", name="Stromverbrauch").click()
        for view in ("Woche", "Monat", "Jahr"):
            page.get_by_role("link", name=view, exact=True).click()
            _look(page, f"stream-{view}", says="zusammen")
        page.get_by_label("Grenze").fill("viel")
        page.get_by_role("button", name="Diese Grenze setzen").click()
        _look(page, "stream-limit-wrong", says="Geben Sie eine Zahl ein, zum Beispiel 7,5.")
        page.get_by_label("Grenze").fill("1000,5")
        page.get_by_role("button", name="Diese Grenze setzen").click()
        _look(page, "stream-limit", says="Über 1.000,5 kWh an einem Tag")
        page.get_by_role("link", name="Diese Messreihe löschen").click()
        _look(page, "stream-delete", says="Lässt sich hier nicht rückgängig machen:")


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_file_and_a_device_fit_in_german(browser: Browser, url: str) -> None:
    with quiet_page(browser, expected="422") as page:
        _sign_in(page, url)
        page.goto(f"{url}/sources/")
        _look(page, "sources", says="Ihre eigenen Daten hochladen")
        page.get_by_role("link", name="Open mHealth").click()
        page.get_by_text("Was daraus entnommen wird").click()
        _look(page, "source", says="Alles andere in der Datei wird übergangen.")
        page.get_by_label("Die Datei").set_input_files(_file("tag.json", heart_rates(30)))
        page.get_by_role("button", name="Die Datei lesen").click()
        _look(page, "source-read", says="Ihre Wallet hat es:")
        page.goto(f"{url}/sources/open-mhealth")
        page.get_by_label("Die Datei").set_input_files(_file("tag.json", b'[{"header"'))
        page.get_by_role("button", name="Die Datei lesen").click()
        _look(page, "source-broken", says="Es ging nichts verloren")
        page.goto(f"{url}/sources/table")
        table = "Zeit;Wert\n2026-02-01 08:00;61\n2026-02-01 09:00;62\n"
        page.get_by_label("Die Datei").set_input_files(_file("tabelle.csv", table.encode()))
        page.get_by_role("button", name="Die Spalten ansehen").click()
        _look(page, "table", says="Was steht in den Spalten?")
        page.get_by_role("button", name="Die Tabelle lesen").click()
        _look(page, "table-wrong", says="Wählen Sie, was gemessen wurde.")
        page.goto(f"{url}/sources/devices/")
        _look(page, "devices", says="Noch sendet keines Ihrer Geräte.")
        page.get_by_label("Wie Sie es nennen").fill("Balkon")
        page.get_by_role("button", name="Die Adresse anlegen").click()
        _look(page, "device-address", says="Tragen Sie das hier ein: Balkon")
        page.get_by_role("link", name="Ich habe es eingetragen").click()
        _look(page, "devices-one", says="Noch ist nichts gekommen.")
        page.get_by_label("Wie Sie es nennen").fill("Uhr")
        page.get_by_label("Ein eigenes Gerät").check()
        page.get_by_role("button", name="Die Adresse anlegen").click()
        _look(page, "device-wrong", says="Was ein eigenes Gerät sendet, wird Wert für Wert behalten")
        page.get_by_label("Jeder einzelne Wert").check()
        page.get_by_role("button", name="Die Adresse anlegen").click()
        _look(page, "device-broker", says="Oder über MQTT veröffentlichen")


def test_collecting_and_showing_fit_in_german(browser: Browser, url: str, world: World) -> None:
    with quiet_page(browser, expected="422") as page:
        _sign_in(page, url)
        page.goto(f"{url}/records/add")
        _look(page, "collect", says="Nachweis hinzufügen")
        page.get_by_label("Link", exact=True).fill(world.issuers.offer(person="4713"))
        page.locator("main form button[type=submit]").click()
        _look(page, "collect-plan", says="Was Sie bekämen")
        page.goto(f"{url}/show")
        _look(page, "show", says="Der Link oder Code")
        page.get_by_label("Der Link oder Code").fill(world.asker.ask())
        page.get_by_role("button", name="Anfrage ansehen").click()
        _look(page, "show-question", says="Was gezeigt würde")
        page.get_by_role("button", name="Nicht teilen").click()
        _look(page, "show-declined", says="Sie haben nichts geteilt")
        page.goto(f"{url}/show/history")
        _look(page, "show-history", says="Sie haben abgelehnt")
