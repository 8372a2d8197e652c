"""What a person allows about sums over many, what she signs, what a wallet says, and in which words."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.crowd_cohort import unverified_join
from consent.crowd_consent import CrowdConsent, sign_crowd_consent, verify_crowd_consent
from consent.crowd_message import (
    CrowdMessage,
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
from consent.crowd_order import sign_crowd_order, unverified_crowd_order, verify_crowd_order
from consent.crowd_receipt import (
    CrowdOfferReceipt,
    CrowdReceipt,
    sign_crowd_offer_receipt,
    sign_crowd_receipt,
    verify_crowd_offer_receipt,
    verify_crowd_receipt,
)
from consent.crowd_release import CrowdMaterial, CrowdRelease, HeardPart, sign_release, verify_release
from consent.crowd_run import numbers_for, numbers_of, run_of, sensitivity_of
from consent.crowd_terms import CrowdRefusal, CrowdRefused, CrowdTerms, CrowdUse, decide
from consent.errors import ExpiredDocumentError, MismatchError, TermsError
from consent.policy import Permitted
from consent.record_document import Notice
from consent.score_function import ScoreFunction
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import canonical_json
from crypto.errors import MalformedError, SealError, SignatureError
from crypto.noise import MIN_NODE_VARIANCE
from crypto.randomness import stream
from crypto.reading import Fields
from ssi.dataset import data_set, parse_data_set
from ssi.jws import sign_jws
from tests.consent.crowds import (
    BUYER,
    BUYER_KEY,
    MARKET,
    NOW,
    cohort_of,
    crowd_key,
    ordered,
    others,
    sittings,
)
from tests.crowd_sitters import terms
from tests.ssi import parties

EXAM = data_set("exam/1")
ANNA = others()[0]
TERMS = terms(NOW)
USE = CrowdUse(
    function=ScoreFunction(EXAM, {"exam_score": 1}),
    purpose=Purpose.SCIENTIFIC_RESEARCH,
    buyer_id=BUYER,
    buyer_kind=RecipientKind.COMPANY,
    floor=10,
    epsilon=Decimal(8),
    compensation_cents=50,
)
MARKET_KEY = parties.ed25519(MARKET)
DIGEST = "A" * 43


# Terms.


def test_what_the_terms_allow_is_permitted():
    assert isinstance(decide(TERMS, USE, now=NOW), Permitted)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"function": ScoreFunction(data_set("framingham/1"), {"age": 1})}, CrowdRefusal.OTHER_DATA_SET),
        ({"purpose": Purpose.PERSONNEL_HIRING}, CrowdRefusal.PURPOSE_NOT_ALLOWED),
        ({"buyer_kind": RecipientKind.INSURER}, CrowdRefusal.RECIPIENT_NOT_ALLOWED),
        ({"floor": 9}, CrowdRefusal.CROWD_TOO_SMALL),
        ({"epsilon": Decimal("8.1")}, CrowdRefusal.BUDGET_PER_SUM),
        ({"epsilon": Decimal(0)}, CrowdRefusal.BUDGET_PER_SUM),
        ({"compensation_cents": 49}, CrowdRefusal.COMPENSATION_TOO_LOW),
    ],
)
def test_each_rule_refuses_by_itself(change, reason):
    decision = decide(TERMS, replace(USE, **change), now=NOW)

    assert decision == CrowdRefused(reason)


def test_reasons_come_all_and_in_their_order():
    use = replace(USE, floor=9, compensation_cents=0)

    decision = decide(TERMS, use, now=NOW + timedelta(days=400), withdrawn_at=NOW)

    assert isinstance(decision, CrowdRefused)
    reasons = (decision.reason, *decision.others)
    assert reasons == tuple(sorted(reasons, key=list(CrowdRefusal).index))
    assert len(reasons) == 4


def test_terms_before_they_begin_permit_nothing():
    decision = decide(TERMS, USE, now=NOW - timedelta(days=2))

    assert decision == CrowdRefused(CrowdRefusal.NOT_YET_VALID)


def test_an_excluded_organisation_is_refused():
    excluded = replace(TERMS, excluded_recipients=frozenset({BUYER}))

    assert decide(excluded, USE, now=NOW) == CrowdRefused(CrowdRefusal.RECIPIENT_NOT_ALLOWED)


@pytest.mark.parametrize(
    "change",
    [
        {"purposes": frozenset()},
        {"recipient_kinds": frozenset()},
        {"crowd_floor": 9},
        {"crowd_floor": 256},
        {"epsilon_per_sum": Decimal(0)},
        {"epsilon_total": Decimal(7)},
        {"epsilon_total": Decimal("Infinity")},
        {"compensation_cents": -1},
        {"given_at": NOW.replace(microsecond=1)},
        {"given_at": NOW.replace(tzinfo=None)},
        {"valid_until": NOW - timedelta(days=1)},
    ],
    ids=str,
)
def test_terms_that_contradict_themselves_are_refused(change):
    with pytest.raises(TermsError):
        replace(TERMS, **change)


def test_terms_are_read_as_they_were_written():
    assert CrowdTerms.from_fields(Fields.of(TERMS.to_json(), "terms")) == TERMS


@pytest.mark.parametrize(
    "change", [{"statistic": "weighted_score"}, {"engine": "mpc"}, {"more": 1}, {"purposes": []}], ids=str
)
def test_terms_of_another_form_are_refused(change):
    with pytest.raises(MalformedError):
        CrowdTerms.from_fields(Fields.of({**TERMS.to_json(), **change}, "terms"))


# Consent.


def consent(**changes) -> CrowdConsent:
    plain = CrowdConsent(
        consent_id=ANNA.consent_id,
        subject=ANNA.handle,
        controller=MARKET,
        terms=TERMS,
        credential_digest=ANNA.digest,
        notice=Notice.of("What I agreed to.", "en"),
    )
    return replace(plain, **changes)


def verified(token, **changes):
    about = {"subject": ANNA.handle, "credential_digest": ANNA.digest, **changes}
    return verify_crowd_consent(token, ANNA.key.public, **about)


def test_a_consent_is_read_as_it_was_signed():
    assert verified(sign_crowd_consent(consent(), ANNA.key)) == consent()


def test_a_consent_of_somebody_else_or_about_something_else_is_refused():
    with pytest.raises(SignatureError):
        verified(sign_crowd_consent(consent(), others()[1].key))
    for change in ({"subject": "urn:somebody"}, {"credential_digest": DIGEST}):
        with pytest.raises(MismatchError):
            verified(sign_crowd_consent(consent(), ANNA.key), **change)


def test_a_record_that_says_something_else_than_is_enforced_is_refused():
    document = consent().to_json()
    document["terms"] = replace(
        TERMS, compensation_cents=1, purposes=frozenset({Purpose.PUBLIC_BENEFIT})
    ).to_json()

    with pytest.raises(MalformedError, match="something else"):
        verified(sign_jws(document, ANNA.key, typ="crowd-consent+jwt"))


def test_a_consent_to_scores_is_no_consent_to_crowds():
    with pytest.raises(MalformedError):
        verified(sign_jws(consent().to_json(), ANNA.key, typ="score-consent+jwt"))


def test_a_consent_needs_an_id_of_its_form():
    with pytest.raises(TermsError):
        consent(consent_id="mine")


def test_a_record_about_health_names_its_legal_basis():
    health = replace(TERMS, data_set="framingham/1")

    assert b'"eu-gdpr:A9-2-a"' in canonical_json(consent(terms=health).to_json())


# Orders and numbers.


def test_an_order_is_over_when_its_last_round_is():
    token = sign_crowd_order(ordered(), BUYER_KEY)
    about = {"buyer": BUYER, "marketplace": MARKET}

    last = ordered().closes_at - timedelta(seconds=1)
    assert verify_crowd_order(token, BUYER_KEY.public, now=last, **about) == ordered()
    with pytest.raises(ExpiredDocumentError):
        verify_crowd_order(token, BUYER_KEY.public, now=ordered().closes_at, **about)
    with pytest.raises(SignatureError):
        verify_crowd_order(token, ANNA.key.public, now=NOW, **about)


def test_what_is_no_order_is_not_read():
    for token in ("", "a.b.c", sign_jws({}, BUYER_KEY, typ="crowd-order+jwt")):
        with pytest.raises(MalformedError):
            unverified_crowd_order(token)


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(10, 255),
    floor=st.integers(10, 255),
    epsilon=st.decimals(Decimal("0.01"), Decimal(10), places=2),
)
def test_honest_people_of_every_opened_sum_keep_enough_noise(size, floor, epsilon):
    """Whoever is silent and whoever colludes: the noise of the others alone gives the promised privacy."""
    numbers = numbers_for(USE.function, size, floor=min(floor, size), epsilon=epsilon)

    honest = numbers.threshold - numbers.colluding
    needed = Fraction(sensitivity_of(USE.function)) ** 2 / (2 * numbers.rho)
    assert honest * numbers.variance >= needed
    assert numbers.variance >= MIN_NODE_VARIANCE
    assert size + numbers.colluding < 2 * numbers.threshold <= 2 * size
    assert numbers.threshold >= min(floor, size)


def test_drawn_noise_is_within_its_width_and_the_same_for_a_seed():
    numbers = numbers_of(ordered(), 12)
    draws = [numbers.draw_noise(stream(b"s" * 32, f"{at}")) for at in range(200)]

    assert all(-(1 << (numbers.noise_width - 1)) <= each < 1 << (numbers.noise_width - 1) for each in draws)
    assert draws[7] == numbers.draw_noise(stream(b"s" * 32, "7"))
    spread = (sum(each * each for each in draws) / len(draws)) ** 0.5
    assert 0.8 < spread / float(numbers.variance) ** 0.5 < 1.2


@pytest.mark.parametrize("size", [9, 13])
def test_a_cohort_of_another_size_has_no_numbers(size):
    with pytest.raises(TermsError):
        numbers_of(ordered(), size)


def test_noise_that_is_too_wide_to_be_proven_is_refused():
    words = '{"en": "Mark", "de": "Note"}'
    attributes = ",".join(
        f'{{"name": "m{place}", "kind": "number", "label": {words}, "about": {words}, "unit": "1",'
        ' "minimum": 0, "maximum": 2000, "decimals": 6, "bins": [0, 1, 2000], "required": true}'
        for place in range(3)
    )
    text = (
        '{"id": "marks", "version": 1, "credential_type": "urn:argonauta:credential:marks:1",'
        f' "domain": "education", "sensitivity": "personal", "label": {words}, "about": {words},'
        f' "attributes": [{attributes}]}}'
    )
    weights = dict.fromkeys(("m0", "m1", "m2"), 1000)
    function = ScoreFunction(parse_data_set(text, "marks"), weights)

    with pytest.raises(TermsError, match="cannot be proven"):
        numbers_for(function, 12, floor=10, epsilon=Decimal("0.00001"))


def test_an_epsilon_that_is_too_small_to_be_spent_is_refused():
    with pytest.raises(TermsError, match="too small"):
        numbers_for(USE.function, 12, floor=10, epsilon=Decimal("0.000001"))


def test_keys_that_are_no_cohort_make_no_run():
    keys = [unverified_join(each.part.join).agreement_key for each in sittings()]

    assert run_of(ordered(), keys).threshold == 10
    with pytest.raises(MismatchError):
        run_of(ordered(), [keys[0], *keys[:-1]])


# Messages.


def message(**changes) -> CrowdMessage:
    plain = CrowdMessage(ordered().order_id, DIGEST, ANNA.consent_id, Round.SHARING, {"1": b"x", "11": b"y"})
    return replace(plain, **changes)


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


# What the buyer gets.


def material(**changes) -> CrowdMaterial:
    part = HeardPart(b"ciphertext", b"\x02" * 33, b"sealed")
    keys = tuple((bytes([at]) * 32, bytes([at + 100]) * 32) for at in range(12))
    plain = CrowdMaterial(DIGEST, keys, frozenset({0, 1}), {0: part, 1: part}, (b"revealed",))
    return replace(plain, **changes)


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


# The cohort.


def test_places_and_keys_of_a_cohort_go_together():
    cohort = cohort_of(sittings())

    assert [cohort.place_of(each.who.consent_id) for each in sittings()] == list(range(12))
    assert set(cohort.mask_keys) == set(range(12))
    with pytest.raises(MismatchError):
        cohort.place_of("urn:uuid:00000000-0000-4000-8000-000000000000")
