"""The same story on KRAKEN's own test data: patients of the Framingham heart study, from a hospital."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from examples.demo import story
from examples.people import Person, invite
from examples.records import framingham_file, framingham_records
from marketplace.domain.chart import subject_earned
from tests.journeys.customers import Customer, Purchase, buy
from tests.journeys.neighbourhood import Neighbourhood
from wallet.domain.choices import PolicyChoices

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

FRAMINGHAM = "framingham/1"
PEOPLE = 30
COMPENSATION_CENTS = 120
FARTHEST = 7.0
PATIENTS = PolicyChoices(
    crowd_floor=10,
    exact_allowed=True,
    epsilon_per_query=Decimal(8),
    epsilon_total=Decimal(8),
    compensation_cents=COMPENSATION_CENTS,
    explicit_consent=True,
)
EXACT = Query(
    data_set=FRAMINGHAM,
    purpose=Purpose.SCIENTIFIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "systolic"),
        Statistic(StatisticKind.STANDARD_DEVIATION, "diastolic"),
    ),
    floor=10,
    epsilon=None,
)
NOISED = replace(
    EXACT,
    statistics=(
        Statistic(StatisticKind.MEAN, "glucose"),
        Statistic(StatisticKind.HISTOGRAM, "current_smoker"),
    ),
    epsilon=Decimal(8),
)


@pytest.fixture(scope="module")
def source() -> Path:
    """Where the data are, on a machine that has them."""
    file = framingham_file()
    if file is None:
        pytest.skip("framingham_small.csv is not at hand: put it into ../shared/data, or set ARGONAUTA_DATA")
    return file


@pytest.fixture(scope="module")
def patients(source: Path, neighbourhood: Neighbourhood) -> list[Person]:
    """Patients who received their records from the hospital and offer them."""
    invitations = invite(
        neighbourhood.town, "hospital", FRAMINGHAM, framingham_records(source, PEOPLE), PATIENTS
    )
    return neighbourhood.settle(list(invitations))


@pytest.fixture(scope="module")
def exact(patients: list[Person], neighbourhood: Neighbourhood, institute: Customer) -> Purchase:
    """An exact answer about the patients."""
    return buy(neighbourhood, institute, EXACT, patients)


def test_an_exact_answer_about_patients_equals_the_answer_in_the_clear(exact: Purchase):
    assert [line.what for line in exact.lines] == ["count", "mean systolic", "sd diastolic"]
    assert all(line.private is not None and not line.noise_sd for line in exact.lines)
    assert all(line.holds for line in exact.lines), exact.lines


def test_every_patient_is_paid_and_sees_it_proven(neighbourhood: Neighbourhood, exact: Purchase):
    changes = exact.settled.since(exact.before)

    account = story.look_into_wallet(neighbourhood.wallets, exact.people[0])

    earned = {account: cents for account, cents in changes.items() if account.startswith("subject:")}
    assert earned == {subject_earned(person.consent_id): COMPENSATION_CENTS for person in exact.people}
    assert exact.settled.of("escrow") == 0
    assert account.all_proven
    assert account.total_cents == COMPENSATION_CENTS


def test_what_some_patients_lack_is_answered_with_noise(
    patients: list[Person], neighbourhood: Neighbourhood, institute: Customer
):
    purchase = buy(neighbourhood, institute, NOISED, patients)

    bars = [line for line in purchase.lines if line.what.startswith("histogram")]
    assert len(bars) == 2
    told = [line for line in purchase.lines if line.private is not None]
    assert set(bars) <= set(told)
    assert all(
        line.private is not None and abs(line.private - line.in_the_clear) <= FARTHEST * line.noise_sd
        for line in told
    ), told


def test_an_exact_answer_about_what_some_patients_lack_is_refused(
    patients: list[Person], institute: Customer
):
    with pytest.raises(Exception, match="not everyone has 'glucose'"):
        institute.buyer.quote(
            replace(NOISED, epsilon=None, statistics=(Statistic(StatisticKind.MEAN, "glucose"),))
        )
