"""Say whether a process can do its work, at ``GET /health``: for supervisors and for people who start it.

200 means that every check passed that the process cannot do without, 503 that one failed; which, is named.
The reason is in the log, not in the answer. With 200 the status may be "degraded": something that part of the
work needs is missing, and whoever sends requests elsewhere because of it would lose the rest as well.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

_LOGGER = logging.getLogger(__name__)


Checks = Mapping[str, Callable[[], object]]


def health(role: str, checks: Checks, *, minor: Checks | None = None) -> Blueprint:
    """A blueprint that runs named checks, each of which raises when something is wrong.

    What fails in ``minor`` stops only part of the work, and the process stays in service. ``role`` says which
    process answers, such as "wallet", so that a wrong port is noticed at once.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    def answer() -> Response:
        found = {name: _passes(name, check) for name, check in checks.items()}
        partly = {name: _passes(name, check) for name, check in (minor or {}).items()}
        well = all(found.values())
        response = jsonify(
            role=role,
            status="failing" if not well else "ok" if all(partly.values()) else "degraded",
            checks={name: "ok" if passed else "failing" for name, passed in {**found, **partly}.items()},
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
