"""Make, list and revoke API keys. A key makes no key that may do more than itself."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response, g, jsonify, request

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from ssi.issuer_service.api.operation import Answer, Operation, schema
from ssi.issuer_service.domain.scope import ApiKey, Scope, read_scopes
from ssi.issuer_service.errors import ForbiddenError, UnauthorisedError, UnknownThingError
from ssi.issuer_service.services.sign_in import MAX_KEY_NAME, ApiKeys


class KeyEndpoints:
    """One method for each endpoint."""

    def __init__(self, keys: ApiKeys, now: Callable[[], datetime]) -> None:
        self._keys = keys
        self._now = now

    def operations(self) -> list[Operation]:
        """The endpoints with their descriptions."""
        return [
            Operation(
                "POST",
                "/api-keys",
                "createApiKey",
                "Make an API key with some of the scopes of your own; it is told once",
                self.create,
                Scope.KEYS,
                {HTTPStatus.CREATED: Answer("The key.", schema("NewApiKey"))},
                body=schema("ApiKeyRequest"),
            ),
            Operation(
                "GET",
                "/api-keys",
                "listApiKeys",
                "All keys there ever were",
                self.all,
                Scope.KEYS,
                {HTTPStatus.OK: Answer("Oldest first.", schema("ApiKeys"))},
            ),
            Operation(
                "DELETE",
                "/api-keys/{key_id}",
                "revokeApiKey",
                "Put a key out of force, at once",
                self.revoke,
                Scope.KEYS,
                {HTTPStatus.NO_CONTENT: Answer("Out of force.", None, None)},
                refusals=(HTTPStatus.NOT_FOUND,),
            ),
        ]

    def create(self) -> tuple[Response, HTTPStatus]:
        """A new key."""
        fields = Fields.parse(request.get_data(), "api_key")
        name = fields.text("name", max_length=MAX_KEY_NAME)
        scopes = read_scopes(fields.texts("scopes", most=len(Scope)))
        fields.done()
        beyond = sorted(scopes - g.scopes)
        if beyond:
            raise ForbiddenError(f"scopes: your own key is not good for {', '.join(beyond)}")
        return jsonify(key=self._keys.create(now=self._now(), name=name, scopes=scopes)), HTTPStatus.CREATED

    def all(self) -> Response:
        """All of them."""
        return jsonify(api_keys=[_key(each) for each in self._keys.all()])

    def revoke(self, key_id: str) -> Response:
        """One less."""
        try:
            self._keys.revoke(key_id, now=self._now())
        except UnauthorisedError as error:
            raise UnknownThingError(str(error)) from error
        return Response(status=HTTPStatus.NO_CONTENT)


def _key(key: ApiKey) -> dict[str, Json]:
    document: dict[str, Json] = {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": [scope.value for scope in sorted(key.scopes)],
        "created_at": utc_text(key.created_at),
    }
    if key.revoked_at is not None:
        document["revoked_at"] = utc_text(key.revoked_at)
    return document
