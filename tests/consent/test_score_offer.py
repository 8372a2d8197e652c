from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import ExpiredDocumentError, MismatchError
from consent.score_consent import sign_score_consent
from consent.score_offer import ScoreOffer, verify_score_offer
from crypto.curve import ORDER
from crypto.encoding import canonical_json, parse_json
from crypto.errors import CryptoError, MalformedError, ProofError, SignatureError
from crypto.functional.als16_wire import decode_ciphertext, encode_ciphertext, encode_public_key
from ssi.credential import present
from ssi.errors import AlteredCredentialError, CredentialError, ExpiredError
from ssi.record import Record
from tests.consent.scores import (
    CONSENT_ID,
    EQUAL,
    EXAM,
    MARKET,
    NOW,
    OTHER_CONSENT_ID,
    TERMS,
    an_offer,
    consent,
    encrypted,
    function,
    master_key,
    offer,
    verified,
)
from tests.ssi import parties


@cache
def better_record() -> Record:
    """The same person with a better grade and the blinding of the true one."""
    true = parties.record()
    values: dict[str, int | float | str] = {**true.values, "exam_score": 3.9}
    return replace(true, values=values, encoded=EXAM.encode(values))


def test_an_honest_offer_is_verified_without_showing_a_number():
    found = verified()

    assert found.consent.consent_id == CONSENT_ID
    assert found.data_set == EXAM
    assert found.credential.claims == {"school_type": "girls"}
    assert found.public_key == master_key().public


def test_a_function_key_opens_the_score_of_the_values_that_the_issuer_signed():
    found, score = verified(), function(EQUAL)
    key = master_key().derive_key(score.key_weights)

    total = key.decrypt(found.ciphertext, bound=score.bounds[1], least=score.bounds[0])

    assert float(score.in_units(total)) == pytest.approx(0.261 - 1.5)


def test_an_offer_is_read_as_it_was_written():
    made = an_offer()

    assert ScoreOffer.from_json(parse_json(canonical_json(made.to_json()))) == made


def test_a_wallet_that_encrypts_better_grades_than_its_issuer_signed_is_refused():
    with pytest.raises(ProofError):
        verified(offer(encrypted(better_record())))


def test_a_proof_made_for_another_consent_is_refused():
    with pytest.raises(ProofError):
        verified(offer(encrypted(consent_id=OTHER_CONSENT_ID)))


def test_an_encrypted_number_that_was_shifted_is_refused():
    honest = encrypted()
    ciphertext = decode_ciphertext(honest.ciphertext)
    first, *others = ciphertext.values
    shifted = replace(ciphertext, values=(first + first, *others))

    with pytest.raises(ProofError):
        verified(offer(replace(honest, ciphertext=encode_ciphertext(shifted))))


def test_the_key_of_somebody_else_is_refused():
    other = encode_public_key(master_key("ben").public)

    with pytest.raises(MismatchError):
        verified(offer(replace(encrypted(), public_key=other)))


def test_a_ciphertext_that_the_consent_does_not_name_is_refused():
    with pytest.raises(MismatchError, match="ciphertext"):
        verified(replace(an_offer(), record=encrypted()))


def test_a_presentation_that_shows_a_private_value_is_refused():
    shown = present(parties.exam_credential(), {"school_type", "exam_score"})

    with pytest.raises(MismatchError, match="public attributes"):
        verified(replace(an_offer(), presentation=shown))


def test_a_credential_of_an_unknown_issuer_or_out_of_time_is_refused():
    with pytest.raises(CredentialError):
        verify_score_offer(an_offer(), parties.assembled(parties.parts()[1:]), marketplace=MARKET, now=NOW)
    later = NOW + timedelta(days=400)
    with pytest.raises(ExpiredError):
        verify_score_offer(an_offer(), parties.registry(), marketplace=MARKET, now=later)


def test_an_altered_credential_is_refused():
    jws, rest = an_offer().presentation.split("~", 1)
    altered = jws[:-8] + ("A" if jws[-8] != "A" else "B") + jws[-7:]

    with pytest.raises(AlteredCredentialError):
        verified(replace(an_offer(), presentation=f"{altered}~{rest}"))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"controller": "another market"}, MismatchError),
        ({"terms": replace(TERMS, data_set="framingham/1")}, MismatchError),
        ({"terms": replace(TERMS, valid_until=NOW)}, ExpiredDocumentError),
        ({"terms": replace(TERMS, given_at=NOW + timedelta(hours=1))}, ExpiredDocumentError),
        ({"subject": "urn:argonauta:person:other"}, MismatchError),
    ],
    ids=["another market", "another data set", "run out", "not begun", "another person"],
)
def test_a_consent_that_does_not_belong_to_the_offer_is_refused(changes, error):
    terms = changes.pop("terms", TERMS)

    with pytest.raises(error):
        verified(offer(terms=terms, **changes))


def test_a_consent_signed_by_somebody_else_is_refused():
    record = encrypted()
    signed = sign_score_consent(consent(record), parties.es256("stranger"))

    with pytest.raises(SignatureError):
        verified(replace(an_offer(), consent=signed, record=record))


def _read_with(name: str, raw: bytes) -> None:
    """Verify an offer in which one part is something else, with a consent that names it."""
    verified(offer(replace(an_offer().record, **{name: raw})))


@given(st.binary(max_size=200))
def test_whatever_stands_for_key_ciphertext_or_proof_is_a_named_error(raw):
    for name in ("public_key", "ciphertext", "proof"):
        with pytest.raises(CryptoError):
            _read_with(name, raw)


@given(st.data())
def test_any_changed_byte_of_an_encrypted_record_is_refused(data):
    name = data.draw(st.sampled_from(["public_key", "ciphertext", "proof"]))
    raw = bytearray(getattr(an_offer().record, name))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises((CryptoError, MismatchError)):
        _read_with(name, bytes(raw))


@pytest.mark.parametrize("document", [None, [], {}, {"consent": "x"}, 7], ids=str)
def test_anything_else_is_not_read_as_an_offer(document):
    with pytest.raises(MalformedError):
        ScoreOffer.from_json(document)


def test_an_offer_with_an_unknown_member_is_not_read():
    with pytest.raises(MalformedError, match="unknown member"):
        ScoreOffer.from_json({**an_offer().to_json(), "more": 1})


def test_nothing_of_an_offer_stands_in_its_repr():
    assert "ey" not in repr(an_offer())
    assert str(ORDER) not in repr(an_offer())
