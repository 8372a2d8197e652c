"""A record read by its form is the record read the long way, and nothing else is taken for one."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import record as record_module
from consent.errors import TermsError
from consent.joining import Joining
from consent.prohibition import Operand, never
from consent.record import ConsentRecord, sign_consent, verify_consent
from consent.record_document import Notice, StatusChange
from consent.record_form import GAPS, RecordForm, own_texts, rules_of
from consent.vocabulary import ConsentStatus
from crypto.encoding import b64url_encode, canonical_json, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields
from tests.consent.examples import GIVEN, HOLDER, POLICY, RECORD, loose, policies

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00") | st.sampled_from('"\\/\u2028é😀'),
    min_size=1,
    max_size=30,
)


@st.composite
def records(draw: Callable[[Any], Any]) -> ConsentRecord:
    """Consents as they are given."""
    policy = draw(policies())
    return ConsentRecord(
        f"urn:uuid:{UUID(int=draw(st.integers(0, 2**128 - 1)))}",
        draw(TEXTS),
        draw(TEXTS),
        policy,
        b64url_encode(sha256(draw(st.binary(max_size=4)))),
        b64url_encode(sha256(draw(st.binary(max_size=4)))),
        Notice.of(draw(TEXTS), draw(st.sampled_from(["en", "de", 'x"']))),
        (StatusChange(ConsentStatus.GIVEN, policy.given_at),),
    )


@pytest.fixture
def long_way(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was read the long way."""
    read: list[object] = []
    honest = record_module._read

    def noting(fields: Any) -> ConsentRecord:
        read.append(fields)
        return honest(fields)

    monkeypatch.setattr(record_module, "_read", noting)
    return read


@given(records())
def test_a_record_is_read_as_it_was_written(given_record):
    assert ConsentRecord.from_json(loose(given_record.to_json())) == given_record


@given(records())
def test_both_ways_read_the_same(given_record):
    document = loose(given_record.to_json())

    by_form = record_module._by_form(document, canonical_json(document))

    assert by_form in (given_record, None)
    assert record_module._read(Fields.of(document, "consent")) == given_record


def test_people_with_the_same_terms_are_read_by_one_form(long_way):
    record_module._form_of.cache_clear()
    for number in range(5):
        moment = GIVEN + timedelta(days=number)
        theirs = replace(
            RECORD,
            consent_id=f"urn:uuid:{UUID(int=number)}",
            subject=f"person {number}",
            policy=replace(POLICY, given_at=moment, valid_until=moment + timedelta(days=30)),
            history=(StatusChange(ConsentStatus.GIVEN, moment),),
        )
        assert ConsentRecord.from_json(loose(theirs.to_json())) == theirs

    assert long_way == []
    assert record_module._form_of.cache_info().misses == 1


def test_a_signed_consent_is_read_by_its_form(long_way):
    token = sign_consent(RECORD, HOLDER)

    found = verify_consent(
        token,
        HOLDER.public,
        subject=RECORD.subject,
        credential_digest=RECORD.credential_digest,
        inputs_digest=RECORD.inputs_digest,
    )

    assert found == RECORD
    assert long_way == []


def test_a_name_with_a_nul_is_refused_by_its_form_as_well(long_way):
    ConsentRecord.from_json(loose(RECORD.to_json()))  # its form is known from here on
    document = json.loads(
        canonical_json(RECORD.to_json()).replace(b"%s" % RECORD.subject.encode(), b"a\\u0000b")
    )

    with pytest.raises(MalformedError, match="NUL"):
        ConsentRecord.from_json(document)


