"""A person and her pod, on a server that others wrote: connect, read a file, copy, begin anew elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from crypto.encoding import canonical_json
from ssi.trust import sign_registry
from tests.browsing import chromium, quiet_page
from tests.journeys.pod_server import PodServer, pod_server
from tests.serving import serving
from tests.ssi.parties import AUTHORITY, registry
from tests.wallet.browsing import PASSWORD
from tests.wallet.fakes import CHEAP
from wallet.bootstrap import build
from wallet.config import Settings
from wallet.domain.proof import Password
from wallet.domain.session import Session
from wallet.errors import PodError, PodTrouble
from wallet.services.back_up_to_pod import KEPT
from wallet.services.suite import Services
from wallet.web.app import create_app

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

COPY_PASSWORD = "a sentence for the copy"
TABLE = "time;mmHg\n2026-03-01T08:00:00Z;121\n2026-03-02T08:00:00Z;118\n2026-03-03T08:00:00Z;124\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PodServer]:
    with pod_server(tmp_path_factory.mktemp("pod")) as running:
        yield running


@contextmanager
def installation(folder: Path) -> Iterator[tuple[str, Services]]:
    """A wallet installation that may ask this machine, and its address."""
    folder.mkdir()
    (folder / "registry.jwt").write_text(sign_registry(registry(), AUTHORITY))
    (folder / "authority.jwk").write_bytes(canonical_json(AUTHORITY.public.to_jwk()))
    settings = Settings(
        directory=folder / "wallets",
        marketplace_url="http://127.0.0.1:9",
        registry=str(folder / "registry.jwt"),
        authority=folder / "authority.jwk",
        password_cost=CHEAP,
        development=True,
    )
    services = build(settings)
    try:
        with serving(create_app(services)) as url:
            yield url, services
    finally:
        services.close()


def signed_up(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-up")
    page.get_by_label("Name").fill("anna")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.locator("main form button[type=submit]").last.click()


def connected(page: Page, url: str, server: PodServer, address: str) -> None:
    """Connect the pod as a person does, on the pages of its server."""
    page.goto(f"{url}/pod/")
    page.locator("[name=address]").fill(address)
    page.get_by_role("button", name="Find it").click()
    page.get_by_role("link", name="Sign in at").click()
    email = page.locator("#email")
    authorize = page.locator("#authorize")
    email.or_(authorize).first.wait_for()
    if email.is_visible():
        email.fill(server.email)
        page.locator("#password").fill(server.password)
        page.get_by_role("button", name="Log in").click()
    authorize.click()
    page.get_by_text("Your pod is connected.").wait_for()


def test_a_person_reads_from_her_pod_and_begins_anew_from_a_copy_in_it(
    browser: Browser, server: PodServer, tmp_path: Path
):
    with (
        installation(tmp_path / "here") as (here, at_home),
        installation(tmp_path / "there") as (there, elsewhere),
        quiet_page(browser) as page,
        quiet_page(browser) as other,
    ):
        signed_up(page, here)
        connected(page, here, server, server.webid)
        anna = at_home.open_wallet("anna", PASSWORD)
        pod = at_home.pod.connect.usable(anna)
        at_home.pod.read.partner.write_new(pod, f"{server.pod}health/pressure.csv", TABLE.encode())

        read_table(page, here)
        made_copy(page, here)
        signed_up(other, there)
        connected(other, there, server, server.pod.rstrip("/"))
        other.goto(f"{there}/pod/copies/restore")
        other.locator("[name=opens_with]").fill(COPY_PASSWORD)
        other.get_by_role("button", name="Put it into my wallet").click()
        other.get_by_text("Your wallet is here: ").wait_for()

        moved = elsewhere.open_wallet("anna", PASSWORD)
        assert streams_of(elsewhere, moved) == streams_of(at_home, anna) == [["121", "118", "124"]]
        (copy,) = at_home.pod.back_up.all(anna)
        assert nothing_readable(at_home.pod.read.file(anna, copy.address))
        assert status_of(copy.address) == HTTPStatus.UNAUTHORIZED
        kept = b"".join(each.read_bytes() for each in (tmp_path / "here").rglob("*") if each.is_file())
        for secret in (server.webid, pod.grant.access_token, str(pod.grant.refresh_token), "pressure.csv"):
            assert secret.encode() not in kept


def test_a_pod_that_was_disconnected_lets_nobody_in(browser: Browser, server: PodServer, tmp_path: Path):
    with installation(tmp_path / "here") as (url, services), quiet_page(browser) as page:
        signed_up(page, url)
        connected(page, url, server, server.webid)
        anna = services.open_wallet("anna", PASSWORD)
        pod = services.pod.connect.usable(anna)

        page.get_by_role("button", name="Disconnect").click()
        page.get_by_text("Your pod is disconnected.").wait_for()

        assert services.pod.connect.present(anna) is None
        run_out = replace(pod, grant=replace(pod.grant, ends_at=pod.connected_at))
        with pytest.raises(PodError) as caught:
            services.pod.read.partner.renewed(run_out)
        assert caught.value.cause is PodTrouble.ENDED


def test_a_real_server_keeps_what_is_there_and_the_newest_copies(
    browser: Browser, server: PodServer, tmp_path: Path
):
    with installation(tmp_path / "here") as (url, services), quiet_page(browser) as page:
        signed_up(page, url)
        connected(page, url, server, server.webid)
        anna = services.open_wallet("anna", PASSWORD)
        moments = iter(datetime(2026, 3, 1, 8, minute, tzinfo=UTC) for minute in (0, 1, 2, 3, 4, 5, 5))
        back_up = replace(services.pod.back_up, clock=lambda: next(moments))

        for _ in range(KEPT + 1):
            copies = back_up(anna, Password(PASSWORD), COPY_PASSWORD)
        with pytest.raises(PodError) as caught:
            back_up(anna, Password(PASSWORD), COPY_PASSWORD)

        assert caught.value.cause is PodTrouble.TAKEN
        own = [copy for copy in copies if copy.mine]
        assert [copy.made_at.minute for copy in own] == [5, 4, 3, 2, 1]
        assert all(copy.size for copy in own)
        assert own == [copy for copy in services.pod.back_up.all(anna) if copy.mine]


def read_table(page: Page, url: str) -> None:
    """Read the table in the pod into a stream, as a person does."""
    page.goto(f"{url}/pod/folder")
    page.get_by_role("button", name="health").click()
    page.get_by_role("button", name="pressure.csv").click()
    page.get_by_role("link", name="A table (CSV)").click()
    page.get_by_role("button", name="Look at the columns").click()
    page.locator("[name=quantity]").select_option("systolic-blood-pressure")
    page.get_by_role("button", name="Read the table").click()
    page.get_by_text("Your wallet has it: 3 new values").wait_for()


def made_copy(page: Page, url: str) -> None:
    page.goto(f"{url}/pod/copies")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=file_password]").fill(COPY_PASSWORD)
    page.locator("[name=again]").fill(COPY_PASSWORD)
    page.get_by_role("button", name="Make a copy now").click()
    page.get_by_text("A locked copy of your wallet is in your pod.").wait_for()


def streams_of(services: Services, session: Session) -> list[list[str]]:
    read = services.streams.read
    return [
        [str(reading.value) for reading in read.readings(session, stream.row_id)]
        for stream in read.all(session)
    ]


def nothing_readable(copy: bytes) -> bool:
    """Whether a copy is one encrypted token without a word of what went into it."""
    words = (b"anna", b"pressure", b"121", b"tables", b"stream")
    return copy.startswith(b"eyJ") and copy.count(b".") == 4 and not any(word in copy for word in words)


def status_of(address: str) -> int:
    """What somebody is answered who is not signed in."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status
    finally:
        connection.close()
