"""The OpenAPI document is valid, describes every route, and real answers are as it says."""

import re
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from ssi.issuer_service.bootstrap import open_work
from ssi.issuer_service.domain.scope import Scope
from tests.ssi.issuer_service.tables import table
from tests.ssi.issuer_service.visitors import Institution, Office, answer_of, problem, record

pytestmark = pytest.mark.database
DEVICE_CALLS = {
    ("POST", "/devices"),
    ("GET", "/devices"),
    ("GET", "/devices/{device_id}"),
    ("DELETE", "/devices/{device_id}"),
    ("POST", "/devices/{device_id}/batches"),
}


@pytest.fixture
def described(office: Office) -> dict[str, Any]:
    """The document, fetched without a key."""
    return answer_of(office.visitor().get("/api/v1/openapi.json"))


class Checked:
    """An institution whose every request and answer is held against the document."""

    def __init__(self, office: Office, described: dict[str, Any]) -> None:
        self._client = office.institution.client
        self._headers = {"Authorization": f"Bearer {office.institution.key}"}
        self._described = described
        self.seen: set[tuple[str, str]] = set()

    def __call__(
        self, method: str, template: str, *, json=None, data=None, query=None, **places
    ) -> dict[str, Any]:
        response = self._client.open(
            "/api/v1" + template.format(**places),
            method=method,
            json=json,
            data=data,
            query_string=query,
            headers=self._headers,
            content_type="text/csv" if data is not None else None,
        )
        operation = self._described["paths"][template][method.lower()]
        if json is not None:
            self._hold(json, operation["requestBody"]["content"]["application/json"]["schema"])
        answer = operation["responses"][str(response.status_code)]
        assert response.status_code < 300, response.text
        self.seen.add((method, template))
        if "content" not in answer:
            assert response.data == b""
            return {}
        assert list(answer["content"]) == [response.mimetype]
        if response.mimetype != "application/json":
            return {}
        self._hold(response.get_json(), answer["content"]["application/json"]["schema"])
        return answer_of(response)

    def _hold(self, document, schema) -> None:
        rooted = {**schema, "components": self._described["components"]}
        OAS31Validator(rooted).validate(document)


def test_the_document_is_valid_openapi_3_1(described):
    validate(described)

    assert described["openapi"].startswith("3.1")


def test_every_route_of_the_api_is_described_and_nothing_else(office: Office, described):
    routes = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in office.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.rule != "/api/v1/openapi.json"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    paths = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}

    assert routes == paths


def test_real_requests_and_answers_are_as_described(office: Office, described):
    call = Checked(office, described)
    webhook = call("POST", "/webhooks", json={"url": "https://system.example/events", "events": []})
    hook = {"webhook_id": webhook["webhook_id"]}
    first = call("POST", "/credentials", json=record("a", transaction_code=True))
    one = {"credential_id": first["credential_id"]}
    call("POST", "/credentials", json=record("a", transaction_code=True))
    call("POST", "/credentials/batch", json={"records": [record("b"), {"data_set": "exam/1"}]})
    call("POST", "/credentials/search", json={"external_id": "a", "data_set": "exam/1"})
    call("GET", "/credentials/{credential_id}", **one)
    call("POST", "/credentials/{credential_id}/offer", **one)
    made = call("POST", "/templates", json={"data_set": "exam/1", "name": "Exams", "columns": {"email": "E"}})
    template = {"template_id": made["template_id"]}
    call("GET", "/templates")
    call("GET", "/templates/{template_id}", **template)
    call("POST", "/templates/{template_id}/versions", json={"name": "Exams", "hold": True}, **template)
    call("GET", "/templates/{template_id}/versions", **template)
    call("POST", "/batches", data=table(2, exam_score="99").encode(), query=template)
    open_work(office.issuer).batches(now=office.clock())
    draft = call("POST", "/batches", data=table(2).encode(), query={**template, "start": "false"})
    batch = {"batch_id": draft["batch_id"]}
    call("POST", "/batches/{batch_id}/start", json={}, **batch)
    call("GET", "/batches")
    call("GET", "/batches/{batch_id}", **batch)
    call("POST", "/batches/{batch_id}/cancel", **batch)
    call("GET", "/batches/{batch_id}/results.csv", **batch)
    call("GET", "/batches/{batch_id}/errors.csv", **batch)
    call("POST", "/templates/{template_id}/retire", **template)
    call("POST", "/credentials/{credential_id}/status", json={"status": "revoked", "reason": "x"}, **one)
    (event, *_) = call("GET", "/webhooks/{webhook_id}/deliveries", **hook)["deliveries"]
    call("POST", "/webhooks/{webhook_id}/replay", json={"event_id": event["event_id"]}, **hook)
    call("GET", "/webhooks")
    call("DELETE", "/webhooks/{webhook_id}", **hook)
    key = call("POST", "/api-keys", json={"name": "k", "scopes": ["batches"]})["key"]
    call("DELETE", "/api-keys/{key_id}", key_id=key.partition(".")[0])
    call("GET", "/api-keys")

    everything = {(m.upper(), path) for path, methods in described["paths"].items() for m in methods}
    letters = {("POST", "/credentials/{credential_id}/letter")}
    assert everything - call.seen == letters | DEVICE_CALLS  # see test_letters and test_devices


def test_refusals_are_problem_documents_as_described(office: Office, described):
    for path, methods in described["paths"].items():
        for method in methods:
            address = re.sub(r"\{\w+\}", "0" * 32, f"/api/v1{path}")
            response = office.visitor().open(address, method=method.upper())
            problem(response, 401)
            OAS31Validator(
                {"$ref": "#/components/schemas/Problem", "components": described["components"]}
            ).validate(response.get_json())


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_is_good_for_its_scope_and_for_nothing_else(office: Office, described, scope):
    key = office.issuer.api_keys.create(now=office.clock(), scopes=frozenset({scope}))
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            address = re.sub(r"\{\w+\}", "0" * 32, f"/api/v1{path}")
            headers = {"Authorization": f"Bearer {key}"}
            status = office.visitor().open(address, method=method.upper(), headers=headers).status_code
            assert (status == 403) is (f"`{scope.value}`" not in operation["description"]), (method, path)


def test_no_key_makes_one_that_may_do_more_than_itself(office: Office):
    key = office.issuer.api_keys.create(now=office.clock(), scopes=frozenset({Scope.KEYS, Scope.READ}))
    institution = Institution(office.visitor(), key)

    response = institution.post("/api-keys", {"name": "more", "scopes": ["credentials:issue"]})
    allowed = institution.post("/api-keys", {"name": "less", "scopes": ["credentials:read"]})

    assert "credentials:issue" in problem(response, 403)
    assert allowed.status_code == 201


def test_a_key_that_was_revoked_by_the_api_is_refused_at_once(office: Office):
    made = answer_of(office.institution.post("/api-keys", {"name": "k", "scopes": ["batches"]}))
    other = Institution(office.visitor(), str(made["key"]))
    before = other.get("/batches").status_code
    office.institution.delete(f"/api-keys/{other.key.partition('.')[0]}")

    assert before == 200
    problem(other.get("/batches"), 401)
    problem(office.institution.delete(f"/api-keys/{other.key.partition('.')[0]}"), 404)
