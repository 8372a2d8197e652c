"""The operator's commands about money, as an operator types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marketplace.bootstrap import open_house, services_of
from marketplace.cli import main
from marketplace.config import SELLER, Settings, SettingsError
from marketplace.domain.invoice import Sale
from marketplace.seller import read_seller
from marketplace.services.issue_invoices import bill
from tests.marketplace.test_cli import add_buyer, folder, run

__all__ = ["folder"]

GOOD = {
    "name": "Market Ltd.",
    "address": "Street 1|10115 Berlin",
    "country": "DE",
    "vat-id": "DE 123 456 789",
}


def sells(folder: Path, **changes: str) -> Result:
    options = [word for name, value in {**GOOD, **changes}.items() for word in (f"--{name}", value)]
    return CliRunner().invoke(main, ["seller", "--dir", str(folder), *options])


def settings_of(folder: Path) -> Settings:
    return Settings(folder, folder.parent / "registry.jwt", folder.parent / "authority.jwk")


@pytest.fixture
def billed(folder: Path) -> Path:
    """A marketplace that sold something to a buyer; the fee is on the platform's account."""
    sells(folder)
    account_id = add_buyer(folder).output.strip()
    run(folder, "buyer", "top-up", "--account", account_id, "--cents", "500")
    house = open_house(settings_of(folder))
    services_of(house, settings_of(folder))
    with house.store.writing() as books:
        from_platform = Sale(account_id, "order-1", "Statistical answer", 0, 0, 0)
        assert bill(house.desk, books, from_platform) is None
        bill(house.desk, books, Sale(account_id, "order-1", "Statistical answer", 3, 300, 2))
    house.close()
    return folder


def test_who_sells_is_written_down_and_read(folder):
    assert settings_of(folder).seller is None

    written = sells(folder)

    seller = settings_of(folder).seller
    assert written.exit_code == 0, written.output
    assert seller is not None
    assert (seller.party.vat_id, seller.party.address) == ("DE123456789", "Street 1\n10115 Berlin")
    assert (seller.rules.country, seller.rules.is_registered, seller.prefix) == ("DE", True, "A-")


def test_a_seller_without_a_number_takes_no_tax(folder):
    sells(folder, **{"vat-id": ""})

    seller = settings_of(folder).seller
    assert seller is not None
    assert not seller.rules.is_registered


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "XX", "vat-id": ""},
        {"vat-id": "FR1"},
        {"name": " "},
        {"prefix": "<"},
        {"prefix": "x" * 21},
    ],
)
def test_a_seller_without_form_is_refused_and_nothing_is_written(folder, changes):
    assert sells(folder, **changes).exit_code == 1
    assert not (folder / SELLER).exists()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"name":1}', b'{"name":"N","address":"A","country":"DE","x":1}']
)
def test_a_spoilt_file_about_the_seller_stops_the_market_with_its_name(folder, content):
    (folder / SELLER).write_bytes(content)

    with pytest.raises(SettingsError, match="seller"):
        _ = settings_of(folder).seller


def test_an_operators_rate_counts(folder):
    sells(folder)
    document = json.loads((folder / SELLER).read_bytes())
    document["rates_permille"]["DE"] = 160

    assert read_seller(json.dumps(document).encode()).rules.rates_permille["DE"] == 160


def test_documents_are_exported_in_the_order_of_their_numbers(billed, tmp_path):
    done = run(billed, "invoices", "export", "--out", str(tmp_path / "invoices.jsonl"))

    lines = [json.loads(line) for line in (tmp_path / "invoices.jsonl").read_text().splitlines()]
    assert done.exit_code == 0, done.output
    assert [(each["label"], each["total_cents"]) for each in lines] == [("A-000001", 302)]


@pytest.mark.parametrize(("form", "begins"), [("beancount", "option "), ("csv", "number,transfer_id,")])
def test_the_ledger_is_written_for_an_auditor(billed, tmp_path, form, begins):
    done = run(billed, "ledger-export", "--format", form, "--out", str(tmp_path / "books"))

    assert done.exit_code == 0, done.output
    assert (tmp_path / "books").read_text().startswith(begins)


@pytest.mark.parametrize(("number", "said"), [("9", "there is no invoice 9"), ("1", "lacks")])
def test_a_credit_that_cannot_be_given_is_refused_in_one_line(billed, number, said):
    asked = ("invoices", "credit", number, "--credit-id", "a", "--cents", "2", "--reason", "late")

    done = run(billed, *asked)

    assert done.exit_code == 1
    assert said in done.output
