"""A person at the screens of a running wallet: the pages as `tests.wallet.browsing` reads them, over HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.wallet.browsing import Browser

_SECONDS = 120


class HttpBrowser(Browser):
    """A browser for a wallet's address; `addresses` is every address that it asked."""

    def __init__(self, url: str) -> None:
        self.asking = _Asking(url)
        self.client = self.asking  # type: ignore[assignment]
        self.page = ""
        self.path = "/"

    @property
    def addresses(self) -> list[str]:
        """Every address that was asked, redirects among them."""
        return self.asking.addresses

    @property
    def cookies(self) -> list[str]:
        """What the wallet knows this browser by, now and before."""
        return self.asking.cookies


@dataclass(frozen=True)
class _Page:
    """An answer, as Flask's test client gives one."""

    status_code: int
    text: str = field(repr=False)
    request: Any

    def get_data(self, *, as_text: bool) -> str:
        assert as_text
        return self.text


class _Asking:
    """The part of Flask's test client that a browser uses, over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.addresses: list[str] = []
        self.cookies: list[str] = []

    def get(self, path: str, *, follow_redirects: bool = True) -> _Page:
        return self._read(self.session.get(self.url + path, timeout=_SECONDS), follow_redirects)

    def post(self, path: str, *, data: dict[str, Any], follow_redirects: bool = True) -> _Page:
        files = {name: (each[1], each[0]) for name, each in data.items() if isinstance(each, tuple)}
        form = {name: each for name, each in data.items() if name not in files}
        answer = self.session.post(self.url + path, data=form, files=files or None, timeout=_SECONDS)
        return self._read(answer, follow_redirects)

    def _read(self, answer: requests.Response, followed: bool) -> _Page:
        assert followed
        self.addresses += [each.url for each in (*answer.history, answer)]
        self.cookies += [value for value in self.session.cookies.values() if value not in self.cookies]
        return _Page(answer.status_code, answer.text, _Asked(urlsplit(answer.url).path))


@dataclass(frozen=True)
class _Asked:
    path: str
