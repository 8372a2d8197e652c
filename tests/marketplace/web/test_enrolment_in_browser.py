"""Making a key file and a mandate in the browser, and what the Python tools and the nodes make of them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from consent.order import verify_mandate
from crypto.encoding import sha256
from crypto.signing import VerifyingKey
from marketplace.domain.job import JobState
from marketplace.sdk.keys import BuyerKeys
from ssi.issuance import Organisation, Subject, issue_organisation_credential, organisation_handle
from tests.marketplace.web.house import COMPANY, INSTITUTE, MARKET_ID, House
from tests.marketplace.web.queries import NOISY
from tests.marketplace.web.stage import Stage, key_file, open_with
from tests.ssi import parties

pytestmark = pytest.mark.browser

HANDLE = organisation_handle(sha256(b"pairwise"), organisation="fresh")


def credential_for(public_key: VerifyingKey) -> str:
    """What the register of organisations issues for a public key."""
    return issue_organisation_credential(
        Organisation("Fresh Institute", "research_institute", "AT"),
        Subject(HANDLE, public_key),
        issuer=parties.CHAMBER_ISSUER,
        terms=parties.terms(uri=parties.CHAMBER_STATUS_PREFIX + "1"),
    )


@pytest.fixture
def page(stage: Stage, request: pytest.FixtureRequest):
    newcomer = stage.house.buyer(f"{sha256(request.node.name.encode()).hex()[:12]}@institute.example")
    with stage.page(newcomer) as page:
        page.goto(stage.url + "/organisation")
        yield page


def made_keys(page: Page, folder: Path) -> Path:
    """The key file that the page makes and saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Make and save a key file").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    path.chmod(0o600)
    return path


def signed(page: Page, credential: str, keys: Path) -> str:
    """The mandate that the page signs."""
    page.get_by_label("Organisation credential").fill(credential)
    page.set_input_files("#mandate-key", str(keys))
    expect(page.get_by_label("Mandate")).not_to_have_value("")
    return page.get_by_label("Mandate").input_value()


def test_the_key_file_is_one_of_the_python_tools(page: Page, tmp_path: Path):
    path = made_keys(page, tmp_path)

    keys = BuyerKeys.load(path)

    assert path.name == "argonauta-keys.json"
    shown = json.loads(page.get_by_label("The public key for the register").input_value())
    assert VerifyingKey.from_jwk(shown) == keys.credential_key.public
    assert "d" not in shown
    assert len({key.to_bytes() for key in keys.result_keys}) == 3


def test_two_key_files_share_nothing(page: Page, tmp_path: Path):
    first, second = (BuyerKeys.load(made_keys(page, tmp_path)) for _ in range(2))

    assert first.credential_key.public != second.credential_key.public
    assert {key.to_bytes() for key in first.result_keys}.isdisjoint(
        key.to_bytes() for key in second.result_keys
    )


def test_the_mandate_is_one_that_nodes_accept(stage: Stage, page: Page, tmp_path: Path):
    path = made_keys(page, tmp_path)
    keys, now = BuyerKeys.load(path), stage.house.clock.now

    token = signed(page, credential_for(keys.credential_key.public), path)

    mandate = verify_mandate(token, keys.credential_key.public, buyer=HANDLE, marketplace=MARKET_ID, now=now)
    assert mandate.result_keys == tuple(key.public.to_bytes() for key in keys.result_keys)
    assert mandate.valid_until == now + timedelta(days=365)
    assert mandate.issued_at == now - timedelta(minutes=5)


def test_from_no_keys_to_an_opened_answer(stage: Stage, standing: House, page: Page, tmp_path: Path):
    path = made_keys(page, tmp_path)
    signed(page, credential_for(BuyerKeys.load(path).credential_key.public), path)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Your organisation is registered.")).to_be_visible()
    expect(page.get_by_text("Fresh Institute").first).to_be_visible()

    page.goto(stage.url + "/money")
    page.get_by_label("Amount").fill("500")
    page.get_by_role("button", name="Add sandbox money").click()
    page.goto(stage.url + "/ask/exam/1/price?statistic=count&statistic=mean:exam_score&level=2")
    page.get_by_role("button", name="Buy this answer for at most").click()
    expect(page.locator("#progress")).to_be_visible()
    standing.work_on(6)
    page.reload()
    open_with(page, path)

    expect(page.get_by_text("Opened and checked")).to_be_visible()
    expect(page.locator("#bill")).to_contain_text("Everybody who took part has been paid")


def test_no_private_key_leaves_the_page(page: Page, tmp_path: Path):
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    path = made_keys(page, tmp_path)
    document = json.loads(path.read_text())

    signed(page, credential_for(BuyerKeys.load(path).credential_key.public), path)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Your organisation is registered.")).to_be_visible()

    secrets = [document["credential_key_jwk"]["d"], *document["result_keys"]]
    assert any("mandate=" in each for each in sent)
    assert [secret for secret in secrets if any(secret in each for each in sent)] == []


def test_a_key_file_before_the_credential_is_told_the_order(page: Page, tmp_path: Path):
    path = key_file(tmp_path, INSTITUTE)

    page.set_input_files("#mandate-key", str(path))

    expect(page.get_by_text("First paste your organisation credential in step 2")).to_be_visible()


def test_the_key_file_of_another_organisation_signs_nothing(page: Page, tmp_path: Path):
    page.get_by_label("Organisation credential").fill(INSTITUTE.credential())
    page.set_input_files("#mandate-key", str(key_file(tmp_path, COMPANY)))

    expect(page.get_by_text("The credential belongs to another key file.")).to_be_visible()
    expect(page.get_by_label("Mandate")).to_have_value("")


@pytest.mark.parametrize("content", ["", "{}", "null", '{"version": 2}'])
def test_what_is_no_key_file_signs_nothing(page: Page, tmp_path: Path, content: str):
    file = tmp_path / "keys.json"
    file.write_text(content)
    page.get_by_label("Organisation credential").fill(INSTITUTE.credential())

    page.set_input_files("#mandate-key", str(file))

    expect(page.get_by_text("This is not a key file.")).to_be_visible()


def test_a_mandate_signed_with_the_python_tools_opens_in_the_browser(
    stage: Stage, standing: House, tmp_path: Path
):
    keys = BuyerKeys.create()
    keys.save(tmp_path / "keys.json")
    account = standing.account("python@institute.example")
    mandate = keys.mandate(
        buyer=HANDLE, marketplace=MARKET_ID, now=standing.clock.now, valid_for=timedelta(days=30)
    )
    standing.services.register_organisation(
        account.account_id, credential=credential_for(keys.credential_key.public), mandate=mandate
    )
    standing.services.top_up(account.account_id, transfer_id="one", amount_cents=50_000)
    visitor = standing.visitor("python@institute.example")
    order = standing.answer(visitor, NOISY)

    with stage.page(visitor) as page:
        stage.show(page, order)
        open_with(page, tmp_path / "keys.json")
        expect(page.get_by_text("Opened and checked")).to_be_visible()
        expect(page.locator("#bill")).to_contain_text("Everybody who took part has been paid")

    assert standing.order_of(visitor, order.order_id).state is JobState.SETTLED
