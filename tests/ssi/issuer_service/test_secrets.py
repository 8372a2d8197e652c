"""Everything derived from the issuer's secret is repeatable for it and unguessable for everybody else."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode
from crypto.randomness import stream
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError, SettingsError
from tests.ssi.parties import NOW

SECRETS = IssuerSecrets(bytes(32))
OTHERS = IssuerSecrets(bytes(31) + b"\x01")
LIFETIME = timedelta(minutes=5)
names = st.text(min_size=1, max_size=20)


def nonce(secrets: IssuerSecrets = SECRETS) -> str:
    return secrets.nonce(now=NOW, lifetime=LIFETIME, random=stream(bytes(16), "nonce"))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_secret_of_another_length_is_refused(length: int):
    with pytest.raises(SettingsError, match="32 bytes"):
        IssuerSecrets(bytes(length))


def test_a_secret_shows_in_no_representation():
    secret = bytes(range(32))

    assert secret.hex() not in repr(IssuerSecrets(secret))


@settings(max_examples=25)
@given(names, names, names, names)
def test_two_records_share_a_key_only_if_they_are_one(one, other, person, somebody):
    same = (one, person) == (other, somebody)

    assert (SECRETS.record_key(one, person) == SECRETS.record_key(other, somebody)) is same


def test_parts_cannot_be_shifted_into_each_other():
    assert SECRETS.record_key("ab", "c") != SECRETS.record_key("a", "bc")


def test_another_issuer_derives_other_values_of_everything():
    for derive in (
        lambda secrets: secrets.handle("exam/1", "4711"),
        lambda secrets: secrets.record_key("exam/1", "4711"),
        lambda secrets: secrets.external_id_key("4711"),
        lambda secrets: secrets.content_digest(bytes(32), {"a": 1}),
        lambda secrets: secrets.offer_id("id", 1),
        lambda secrets: secrets.code("id", 1),
        lambda secrets: secrets.position_seed(0),
        lambda secrets: secrets.session_key,
    ):
        assert derive(SECRETS) != derive(OTHERS)


def test_a_handle_names_no_row_of_the_database():
    raw = b64url_decode(SECRETS.handle("exam/1", "4711").rpartition(":")[2], length=32)

    assert raw not in {SECRETS.record_key("exam/1", "4711"), SECRETS.external_id_key("4711")}


def test_equal_values_of_two_people_have_unequal_digests():
    values = {"grade": 1}

    assert SECRETS.content_digest(b"a" * 32, values) != SECRETS.content_digest(b"b" * 32, values)


def test_every_offer_has_a_link_and_a_code_of_its_own():
    made = [derive("id", number) for number in (1, 2) for derive in (SECRETS.offer_id, SECRETS.code)]

    assert len(set(made)) == 4
    assert all(len(b64url_decode(text)) == 32 for text in made)


@settings(max_examples=25)
@given(names, st.integers(1, 100))
def test_a_transaction_code_has_six_digits(credential_id, number):
    code = SECRETS.transaction_code(credential_id, number)

    assert len(code) == 6
    assert code.isdecimal()


def test_a_nonce_holds_until_its_end():
    assert SECRETS.open_nonce(nonce(), now=NOW + LIFETIME - timedelta(seconds=1)) == NOW + LIFETIME


def test_a_nonce_at_its_end_is_refused():
    with pytest.raises(ProtocolRefusalError) as refused:
        SECRETS.open_nonce(nonce(), now=NOW + LIFETIME)

    assert refused.value.code is ErrorCode.INVALID_NONCE


def test_a_nonce_of_another_issuer_is_refused():
    with pytest.raises(ProtocolRefusalError):
        SECRETS.open_nonce(nonce(OTHERS), now=NOW)


@settings(max_examples=50)
@given(st.integers(0, 55), st.integers(1, 255))
def test_a_nonce_with_any_byte_changed_is_refused(position, difference):
    raw = bytearray(b64url_decode(nonce()))
    raw[position] ^= difference

    with pytest.raises(ProtocolRefusalError):
        SECRETS.open_nonce(b64url_encode(bytes(raw)), now=NOW)


def test_a_fingerprint_is_no_token():
    assert fingerprint("token") != b"token"
    assert len(fingerprint("token")) == 32
