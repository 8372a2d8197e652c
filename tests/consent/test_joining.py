"""Records of one person may be put together where she allows it for both; nobody else can say so."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decision import decide
from consent.errors import MismatchError, QueryRefusedError, TermsError
from consent.job import Partner, sign_manifest, verify_manifest
from consent.joining import (
    JoinClaim,
    Joining,
    asked_about,
    consents_of,
    handle_of,
    is_row,
    join_key,
    prove_join,
    require_one_person,
    row_of,
    verify_join,
)
from consent.odrl import from_odrl, to_offer
from consent.order import sign_escrow_receipt
from consent.policy import Permitted, Refusal, Refused
from consent.query import Condition, Query, Statistic
from consent.query_check import check
from consent.record import ConsentRecord, sign_consent, verify_consent
from consent.vocabulary import Engine, StatisticKind
from consent.wording import describe_policy, describe_query
from crypto.encoding import b64url_decode, b64url_encode, sha256
from crypto.errors import MalformedError, SignatureError
from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError
from tests.consent.examples import (
    CONSENT_ID,
    CREDENTIAL_DIGEST,
    EXAM,
    HOLDER,
    MARKET_ID,
    MARKETPLACE,
    NOW,
    OTHER_CONSENT_ID,
    POLICY,
    QUERY,
    RECORD,
    SUBJECT,
    USE,
    loose,
    manifest,
    receipt,
)

MANIFEST = manifest()
SECRET = sha256(b"wallet")
KEY = join_key(SECRET, marketplace=MARKET_ID, data_sets=("exam/1", "health/1"))
HANDLE = handle_of(KEY)
TO_HEALTH = Joining("health/1", HANDLE)
JOINABLE = replace(POLICY, joins=frozenset({TO_HEALTH}))
JOINED = replace(QUERY, join="health/1")
HEALTH_POLICY = replace(
    JOINABLE,
    data_set="health/1",
    attributes=frozenset({"age", "age_band"}),
    joins=frozenset({Joining("exam/1", HANDLE)}),
)
AGES = replace(JOINED, statistics=(Statistic(StatisticKind.MEAN, "health/1#age"),))


def record(policy=JOINABLE, key=KEY, **changes) -> ConsentRecord:
    """A consent that allows the join, proved by a key."""
    claim = JoinClaim(CONSENT_ID, CREDENTIAL_DIGEST, MARKET_ID, policy.data_set, "health/1")
    made = replace(RECORD, policy=policy, join_proofs={"health/1": prove_join(claim, key)})
    return replace(made, **changes)


def verified(made: ConsentRecord) -> ConsentRecord:
    return verify_consent(
        sign_consent(made, HOLDER),
        HOLDER.public,
        subject=SUBJECT,
        credential_digest=made.credential_digest,
        inputs_digest=made.inputs_digest,
    )


# Handles


def test_both_consents_of_a_wallet_find_the_same_handle_whichever_comes_first():
    other_way = join_key(SECRET, marketplace=MARKET_ID, data_sets=("health/1", "exam/1"))

    assert handle_of(other_way) == HANDLE
    assert len(b64url_decode(HANDLE)) == 32


@given(
    secret=st.sampled_from([b"wallet", b"other"]),
    market=st.sampled_from([MARKET_ID, "did:web:elsewhere.example"]),
    pair=st.sampled_from([("exam/1", "health/1"), ("exam/1", "framingham/1"), ("framingham/1", "health/1")]),
)
def test_another_wallet_marketplace_or_pair_has_another_handle(secret, market, pair):
    handle = handle_of(join_key(sha256(secret), marketplace=market, data_sets=pair))

    same = (secret, market, pair) == (b"wallet", MARKET_ID, ("exam/1", "health/1"))
    assert (handle == HANDLE) is same


@pytest.mark.parametrize(
    "change",
    [
        {"consent_id": OTHER_CONSENT_ID},
        {"credential_digest": b64url_encode(sha256(b"another"))},
        {"marketplace": "did:web:elsewhere.example"},
        {"data_set": "framingham/1"},
        {"other": "framingham/1"},
    ],
)
def test_a_join_proof_is_about_one_consent_credential_marketplace_and_pair(change):
    claim = JoinClaim(CONSENT_ID, CREDENTIAL_DIGEST, MARKET_ID, "exam/1", "health/1")
    proof = b64url_decode(prove_join(claim, KEY))
    verify_join(claim, HANDLE, proof)

    with pytest.raises(SignatureError):
        verify_join(replace(claim, **change), HANDLE, proof)


def test_a_handle_that_is_no_key_proves_nothing():
    claim = JoinClaim(CONSENT_ID, CREDENTIAL_DIGEST, MARKET_ID, "exam/1", "health/1")

    with pytest.raises(MalformedError):
        verify_join(claim, b64url_encode(bytes(32)), bytes(64))


@pytest.mark.parametrize(("left", "right"), [(None, None), (HANDLE, None), (None, HANDLE), (HANDLE, "x")])
def test_two_consents_are_of_one_person_only_with_one_handle(left, right):
    require_one_person(HANDLE, HANDLE)

    with pytest.raises(MismatchError, match="of one person"):
        require_one_person(left, right)


# Rows


def test_a_row_is_named_by_its_consents_and_read_back():
    assert row_of(CONSENT_ID) == CONSENT_ID
    assert consents_of(row_of(CONSENT_ID, OTHER_CONSENT_ID)) == (CONSENT_ID, OTHER_CONSENT_ID)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (CONSENT_ID, True),
        (row_of(CONSENT_ID, OTHER_CONSENT_ID), True),
        (row_of(CONSENT_ID, CONSENT_ID), False),
        (f"{CONSENT_ID}+", False),
        ("", False),
        ("+", False),
        (row_of(CONSENT_ID, OTHER_CONSENT_ID, CONSENT_ID.replace("3f", "3e")), False),
    ],
)
def test_a_row_stands_on_one_consent_or_on_two_different_ones(name, expected):
    assert is_row(name) is expected


# Queries


def test_a_joined_query_survives_its_document():
    assert Query.from_json(AGES.to_json()) == AGES
    assert "join" not in QUERY.to_json()


def test_a_document_that_joins_a_data_set_with_itself_is_refused():
    with pytest.raises(MalformedError, match="another data set than exam/1"):
        Query.from_json({**QUERY.to_json(), "join": "exam/1"})


def test_a_query_asks_about_both_records_of_a_person():
    assert asked_about(JOINED).ref == JOINED.about == "exam/1+health/1"
    assert asked_about(QUERY) == EXAM
    assert JOINED.data_sets == ("exam/1", "health/1")


def test_a_query_about_a_join_with_itself_or_with_nothing_known_is_refused():
    with pytest.raises(QueryRefusedError, match="with itself"):
        asked_about(replace(QUERY, join="exam/1"))
    with pytest.raises(UnknownDataSetError):
        asked_about(replace(QUERY, join="dreams/1"))


def test_attributes_belong_to_the_record_that_their_name_says():
    query = replace(
        JOINED,
        statistics=(Statistic(StatisticKind.CORRELATION, "exam_score", ("health/1#age",)),),
        group_by="sex",
        where=(Condition("health/1#age_band", "adult"), Condition("framingham/1#age", "old")),
    )

    assert query.attributes_of("health/1") == {"age", "age_band"}
    assert query.attributes_of("exam/1") == {"exam_score", "sex", "framingham/1#age"}


def test_a_joined_query_is_held_against_both_data_sets():
    check(AGES, asked_about(AGES))
    unknown = replace(JOINED, statistics=(Statistic(StatisticKind.MEAN, "health/1#exam_score"),))

    with pytest.raises(QueryRefusedError, match="has no attribute 'health/1#exam_score'"):
        check(unknown, asked_about(unknown))
    with pytest.raises(QueryRefusedError, match=r"not a query about exam/1"):
        check(AGES, EXAM)


def test_only_the_nodes_join_records():
    encrypted = replace(JOINED, engine=Engine.PAILLIER)

    with pytest.raises(QueryRefusedError, match="joined by the nodes only"):
        check(encrypted, asked_about(encrypted))


def test_a_private_condition_on_the_second_record_narrows_the_answer():
    narrowed = replace(JOINED, floor=50, where=(Condition("health/1#sex", "female"),))
    careful = replace(
        JOINABLE, crowd_floor=60, attributes=POLICY.attributes, statistics=frozenset(StatisticKind)
    )
    use = replace(USE, query=narrowed, cohort_size=100)

    assert decide(careful, use, now=NOW) == Refused(Refusal.CROWD_TOO_SMALL)
    assert decide(careful, replace(use, query=JOINED), now=NOW) == Permitted()


# Policies


def test_who_allows_the_other_data_set_permits_the_join():
    assert decide(JOINABLE, replace(USE, query=JOINED), now=NOW) == Permitted()


def test_who_did_not_allow_it_is_not_joined():
    assert decide(POLICY, replace(USE, query=JOINED), now=NOW) == Refused(Refusal.JOIN_NOT_ALLOWED)


def test_allowing_one_data_set_allows_no_other():
    elsewhere = replace(POLICY, joins=frozenset({Joining("framingham/1", HANDLE)}))

    assert decide(elsewhere, replace(USE, query=JOINED), now=NOW) == Refused(Refusal.JOIN_NOT_ALLOWED)


def test_each_policy_is_asked_about_the_attributes_of_its_own_record():
    age = replace(AGES, where=(Condition("sex", "female"),))
    use = replace(USE, query=age)

    assert decide(HEALTH_POLICY, use, now=NOW) == Permitted()
    assert decide(JOINABLE, use, now=NOW) == Permitted()
    assert decide(replace(HEALTH_POLICY, attributes=frozenset({"age_band"})), use, now=NOW) == Refused(
        Refusal.ATTRIBUTE_NOT_ALLOWED
    )
    assert decide(replace(JOINABLE, attributes=frozenset({"exam_score"})), use, now=NOW) == Refused(
        Refusal.ATTRIBUTE_NOT_ALLOWED
    )


def test_a_policy_about_a_third_data_set_permits_no_join_of_two_others():
    third = replace(POLICY, data_set="framingham/1", joins=frozenset({TO_HEALTH, Joining("exam/1", HANDLE)}))

    decision = decide(third, replace(USE, query=JOINED), now=NOW)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.OTHER_DATA_SET


def test_a_policy_names_the_handle_of_each_data_set():
    assert JOINABLE.join_handle("health/1") == HANDLE
    assert JOINABLE.join_handle("framingham/1") is None


@pytest.mark.parametrize(
    ("joins", "message"),
    [
        ({Joining("exam/1", HANDLE)}, "its own data set"),
        ({TO_HEALTH, Joining("health/1", "other")}, "named twice"),
        ({Joining(f"kind/{number}", HANDLE) for number in range(17)}, "named twice"),
    ],
)
def test_terms_of_joining_that_contradict_themselves_are_refused(joins, message):
    with pytest.raises(TermsError, match=message):
        replace(POLICY, joins=frozenset(joins))


# Documents


def test_an_odrl_offer_says_with_what_a_record_may_be_joined():
    document = loose(to_offer(JOINABLE, "urn:offer"))

    assert from_odrl(document) == JOINABLE
    assert {
        "leftOperand": "mk:join",
        "operator": "isAnyOf",
        "rightOperand": [f"health/1#{HANDLE}"],
    } in document["permission"][0]["constraint"]
    assert "mk:join" not in str(to_offer(POLICY, "urn:offer"))


@pytest.mark.parametrize("text", ["health/1", f"#{HANDLE}", "health/1#", f"health/1#{HANDLE[:-4]}", "#"])
def test_an_odrl_join_that_is_none_is_refused(text):
    document = loose(to_offer(JOINABLE, "urn:offer"))
    constraint = document["permission"][0]["constraint"][-1]
    assert constraint["leftOperand"] == "mk:join"
    constraint["rightOperand"] = [text]

    with pytest.raises(MalformedError, match="a data set, # and a join handle"):
        from_odrl(document)


def test_a_consent_carries_its_proof_and_says_that_data_are_combined():
    made = record()

    assert verified(made) == made
    process = loose(made.to_json())["record"]["dpv:hasProcess"][0]
    assert process["dpv:hasProcessing"] == ["dpv:Aggregate", "dpv:Combine"]
    assert "join_proofs" not in RECORD.to_json()


def test_a_proof_by_another_key_than_the_handle_is_refused():
    with pytest.raises(SignatureError):
        verified(
            record(key=join_key(sha256(b"thief"), marketplace=MARKET_ID, data_sets=("exam/1", "health/1")))
        )


def test_a_proof_of_another_consent_is_refused():
    stolen = record().join_proofs

    with pytest.raises(SignatureError):
        verified(record(consent_id=OTHER_CONSENT_ID, join_proofs=stolen))


@pytest.mark.parametrize("proofs", [{}, {"framingham/1": "A"}])
def test_every_join_has_its_proof_and_every_proof_its_join(proofs):
    with pytest.raises(TermsError, match="one join proof"):
        record(join_proofs=proofs)
    with pytest.raises(TermsError, match="one join proof"):
        replace(RECORD, join_proofs={"health/1": "A"})


@pytest.mark.parametrize(
    "altered", [{}, [], {"health/1": "short"}, {"health/1": 3}, {"health/1": "A" * 86, "exam/1": "A" * 86}]
)
def test_hostile_join_proofs_are_refused(altered):
    document = {**record().to_json(), "join_proofs": altered}

    with pytest.raises((MalformedError, TermsError)):
        ConsentRecord.from_json(document)


# Jobs


def joined_manifest(**changes):
    paid = receipt(query_digest=JOINED.digest)
    partners = {
        each: Partner(
            f"urn:uuid:10000000-0000-4000-8000-{number:012d}", b64url_encode(sha256(bytes([number])))
        )
        for number, each in enumerate(MANIFEST.contributions)
    }
    made = replace(
        MANIFEST,
        query=JOINED,
        partners=partners,
        escrow_receipt=sign_escrow_receipt(paid, MARKETPLACE),
    )
    return replace(made, **changes)


def read(made):
    return verify_manifest(sign_manifest(made, MARKETPLACE), MARKETPLACE.public, now=NOW)[0]


def test_a_manifest_names_both_consents_of_each_person():
    made = joined_manifest()

    assert read(made) == made
    assert len(made.consents) == 2 * len(made.contributions)
    assert [consents_of(row)[0] for row in made.rows] == list(made.contributions)
    assert [consents_of(row)[1] for row in made.rows] == [each.consent_id for each in made.partners.values()]


def test_a_manifest_without_partners_has_its_consents_for_rows():
    assert MANIFEST.rows == tuple(MANIFEST.contributions)
    assert MANIFEST.consents == MANIFEST.contributions


def test_a_joined_manifest_without_a_partner_is_refused():
    first = next(iter(MANIFEST.contributions))
    partners = {each: partner for each, partner in joined_manifest().partners.items() if each != first}

    with pytest.raises(MalformedError, match="joined"):
        read(joined_manifest(partners=partners))


def test_a_partner_where_nothing_is_joined_is_refused():
    with pytest.raises(MalformedError, match="joined"):
        read(replace(MANIFEST, partners=joined_manifest().partners))


@pytest.mark.parametrize("of", ["partner", "other", "self"])
def test_a_consent_stands_once_in_a_manifest_on_whichever_side(of):
    made = joined_manifest()
    first, second, *_ = made.contributions
    named = {"partner": made.partners[second].consent_id, "other": second, "self": first}[of]
    partners = {**made.partners, first: Partner(named, made.partners[first].inputs_digest)}

    with pytest.raises(MalformedError, match="stands twice"):
        read(replace(made, partners=partners))


def test_money_must_be_there_for_both_records_of_each_person():
    people = len(MANIFEST.contributions)
    short = receipt(query_digest=JOINED.digest, amount_cents=2 * people * 50 - 1)

    with pytest.raises(MismatchError, match="less money"):
        read(joined_manifest(escrow_receipt=sign_escrow_receipt(short, MARKETPLACE)))


# Words


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "It may be put together with your data “Health check” and computed on as one",
                "see that both belong to one person. They do not see to whom.",
            ],
        ),
        (
            "de",
            [
                "Es darf mit Ihren Daten „Gesundheitsuntersuchung“ zusammengeführt",
                "dass beide zu einer Person gehören. Zu wem, sehen sie nicht.",
            ],
        ),
    ],
)
def test_the_words_say_plainly_what_joining_means(language, said):
    text = describe_policy(JOINABLE, EXAM, language).text

    assert all(part in text for part in said)
    assert not any(part in describe_policy(POLICY, EXAM, language).text for part in said)


def test_an_unknown_data_set_to_join_with_is_called_by_its_reference():
    policy = replace(POLICY, joins=frozenset({Joining("dreams/1", HANDLE)}))

    assert "“dreams/1”" in describe_policy(policy, EXAM, "en").text


def test_a_joined_question_names_the_record_of_each_part():
    query = replace(
        JOINED, statistics=(Statistic(StatisticKind.CORRELATION, "exam_score", ("health/1#age",)),)
    )

    assert describe_query(query, asked_about(query), "en").startswith(
        "How closely exam score (Exam results) goes together with age (Health check)"
    )
    assert data_set("health/1").label["en"] == "Health check"
