"""Static files under addresses that change with their content, so that browsers may keep them for good."""

from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, request, url_for

STATIC = Path(__file__).parent / "static"
_DIGEST_LENGTH = 16
_FOR_GOOD = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"


def asset(name: str) -> str:
    """The address of a static file of the design, such as ``vendor/htmx.min.js``."""
    return _address(name, request.script_root)


@lru_cache(maxsize=1_000)
def _address(name: str, script_root: str) -> str:
    """Kept, because a page names dozens of files; it depends on where the app lies, and on nothing else."""
    return url_for("design.static", filename=name, v=digest(name))


@cache
def digest(name: str) -> str:
    """The first 16 hexadecimal digits of the file's SHA-256."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:_DIGEST_LENGTH]


def keep_for_good(blueprint: Blueprint) -> None:
    """Let browsers keep static files: for good where the address names the content, else for an hour."""

    @blueprint.after_request
    def add(response: Response) -> Response:
        if request.endpoint == f"{blueprint.name}.static":
            named = "v" in request.args
            response.headers["Cache-Control"] = _FOR_GOOD if named else _FOR_AN_HOUR
        return response
