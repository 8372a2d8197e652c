"""What anybody can check: the state of the log, where an entry stands, and that the log only grew.

`checkpoint` and `tile/…` are the files of a static log (C2SP tlog-tiles, with this blueprint's address as the
prefix). `present` is the state that no witness cosigned yet; `entries` and `consistency` are proofs put
together for those who do not want to read tiles.
"""

from flask import Blueprint, Response, jsonify

from crypto.errors import MalformedError
from crypto.tiles import MOST_LEVEL, read_path
from marketplace.api.problems import STATUS
from marketplace.api.requests import number, whole_number
from marketplace.services.suite import Services
from ssi.http.problems import register


def log_api(services: Services) -> Blueprint:
    """The endpoints of the log."""
    blueprint = Blueprint("log_api", __name__, url_prefix="/api/v1/log")
    register(blueprint, STATUS)

    @blueprint.get("/checkpoint")
    def checkpoint() -> Response:
        size = number("size")
        return _for_now(services.read_log.published() if size is None else services.read_log.checkpoint(size))

    @blueprint.get("/present")
    def present() -> Response:
        return _for_now(services.read_log.checkpoint())

    @blueprint.get("/tile/entries/<path:place>")
    def bundle(place: str) -> Response:
        return _for_good(services.read_log.bundle(read_path(place)))

    @blueprint.get("/tile/<level>/<path:place>")
    def tile(level: str, place: str) -> Response:
        return _for_good(services.read_log.tile(_level(level), read_path(place)))

    @blueprint.get("/entries/<index>")
    def entry(index: str) -> Response:
        return jsonify(services.read_log.entry(whole_number(index, "index"), size=number("size")))

    @blueprint.get("/consistency")
    def consistency() -> Response:
        old = number("old")
        if old is None:
            raise MalformedError("old: missing; the size of the log that you know")
        return jsonify(services.read_log.consistency(old, number("new")))

    return blueprint


def _level(text: str) -> int:
    level = whole_number(text, "level")
    if level > MOST_LEVEL or str(level) != text:
        raise MalformedError(f"level: expected 0 to {MOST_LEVEL} without leading zeroes")
    return level


def _for_now(note: str) -> Response:
    return Response(note, mimetype="text/plain", headers={"Cache-Control": "no-store"})


def _for_good(content: bytes) -> Response:
    """What is served here under one address stays the same for as long as there is the log."""
    return Response(
        content,
        mimetype="application/octet-stream",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
