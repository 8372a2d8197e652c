"""A pod on the screens, without scripts: connecting, looking into it, copies, and what goes wrong."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import request

from tests.wallet.browsing import PASSWORD, Browser
from tests.wallet.screens.moments import session_of
from tests.wallet.small_pod import SmallPod, back_at, small_pod
from tests.wallet.world import World
from wallet.bootstrap import sql_stores
from wallet.domain.source import explain
from wallet.errors import SourceTrouble
from wallet.storage.schema import open_wallet_database
from wallet.web import file_reading

TABLE = b"time;mmHg\n2026-02-01T08:00:00Z;121\n2026-02-02T08:00:00Z;118\n"
COPY = {"password": PASSWORD, "file_password": "a sentence for the copy", "again": "a sentence for the copy"}


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    database = open_wallet_database(f"sqlite:///{tmp_path / 'wallet.db'}")
    yield World(stores=sql_stores(database))
    database.close()


@pytest.fixture
def pod(world: World) -> Iterator[SmallPod]:
    with small_pod(world.clock) as running:
        running.files["health/pressure.csv"] = TABLE
        yield running


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Every file is read before its page is answered, however busy the machine is."""
    monkeypatch.setattr(file_reading, "AT_ONCE_SECONDS", 60)


def sent_to_sign_in(browser: Browser, pod: SmallPod) -> str:
    """Ask for the pod; the address of the page on which its person would sign in."""
    browser.get("/pod/")
    browser.press("/find", address=pod.webid)
    found = re.search(rf'href="({re.escape(pod.url)}/authorize[^"]+)"', browser.page)
    assert found, browser.page
    return unescape(found[1])


def connected(browser: Browser, pod: SmallPod) -> str:
    page = sent_to_sign_in(browser, pod)
    return browser.get(back_at(page, pod.approve(page)))


def go(browser: Browser, name: str, action: str) -> str:
    """Press the button of a folder or file."""
    found = re.search(rf'name="at" value="([^"]*{re.escape(name)}/?)"', browser.page)
    assert found, browser.page
    return browser.post(action, at=unescape(found[1]))


def test_a_person_sees_where_she_would_sign_in_before_anything_is_connected(signed_in, pod):
    sent_to_sign_in(signed_in, pod)

    host = pod.url.partition("://")[2]
    assert f"You would sign in at</dt><dd>{host}" in signed_in.page
    assert pod.webid in signed_in.page
    assert "Go on only if you know this name" in signed_in.page
    assert "Connect your pod" in signed_in.get("/pod/")


def test_a_person_comes_back_connected_and_nothing_stays_in_the_address(signed_in, pod):
    page = connected(signed_in, pod)

    assert "Your pod is connected." in page
    assert signed_in.path == "/pod/"
    assert pod.storage in page


def test_an_answer_in_another_browser_connects_nothing(app, signed_in, pod):
    page = sent_to_sign_in(signed_in, pod)
    other = Browser(app)
    other.sign_in()

    said = other.get(back_at(page, pod.approve(page)))

    assert "did not ask for this answer in this browser" in said
    assert "Connect your pod" in said


def test_an_answer_counts_once(signed_in, pod):
    page = sent_to_sign_in(signed_in, pod)
    back = back_at(page, pod.approve(page))
    signed_in.get(back)

    assert "did not ask for this answer" in signed_in.get(back)


def test_an_answer_with_two_states_is_no_answer(signed_in, pod):
    page = sent_to_sign_in(signed_in, pod)

    said = signed_in.get(back_at(page, pod.approve(page)) + "&state=another")

    assert "did not ask for this answer" in said


def test_what_is_wrong_with_an_address_is_said_at_its_field(signed_in, pod):
    signed_in.get("/pod/")
    assert "This is not an address." in signed_in.press("/find", 422, address="nowhere at all")
    assert "nothing that says where one is" not in signed_in.page
    assert "not in your pod any more" in signed_in.press("/find", 422, address=f"{pod.url}/nothing/")


def test_the_way_to_the_sign_in_page_is_only_shown_after_a_pod_was_found(signed_in):
    assert "Connect your pod" in signed_in.get("/pod/sign-in")


def test_a_table_in_the_pod_becomes_a_stream(signed_in, world, pod):
    connected(signed_in, pod)
    signed_in.get("/pod/folder")
    go(signed_in, "health", "/pod/folder")
    go(signed_in, "pressure.csv", "/pod/file")
    assert "A table (CSV)" in signed_in.page
    signed_in.get("/pod/file/table")
    signed_in.press("/pod/file/table")

    columns = {"time_column": "0", "value_column": "1", "quantity": "systolic-blood-pressure"}
    form = {"separator": ";", "zone": "UTC", "heading": "yes", "encoding": "utf-8"}
    page = signed_in.press("/read", **columns, **form, switches="each-reading")

    assert "Your wallet has it: 2 new values." in page
    (stream,) = world.services.streams.read.all(session_of(world))
    assert stream.count == 2


