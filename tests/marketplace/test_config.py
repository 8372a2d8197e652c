"""The marketplace's folder: made once, kept from others, never silently replaced."""

import json
import stat
from pathlib import Path

import pytest

from crypto.reading import Fields
from marketplace.config import (
    CERTIFICATE_KEY,
    IDENTITY,
    SESSION_KEY,
    SIGNING_KEY,
    Identity,
    Settings,
    SettingsError,
    make_folder,
)
from ssi.trust_entries import MarketplaceEntry
from tests.marketplace.mpc_node.parties import MARKET, NOW

IDENTITY_OF_TESTS = Identity(MARKET, "Market", "http://127.0.0.1:8000")


@pytest.fixture
def folder(tmp_path) -> Path:
    directory: Path = tmp_path / "market"
    make_folder(directory, IDENTITY_OF_TESTS, now=NOW)
    return directory


def settings(folder: Path) -> Settings:
    return Settings(folder, folder / "registry.jwt", folder / "authority.jwk")


def test_the_public_part_names_the_signing_key_and_the_certificate(folder):
    document = json.loads((folder / "public.json").read_text())
    entry = MarketplaceEntry.read(Fields.of(document["marketplace"], "marketplace"))

    assert (entry.id, entry.url) == (MARKET, "http://127.0.0.1:8000")
    assert entry.verifying_key == settings(folder).signing_key.public
    assert "PRIVATE" not in (folder / "public.json").read_text()


@pytest.mark.parametrize("name", [SIGNING_KEY, SESSION_KEY, CERTIFICATE_KEY])
def test_secrets_are_for_their_owner_only(folder, name):
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_making_the_folder_again_keeps_every_key(folder):
    before = {name: (folder / name).read_bytes() for name in (SIGNING_KEY, SESSION_KEY, CERTIFICATE_KEY)}
    make_folder(folder, Identity(MARKET, "Market", "http://127.0.0.1:9000"), now=NOW)

    assert {name: (folder / name).read_bytes() for name in before} == before
    assert settings(folder).public_url == "http://127.0.0.1:9000"


def test_a_folder_is_not_taken_over_by_another_marketplace(folder):
    with pytest.raises(SettingsError):
        make_folder(folder, Identity("did:web:other.example", "Other", "http://127.0.0.1:1"), now=NOW)
    assert settings(folder).marketplace_id == MARKET


@pytest.mark.parametrize("name", [SIGNING_KEY, SESSION_KEY])
def test_a_key_that_others_can_read_is_not_used(folder, name):
    (folder / name).chmod(0o640)
    used = settings(folder)

    with pytest.raises(SettingsError, match="chmod 600"):
        _ = used.signing_key if name == SIGNING_KEY else used.session_secret


def test_a_folder_that_was_not_made_is_refused_with_what_to_do(tmp_path):
    for ask in ("signing_key", "session_secret", "marketplace_id", "public_url"):
        with pytest.raises(SettingsError, match="marketplace init"):
            getattr(settings(tmp_path), ask)


def test_a_broken_key_or_identity_is_refused(folder):
    (folder / SIGNING_KEY).write_text("no key")
    (folder / IDENTITY).write_text("[]")

    with pytest.raises(SettingsError):
        _ = settings(folder).signing_key
    with pytest.raises(SettingsError):
        _ = settings(folder).marketplace_id


def test_without_an_address_the_database_is_a_file_in_the_folder(folder):
    assert settings(folder).database == f"sqlite:///{folder}/marketplace.sqlite"
    named = Settings(folder, folder, folder, database_url="postgresql://db/market")
    assert named.database == "postgresql://db/market"


def test_a_folder_from_before_there_was_such_a_thing_demands_no_assessment(folder):
    document = json.loads((folder / "marketplace.json").read_text())
    assert document.pop("require_dpia") is True
    (folder / "marketplace.json").write_text(json.dumps(document))

    assert settings(folder).require_dpia is False
