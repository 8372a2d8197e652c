"""Say whether a process can do its work, at ``GET /health``: for supervisors and for people who start it.

200 means that every check passed, 503 names those that failed; the reason is in the log, not in the answer.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

_LOGGER = logging.getLogger(__name__)


def health(role: str, checks: Mapping[str, Callable[[], object]]) -> Blueprint:
    """A blueprint that runs named checks, each of which raises when something is wrong.

    ``role`` says which process answers, such as "wallet", so that a wrong port is noticed at once.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    def answer() -> Response:
        found = {name: _passes(name, check) for name, check in checks.items()}
        well = all(found.values())
        response = jsonify(
            role=role,
            status="ok" if well else "failing",
            checks={name: "ok" if passed else "failing" for name, passed in found.items()},
        )
        response.status_code = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def _passes(name: str, check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception:  # whatever a check raises is its way of saying no
        _LOGGER.exception("health check failed: %s", name)
        return False
    return True
