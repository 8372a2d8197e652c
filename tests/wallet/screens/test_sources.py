"""A person brings a file, without scripts: what is taken, what is left out, what goes wrong and is told."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.wallet.browsing import Browser
from tests.wallet.screens.moments import session_of
from tests.wallet.sources.files import track
from wallet.domain.source import explain
from wallet.errors import SourceTrouble
from wallet.services.take_file import Progress
from wallet.web import file_reading

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Every file is read before its page is answered, however busy the machine is."""
    monkeypatch.setattr(file_reading, "AT_ONCE_SECONDS", 60)


def heart_rates(count: int) -> bytes:
    points = [
        {
            "header": {
                "id": f"00000000-0000-4000-8000-{number:012d}",
                "creation_date_time": "2026-02-01T08:00:00Z",
                "schema_id": {"namespace": "omh", "name": "heart-rate", "version": "1.0"},
            },
            "body": {
                "heart_rate": {"value": 60 + number, "unit": "beats/min"},
                "effective_time_frame": {"date_time": f"2026-02-01T08:{number:02d}:00Z"},
            },
        }
        for number in range(count)
    ]
    return json.dumps(points).encode()


def bring(browser: Browser, source: str, content: bytes, status: int = 200, **fields: Any) -> str:
    page = browser.get(f"/sources/{source}")
    action = re.search(r'<form class="stack" method="post" action="([^"]+)"', page)
    assert action
    told = {"switches": "each-reading", "zone": "Europe/Vienna", **fields}
    return browser.post(action.group(1), status, file=(io.BytesIO(content), "file.json"), **told)


def streams_of(browser, world):
    return world.services.streams.read.all(session_of(world))


def test_the_catalogue_has_every_source_with_the_right_to_it(signed_in, world):
    page = signed_in.get("/sources/")

    for manifest in world.services.take_file.sources.manifests():
        assert manifest.title.english in page
        assert manifest.right.english in page


def test_only_the_most_private_grain_is_chosen_at_first(signed_in, world):
    for manifest in world.services.take_file.sources.manifests():
        if manifest.name == "table":
            continue
        page = signed_in.get(f"/sources/{manifest.name}")
        on = re.findall(r'name="switches" value="([^"]+)" checked', page)
        assert set(on) == manifest.most_private


def test_a_file_is_read_kept_and_told_of(signed_in, world):
    page = bring(signed_in, "open-mhealth", heart_rates(12))

    assert "Your wallet has it: 12 new values." in page
    (stream,) = streams_of(signed_in, world)
    assert (stream.quantity_name, stream.count) == ("heart-rate", 12)
    assert f"/streams/{stream.row_id}" in page


def test_the_same_file_again_changes_nothing(signed_in, world):
    bring(signed_in, "open-mhealth", heart_rates(12))

    page = bring(signed_in, "open-mhealth", heart_rates(13))

    assert "Your wallet has it: 1 new value." in page
    assert streams_of(signed_in, world)[0].count == 13


def test_a_coarser_grain_keeps_less(signed_in, world):
    bring(signed_in, "open-mhealth", heart_rates(12), switches="by-day")

    assert streams_of(signed_in, world)[0].count == 1


def test_bad_entries_are_left_out_and_told_with_their_place(signed_in):
    points = json.loads(heart_rates(3))
    points[1]["body"]["heart_rate"]["unit"] = "furlongs"

    page = bring(signed_in, "open-mhealth", json.dumps(points).encode())

    assert "Your wallet has it: 2 new values." in page
    assert "What was left out: 1" in page
    assert "furlongs" not in page


@pytest.mark.parametrize(
    ("source", "content", "kind"),
    [
        ("open-mhealth", b"[{", SourceTrouble.DAMAGED),
        ("open-mhealth", b"", SourceTrouble.EMPTY),
        ("gpx", b"<html></html>", SourceTrouble.OTHER_FORMAT),
        ("apple-health", b"PK\x03\x04 not really", SourceTrouble.DAMAGED),
    ],
)
def test_a_file_that_is_not_taken_says_why_and_loses_nothing(signed_in, world, source, content, kind):
    switch = world.services.take_file.sources.manifest(source).granularities[0].name

    page = bring(signed_in, source, content, switches=switch)

    assert explain(kind).cause.english in page
    assert explain(kind).remedy.english in page
    assert "Nothing was lost" in page
    assert streams_of(signed_in, world) == ()


def test_a_file_that_breaks_in_the_middle_leaves_nothing(signed_in, world):
    points = [(48.2 + number / 100, 16.3, f"2026-02-01T08:{number:02d}:00Z") for number in range(50)]
    broken = track(points)[:-30]
    manifest = world.services.take_file.sources.manifest("gpx")

    page = bring(signed_in, "gpx", broken, switches=manifest.granularities[0].name)

    assert "Nothing was lost" in page
    assert streams_of(signed_in, world) == ()


