"""An issuer's directory is complete, private, and never overwritten."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.errors import MalformedError
from crypto.signing import generate_ed25519, generate_es256
from ssi.issuer_service.errors import NotOfferedError, SettingsError
from ssi.issuer_service.folder import make_folder, open_folder
from ssi.issuer_service.settings import IssuerSettings, checked_url
from ssi.trust_entries import IssuerEntry
from tests.ssi.parties import assembled, es256, parts

SETTINGS = IssuerSettings(
    id="did:web:hospital.example",
    name="Hospital",
    url="https://issuer.hospital.example",
    data_sets=("health/1",),
    organisations=False,
    database_url="sqlite:///somewhere.sqlite",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_folder(tmp_path / "hospital", SETTINGS, key=es256("hospital"), secret=bytes(32))
    return tmp_path / "hospital"


def test_a_directory_opens_as_it_was_made(folder: Path):
    opened = open_folder(folder)

    assert opened.settings == SETTINGS
    assert opened.issuer.key.public == es256("hospital").public
    assert opened.secrets.record_key("a", "b")


def test_key_and_secret_are_for_their_owner_only(folder: Path):
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}

    assert modes["issuer-key.pem"] == modes["secret.key"] == modes["issuer.json"] == 0o600


def test_the_public_part_is_what_the_trust_registry_asks_for(folder: Path):
    part = json.loads((folder / "public.json").read_bytes())
    registry = assembled([part, parts()[-1]])

    (entry,) = registry.issuers
    assert isinstance(entry, IssuerEntry)
    assert entry.credential_types == {"urn:argonauta:credential:health:1"}
    assert entry.status_uri_prefix == "https://issuer.hospital.example/status-lists/"
    assert list(entry.keys.values()) == [es256("hospital").public]
    assert "PRIVATE" not in (folder / "public.json").read_text()


def test_a_directory_that_holds_an_issuer_is_not_overwritten(folder: Path):
    before = (folder / "secret.key").read_bytes()
    with pytest.raises(SettingsError, match="already"):
        make_folder(folder, SETTINGS, key=es256("other"), secret=bytes(31) + b"\x01")

    assert (folder / "secret.key").read_bytes() == before


@pytest.mark.parametrize("name", ["issuer.json", "issuer-key.pem", "secret.key"])
def test_a_missing_file_is_named(folder: Path, name: str):
    (folder / name).unlink()

    with pytest.raises(SettingsError, match=name):
        open_folder(folder)


@pytest.mark.parametrize("name", ["issuer-key.pem", "secret.key"])
def test_a_secret_that_others_can_read_is_refused_with_the_remedy(folder: Path, name: str):
    (folder / name).chmod(0o640)

    with pytest.raises(SettingsError, match="chmod 600"):
        open_folder(folder)


def test_a_file_that_is_no_key_is_refused(folder: Path):
    (folder / "issuer-key.pem").write_bytes(b"not a key")

    with pytest.raises(SettingsError, match=r"issuer-key\.pem"):
        open_folder(folder)


def test_a_key_for_another_algorithm_is_refused(folder: Path):
    (folder / "issuer-key.pem").write_bytes(generate_ed25519().to_pem())

    with pytest.raises(SettingsError, match="ES256"):
        open_folder(folder)


@pytest.mark.parametrize(
    "change",
    [{"status_ttl_seconds": 0}, {"status_list_size": 10}, {"unknown": 1}, {"url": "ftp://x"}, {"name": ""}],
    ids=str,
)
def test_settings_out_of_range_are_refused(change):
    document = json.loads(SETTINGS.to_json()) | change

    with pytest.raises(SettingsError, match=next(iter(change))):
        IssuerSettings.parse(json.dumps(document).encode())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "issuer.example",
        "ftp://issuer.example",
        "https://issuer.example/",
        "https://issuer.example/a/",
        "https://issuer.example//a",
        "https://issuer.example/../a",
        "https://issuer.example/.well-known",
        "https://issuer.example/a%2fb",
        "https://issuer.example/a b",
        "https://issuer.example?a",
        "https://issuer.example?",
        "https://issuer.example#a",
        "https://issuer.example\n",
        "https://a:b@issuer.example",
        "https://@issuer.example",
        "https://issuer.example:99999",
        "https://[",
    ],
)
def test_an_address_with_more_than_scheme_host_port_and_a_plain_path_is_refused(url: str):
    with pytest.raises(MalformedError, match="url"):
        checked_url(url)


@pytest.mark.parametrize(
    "url", ["https://issuer.example", "http://localhost:8701", "https://h.example/a/b-c"]
)
def test_an_address_is_kept_to_the_letter(url: str):
    assert checked_url(url) == url


def test_the_address_of_the_database_stays_out_of_logs():
    secret = replace(SETTINGS, database_url="postgresql://office:word@db.example/office")

    assert "word" not in repr(secret)


@pytest.mark.parametrize("number", [-1, 6])
def test_a_number_of_proxies_that_cannot_be_is_refused(number: int):
    document = json.loads(SETTINGS.to_json()) | {"trusted_proxies": number}

    with pytest.raises(SettingsError, match="trusted_proxies"):
        IssuerSettings.parse(json.dumps(document).encode())


def test_an_unknown_data_set_is_refused():
    with pytest.raises(NotOfferedError, match="degree/1"):
        _ = replace(SETTINGS, data_sets=("degree/1",)).catalogue


def test_an_issuer_that_issues_nothing_is_refused():
    with pytest.raises(NotOfferedError, match="name a data set"):
        _ = replace(SETTINGS, data_sets=()).catalogue


def test_an_unknown_data_set_leaves_no_half_made_directory(tmp_path: Path):
    with pytest.raises(NotOfferedError):
        make_folder(
            tmp_path / "x",
            replace(SETTINGS, data_sets=("degree/1",)),
            key=generate_es256(),
            secret=bytes(32),
        )

    assert not (tmp_path / "x").exists()
