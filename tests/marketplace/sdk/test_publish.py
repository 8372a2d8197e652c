"""An answer is published as a data set that says how it came about, or not at all."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from consent.query import Statistic
from consent.vocabulary import StatisticKind
from marketplace.sdk.publish import (
    COLUMNS,
    CkanPublisher,
    ExactAnswerError,
    NameTakenError,
    Publication,
    PublicationError,
    csv_of,
)
from marketplace.sdk.result import OpenedResult, open_result, read_result
from ssi.http.errors import PeerError
from tests.marketplace.market import open_market
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.sdk.ckan_site import ORGANISATION, TOKEN, CkanSite
from tests.marketplace.sdk.test_result import AUTHORITY, KEYS, released
from tests.serving import serving

ABOUT = Publication("exam-scores", "Exam scores", ORGANISATION, "cc-by")
BY_SCHOOL = replace(
    NOISY,
    group_by="school_type",
    statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score")),
)


def answered(query=NOISY, *, count: int = 24) -> OpenedResult:
    document, placed = released(open_market(), query, count=count)
    return open_result(read_result(document, AUTHORITY, now=NOW), KEYS, placed)


@pytest.fixture(scope="module")
def result() -> OpenedResult:
    return answered(BY_SCHOOL)


@pytest.fixture
def site() -> Iterator[tuple[CkanSite, str]]:
    made = CkanSite()
    with serving(made.app()) as url:
        yield made, url


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_an_answer_is_published_with_its_numbers_and_its_method(site, result):
    made, url = site

    address = CkanPublisher.connect(url, TOKEN).publish(result, ABOUT)

    (package,) = made.packages.values()
    assert address == f"{url}/dataset/exam-scores"
    assert (package["state"], package["license_id"], package["title"]) == ("active", "cc-by", "Exam scores")
    files: dict[str, Any] = {each["filename"]: each["content"] for each in package["resources"]}
    assert lines_of(files["answer.csv"]) == lines_of(csv_of(result))
    method = json.loads(files["method.json"])
    assert method["protection"]["epsilon"] == "1"
    assert method["question"] == BY_SCHOOL.to_json()
    assert "random error" in package["notes"]


def test_the_table_has_every_estimate_with_its_error_and_every_withheld_group(result):
    lines = lines_of(csv_of(result))

    estimates = [each for row in result.answer.rows for each in row.estimates]
    assert list(lines[0]) == list(COLUMNS)
    assert len(lines) == len(estimates) + len(result.answer.withheld_groups)
    for line in lines:
        assert bool(line["value"]) != bool(line["withheld"])
        if line["value"]:
            assert float(line["low95"]) <= float(line["value"]) <= float(line["high95"])
    assert {line["group"] for line in lines if line["withheld"]} >= set(result.answer.withheld_groups)


def test_the_exact_number_of_people_is_not_published(site, result):
    made, url = site
    CkanPublisher.connect(url, TOKEN).publish(replace(result, people=24_681), ABOUT)

    assert "24681" not in json.dumps(list(made.packages.values()))


def test_an_exact_answer_is_not_published(site):
    made, url = site
    with pytest.raises(ExactAnswerError):
        CkanPublisher.connect(url, TOKEN).publish(answered(EXACT, count=12), ABOUT)

    assert made.packages == {}


def test_a_name_that_is_taken_is_told_as_that(site, result):
    _, url = site
    publisher = CkanPublisher.connect(url, TOKEN)
    publisher.publish(result, ABOUT)

    with pytest.raises(NameTakenError):
        publisher.publish(result, ABOUT)


@pytest.mark.parametrize(
    ("token", "about"),
    [("wrong", ABOUT), (TOKEN, replace(ABOUT, owner_org="nobody"))],
    ids=["token", "owner"],
)
def test_what_the_site_refuses_is_not_published(site, result, token, about):
    made, url = site
    with pytest.raises(PublicationError, match="status 4") as caught:
        CkanPublisher.connect(url, token).publish(result, about)

    assert not isinstance(caught.value, NameTakenError)
    assert token not in str(caught.value)
    assert made.packages == {}


@pytest.mark.parametrize("action", ["resource_create", "package_patch"])
@pytest.mark.parametrize("says", [b"", b"<html>", b"[]", b'{"success": false}', b'{"success": 1}'])
def test_what_breaks_off_leaves_nothing_that_can_be_seen(site, result, action, says):
    made, url = site
    made.breaks, made.says = action, says

    with pytest.raises(PublicationError):
        CkanPublisher.connect(url, TOKEN).publish(result, ABOUT)

    assert [each["state"] for each in made.packages.values()] == ["deleted"]


@pytest.mark.parametrize(
    "says", [b'{"success": true, "result": []}', b'{"success": true, "result": {"id": 3}}']
)
def test_an_answer_that_is_not_understood_is_a_named_error(site, result, says):
    made, url = site
    made.breaks, made.says = "package_create", says

    with pytest.raises(PublicationError):
        CkanPublisher.connect(url, TOKEN).publish(result, ABOUT)


def test_a_site_that_is_not_there_is_a_named_error(result):
    with pytest.raises(PublicationError):
        CkanPublisher.connect("http://127.0.0.1:9", TOKEN).publish(result, ABOUT)


def test_a_token_is_not_sent_in_the_clear_to_another_machine():
    with pytest.raises(PeerError):
        CkanPublisher.connect("http://data.city.example", TOKEN)


def test_a_token_stays_out_of_what_is_printed():
    assert TOKEN not in repr(CkanPublisher.connect("https://data.city.example", TOKEN))


@pytest.mark.parametrize(
    "change", [{"name": "Exam Scores"}, {"name": "x"}, {"name": "../x"}, {"title": ""}, {"title": "x" * 201}]
)
def test_a_name_or_title_that_no_site_takes_is_refused(change):
    with pytest.raises(PublicationError):
        replace(ABOUT, **change)
