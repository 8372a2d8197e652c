"""An installation put together from its settings, in one process and in several."""

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from crypto.encoding import canonical_json
from ssi.errors import RegistryError
from ssi.trust import sign_registry
from tests.serving import serving
from tests.ssi import parties
from tests.wallet.fakes import CHEAP, MovingClock
from wallet.bootstrap import build
from wallet.config import LOOKUP_KEY_FILE, Settings, lookup_key
from wallet.domain.choices import PolicyChoices
from wallet.errors import PartnerFaultError, PartnerUnreachableError, WalletError

pytestmark = pytest.mark.database
PASSWORD = "a quiet harbour"


SECRET = "quiet harbour"


@pytest.fixture
def registry_file(tmp_path):
    path = tmp_path / "registry.jwt"
    path.write_text(sign_registry(parties.registry(), parties.AUTHORITY) + "\n")
    return path


@pytest.fixture
def configured(tmp_path, registry_file, database_url):
    authority = tmp_path / "authority.jwk"
    authority.write_bytes(canonical_json(parties.AUTHORITY.public.to_jwk()))
    return Settings(
        directory=tmp_path / "wallet",
        marketplace_url="http://127.0.0.1:9",
        registry=str(registry_file),
        authority=authority,
        database_url=database_url,
        password_cost=CHEAP,
    )


@pytest.fixture
def services(configured):
    built = build(configured, clock=MovingClock(parties.NOW))
    yield built
    built.close()


def test_what_one_process_makes_another_one_opens(configured, services):
    made = services.create_wallet("anna", PASSWORD)
    other = build(configured, clock=MovingClock(parties.NOW))

    assert other.open_wallet("anna", PASSWORD).wallet_id == made.wallet_id
    other.close()


def test_several_processes_may_start_at_once_on_one_directory(configured, tmp_path):
    script = """
import sys, json
from pathlib import Path
from crypto.sealing import Argon2Cost
from wallet.bootstrap import build
from wallet.config import Settings
values = json.loads(sys.argv[1])
settings = Settings(Path(values["directory"]), "http://127.0.0.1:9", values["registry"],
                    Path(values["authority"]), values["database_url"], Argon2Cost(32, 1, 1))
services = build(settings)
for number in range(3):
    services.create_wallet(f"{sys.argv[2]}-{number}", "a quiet harbour")
services.close()
"""
    values = json.dumps(
        {
            "directory": str(configured.directory),
            "registry": configured.registry,
            "authority": str(configured.authority),
            "database_url": configured.database_url,
        }
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, values, name], cwd=Path(__file__).parents[2])
        for name in ("one", "two", "three")
    ]
    assert [process.wait(120) for process in started] == [0, 0, 0]

    services = build(configured, clock=MovingClock(parties.NOW))
    for name in ("one", "two", "three"):
        assert services.open_wallet(f"{name}-2", PASSWORD)
    services.close()


def test_the_default_database_is_a_file_in_the_directory_for_the_owner_only(configured):
    services = build(replace(configured, database_url=None), clock=MovingClock(parties.NOW))
    services.create_wallet("anna", PASSWORD)
    services.close()

    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in configured.directory.iterdir()}
    assert files["wallet.db"] == 0o600
    assert stat.S_IMODE(configured.directory.stat().st_mode) == 0o700


def test_the_lookup_key_is_made_once_and_for_the_owner_only(tmp_path):
    first, second = (lookup_key(tmp_path / "w") for _ in range(2))

    assert first == second
    assert stat.S_IMODE((tmp_path / "w" / LOOKUP_KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "w").iterdir()] == [LOOKUP_KEY_FILE]


def test_a_lookup_key_that_others_may_read_is_refused(tmp_path):
    lookup_key(tmp_path)
    (tmp_path / LOOKUP_KEY_FILE).chmod(0o644)

    with pytest.raises(WalletError, match="chmod 600"):
        lookup_key(tmp_path)


def test_a_lookup_key_of_another_length_is_refused(tmp_path):
    (tmp_path / LOOKUP_KEY_FILE).write_bytes(b"short")
    (tmp_path / LOOKUP_KEY_FILE).chmod(0o600)

    with pytest.raises(WalletError, match="expected 32 bytes"):
        lookup_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"kty":"RSA"}', b"no json"])
def test_an_authority_that_is_no_key_is_refused(configured, content):
    configured.authority.write_bytes(content)

    with pytest.raises(RegistryError, match=r"authority\.jwk"):
        build(configured)


def test_the_settings_do_not_show_the_database_address(configured):
    assert f"postgresql://anna:{SECRET}" not in repr(
        replace(configured, database_url=f"postgresql://anna:{SECRET}@db")
    )


def test_a_registry_in_a_file_is_verified(services):
    assert services.trust.registry() == parties.registry()


def test_a_registry_of_somebody_else_is_not_believed(services, registry_file):
    registry_file.write_text(sign_registry(parties.registry(), parties.AUTHORITY)[:-8] + "AAAAAAAA")

    with pytest.raises(PartnerFaultError):
        services.trust.registry()


def test_a_missing_registry_is_unreachable(services, registry_file):
    registry_file.unlink()

    with pytest.raises(PartnerUnreachableError):
        services.trust.registry()


def test_a_registry_is_looked_at_again_after_a_minute(configured, registry_file):
    clock = MovingClock(parties.NOW)
    services = build(configured, clock=clock)
    services.trust.registry()
    registry_file.unlink()
    clock.forward(seconds=59)
    assert services.trust.registry()
    clock.forward(seconds=1)

    with pytest.raises(PartnerUnreachableError):
        services.trust.registry()
    services.close()


def test_a_registry_behind_an_address_is_fetched_and_verified(configured, registry_file):
    app = Flask(__name__)
    app.add_url_rule("/registry", "registry", registry_file.read_text)
    with serving(app) as url:
        services = build(replace(configured, registry=f"{url}/registry"), clock=MovingClock(parties.NOW))
        assert services.trust.registry() == parties.registry()
        services.close()


def test_a_wallet_of_a_whole_installation_keeps_a_consent_until_the_marketplace_answers(stored_world):
    world = stored_world
    session = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(session, world.issuers.offer())
    world.market.down = True
    held = world.services.publish_offer(session, record.credential_id, PolicyChoices())
    world.market.down = False

    again = world.services.open_wallet("anna", PASSWORD)
    world.services.refresh(again)

    assert world.services.read.consent_of(again, held.consent_id).receipt is not None
