"""A device's public key is read as PEM or JWK, and what its credential says without anybody believing it."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crypto.errors import MalformedError
from ssi.device.unverified import read_unverified_device
from ssi.errors import MalformedCredentialError
from ssi.issuer_service.domain.device_key import read_device_key


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
    ],
)
def test_a_key_is_the_same_as_pem_and_as_jwk(key: Any):
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    read = read_device_key(pem)

    assert read_device_key(json.dumps(read.to_jwk())) == read


@pytest.mark.parametrize(
    "key",
    [
        "",
        "[]",
        "null",
        "{" * 2000,
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        ec.generate_private_key(ec.SECP384R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
        "x" * 10_001,
    ],
)
def test_what_is_no_key_of_a_device_is_refused_by_name(key: str):
    with pytest.raises(MalformedError):
        read_device_key(key)


@pytest.mark.parametrize("credential", ["", "a.b.c~", "~"])
def test_what_is_no_device_credential_is_not_read(credential: str):
    with pytest.raises(MalformedCredentialError):
        read_unverified_device(credential)
