"""A client that holds every answer of the API against the document that the API publishes about itself."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from werkzeug.test import TestResponse

PREFIX = "/api/v1"
DOCUMENT = f"{PREFIX}/openapi.json"


class DescribedClient(FlaskClient):
    """Every answer under `/api/v1` has a described status, media type and form; others are left alone."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.request.path.startswith(f"{PREFIX}/") and response.request.path != DOCUMENT:
            hold(response, self._described())
        return response

    def _described(self) -> dict[str, Any]:
        found = super().open(DOCUMENT).json
        assert found is not None
        return dict(found)


def described_client(app: Flask) -> FlaskClient:
    """A client for an app with the API."""
    app.test_client_class = DescribedClient
    return app.test_client()


def hold(response: TestResponse, described: dict[str, Any]) -> None:
    """Return only if the answer is as the document says."""
    operation = _operation(described, response.request.method, response.request.path)
    if operation is None:  # an address of nothing, or a method of nothing
        assert response.status_code in {404, 405}, response.text
        assert response.mimetype == "application/problem+json"
        return
    status = str(response.status_code)
    assert status in operation["responses"], (operation["operationId"], status, response.text)
    content = operation["responses"][status]["content"]
    assert response.mimetype in content, (operation["operationId"], status)
    if response.is_json:
        schema = content[response.mimetype]["schema"]
        OAS31Validator({**schema, "components": described["components"]}).validate(response.json)


def _operation(described: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = None
    for template, methods in described["paths"].items():
        pattern = re.sub(r"\\\{place\\\}", ".+", re.escape(template))
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
        if method.lower() in methods and re.fullmatch(pattern, path.removeprefix(PREFIX)):
            found = found or methods[method.lower()]
    return found
