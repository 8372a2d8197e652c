"""The operator's commands and folder."""

import json

import pytest
from click.testing import CliRunner

from marketplace.mpc_dealer.cli import main
from marketplace.mpc_dealer.config import SIGNING_FILE, load_key, load_settings
from marketplace.mpc_dealer.errors import SettingsError
from ssi.trust_entries import certificate_fingerprint

INIT = ("init", "--id", "dealer", "--operator", "Statistics Office", "--url", "https://dealer.example:8453")


READ = {"dealer.json": load_settings, "signing.pem": load_key}


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "dealer"
    done = CliRunner().invoke(main, [*INIT, "--dir", str(home)])
    assert done.exit_code == 0, done.output
    return home


def test_init_makes_a_folder_that_only_its_owner_reads_and_a_public_part(folder):
    part = json.loads((folder / "public.json").read_text())["dealer"]

    assert part["id"] == "dealer"
    assert part["verifying_key"] == dict(load_key(folder).public.to_jwk())
    assert certificate_fingerprint(part["tls_certificate"]) == certificate_fingerprint(
        (folder / "tls.pem").read_text()
    )
    for name in ("signing.pem", "tls.key", "dealer.json"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    assert load_settings(folder).operator == "Statistics Office"


def test_a_folder_is_initialised_once(folder):
    before = (folder / SIGNING_FILE).read_bytes()
    again = CliRunner().invoke(main, [*INIT, "--dir", str(folder)])

    assert again.exit_code == 1
    assert "initialised once" in again.output
    assert (folder / SIGNING_FILE).read_bytes() == before


@pytest.mark.parametrize("name", ["dealer.json", "signing.pem"])
def test_a_folder_that_is_not_whole_says_what_to_do(folder, name):
    (folder / name).unlink()

    with pytest.raises(SettingsError, match="run mpc-dealer init"):
        READ[name](folder)


@pytest.mark.parametrize("name", ["dealer.json", "signing.pem"])
def test_a_folder_that_others_may_read_is_not_used(folder, name):
    (folder / name).chmod(0o644)

    with pytest.raises(SettingsError, match="chmod 600"):
        READ[name](folder)


@pytest.mark.parametrize(("name", "content"), [("dealer.json", b"{}"), ("signing.pem", b"nothing")])
def test_damaged_files_are_named(folder, name, content):
    (folder / name).write_bytes(content)

    with pytest.raises(SettingsError, match=name):
        READ[name](folder)


def test_serving_without_a_registry_of_the_authority_is_refused(folder, tmp_path):
    (tmp_path / "registry.jwt").write_text("nothing")
    (tmp_path / "authority.jwk").write_text("{}")
    command = ["serve", "--dir", str(folder), "--registry", str(tmp_path / "registry.jwt")]

    done = CliRunner().invoke(main, [*command, "--authority", str(tmp_path / "authority.jwk")])

    assert done.exit_code == 1
    assert "authority.jwk" in done.output
