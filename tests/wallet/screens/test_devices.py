"""Devices that send by themselves: an address on the screen, and what is sent to it over HTTP."""

import json
import re
from base64 import b64encode
from html import unescape
from typing import Any

import pytest

from tests.wallet.browsing import PASSWORD, Browser
from tests.wallet.screens.moments import session_of
from tests.wallet.test_letters import push, values
from wallet.web.app import create_app


def made(browser) -> dict[str, str]:
    browser.get("/sources/devices/")
    page = browser.post("/sources/devices/", name="balcony", switches="each-reading", zone="Europe/Vienna")
    found = dict(re.findall(r'id="address-(\w+)" value="([^"]*)"', page))
    assert set(found) == {"server", "path", "user", "password"}
    return found


def sent(app, told: dict[str, str], body: bytes, **changes: str):
    login = f"{told['user']}:{changes.get('password', told['password'])}"
    headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
    return app.test_client().post(told["path"], data=body, headers=headers)


def test_what_a_device_sends_to_a_locked_wallet_is_there_after_signing_in(signed_in, app, world):
    told = made(signed_in)
    signed_in.get("/home")
    signed_in.post("/lock")
    assert sent(app, told, push(11)).status_code == 202
    world.clock.forward(minutes=5)

    signed_in.get("/sign-in")
    signed_in.post("/sign-in", login="anna", password=PASSWORD)

    assert values(world, session_of(world)) == [11.0]
    assert "1 messages read" in signed_in.get("/sources/devices/")


def test_the_password_is_shown_once_and_stands_in_no_address(signed_in):
    told = made(signed_in)

    assert told["password"] not in signed_in.get("/sources/devices/")
    assert told["password"] not in told["path"]
    assert told["path"] == "/receive"


def test_strangers_are_turned_away(signed_in, app):
    told = made(signed_in)

    refused = sent(app, told, push(1), password="something else")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic")
    assert app.test_client().post("/receive", data=push(1)).status_code == 401
    bearer = {"Authorization": "Bearer x"}
    assert app.test_client().post("/receive", data=push(1), headers=bearer).status_code == 401


def test_too_much_is_refused_and_to_be_sent_later(signed_in, app):
    told = made(signed_in)

    refused = sent(app, told, b" " * 70_000)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_an_address_is_taken_away(signed_in, app):
    told = made(signed_in)
    signed_in.get("/sources/devices/")

    page = signed_in.post(f"/sources/devices/{told['user']}/remove")

    assert "can send nothing any more" in page
    assert "No device of yours sends yet." in page
    assert sent(app, told, push(1)).status_code == 401


def test_what_is_missing_is_asked_for(signed_in):
    signed_in.get("/sources/devices/")

    assert "Give it a name" in signed_in.post("/sources/devices/", 422, name="", switches="each-reading")
    assert "Choose at least one" in signed_in.post("/sources/devices/", 422, name="balcony")


@pytest.mark.parametrize("broker", ["mqtts://broker.example", None])
def test_a_device_of_ones_own_is_told_how_to_send(world, broker):
    browser = Browser(create_app(world.services, broker=broker))
    browser.sign_up()
    browser.get("/sources/devices/")
    page = browser.post(
        "/sources/devices/", name="watch", source="device", switches="each-reading", zone="Europe/Vienna"
    )
    told = dict(re.findall(r'id="address-(\w+)" value="([^"]*)"', page))

    assert told.get("broker") == broker
    assert told.get("topic") == (f"wallets/{told['user']}/streams/pulse" if broker else None)
    example = re.search(r"<code>(.*?)</code>", page)
    assert example is not None
    body = unescape(example[1]).encode()
    assert sent(browser.client.application, told, body).status_code == 202
    world.clock.forward(minutes=5)
    world.services.letters.unpack(session_of(world))
    assert values(world, session_of(world)) == [61.0]


def test_a_device_of_ones_own_is_kept_value_by_value_and_no_other_way(signed_in):
    signed_in.get("/sources/devices/")
    page = signed_in.post(
        "/sources/devices/", 422, name="watch", source="device", switches="by-day", zone="Europe/Vienna"
    )

    assert "kept value by value: choose that" in page
    assert "address-password" not in page


def test_a_kind_of_device_that_does_not_exist_is_the_first_one(signed_in):
    signed_in.get("/sources/devices/")
    page = signed_in.post("/sources/devices/", name="x", source="../fhir", switches="by-day", zone="UTC")

    assert "own API" in page


MESSAGE: dict[str, Any] = {
    "esp8266id": "12345678",
    "software_version": "NRZ-2020-133",
    "sensordatavalues": [
        {"value_type": "SDS_P1", "value": "66.04"},
        {"value_type": "SDS_P2", "value": "53.32"},
        {"value_type": "BME280_temperature", "value": "20.10"},
        {"value_type": "BME280_pressure", "value": "98012.50"},
        {"value_type": "BME280_humidity", "value": "42.00"},
        {"value_type": "samples", "value": "760980"},
        {"value_type": "min_micro", "value": "61"},
        {"value_type": "max_micro", "value": "20124"},
        {"value_type": "interval", "value": "145000"},
        {"value_type": "signal", "value": "-74"},
    ],
}
"""What the firmware of Sensor.Community (airrohr) sends to an API of one's own."""


def received(world) -> dict[str, tuple[float, str, str]]:
    """The last value of each quantity, its unit and what measured it."""
    session = session_of(world)
    world.clock.forward(minutes=5)
    world.services.letters.unpack(session)
    streams = world.services.streams.read
    return {
        each.quantity_name: (
            float(list(streams.readings(session, each.row_id))[-1].value),
            each.quantity.unit,
            each.instrument,
        )
        for each in streams.all(session)
    }


def test_a_whole_message_of_an_air_sensor_is_kept_in_the_units_of_its_quantities(signed_in, app, world):
    told = made(signed_in)

    assert sent(app, told, json.dumps(MESSAGE).encode()).status_code == 202

    assert received(world) == {
        "particles-pm10": (66.04, "ug/m3", "12345678"),
        "particles-pm2.5": (53.32, "ug/m3", "12345678"),
        "air-temperature": (20.1, "Cel", "12345678"),
        "air-pressure": (980.125, "hPa", "12345678"),
        "air-humidity": (42.0, "%", "12345678"),
    }


@pytest.mark.parametrize("broken", ["99999", "-1", "nan", "1e999", "", None, [], "66,04"])
def test_a_value_that_cannot_be_is_left_out_and_the_others_stay(signed_in, app, world, broken):
    told = made(signed_in)
    values_told = [{"value_type": "SDS_P1", "value": broken}, *MESSAGE["sensordatavalues"][1:]]

    assert (
        sent(app, told, json.dumps({**MESSAGE, "sensordatavalues": values_told}).encode()).status_code == 202
    )

    found = received(world)
    assert "particles-pm10" not in found
    assert len(found) == 4
