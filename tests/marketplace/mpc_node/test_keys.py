"""A node's own folder: secrets that nobody else may read, made once and never overwritten."""

from pathlib import Path

import pytest

from crypto.randomness import stream
from crypto.sealing import SealingKey
from crypto.sealing_suite import HYBRID_PUBLIC_BYTES
from marketplace.mpc_node.config import SETTINGS_FILE, Settings, load_settings, save_settings
from marketplace.mpc_node.errors import SettingsError
from marketplace.mpc_node.keys import (
    SEALING_FILE,
    SIGNING_FILE,
    STORAGE_FILE,
    generate_keys,
    load_keys,
    save_keys,
)

FILES = (SIGNING_FILE, SEALING_FILE, STORAGE_FILE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a node's secrets and settings."""
    home = tmp_path / "node"
    save_keys(generate_keys(stream(bytes(32), "test")), home)
    save_settings(Settings(home, "node-a", "An operator", "https://127.0.0.1:8443", "sqlite:///elsewhere.db"))
    return home


def test_keys_come_back_as_they_were_saved(folder: Path):
    keys = load_keys(folder)

    assert keys.signing.to_pem() == (folder / SIGNING_FILE).read_bytes()
    assert keys.sealing.to_bytes() == (folder / SEALING_FILE).read_bytes()
    assert len({keys.storage_root, keys.vault_key, keys.noise_key}) == 3


def test_a_new_node_is_sealed_to_by_a_hybrid_key_and_an_old_folder_still_opens(folder: Path):
    old = SealingKey.generate(stream(bytes(32), "old"))

    assert len(load_keys(folder).sealing.public.to_bytes()) == HYBRID_PUBLIC_BYTES
    (folder / SEALING_FILE).write_bytes(old.to_bytes())
    assert load_keys(folder).sealing.public == old.public


def test_nobody_else_may_read_them(folder: Path):
    for name in (*FILES, SETTINGS_FILE):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", FILES)
def test_a_key_that_others_may_read_is_refused(folder: Path, name):
    (folder / name).chmod(0o640)

    with pytest.raises(SettingsError, match="chmod 600"):
        load_keys(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_key_says_what_to_do(folder: Path, name):
    (folder / name).unlink()

    with pytest.raises(SettingsError, match="mpc-node init"):
        load_keys(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_key_is_refused(folder: Path, name):
    (folder / name).write_bytes(b"damaged")

    with pytest.raises(SettingsError):
        load_keys(folder)


def test_keys_are_never_overwritten(folder: Path):
    with pytest.raises(SettingsError, match="exists already"):
        save_keys(generate_keys(), folder)


def test_no_secret_shows_in_a_repr(folder: Path):
    keys = load_keys(folder)

    shown = repr(keys) + repr(load_settings(folder))

    assert keys.storage_root.hex() not in shown
    assert str(keys.storage_root) not in shown
    assert "elsewhere" not in shown


def test_settings_come_back_as_they_were_saved(folder: Path):
    settings = load_settings(folder, peer_timeout_seconds=3.0, max_running=2)

    assert settings == Settings(
        folder, "node-a", "An operator", "https://127.0.0.1:8443", "sqlite:///elsewhere.db", 3.0, 2
    )


def test_without_a_database_of_the_operator_there_is_a_file(tmp_path: Path):
    settings = Settings(tmp_path, "node-a", "An operator", "https://127.0.0.1:8443")

    assert settings.database == f"sqlite:///{tmp_path / 'node.db'}"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"id": 7}'])
def test_damaged_settings_are_refused(folder: Path, content):
    (folder / SETTINGS_FILE).write_bytes(content)

    with pytest.raises(SettingsError, match=SETTINGS_FILE):
        load_settings(folder)


def test_settings_are_never_overwritten(folder: Path):
    with pytest.raises(SettingsError, match="exists already"):
        save_settings(Settings(folder, "node-b", "Another", "https://127.0.0.1:9"))
