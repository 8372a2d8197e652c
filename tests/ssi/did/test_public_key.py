import pytest

from crypto.encoding import b64url_encode
from ssi.did.multibase import encode_base58
from ssi.did.public_key import KeyType, PublicKey
from ssi.errors import IdentifierError, UnsupportedKeyError
from tests.ssi.did.keys import keys, p256_signer

# The examples of Controlled Identifiers 1.0 §2.2.2, did:key 0.9 §7 and vc-di-ecdsa.
MULTIKEYS = {
    "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK": KeyType.ED25519,
    "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP": KeyType.P256,
    "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ": KeyType.P384,
    "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme": KeyType.SECP256K1,
}


@pytest.mark.parametrize(("text", "type_"), MULTIKEYS.items())
def test_keys_of_the_standards_are_read_and_written_alike(text: str, type_: KeyType):
    key = PublicKey.from_multikey(text)

    assert key.type is type_
    assert key.to_multikey() == text


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.type.curve)
def test_a_key_is_the_same_as_multikey_and_as_jwk(key: PublicKey):
    assert PublicKey.from_multikey(key.to_multikey()) == key
    assert PublicKey.from_jwk(key.to_jwk()) == key


def test_a_key_on_bls12_381_is_read_by_its_length_and_has_no_jwk():
    key = PublicKey.from_multikey(encode_base58(b"\xeb\x01" + bytes(96)))

    assert key.type is KeyType.BLS12_381_G2
    with pytest.raises(IdentifierError, match="none for ECDSA"):
        key.to_jwk()


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.type.curve)
@pytest.mark.parametrize("cut", [slice(None, -1), slice(1, None)])
def test_a_key_of_another_length_is_refused(key: PublicKey, cut: slice):
    with pytest.raises(IdentifierError, match="bytes"):
        PublicKey.from_multikey(encode_base58(key.type.prefix + key.raw[cut]))


@pytest.mark.parametrize(
    ("type_", "raw"),
    [
        (KeyType.ED25519, bytes(32)),
        (KeyType.ED25519, b"\x01" + bytes(31)),
        (KeyType.ED25519, b"\xff" * 32),
        (KeyType.P256, b"\x02" + b"\xff" * 32),
        (KeyType.P256, b"\x04" + bytes(32)),
        (KeyType.P256, bytes(33)),
        (KeyType.P384, b"\x02" + b"\xff" * 48),
        (KeyType.SECP256K1, b"\x02" + bytes(32)),
    ],
)
def test_what_is_no_point_of_large_order_is_refused(type_: KeyType, raw: bytes):
    with pytest.raises(IdentifierError):
        PublicKey(type_, raw)


def test_an_unknown_type_of_key_is_told_apart_from_a_broken_key():
    with pytest.raises(UnsupportedKeyError, match="ec01"):
        PublicKey.from_multikey(encode_base58(b"\xec\x01" + bytes(32)))
    with pytest.raises(UnsupportedKeyError, match="expected OKP"):
        PublicKey.from_jwk({"kty": "OKP", "crv": "X25519", "x": b64url_encode(bytes(32))})


@pytest.mark.parametrize("text", ["", "6Mk", "z", "z0OIl", "u7Q"])
def test_what_is_no_multikey_is_refused(text: str):
    with pytest.raises(IdentifierError):
        PublicKey.from_multikey(text)


@pytest.mark.parametrize(
    "change",
    [
        {"d": "AA"},
        {"kty": "OKP"},
        {"x": "AA"},
        {"x": "!"},
        {"y": b64url_encode(bytes(32))},
        {"crv": None},
        {"y": None},
        {"crv": 256},
    ],
)
def test_a_broken_jwk_is_refused(change: dict[str, object]):
    with pytest.raises(IdentifierError):
        PublicKey.from_jwk({**p256_signer("a").public_key.to_jwk(), **change})


@pytest.mark.parametrize("value", [None, [], "key", 5])
def test_what_is_no_object_is_no_jwk(value: object):
    with pytest.raises(IdentifierError):
        PublicKey.from_jwk(value)  # type: ignore[arg-type]


def test_a_key_for_ecdsa_is_none_for_eddsa_and_the_other_way_round():
    ed25519, _, p384, _ = keys()

    with pytest.raises(IdentifierError, match="none for ECDSA"):
        ed25519.curve_point()
    with pytest.raises(IdentifierError, match="P-384"):
        p384.verifying_key()
