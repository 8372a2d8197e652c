"""Whatever stands in a document, reading it ends in a value or in a named error."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import computation
from consent.answer import decode
from consent.computation import Computation
from consent.contribution import Contribution, NodeContribution
from consent.crowd_cohort import unverified_join
from consent.crowd_message import CrowdMessage, Round, verify_message
from consent.crowd_offer import CrowdOffer
from consent.crowd_order import unverified_crowd_order
from consent.crowd_release import CrowdMaterial, HeardPart
from consent.crowd_terms import CrowdRefusal, CrowdTerms
from consent.errors import ConsentError
from consent.job import MANIFEST_TYP, verify_manifest
from consent.log import Checkpoint, InclusionProof, sign_checkpoint
from consent.odrl import from_odrl, to_offer
from consent.query import Condition, Query, Statistic
from consent.receipt import CONSENT_RECEIPT_TYP, ConsentReceipt, verify_consent_receipt
from consent.record import ConsentRecord
from consent.vocabulary import Engine, StatisticKind
from crypto.errors import CryptoError
from crypto.reading import Fields
from ssi.jws import sign_jws
from tests.consent.crowds import ordered, sittings
from tests.consent.examples import (
    CONSENT_ID,
    CONTRIBUTION,
    EXAM,
    MARKETPLACE,
    NOW,
    POLICY,
    QUERY,
    RECORD,
    loose,
    manifest,
)
from tests.consent.test_log import ENTRIES, ORIGIN
from tests.crowd_sitters import terms

NOTE = sign_checkpoint(Checkpoint(ORIGIN, 1, bytes(32)), MARKETPLACE)
COMPILED = computation.compile(QUERY, EXAM, [{}] * 60)
WITH_TASKS = computation.compile(
    replace(
        QUERY,
        statistics=(
            Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.5"),)),
            Statistic(StatisticKind.TOP_CATEGORIES, "sex", count=1),
            Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
        ),
        where=(Condition("reading_score", None, Decimal(0), Decimal(1)),),
    ),
    EXAM,
    [{}] * 60,
)
FITS = computation.compile(
    replace(
        QUERY,
        statistics=(
            Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("exam_score",)),
            Statistic(StatisticKind.K_MEANS, "exam_score", count=2),
        ),
        epsilon=None,
    ),
    EXAM,
    [{}] * 60,
)


def _read_computation(document):
    read = Computation.from_json(document)
    decode(read, [100] * read.results)


def _read_manifest(document):
    verify_manifest(sign_jws(document, MARKETPLACE, typ=MANIFEST_TYP), MARKETPLACE.public, now=NOW)


def _read_receipt(document):
    verify_consent_receipt(sign_jws(document, MARKETPLACE, typ=CONSENT_RECEIPT_TYP), MARKETPLACE.public)


def _read_crowd_order(document):
    unverified_crowd_order(sign_jws(document, MARKETPLACE, typ="crowd-order+jwt"))


def _read_crowd_terms(document):
    CrowdTerms.from_fields(Fields.of(document, "crowd terms"))


def _read_crowd_join(document):
    unverified_join(sign_jws(document, MARKETPLACE, typ="crowd-join+jwt"))


def _read_crowd_message(document):
    token = sign_jws(document, MARKETPLACE, typ="crowd-message+jwt")
    named = {"order_id": ordered().order_id, "cohort_digest": "A" * 43, "consent_id": CONSENT_ID}
    verify_message(token, MARKETPLACE.public, **named)


CROWD_MESSAGE = CrowdMessage(ordered().order_id, "A" * 43, CONSENT_ID, Round.LEAVING, {}, CrowdRefusal.PACKED)
CROWD_MATERIAL = CrowdMaterial(
    "A" * 43, ((b"a" * 32, b"m" * 32),), frozenset({0}), {0: HeardPart(b"c", b"\x02" * 33, b"s")}, (b"r",)
)
READERS = {
    "query": (Query.from_json, QUERY.to_json()),
    "policy": (from_odrl, to_offer(POLICY, CONSENT_ID)),
    "consent": (ConsentRecord.from_json, RECORD.to_json()),
    "contribution": (Contribution.from_json, CONTRIBUTION.to_json()),
    "contribution of a node": (NodeContribution.from_json, CONTRIBUTION.for_node("node-a").to_json()),
    "inclusion proof": (InclusionProof.from_json, InclusionProof(ENTRIES[0].leaf, 0, (), NOTE).to_json()),
    "computation": (_read_computation, COMPILED.to_json()),
    "computation with tasks": (_read_computation, WITH_TASKS.to_json()),
    "computation of fits": (_read_computation, FITS.to_json()),
    "query of everything": (
        Query.from_json,
        replace(
            QUERY,
            statistics=(
                Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.5"),)),
                Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=2),
            ),
            where=(Condition("reading_score", None, Decimal(0), Decimal(1)), Condition("sex", "female")),
            engine=Engine.MPC,
            verified=True,
        ).to_json(),
    ),
    "manifest": (_read_manifest, manifest().to_json()),
    "crowd offer": (CrowdOffer.from_json, CrowdOffer("a.b.c", "d~").to_json()),
    "crowd order": (_read_crowd_order, ordered(weights={"exam_score": 1}).to_json()),
    "crowd material": (CrowdMaterial.from_json, CROWD_MATERIAL.to_json()),
    "crowd terms": (_read_crowd_terms, terms(NOW).to_json()),
    "crowd join": (_read_crowd_join, unverified_join(sittings()[0].part.join).to_json()),
    "crowd message": (_read_crowd_message, CROWD_MESSAGE.to_json()),
    "consent receipt": (_read_receipt, ConsentReceipt(RECORD, NOW).to_json()),
}

OPTIONAL = {"with", "fractions", "count", "engine", "verified"}
"""Members of a query without which it asks for something else, and is checked as that."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["1", "-1", "1e9", "NaN", "2026-11-22T10:00:00Z", CONSENT_ID, "exam/1#sex", "A" * 43])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


def _places(document, path=()):
    yield path
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _places(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from _places(value, (*path, index))


@pytest.mark.parametrize(("read", "document"), READERS.values(), ids=READERS.keys())
@given(st.data())
@settings(max_examples=60)
def test_a_document_with_anything_in_one_place_is_read_or_refused_by_name(read, document, data):
    hostile = loose(document)
    path = data.draw(st.sampled_from(list(_places(hostile))))
    value = data.draw(anything)
    if path:
        inner = hostile
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
    elif isinstance(value, dict):
        hostile = value

    with suppress(CryptoError, ConsentError):
        read(hostile)


@pytest.mark.parametrize(("read", "document"), READERS.values(), ids=READERS.keys())
def test_a_document_that_lacks_any_one_member_is_refused_or_says_the_same_without_it(read, document):
    for path in _places(loose(document)):
        if not path or not isinstance(path[-1], str):
            continue
        hostile = loose(document)
        inner = hostile
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]
        with suppress(CryptoError, ConsentError):
            read(hostile)
            assert path in {("where",), ("query", "where")} or path[-1] in OPTIONAL


@pytest.mark.parametrize(
    "reader", [Query.from_json, from_odrl, ConsentRecord.from_json, Contribution.from_json]
)
@pytest.mark.parametrize("value", [None, [], "text", 7, True])
def test_what_is_no_object_is_refused(reader, value):
    with pytest.raises(CryptoError, match="expected an object"):
        reader(value)
