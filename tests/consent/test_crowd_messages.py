"""What members say to each other, and what the buyer gets."""

from dataclasses import replace

import pytest

from consent.crowd_message import (
    Places,
    Round,
    open_word,
    seal_word,
    sign_message,
    sign_places,
    unverified_sender,
    verify_message,
    verify_places,
)
from consent.crowd_receipt import (
    CrowdOfferReceipt,
    CrowdReceipt,
    sign_crowd_offer_receipt,
    sign_crowd_receipt,
    verify_crowd_offer_receipt,
    verify_crowd_receipt,
)
from consent.crowd_release import CrowdMaterial, CrowdRelease, sign_release, verify_release
from consent.crowd_terms import CrowdRefusal
from consent.errors import MismatchError
from consent.vocabulary import Purpose, RecipientKind
from crypto.errors import MalformedError, SealError, SignatureError
from ssi.jws import sign_jws
from tests.consent.crowd_papers import (
    ANNA,
    DIGEST,
    MARKET_KEY,
    material,
    message,
)
from tests.consent.crowds import (
    BUYER,
    NOW,
    cohort_of,
    crowd_key,
    ordered,
    others,
    sittings,
)


def test_a_message_is_read_as_it_was_signed_in_its_run_only():
    token = sign_message(message(), ANNA.key)
    about = {"order_id": ordered().order_id, "cohort_digest": DIGEST, "consent_id": ANNA.consent_id}

    assert verify_message(token, ANNA.key.public, **about) == message()
    assert message().sealed_to == {1: b"x", 11: b"y"}
    assert unverified_sender(token) == (ordered().order_id, ANNA.consent_id)
    for change in ({"order_id": ordered(2).order_id}, {"cohort_digest": "B" * 43}):
        with pytest.raises(MismatchError):
            verify_message(token, ANNA.key.public, **{**about, **change})
    with pytest.raises(SignatureError):
        verify_message(token, others()[1].key.public, **about)


@pytest.mark.parametrize(
    "change",
    [
        {"parts": {"one": b"x"}},
        {"parts": {"01": b"x"}},
        {"parts": {"255": b"x"}},
        {"round": Round.MASKING},
        {"round": Round.LEAVING, "parts": {}},
        {"refusal": CrowdRefusal.PACKED},
    ],
    ids=str,
)
def test_parts_that_are_not_those_of_the_round_are_refused(change):
    with pytest.raises(MalformedError):
        message(**change)


def test_parts_without_bound_are_refused():
    token = sign_message(message(parts={"1": b"x" * 40_001}), ANNA.key)

    with pytest.raises(MalformedError, match="at most 40000 bytes"):
        verify_message(
            token,
            ANNA.key.public,
            order_id=ordered().order_id,
            cohort_digest=DIGEST,
            consent_id=ANNA.consent_id,
        )


def test_who_counts_is_signed_for_one_round_of_one_run():
    places = Places(ordered().order_id, DIGEST, Round.MASKING, frozenset({0, 2, 11}))
    token = sign_places(places, MARKET_KEY)
    about = {"order_id": places.order_id, "cohort_digest": DIGEST}

    assert verify_places(token, MARKET_KEY.public, round=Round.MASKING, **about) == places
    with pytest.raises(MismatchError):
        verify_places(token, MARKET_KEY.public, round=Round.REVEALING, **about)
    with pytest.raises(SignatureError):
        verify_places(token, ANNA.key.public, round=Round.MASKING, **about)
    for texts in (["1", "0"], ["1", "1"], ["01"], ["-1"], ["300"]):
        odd = sign_jws({**places.to_json(), "places": texts}, MARKET_KEY, typ="crowd-places+jwt")
        with pytest.raises(MalformedError):
            verify_places(odd, MARKET_KEY.public, round=Round.MASKING, **about)


def test_a_word_opens_for_its_buyer_order_cohort_and_place_only():
    sealed = seal_word(b"word", ordered(), cohort_digest=DIGEST, place=3)

    assert open_word(sealed, ordered(), crowd_key(), cohort_digest=DIGEST, place=3) == b"word"
    for made, key, digest, place in (
        (ordered(), crowd_key(2), DIGEST, 3),
        (ordered(floor=11), crowd_key(), DIGEST, 3),
        (ordered(), crowd_key(), "B" * 43, 3),
        (ordered(), crowd_key(), DIGEST, 4),
    ):
        with pytest.raises(SealError):
            open_word(sealed, made, key, cohort_digest=digest, place=place)


def test_material_is_read_as_it_was_written():
    assert CrowdMaterial.from_json(material().to_json()) == material()


@pytest.mark.parametrize(
    "change",
    [
        {"partners": [12]},
        {"partners": ["0"]},
        {"partners": [True]},
        {"keys": []},
        {"revealed": ["***"]},
        {"more": 1},
        {"heard": [{"place": 12, "ciphertext": "AA", "term": "AA", "sealed": "AA"}]},
    ],
    ids=str,
)
def test_material_of_another_form_is_refused(change):
    with pytest.raises(MalformedError):
        CrowdMaterial.from_json({**material().to_json(), **change})


def test_a_release_is_for_one_order_its_material_and_its_people():
    release = CrowdRelease(ordered().order_id, ordered().digest, material().digest, 12, 2, NOW)
    token = sign_release(release, MARKET_KEY)

    assert verify_release(token, MARKET_KEY.public, ordered(), material()) == release
    for made, shown in ((ordered(2), material()), (ordered(), material(revealed=()))):
        with pytest.raises(MismatchError):
            verify_release(token, MARKET_KEY.public, made, shown)
    with pytest.raises(SignatureError):
        verify_release(token, ANNA.key.public, ordered(), material())
    more = sign_release(replace(release, people=3), MARKET_KEY)
    with pytest.raises(MismatchError, match="other people"):
        verify_release(more, MARKET_KEY.public, ordered(), material())


def test_receipts_are_read_as_they_were_signed_and_not_taken_for_those_of_scores():
    offer = CrowdOfferReceipt(ANNA.consent_id, DIGEST, NOW)
    receipt = CrowdReceipt(
        consent_id=ANNA.consent_id,
        order_id=ordered().order_id,
        buyer_id=BUYER,
        buyer_name="Harbour Works",
        buyer_kind=RecipientKind.COMPANY,
        purpose=Purpose.SCIENTIFIC_RESEARCH,
        weights={"exam_score": 1},
        amount_cents=50,
        used_at=NOW,
        log_index=7,
    )

    assert verify_crowd_offer_receipt(sign_crowd_offer_receipt(offer, MARKET_KEY), MARKET_KEY.public) == offer
    assert verify_crowd_receipt(sign_crowd_receipt(receipt, MARKET_KEY), MARKET_KEY.public) == receipt
    with pytest.raises(SignatureError):
        verify_crowd_receipt(sign_crowd_receipt(receipt, MARKET_KEY), ANNA.key.public)
    with pytest.raises(MalformedError):
        verify_crowd_receipt(
            sign_jws(receipt.to_json(), MARKET_KEY, typ="score-receipt+jwt"), MARKET_KEY.public
        )


def test_places_and_keys_of_a_cohort_go_together():
    cohort = cohort_of(sittings())

    assert [cohort.place_of(each.who.consent_id) for each in sittings()] == list(range(12))
    assert set(cohort.mask_keys) == set(range(12))
    with pytest.raises(MismatchError):
        cohort.place_of("urn:uuid:00000000-0000-4000-8000-000000000000")