def paths(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The places of all texts of a document."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from paths(member, (*path, name))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from paths(member, (*path, place))
    elif isinstance(value, str):
        yield path


WHOLE = loose(RECORD.to_json())


def changed(path: tuple[object, ...]) -> Any:
    """A record with one text changed."""
    document = loose(WHOLE)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = inner[path[-1]] + "x"
    return document


def test_a_record_with_any_one_text_changed_is_refused_or_read_as_it_stands():
    """Nearly every text stands in a record twice or follows from another one; three are free."""
    read = []
    for path in paths(WHOLE):
        document = changed(path)
        try:
            found = ConsentRecord.from_json(document)
        except (MalformedError, TermsError):
            continue
        assert found.to_json() == document
        read.append(path[1])

    assert sorted(map(str, read)) == ["dpv:hasDataController", "dpv:hasDataSubject", "dpv:hasNotice"]


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(more=1),
        lambda document: document["record"].update(more="x"),
        lambda document: document["record"]["dpv:hasNotice"].append(document["record"]["dpv:hasNotice"][0]),
        lambda document: document["status_history"].append(document["status_history"][0]),
        lambda document: constraints(document).append(constraints(document)[0]),
        lambda document: constraints(document).pop(),
        lambda document: constraints(document).reverse(),
        lambda document: document.pop("inputs_digest"),
        lambda document: document["record"].pop("dpv:hasRight"),
    ],
)
def test_a_record_of_another_shape_is_refused(change):
    document = loose(WHOLE)
    change(document)

    with pytest.raises((MalformedError, TermsError)):
        ConsentRecord.from_json(document)


def constraints(document: Any) -> list[Any]:
    """The constraints of the policy in a record."""
    found: list[Any] = document["record"]["dpv:hasProcess"][0]["odrl:hasPolicy"][0]["permission"][0][
        "constraint"
    ]
    return found


@pytest.mark.parametrize("gap", GAPS, ids=GAPS._fields)
def test_a_text_of_the_gaps_within_a_policy_makes_no_form(gap, long_way):
    odd = replace(RECORD, policy=replace(POLICY, excluded_recipients=frozenset({f"before {gap} after"})))
    document = loose(odd.to_json())
    found = own_texts(document)

    assert found is not None
    assert rules_of(found[1]) is None
    assert ConsentRecord.from_json(document) == odd
    assert len(long_way) == 1


def test_who_forbids_something_is_read_by_a_form_as_well(long_way):
    forbidding = replace(POLICY, prohibitions=frozenset({never(Operand.RECIPIENT_KIND, "insurer")}))
    theirs = replace(RECORD, policy=forbidding)

    assert ConsentRecord.from_json(loose(theirs.to_json())) == theirs
    assert long_way == []


@pytest.mark.parametrize("nothing", [[], None])
def test_a_record_that_says_nothing_of_what_it_forbids_is_refused(nothing):
    document = loose(RECORD.to_json())
    document["record"]["dpv:hasProcess"][0]["odrl:hasPolicy"][0]["prohibition"] = nothing

    with pytest.raises(MalformedError):
        ConsentRecord.from_json(document)


def test_a_signed_consent_carries_what_it_forbids():
    forbidding = replace(POLICY, prohibitions=frozenset({never(Operand.RECIPIENT_KIND, "insurer")}))
    token = sign_consent(replace(RECORD, policy=forbidding), HOLDER)

    found = verify_consent(
        token,
        HOLDER.public,
        subject=RECORD.subject,
        credential_digest=RECORD.credential_digest,
        inputs_digest=RECORD.inputs_digest,
    )

    assert found.policy == forbidding != POLICY


def test_who_may_be_joined_is_read_the_long_way(long_way):
    joins = frozenset({Joining("health/1", b64url_encode(bytes(32)))})
    document = loose(
        replace(
            RECORD, policy=replace(POLICY, joins=joins), join_proofs={"health/1": b64url_encode(bytes(64))}
        ).to_json()
    )

    assert ConsentRecord.from_json(document).policy.joins == joins
    assert len(long_way) == 1


def test_the_gaps_of_a_form_are_filled_with_what_json_makes_of_texts():
    form = RecordForm.of(POLICY, json.dumps([GAPS.subject, "x", GAPS.consent_id + "/y"]))

    filled = form.filled(GAPS._replace(subject='a"b\\é', consent_id="id"))

    assert json.loads(filled) == ['a"b\\é', "x", "id/y"]


@given(records())
def test_a_record_that_was_read_has_the_digest_of_what_would_be_written_for_it(given_record):
    read = ConsentRecord.from_json(loose(given_record.to_json()))

    assert read.digest == b64url_encode(sha256(canonical_json(read.to_json())))
    ended = read.withdraw(read.policy.given_at + timedelta(seconds=1))
    assert ended.digest == b64url_encode(sha256(canonical_json(ended.to_json()))) != read.digest
