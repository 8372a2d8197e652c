"""Terms, consents, orders and messages of crowd sums, for their tests."""

from dataclasses import replace
from decimal import Decimal

from consent.crowd_consent import CrowdConsent, verify_crowd_consent
from consent.crowd_message import (
    CrowdMessage,
    Round,
)
from consent.crowd_release import CrowdMaterial, HeardPart
from consent.crowd_terms import CrowdUse
from consent.record_document import Notice
from consent.score_function import ScoreFunction
from consent.vocabulary import Purpose, RecipientKind
from ssi.dataset import data_set
from tests.consent.crowds import (
    BUYER,
    MARKET,
    NOW,
    ordered,
    others,
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


def message(**changes) -> CrowdMessage:
    plain = CrowdMessage(ordered().order_id, DIGEST, ANNA.consent_id, Round.SHARING, {"1": b"x", "11": b"y"})
    return replace(plain, **changes)


def material(**changes) -> CrowdMaterial:
    part = HeardPart(b"ciphertext", b"\x02" * 33, b"sealed")
    keys = tuple((bytes([at]) * 32, bytes([at + 100]) * 32) for at in range(12))
    plain = CrowdMaterial(DIGEST, keys, frozenset({0, 1}), {0: part, 1: part}, (b"revealed",))
    return replace(plain, **changes)