def test_another_kind_of_file_is_read_by_its_source(signed_in, world, pod):
    pod.files["health/export.xml"] = b"<HealthData></HealthData"
    connected(signed_in, pod)
    signed_in.get("/pod/folder")
    go(signed_in, "health", "/pod/folder")
    go(signed_in, "export.xml", "/pod/file")
    signed_in.get("/pod/file/apple-health")

    page = signed_in.press("/apple-health", switches="by-day", zone="UTC")

    assert explain(SourceTrouble.DAMAGED).cause.english in page
    assert world.services.streams.read.all(session_of(world)) == ()


def test_a_file_that_is_gone_meanwhile_says_so(signed_in, world, pod):
    connected(signed_in, pod)
    signed_in.get("/pod/folder")
    go(signed_in, "health", "/pod/folder")
    go(signed_in, "pressure.csv", "/pod/file")
    del pod.files["health/pressure.csv"]
    for source, status in (("table", 502), ("apple-health", 200)):
        signed_in.get(f"/pod/file/{source}")
        page = signed_in.press(f"/{source}", status, switches="by-day", zone="UTC")
        assert "This is not in your pod any more." in page
    assert world.services.streams.read.all(session_of(world)) == ()


def test_no_name_in_a_pod_stands_in_an_address_of_the_wallet(app, signed_in, pod):
    seen: list[str] = []
    app.before_request_funcs.setdefault(None, []).append(lambda: seen.append(full_path()))
    connected(signed_in, pod)
    signed_in.get("/pod/folder")
    go(signed_in, "health", "/pod/folder")
    go(signed_in, "pressure.csv", "/pod/file")
    signed_in.get("/pod/file/table")

    assert len(seen) > 5
    assert not [path for path in seen if "health" in path or "pressure" in path or "anna" in path]


def full_path() -> str:
    return str(request.full_path)


def test_a_copy_is_made_listed_and_put_into_an_empty_wallet(app, holder, world, pod):
    connected(holder, pod)
    holder.get("/pod/copies")
    assert "There is none yet." in holder.page
    page = holder.press("/copies", **COPY)
    assert "A locked copy of your wallet is in your pod." in page
    assert "This wallet" in page

    holder.get("/pod/copies/restore")
    (copy,) = re.findall(r'name="copy" value="([^"]+)"', holder.page)
    page = holder.press("/restore", 409, copy=copy, opens_with=COPY["file_password"])

    assert "This wallet is not empty" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "wrong"}, "This is not the password of your wallet."),
        ({"again": "x"}, "The two passwords differ"),
        ({"file_password": "short", "again": "short"}, "at least 10 characters"),
    ],
)
def test_what_keeps_a_copy_from_being_made_is_said_at_its_field(signed_in, pod, changes, told):
    connected(signed_in, pod)
    signed_in.get("/pod/copies")

    page = signed_in.press("/copies", 422, **{**COPY, **changes})

    assert told in page
    assert COPY["file_password"] not in page
    assert set(pod.files) == {"health/pressure.csv"}


def test_a_full_pod_is_told_with_what_to_do(signed_in, pod):
    connected(signed_in, pod)
    pod.space = 0
    signed_in.get("/pod/copies")

    page = signed_in.press("/copies", 502, **COPY)

    assert "No copy was made" in page
    assert "Your pod has no space left for this." in page


def test_a_pod_that_does_not_answer_leaves_the_pages_standing(signed_in, pod):
    connected(signed_in, pod)
    for path in ("/anna/", "/anna/argonauta/"):
        pod.answer("GET", path, status=503)

    assert "cannot be reached now" in signed_in.get("/pod/folder", 502)
    assert "The copies cannot be listed now" in signed_in.get("/pod/copies")
    assert "The copies cannot be listed now" in signed_in.get("/pod/copies/restore")


def test_disconnecting_leads_back_to_the_form(signed_in, pod):
    connected(signed_in, pod)
    signed_in.get("/pod/")

    page = signed_in.press("/disconnect")

    assert "Your pod is disconnected." in page
    for path in ("/pod/folder", "/pod/copies", "/pod/copies/restore"):
        assert "Connect your pod" in signed_in.get(path)


def test_a_pod_is_behind_the_door(browser):
    for path in ("/pod/", "/pod/folder", "/pod/copies", "/pod/callback?code=x"):
        assert "Open your wallet" in browser.get(path)


def test_a_pod_speaks_german_to_who_reads_german(signed_in, pod):
    signed_in.client.set_cookie("language", "de")
    signed_in.get("/pod/")

    assert "Das ist keine Adresse." in signed_in.press("/find", 422, address="nirgends im Netz")
    assert "Verbindung trennen" in connected(signed_in, pod)
