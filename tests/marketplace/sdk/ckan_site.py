"""A site on loopback that answers the few actions of CKAN by which a data set is published, as CKAN does."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask, jsonify, request

TOKEN = "token of a publisher"
ORGANISATION = "city"


@dataclass
class CkanSite:
    """What was published, and which action is to break."""

    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    breaks: str = ""
    says: bytes = b""

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.post("/api/3/action/<action>")
        def act(action: str) -> Any:
            if action == self.breaks:
                return (self.says, 500 if not self.says else 200)
            if request.headers.get("Authorization") != TOKEN:
                return _refused("Authorization Error", 403, message="Access denied")
            return getattr(self, action)()

        return app

    def package_create(self) -> Any:
        document = request.get_json()
        if any(each["name"] == document["name"] for each in self.packages.values()):
            return _refused("Validation Error", 409, name=["That URL is already in use."])
        if document["owner_org"] != ORGANISATION:
            return _refused("Validation Error", 409, owner_org=["Organization does not exist"])
        made = document | {"id": str(UUID(int=len(self.packages) + 1)), "resources": []}
        self.packages[made["id"]] = made
        return _carried_out(made)

    def resource_create(self) -> Any:
        upload = request.files["upload"]
        resource = {**request.form, "filename": upload.filename, "content": upload.read().decode()}
        self.packages[request.form["package_id"]]["resources"].append(resource)
        return _carried_out({"id": "r"})

    def package_patch(self) -> Any:
        document = request.get_json()
        self.packages[document["id"]] |= document
        return _carried_out(self.packages[document["id"]])

    def package_delete(self) -> Any:
        self.packages[request.get_json()["id"]]["state"] = "deleted"
        return _carried_out(None)


def _carried_out(result: Any) -> Any:
    return jsonify(help="…", success=True, result=result)


def _refused(kind: str, status: int, **error: Any) -> Any:
    return jsonify(help="…", success=False, error={"__type": kind, **error}), status
