"""The trust registry's file: read when it changes, believed only if the pinned authority signed it."""

from datetime import timedelta

import pytest

from crypto.encoding import canonical_json
from marketplace.clients.trust_file import TrustFile, read_authority
from ssi.errors import RegistryError
from ssi.trust import TrustRegistry, sign_registry
from tests.marketplace.fakes import HandClock
from tests.marketplace.mpc_node.parties import NOW, YEAR, assembled, ed25519, parts, registry


@pytest.fixture
def folder(tmp_path):
    key = ed25519("authority").public.to_jwk()
    (tmp_path / "authority.jwk").write_bytes(canonical_json(key))
    write(tmp_path, registry())
    return tmp_path


def write(folder, known: TrustRegistry, signer: str = "authority") -> str:
    token = sign_registry(known, ed25519(signer))
    (folder / "registry.jwt").write_text(token + "\n")
    return token


def trust(folder, clock: HandClock) -> TrustFile:
    return TrustFile(folder / "registry.jwt", folder / "authority.jwk", clock=clock)


def test_the_registry_and_its_token_are_read(folder):
    file = trust(folder, HandClock(NOW))

    assert file() == registry()
    assert file.token() == (folder / "registry.jwt").read_text().strip()


def test_a_replaced_file_is_read_again(folder):
    file = trust(folder, HandClock(NOW))
    file()
    smaller = assembled(parts(("node-a", "node-b", "node-c")))
    write(folder, smaller)

    assert [node.id for node in file().nodes] == ["node-a", "node-b", "node-c"]


def test_a_registry_that_turned_bad_is_refused_and_the_old_one_forgotten(folder):
    file = trust(folder, HandClock(NOW))
    file()
    (folder / "registry.jwt").write_text("a.b.c")

    for _ in range(2):
        with pytest.raises(RegistryError):
            file()


def test_a_registry_of_another_authority_is_refused(folder):
    (folder / "authority.jwk").write_bytes(canonical_json(ed25519("other").public.to_jwk()))

    with pytest.raises(RegistryError):
        trust(folder, HandClock(NOW))()


def test_a_registry_that_ran_out_is_refused_even_if_it_was_read_before(folder):
    clock = HandClock(NOW)
    file = trust(folder, clock)
    file()
    clock.now = NOW + YEAR + timedelta(seconds=1)

    with pytest.raises(RegistryError):
        file()


def test_a_missing_registry_is_refused(folder):
    (folder / "registry.jwt").unlink()

    with pytest.raises(RegistryError):
        trust(folder, HandClock(NOW))()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_an_authority_file_without_a_public_key_is_refused(tmp_path, content):
    (tmp_path / "authority.jwk").write_bytes(content)

    with pytest.raises(RegistryError):
        read_authority(tmp_path / "authority.jwk")


def test_a_missing_authority_file_is_refused(tmp_path):
    with pytest.raises(RegistryError):
        read_authority(tmp_path / "nothing.jwk")