def test_what_is_missing_in_the_form_is_asked_for(signed_in):
    page = bring(signed_in, "open-mhealth", heart_rates(1), 422, switches="none of ours")
    assert "Choose at least one." in page
    page = bring(signed_in, "open-mhealth", heart_rates(1), 422, zone="Mars/Crater")
    assert "Choose a place from the list." in page
    assert "Choose the file first." in signed_in.post("/sources/open-mhealth", 422, switches="by-day")
    signed_in.get("/sources/no-such-source", 404)


def test_a_table_is_looked_at_and_read_as_the_person_says(signed_in, world):
    table = "Zeit;kWh\n" + "".join(f"0{day}.02.2026 00:00;{day},5\n" for day in range(1, 6))
    page = bring(signed_in, "table", table.encode())
    assert "What are the columns?" in page
    assert "01.02.2026 00:00" in page

    fields = {
        "time_column": "0",
        "time_form": "31.01.2026 12:00",
        "value_column": "1",
        "quantity": "energy-used",
        "minutes": "1440",
        "separator": ";",
        "decimal_comma": "yes",
        "heading": "yes",
        "encoding": "utf-8",
        "switches": "each-reading",
        "zone": "Europe/Vienna",
    }
    refused = signed_in.post(
        "/sources/table/read",
        422,
        **{**fields, "value_column": "0", "quantity": ""},
    )
    assert "Time and value stand in different columns." in refused
    assert "Choose what was measured." in refused

    page = signed_in.post("/sources/table/read", **fields)

    assert "Your wallet has it: 5 new values." in page
    (stream,) = streams_of(signed_in, world)
    assert stream.last - stream.first == timedelta(days=4)


def test_a_table_that_was_not_looked_at_leads_back(signed_in):
    signed_in.get("/sources/table")

    assert "The file" in signed_in.post("/sources/table/read")


def test_nothing_is_read_without_an_open_wallet(browser):
    browser.get("/sign-in")
    browser.client.post("/sources/open-mhealth", data={"file": (io.BytesIO(heart_rates(1)), "x.json")})

    assert "Open your wallet" in browser.get("/sources/")


def test_locking_the_wallet_stops_the_reading(signed_in, monkeypatch):
    bring(signed_in, "open-mhealth", heart_rates(2))
    stopped: list[Progress] = []

    def stop(progress: Progress) -> None:
        stopped.append(progress)

    monkeypatch.setattr(Progress, "stop", stop)

    signed_in.get("/home")
    signed_in.post("/lock")

    assert len(stopped) == 1


def test_a_fault_of_ours_is_told_and_its_words_are_in_no_log(signed_in, monkeypatch, caplog):
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a measured value: 61")

    monkeypatch.setattr("wallet.services.take_file.TakeFile.__call__", broken)
    caplog.set_level("INFO")

    page = bring(signed_in, "open-mhealth", heart_rates(1))

    assert "Something went wrong on our side." in page
    assert "61" not in caplog.text
    assert "a file was not read" in caplog.text


@pytest.fixture
def german(signed_in):
    signed_in.get("/sources/")
    signed_in.post("/language", language="de", onward="/sources/")
    return signed_in


def test_the_catalogue_of_sources_is_german_for_who_chose_it(german, world):
    page = german.get("/sources/")

    for manifest in world.services.take_file.sources.manifests():
        assert manifest.title.german in page
        assert manifest.right.german in page
        own = german.get(f"/sources/{manifest.name}")
        assert "Ihr Recht auf diese Datei" in own
        assert "Your right" not in own


def test_what_came_of_a_file_is_told_in_german(german):
    kept = bring(german, "open-mhealth", heart_rates(2))
    assert "Ihre Wallet hat es: 2 neue Werte." in kept
    assert "Puls" in kept

    refused = bring(german, "open-mhealth", b"not json")
    assert explain(SourceTrouble.OTHER_FORMAT).cause.german in refused
    assert explain(SourceTrouble.OTHER_FORMAT).kept.german in refused
    assert "Wählen Sie mindestens eines." in bring(german, "open-mhealth", heart_rates(1), 422, switches="")


def test_a_table_is_asked_about_in_german(german):
    page = bring(german, "table", b"when;value\n2026-01-31 12:00;61\n")

    assert "Was steht in den Spalten?" in page
    assert "ein Strichpunkt ;" in page
    assert "Sekunden seit 1970" in page
    assert explain(SourceTrouble.EMPTY).cause.german in bring(german, "table", b"", 422)
