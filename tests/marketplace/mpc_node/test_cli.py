"""The operator's commands: what they write, and what they refuse."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consent.spending import spending
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.cli import main
from marketplace.mpc_node.config import load_settings
from marketplace.mpc_node.keys import load_keys
from marketplace.mpc_node.storage.ledger import PrivacyLedger, Purchase
from ssi.hosting.database import migrate, open_database
from ssi.trust_entries import certificate_fingerprint
from tests.marketplace.mpc_node.parties import NOW, assembled, parts


def init(folder: Path, *extra: str) -> Result:
    """Make a node."""
    arguments = ["--id", "node-a", "--operator", "An operator", "--url", "https://127.0.0.1:8443"]
    return CliRunner().invoke(main, ["init", "--dir", str(folder), *arguments, *extra])


def test_init_makes_private_keys_and_a_public_part(tmp_path: Path):
    result = init(tmp_path / "node-a")

    assert result.exit_code == 0, result.output
    made = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "node-a").iterdir()}
    private = {"signing.pem", "sealing.key", "storage.key", "tls.key", "node.json"}
    assert set(made) == private | {"tls.pem", "public.json"}
    assert {made[name] for name in private} == {0o600}


def test_the_public_part_is_one_the_authority_can_sign(tmp_path: Path):
    init(tmp_path / "node-a")
    part = json.loads((tmp_path / "node-a" / "public.json").read_text())

    registry = assembled([*parts(nodes=("node-b", "node-c")), part])

    (entry,) = [node for node in registry.nodes if node.id == "node-a"]
    keys = load_keys(tmp_path / "node-a")
    assert entry.verifying_key == keys.signing.public
    assert entry.sealing_key == keys.sealing.public
    assert entry.tls_fingerprint == certificate_fingerprint((tmp_path / "node-a" / "tls.pem").read_text())


def test_the_public_part_holds_no_secret(tmp_path: Path):
    init(tmp_path / "node-a")
    public = (tmp_path / "node-a" / "public.json").read_bytes()

    keys = load_keys(tmp_path / "node-a")

    assert b"PRIVATE" not in public
    assert keys.storage_root not in public
    assert keys.sealing.to_bytes() not in public


def test_init_does_not_touch_a_node_that_is_there(tmp_path: Path):
    init(tmp_path / "node-a")
    before = load_keys(tmp_path / "node-a").storage_root

    again = init(tmp_path / "node-a")

    assert again.exit_code == 1
    assert "exists already" in again.output
    assert load_keys(tmp_path / "node-a").storage_root == before


def test_the_address_of_the_database_is_remembered(tmp_path: Path):
    init(tmp_path / "node-a", "--database-url", "postgresql://host/node_a")

    assert load_settings(tmp_path / "node-a").database == "postgresql://host/node_a"


def test_the_address_for_peers_stands_in_the_public_part(tmp_path: Path):
    init(tmp_path / "node-a", "--peer-address", "node-a.example:9000")
    part = json.loads((tmp_path / "node-a" / "public.json").read_text())

    (entry, *_) = assembled([*parts(nodes=()), part]).nodes

    assert entry.peer_endpoint == ("node-a.example", 9000)


def test_an_address_for_peers_that_is_none_is_refused_before_anything_is_made(tmp_path: Path):
    result = init(tmp_path / "node-a", "--peer-address", "node-a.example")

    assert result.exit_code == 1
    assert "host:port" in result.output
    assert not (tmp_path / "node-a").exists()


@pytest.mark.parametrize("missing", ["--registry", "--authority"])
def test_serve_needs_to_know_whom_to_trust(tmp_path: Path, missing):
    given = tmp_path / "given"
    given.write_text("x")
    options = {"--registry": str(given), "--authority": str(given)}
    del options[missing]

    result = CliRunner().invoke(
        main, ["serve", "--dir", str(tmp_path), *(each for pair in options.items() for each in pair)]
    )

    assert result.exit_code == 2
    assert missing in result.output


def test_serve_says_what_is_missing_in_the_folder(tmp_path: Path):
    given = tmp_path / "given"
    given.write_text("x")

    result = CliRunner().invoke(
        main, ["serve", "--dir", str(tmp_path), "--registry", str(given), "--authority", str(given)]
    )

    assert result.exit_code == 1
    assert "run mpc-node init first" in result.output


def test_a_node_that_keeps_no_contradiction_prints_none(tmp_path: Path):
    init(tmp_path / "node-a")

    result = CliRunner().invoke(main, ["contradictions", "--dir", str(tmp_path / "node-a")])

    assert (result.exit_code, result.output) == (0, "")


def test_contradictions_of_a_folder_that_is_no_nodes_are_refused(tmp_path: Path):
    assert CliRunner().invoke(main, ["contradictions", "--dir", str(tmp_path)]).exit_code == 1


@pytest.mark.parametrize("option", ["--max-log-age", "--withdrawal-logged-within"])
@pytest.mark.parametrize("seconds", ["0", "3601", "nan", "an hour"])
def test_the_log_is_fresh_for_an_hour_at_most(tmp_path: Path, option, seconds):
    file = tmp_path / "file"
    file.touch()
    needed = ["--dir", str(tmp_path), "--registry", str(file), "--authority", str(file)]

    result = CliRunner().invoke(main, ["serve", *needed, option, seconds])

    assert result.exit_code == 2
    assert option in result.output


def test_charges_are_printed_in_both_accounts(tmp_path: Path):
    folder = tmp_path / "node-a"
    init(folder)
    database = open_database(load_settings(folder).database)
    migrate(database.engine, MIGRATIONS)
    purchase = Purchase("job-1", "root", Decimal(1))
    PrivacyLedger(database).spend(purchase, {"her": Decimal(2)}, now=NOW)
    database.close()

    result = CliRunner().invoke(main, ["charges", "--dir", str(folder)])

    assert result.exit_code == 0, result.output
    assert json.loads(result.output) == {"account": "her", **spending([Decimal(1)]).to_json()}


def test_charges_of_no_node_are_refused(tmp_path: Path):
    result = CliRunner().invoke(main, ["charges", "--dir", str(tmp_path / "nowhere")])

    assert result.exit_code == 1
    assert "Error" in result.output
