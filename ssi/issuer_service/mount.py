"""Where an issuer lies at its host: everything below the path of its address, and its well-known documents.

An issuer at `https://host/uni` keeps its metadata at `https://host/.well-known/openid-credential-issuer/uni`:
the well-known name stands between host and path (OpenID4VCI 1.0 §12.2.2, RFC 8414 §3.1, SD-JWT VC §5).
Whatever is asked of the app below is asked as if it stood alone, with the path as `SCRIPT_NAME`, so that
links, redirects and forms lead back here (PEP 3333).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_WELL_KNOWN = "/.well-known/"


class Mount:
    """An app below a path: asked for whole paths, mounted there, or behind a proxy that takes the path away.

    Args:
        app: what answers.
        path: begins with a slash and does not end with one.
    """

    def __init__(self, app: "WSGIApplication", path: str) -> None:
        self._app = app
        self._path = path

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        rest = environ.get("PATH_INFO", "")
        asked = environ.get("SCRIPT_NAME", "") + rest
        return self._app(
            environ | {"SCRIPT_NAME": self._path, "PATH_INFO": self._inside(asked, rest)}, start_response
        )

    def _inside(self, asked: str, rest: str) -> str:
        name = asked.removeprefix(_WELL_KNOWN).removesuffix(self._path)
        if asked == f"{_WELL_KNOWN}{name}{self._path}" and "/" not in name:
            return f"{_WELL_KNOWN}{name}"
        if asked == self._path or asked.startswith(f"{self._path}/"):
            return asked.removeprefix(self._path) or "/"
        return rest
