"""What a job over joined records names, and the words for it."""

from dataclasses import replace

import pytest

from consent.errors import MismatchError
from consent.job import Partner
from consent.joining import (
    Joining,
    asked_about,
    consents_of,
)
from consent.order import sign_escrow_receipt
from consent.query import Statistic
from consent.vocabulary import StatisticKind
from consent.wording import describe_policy, describe_query
from crypto.errors import MalformedError
from ssi.dataset import data_set
from tests.consent.examples import (
    EXAM,
    MARKETPLACE,
    POLICY,
    receipt,
)
from tests.consent.joined_papers import (
    HANDLE,
    JOINABLE,
    JOINED,
    MANIFEST,
    joined_manifest,
    read,
)


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
