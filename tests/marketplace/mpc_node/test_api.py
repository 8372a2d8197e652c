"""Who may ask a node what, and how it says no."""

import pytest

from tests.marketplace.mpc_node.orders import manifest_for
from tests.marketplace.mpc_node.parties import NAMES, NOW, assembled, parts
from tests.marketplace.mpc_node.people import contribution_of, people, person
from tests.marketplace.mpc_node.town import Town

MARKETPLACE_ONLY = [
    ("post", "/v1/contributions"),
    ("post", "/v1/jobs"),
    ("get", "/v1/jobs/job-1"),
    ("get", "/v1/jobs/job-1/output"),
    ("get", "/v1/log/withdrawals"),
    ("post", "/v1/log/withdrawals"),
]


@pytest.mark.parametrize(("method", "path"), MARKETPLACE_ONLY)
@pytest.mark.parametrize("caller", [None, "node-b", "node-d"])
def test_only_the_marketplace_comes_in(town: Town, method, path, caller):
    answer = (
        town.post("node-a", path, {}, caller=caller)
        if method == "post"
        else town.get("node-a", path, caller=caller)
    )

    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a": 1, "a": 2}', b'{"contributions": 7}', b"\xff"])
def test_a_body_that_cannot_be_read_is_a_bad_request(town: Town, body):
    fingerprint = {"test.fingerprint": town.registry.marketplace.tls_fingerprint}

    answer = town.client("node-a").post("/v1/contributions", data=body, environ_overrides=fingerprint)

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_an_unknown_member_is_a_bad_request(town: Town):
    assert town.post("node-a", "/v1/jobs", {"manifest": "x", "force": True}).status_code == 400


def test_too_many_contributions_at_once_are_a_bad_request(town: Town):
    assert town.post("node-a", "/v1/contributions", {"contributions": [{}] * 1001}).status_code == 400


@pytest.mark.parametrize("path", ["/v1/jobs/job-9", "/v1/jobs/job-9/output"])
def test_an_unknown_job_is_not_found(town: Town, path):
    assert town.get("node-a", path).status_code == 404


@pytest.mark.parametrize("path", ["/v1/jobs/%00", "/v1/jobs/job%001/output"])
def test_a_job_whose_name_no_database_keeps_is_not_found(town: Town, path):
    assert town.get("node-a", path).status_code == 404


def test_a_manifest_with_a_nul_is_a_bad_request(town: Town):
    assert town.post("node-a", "/v1/jobs", {"manifest": "x\x00"}).status_code == 400


def test_a_job_without_output_says_how_it_stands(town: Town):
    town.run(manifest_for(people(12)))

    answer = town.get("node-a", "/v1/jobs/job-1/output")

    assert answer.status_code == 409
    assert "FAILED" in answer.json["detail"]


def test_an_error_inside_says_nothing_about_the_inside(town: Town, caplog):
    town.nodes["node-a"].jobs.status = lambda job_id: 1 / 0  # type: ignore[method-assign,assignment,return-value]

    answer = town.get("node-a", "/v1/jobs/job-1")

    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text


def test_everybody_may_ask_how_a_node_is(town: Town):
    answer = town.get("node-a", "/health", caller=None)

    assert answer.status_code == 200
    assert answer.json["role"] == "mpc-node"


def test_a_node_that_left_the_registry_is_not_well(town: Town, caplog):
    town.registry = assembled(parts(nodes=("node-b", "node-c", "node-d")))

    assert town.get("node-a", "/health", caller=None).status_code == 503


def test_contributions_are_counted_by_outcome(town: Town):
    town.contribute("node-a", contribution_of(person(1)))
    town.post("node-a", "/v1/contributions", {"contributions": [{}]})

    published = town.get("node-a", "/metrics", caller=None).text

    assert 'mpc_contributions_total{outcome="accepted"} 1.0' in published
    assert 'mpc_contributions_total{outcome="malformed"} 1.0' in published


def test_attempts_are_counted_by_outcome(town: Town):
    town.settle(people(12))
    town.run(manifest_for(people(12)))

    for name in NAMES:
        assert 'mpc_attempts_total{outcome="DONE"} 1.0' in town.get(name, "/metrics").text


def test_a_node_that_is_not_listed_takes_no_orders(town: Town):
    town.registry = assembled(parts(nodes=("node-b", "node-c", "node-d")))

    assert town.post("node-a", "/v1/contributions", {"contributions": [{}]}).status_code == 503


def test_without_a_registry_that_holds_nobody_comes_in(town: Town):
    town.registry = assembled(parts(), end=NOW)

    assert town.post("node-a", "/v1/contributions", {"contributions": [{}]}).status_code == 503
    assert town.post("node-a", "/v1/peer/messages", {"message": "x"}, caller="node-b").status_code == 403
