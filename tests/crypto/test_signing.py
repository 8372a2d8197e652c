"""Signatures verify under their key and message and under nothing else."""

import pytest
from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import ECC
from Cryptodome.Signature import DSS, eddsa
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError, SignatureError
from crypto.randomness import stream
from crypto.signing import SigningKey, VerifyingKey, generate_ed25519, generate_es256

ES256 = generate_es256(stream(b"\x01" * 16, "es256"))
ED25519 = generate_ed25519(stream(b"\x01" * 16, "ed25519"))
MESSAGE = b"one person, one vote"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

both = pytest.mark.parametrize("key", [ES256, ED25519], ids=["ES256", "EdDSA"])


@both
def test_a_signature_verifies(key):
    signature = key.sign(MESSAGE)

    key.public.verify(signature, MESSAGE)
    assert len(signature) == 64


@both
def test_signing_twice_gives_one_signature(key):
    assert key.sign(MESSAGE) == key.sign(MESSAGE)


@both
@given(position=st.integers(0, 63), flip=st.integers(1, 255))
def test_any_changed_byte_of_a_signature_is_refused(key, position, flip):
    altered = bytearray(key.sign(MESSAGE))
    altered[position] ^= flip

    with pytest.raises(SignatureError):
        key.public.verify(bytes(altered), MESSAGE)


@both
def test_another_message_is_refused(key):
    with pytest.raises(SignatureError):
        key.public.verify(key.sign(MESSAGE), MESSAGE + b" ")


@both
@pytest.mark.parametrize("length", [0, 63, 65, 70, 128])
def test_a_signature_of_another_length_is_refused(key, length):
    with pytest.raises(SignatureError):
        key.public.verify((key.sign(MESSAGE) * 2)[:length], MESSAGE)


@both
@pytest.mark.parametrize("signature", [bytes(64), b"\xff" * 64, bytes(63) + b"\x01"])
def test_degenerate_signatures_are_refused(key, signature):
    with pytest.raises(SignatureError):
        key.public.verify(signature, MESSAGE)


def test_a_key_does_not_verify_what_the_other_algorithm_signed():
    for signer, verifier in ((ES256, ED25519), (ED25519, ES256)):
        signature = signer.sign(MESSAGE)
        with pytest.raises(SignatureError):
            verifier.public.verify(signature, MESSAGE)


def test_a_der_signature_is_refused():
    der = ECC.import_key(ES256.to_pem())
    signature = DSS.new(der, "deterministic-rfc6979", encoding="der").sign(SHA256.new(MESSAGE))

    with pytest.raises(SignatureError):
        ES256.public.verify(signature, MESSAGE)


def test_es256_is_malleable_so_that_nobody_uses_a_signature_as_an_identifier():
    signature = ES256.sign(MESSAGE)
    s = int.from_bytes(signature[32:], "big")
    other = signature[:32] + (P256_ORDER - s).to_bytes(32, "big")

    ES256.public.verify(other, MESSAGE)
    assert other != signature


def test_another_implementation_agrees_on_es256():
    peer = ECC.import_key(ES256.to_pem())
    signature = DSS.new(peer, "deterministic-rfc6979").sign(SHA256.new(MESSAGE))

    ES256.public.verify(signature, MESSAGE)
    DSS.new(peer.public_key(), "fips-186-3").verify(SHA256.new(MESSAGE), ES256.sign(MESSAGE))
    assert signature == ES256.sign(MESSAGE)


def test_another_implementation_agrees_on_ed25519():
    peer = ECC.import_key(ED25519.to_pem())

    assert eddsa.new(peer, "rfc8032").sign(MESSAGE) == ED25519.sign(MESSAGE)


def test_rfc_8037_appendix_a_key_has_its_thumbprint():
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = generate_ed25519(lambda length: seed)

    assert key.public.to_jwk()["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key.public.thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_rfc_8032_section_7_1_test_3_is_signed_as_published():
    seed = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")

    signature = generate_ed25519(lambda length: seed).sign(bytes.fromhex("af82"))

    assert signature.hex() == (
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )


@both
def test_keys_round_trip_through_pem_and_jwk(key):
    restored = SigningKey.from_pem(key.to_pem())

    assert restored.algorithm == key.algorithm
    assert restored.sign(MESSAGE) == key.sign(MESSAGE)
    assert VerifyingKey.from_jwk(key.public.to_jwk()) == key.public
    assert hash(restored.public) == hash(key.public)
    assert "d" not in key.public.to_jwk()


def test_keys_differ_from_each_other_and_from_other_things():
    assert ES256.public != generate_es256().public
    assert ES256.public != ED25519.public
    assert ES256.public != "a key"


@both
def test_no_secret_stands_in_the_representation(key):
    assert repr(key) == f"SigningKey(algorithm='{key.algorithm}')"


@both
def test_members_that_are_not_about_the_key_are_ignored(key):
    jwk = {**key.public.to_jwk(), "kid": "1", "use": "sig", "alg": key.algorithm, "d": None}

    assert VerifyingKey.from_jwk(jwk) == key.public


EC_JWK, OKP_JWK = ES256.public.to_jwk(), ED25519.public.to_jwk()


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {**EC_JWK, "crv": "P-384"},
        {**EC_JWK, "kty": "OKP"},
        {**EC_JWK, "y": EC_JWK["x"]},
        {**EC_JWK, "x": EC_JWK["x"] + "A"},
        {**EC_JWK, "x": b64url_encode(b"\xff" * 32)},
        {**EC_JWK, "x": 5},
        {**EC_JWK, "d": EC_JWK["x"]},
        {**EC_JWK, "alg": "EdDSA"},
        {**EC_JWK, "alg": "none"},
        {key: value for key, value in EC_JWK.items() if key != "y"},
        {**OKP_JWK, "crv": "X25519"},
        {**OKP_JWK, "x": b64url_encode(bytes(32))},
        {**OKP_JWK, "x": b64url_encode(b"\x01" + bytes(31))},
        {**OKP_JWK, "x": b64url_encode(b"\x01" + bytes(30) + b"\x80")},
        {**OKP_JWK, "x": b64url_encode((2**255 - 20).to_bytes(32, "little"))},
        {**OKP_JWK, "x": b64url_encode((2**255 - 18).to_bytes(32, "little"))},
        {
            **OKP_JWK,
            "x": b64url_encode(
                bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
            ),
        },
        {
            **OKP_JWK,
            "x": b64url_encode(
                bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
            ),
        },
    ],
    ids=range(20),
)
def test_other_keys_bad_points_and_private_members_are_refused(jwk):
    with pytest.raises(MalformedError):
        VerifyingKey.from_jwk(jwk)


def test_a_jwk_that_is_no_object_is_refused():
    with pytest.raises(MalformedError):
        VerifyingKey.from_jwk([])  # type: ignore[arg-type]


def other_pems() -> list[bytes]:
    plain, encrypted = NoEncryption(), BestAvailableEncryption(b"password")
    p384 = ec.generate_private_key(ec.SECP384R1())
    p256 = ec.generate_private_key(ec.SECP256R1())
    rsa_key = rsa.generate_private_key(65537, 2048)
    return [
        b"",
        b"not a key",
        ES256.to_pem()[:60],
        p384.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain),
        rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain),
        p256.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted),
    ]


@pytest.mark.parametrize("pem", other_pems(), ids=["empty", "text", "cut", "P-384", "RSA", "encrypted"])
def test_other_private_keys_are_refused(pem):
    with pytest.raises(MalformedError):
        SigningKey.from_pem(pem)
