"""The command serves an installation, and says what is wrong in one line."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crypto.encoding import canonical_json
from ssi.http.client import Client
from ssi.trust import sign_registry
from tests.consent.kept import papers
from tests.ssi import parties
from wallet import cli
from wallet.domain.custody import Attempts, LockedWallet
from wallet.domain.erasure import Farewell, Recipient, planned
from wallet.storage.erasures import SqlErasureStore
from wallet.storage.schema import open_wallet_database
from wallet.storage.wallets import SqlWalletStore


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    (tmp_path / "registry.jwt").write_text(sign_registry(parties.registry(), parties.AUTHORITY))
    (tmp_path / "authority.jwk").write_bytes(canonical_json(parties.AUTHORITY.public.to_jwk()))
    given = {
        "--dir": tmp_path / "wallet",
        "--registry": tmp_path / "registry.jwt",
        "--authority": tmp_path / "authority.jwk",
        "--marketplace": "http://127.0.0.1:9",
    }
    return ["serve", *(str(part) for pair in given.items() for part in pair)]


@pytest.mark.journey
def test_the_wallet_serves_until_it_is_told_to_stop(arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "wallet.cli", *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    client = Client(process.stdout.readline().removeprefix("ready ").strip())

    health, page = client.get_json("/health"), client.get_text("/sign-in")
    client.close()
    process.send_signal(signal.SIGTERM)
    _, logged = process.communicate(timeout=60)

    assert health == {"role": "wallet", "status": "ok", "checks": {"database": "ok"}}
    assert "Open your wallet" in page
    assert process.returncode == 0, logged


def test_an_authority_that_is_no_key_is_said_in_one_line(arguments, tmp_path):
    (tmp_path / "authority.jwk").write_text("{}")

    result = CliRunner().invoke(cli.main, arguments)

    assert result.exit_code == 1
    assert result.output.startswith("Error: authority.jwk holds no public key of the trust authority")
    assert len(result.output.splitlines()) == 1


def test_another_kind_of_database_is_said_in_one_line(arguments):
    result = CliRunner().invoke(cli.main, [*arguments, "--database-url", "mysql://localhost/x"])

    assert result.exit_code == 1
    assert "sqlite or postgresql" in result.output


def test_what_is_needed_is_told():
    assert "--registry" in CliRunner().invoke(cli.main, ["serve", "--help"]).output


def test_tidying_says_what_was_done_and_what_is_left(arguments, tmp_path):
    command = ["tidy", *arguments[1:]]
    told = CliRunner().invoke(cli.main, command)
    assert (told.exit_code, told.output) == (0, "0 wallets erased; 0 ends confirmed, 0 still open.\n")
    database = open_wallet_database(f"sqlite:///{tmp_path / 'wallet' / 'wallet.db'}")
    wallet_id = "5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac01"
    SqlWalletStore(database).add(LockedWallet(wallet_id, "digest", b"g" * 16, None, Attempts()))
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    farewell = Farewell(wallet_id, Recipient.MARKETPLACE, "", "an agreement", "signed", long_ago)
    SqlErasureStore(database).plan(wallet_id, planned(long_ago), [farewell])
    database.close()

    told = CliRunner().invoke(cli.main, command)

    assert told.exit_code == 1
    assert "1 wallets erased; 0 ends confirmed, 1 still open." in told.output
    assert "Not confirmed by marketplace since 2020-01-01: an agreement" in told.output
    assert "Somebody does not confirm." in told.output


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An agreement that somebody saved."""
    file = tmp_path / "agreement.jsonld"
    file.write_text(json.dumps(papers("computation").to_json()))
    return file


def _verified(arguments: list[str], file: Path) -> Result:
    trusted = [each for pair in pairwise(arguments) for each in _trusted(pair)]
    return CliRunner().invoke(cli.main, ["verify-receipt", str(file), *trusted])


def _trusted(pair: tuple[str, str]) -> tuple[str, ...]:
    return pair if pair[0] in {"--registry", "--authority"} else ()


def test_an_auditor_checks_an_agreement_with_files_alone(arguments, saved, monkeypatch):
    monkeypatch.setattr(cli, "utc_now", lambda: parties.NOW)

    result = _verified(arguments, saved)

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line[:5] for line in lines[:8]] == ["holds"] * 8
    assert lines[-1] == "Everything in it holds."
    assert "exam/1, 1 uses, 75 cents" in result.output


def test_a_changed_agreement_fails_with_its_part_named(arguments, saved):
    document = json.loads(saved.read_text())
    document["words"] = "I agreed to everything."
    saved.write_text(json.dumps(document))

    result = _verified(arguments, saved)

    assert result.exit_code == 1
    assert "FAILS  The words: changed after it was signed" in result.output
    assert result.output.splitlines()[-1] == "Error: Something in it does not hold."


@pytest.mark.parametrize("content", ["", "{}", "[" * 1000, "\x00"])
def test_what_is_no_agreement_is_said_in_one_line(arguments, saved, content):
    saved.write_text(content)

    result = _verified(arguments, saved)

    assert result.exit_code == 1
    assert result.output.startswith("Error: This is not an agreement file: ")
    assert len(result.output.splitlines()) == 1
