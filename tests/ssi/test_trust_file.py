"""The registry in a file: believed only from the pinned authority, and read again when it is replaced."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ssi.errors import RegistryError
from ssi.trust import TrustRegistry, sign_registry
from ssi.trust_file import TrustFile, read_authority
from tests.marketplace.mpc_node.parties import NOW, UNIVERSITY, YEAR, assembled, ed25519, parts, registry

AUTHORITY = ed25519("authority")


def written(folder: Path, made: TrustRegistry) -> Path:
    """Put a signed registry where the operator would, by replacing the file."""
    fresh = folder / "registry.new"
    fresh.write_text(sign_registry(made, AUTHORITY), encoding="ascii")
    return fresh.replace(folder / "registry.jwt")


def test_the_registry_is_read_and_believed(tmp_path: Path):
    trust = TrustFile(written(tmp_path, registry()), AUTHORITY.public, clock=lambda: NOW)

    assert trust().marketplace == registry().marketplace
    assert trust() is trust()


def test_a_replaced_registry_takes_effect_without_a_restart(tmp_path: Path):
    path = written(tmp_path, registry())
    trust = TrustFile(path, AUTHORITY.public, clock=lambda: NOW)
    trust()

    written(tmp_path, assembled(parts(with_university=False)))

    assert UNIVERSITY not in {issuer.id for issuer in trust().issuers}


def test_a_registry_of_another_authority_is_not_believed(tmp_path: Path):
    trust = TrustFile(written(tmp_path, registry()), ed25519("usurper").public, clock=lambda: NOW)

    with pytest.raises(RegistryError):
        trust()


def test_a_broken_registry_stops_trust_until_a_good_one_is_there(tmp_path: Path):
    path = written(tmp_path, registry())
    trust = TrustFile(path, AUTHORITY.public, clock=lambda: NOW)
    trust()
    path.write_text("broken", encoding="ascii")
    with pytest.raises(RegistryError):
        trust()

    written(tmp_path, registry())

    assert trust().marketplace == registry().marketplace


def test_a_registry_that_ran_out_is_not_believed(tmp_path: Path):
    trust = TrustFile(written(tmp_path, registry()), AUTHORITY.public, clock=lambda: NOW + 2 * YEAR)

    with pytest.raises(RegistryError):
        trust()


def test_a_missing_registry_is_an_error(tmp_path: Path):
    with pytest.raises(RegistryError, match="cannot be read"):
        TrustFile(tmp_path / "none", AUTHORITY.public, clock=lambda: NOW)()


def test_a_registry_that_is_no_text_is_an_error(tmp_path: Path):
    path = tmp_path / "registry.jwt"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(RegistryError, match="cannot be read"):
        TrustFile(path, AUTHORITY.public, clock=lambda: NOW + timedelta(1))()


def test_the_authoritys_key_is_read(tmp_path: Path):
    path = tmp_path / "authority.jwk"
    path.write_text(json.dumps(AUTHORITY.public.to_jwk()))

    assert read_authority(path) == AUTHORITY.public


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_what_is_no_key_is_refused(tmp_path: Path, content):
    path = tmp_path / "authority.jwk"
    path.write_bytes(content)

    with pytest.raises(RegistryError, match="authority"):
        read_authority(path)


def test_a_missing_key_is_refused(tmp_path: Path):
    with pytest.raises(RegistryError):
        read_authority(tmp_path / "none")


def test_the_signed_document_itself_is_handed_on(tmp_path: Path):
    path = written(tmp_path, registry())

    assert TrustFile(path, AUTHORITY.public, clock=lambda: NOW).token() == path.read_text()


def test_a_registry_that_ran_out_is_refused_even_if_it_was_read_before(tmp_path: Path):
    moments = iter((NOW, NOW, NOW + 2 * YEAR, NOW + 2 * YEAR))
    trust = TrustFile(written(tmp_path, registry()), AUTHORITY.public, clock=lambda: next(moments))
    trust()

    with pytest.raises(RegistryError):
        [trust() for _ in range(3)]
