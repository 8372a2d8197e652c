"""The receipts of an agreement follow from its moments, and each continues the one before."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import TermsError
from consent.record_document import StatusChange
from consent.status_receipt import AgreementNamed, Life, StatusReceipt, is_chain, status_receipts
from consent.vocabulary import ConsentStatus
from tests.consent.examples import CONSENT_ID, GIVEN, MARKET_ID, NOW, RECORD, UNTIL

NAMED = AgreementNamed(CONSENT_ID, RECORD.digest, MARKET_ID)
AGREED = StatusChange(ConsentStatus.GIVEN, GIVEN)
ENDED = StatusChange(ConsentStatus.WITHDRAWN, NOW)
RAN_OUT = StatusChange(ConsentStatus.EXPIRED, UNTIL)
LATER = UNTIL + timedelta(days=3)
MOMENTS = st.integers(0, 2 * 365 * 86_400).map(lambda seconds: GIVEN + timedelta(seconds=seconds))


def _statuses(life: Life, now: datetime) -> list[ConsentStatus]:
    return [change.status for change in status_receipts(NAMED, life, now=now)[-1].history]


@pytest.mark.parametrize(
    ("withdrawn_at", "now", "statuses"),
    [
        (None, NOW, [ConsentStatus.GIVEN]),
        (None, UNTIL, [ConsentStatus.GIVEN, ConsentStatus.EXPIRED]),
        (NOW, NOW, [ConsentStatus.GIVEN, ConsentStatus.WITHDRAWN]),
        (NOW, LATER, [ConsentStatus.GIVEN, ConsentStatus.WITHDRAWN]),
        (LATER, LATER, [ConsentStatus.GIVEN, ConsentStatus.EXPIRED, ConsentStatus.WITHDRAWN]),
    ],
)
def test_the_statuses_are_those_that_the_agreement_had(withdrawn_at, now, statuses):
    assert _statuses(Life(GIVEN, GIVEN, UNTIL, withdrawn_at), now) == statuses


@given(st.tuples(MOMENTS, MOMENTS, MOMENTS, st.none() | MOMENTS), MOMENTS, MOMENTS)
def test_what_was_certified_once_is_certified_for_ever(moments, now, later):
    given_at, received_at, valid_until, withdrawn_at = moments
    now, later = min(now, later), max(now, later)
    valid_until = max(valid_until, given_at + timedelta(seconds=1))
    ended = None if withdrawn_at is None else max(withdrawn_at, given_at)
    heard = ended if ended is not None and ended <= now else None

    before = status_receipts(NAMED, Life(given_at, received_at, valid_until, heard), now=now)
    after = status_receipts(
        NAMED, Life(given_at, received_at, valid_until, ended), now=max(later, ended or later)
    )

    assert after[: len(before)] == before
    assert is_chain(after)
    assert len({each.name for each in after}) == len(after)
    assert all(later.replaces == earlier.name for earlier, later in pairwise(after))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"history": ()}, "begins when the consent is given"),
        ({"history": (ENDED,)}, "begins when the consent is given"),
        ({"history": (AGREED, AGREED), "replaces": "x"}, "cannot follow"),
        ({"history": (AGREED, ENDED, RAN_OUT), "replaces": "x"}, "cannot follow"),
        ({"history": (AGREED, replace(ENDED, at=GIVEN - timedelta(days=1))), "replaces": "x"}, "from before"),
        ({"created_at": GIVEN - timedelta(seconds=1)}, "from before"),
        ({"created_at": GIVEN + timedelta(microseconds=1)}, "whole seconds"),
        ({"replaces": "x"}, "every receipt but the first"),
        ({"history": (AGREED, ENDED), "created_at": NOW}, "every receipt but the first"),
        ({"agreement": replace(NAMED, consent_id="urn:uuid:1")}, "consent id"),
    ],
)
def test_a_history_that_cannot_be_is_refused(changes, message):
    with pytest.raises(TermsError, match=message):
        StatusReceipt(**{"agreement": NAMED, "history": (AGREED,), "created_at": GIVEN, **changes})


def test_a_receipt_that_continues_another_one_is_no_chain_with_it():
    first, second = status_receipts(NAMED, Life(GIVEN, GIVEN, UNTIL, NOW), now=NOW)
    elsewhere = replace(first, agreement=replace(NAMED, controller="did:web:elsewhere.example"))

    assert is_chain([first, second])
    assert not is_chain([second])
    assert not is_chain([second, first])
    assert not is_chain([elsewhere, second])
