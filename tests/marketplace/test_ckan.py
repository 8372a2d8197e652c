"""Programs that know CKAN read the catalogue: `ckanapi` over loopback, and what it would make of refusals."""

from collections.abc import Iterator

import pytest
from ckanapi import NotFound, RemoteCKAN, ValidationError
from flask.testing import FlaskClient

from marketplace.api.app import create_api_app
from marketplace.services.supply_terms import SumUpSupply
from ssi.dataset import data_sets
from tests.marketplace.connector import ROOT, Connector, connected
from tests.serving import serving

NAMES = sorted(f"{each.id}-{each.version}" for each in data_sets())


@pytest.fixture(scope="module")
def standing() -> Iterator[Connector]:
    with connected(people=60) as connector:
        SumUpSupply(connector.market.desk)()
        yield connector


@pytest.fixture(scope="module")
def web(standing) -> FlaskClient:
    client: FlaskClient = standing.web
    return client


@pytest.fixture(scope="module", params=[False, True], ids=["post", "get"])
def ckan(request, standing) -> Iterator[RemoteCKAN]:
    app = create_api_app(standing.market.services)
    with serving(app) as url, RemoteCKAN(url, get_only=request.param) as remote:
        yield remote


def test_packages_are_listed(ckan):
    assert ckan.action.package_list() == NAMES
    assert ckan.action.package_list(limit=2, offset=1) == NAMES[1:3]


def test_a_package_is_shown_by_its_name_and_by_its_id(ckan):
    shown = ckan.action.package_show(id="exam-1")

    assert (shown["title"], shown["url"]) == ("Exam results", f"{ROOT}/data/exam/1")
    assert ckan.action.package_show(id=shown["id"]) == shown
    assert [each["package_id"] for each in shown["resources"]] == [shown["id"]]


def test_a_package_says_of_people_what_the_catalogue_says(ckan):
    extras = {each["key"]: each["value"] for each in ckan.action.package_show(id="exam-1")["extras"]}
    few = {each["key"] for each in ckan.action.package_show(id="health-1")["extras"]}

    assert extras["people"] == "50 to 100"
    assert extras["compensation_from_cents"] == "100"
    assert few == {"people", "sensitivity"}


def test_a_package_that_there_is_not_is_not_found(ckan):
    for name in ("gossip-1", "exam/1", "", "../exam-1"):
        with pytest.raises(NotFound):
            ckan.action.package_show(id=name)


def test_packages_are_searched_by_words(ckan):
    found = ckan.action.package_search(q="verbal reasoning")
    everything = ckan.action.package_search(q="*:*", rows=3, start=1)

    assert [each["name"] for each in found["results"]] == ["exam-1"]
    assert (found["count"], everything["count"]) == (1, len(NAMES))
    assert [each["name"] for each in everything["results"]] == NAMES[1:4]


def test_a_filter_that_is_not_understood_is_not_passed_over(ckan):
    with pytest.raises(ValidationError, match="not understood here"):
        ckan.action.package_search(fq="organization:other")


@pytest.mark.parametrize("rows", ["-1", "many", "1e3", "9" * 30])
def test_numbers_that_are_none_are_refused(ckan, rows):
    with pytest.raises(ValidationError):
        ckan.action.package_search(rows=rows)


def test_the_site_says_what_it_is(ckan):
    status = ckan.action.status_show()

    assert (status["site_url"], status["site_title"]) == (ROOT, "Market")
    assert ckan.action.site_read() is True


@pytest.mark.parametrize("prefix", ["/api/action", "/api/3/action"])
def test_both_addresses_are_answered_in_the_envelope_of_ckan(web, prefix):
    answer = web.get(f"{prefix}/package_show?id=exam-1").json

    assert answer["success"] is True
    assert answer["result"]["name"] == "exam-1"
    assert answer["help"].endswith("name=package_show")


@pytest.mark.parametrize("raw", [b"[]", b"{", b'"x"', b"\xff", b"[" * 5000, b" " * 30_000])
def test_a_body_that_is_no_object_is_refused_by_name(web, raw):
    answer = web.post("/api/3/action/package_list", data=raw, content_type="application/json")

    assert answer.status_code == 409
    assert answer.json["error"]["__type"] == "Validation Error"


@pytest.mark.parametrize("action", ["package_create", "package_delete", "user_list"])
def test_nothing_can_be_written_or_asked_about_users(web, action):
    assert web.post(f"/api/3/action/{action}", json={}).status_code == 404


def test_a_parameter_of_many_letters_is_refused(web):
    answer = web.get("/api/3/action/package_search", query_string={"q": "x" * 600})

    assert (answer.status_code, answer.json["success"]) == (409, False)
