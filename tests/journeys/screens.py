"""Somebody at the market's screens, who sends a form again until it is answered."""

import re
from functools import partial

import requests

from examples.town import MARKETPLACE
from tests.journeys.crashing import Crashes

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SECONDS = 60
_FIRST_FAULT = 500


class Screens:
    """A browser without scripts; whoever died meanwhile is started again."""

    def __init__(self, crashes: Crashes, email: str, password: str) -> None:
        self._crashes = crashes
        self._session = requests.Session()
        self.send("/sign-in", "/sign-in", email=email, password=password)

    def send(self, page: str, path: str, **fields: str) -> str:
        """The answer to a form, sent from a page with its token."""
        return self._crashes.insist(partial(self._sent, page, path, fields))

    def close(self) -> None:
        """End its connections."""
        self._session.close()

    def _sent(self, page: str, path: str, fields: dict[str, str]) -> str | None:
        url = self._crashes.town.url(MARKETPLACE)
        try:
            shown = self._session.get(url + page, timeout=_SECONDS)
            found = _TOKEN.search(shown.text)
            if found is None:
                assert shown.status_code >= _FIRST_FAULT, shown.text
                return None
            form = {"csrf_token": found.group(1), **fields}
            answer = self._session.post(url + path, data=form, timeout=_SECONDS)
        except requests.RequestException:
            return None
        if answer.status_code >= _FIRST_FAULT:
            return None
        assert answer.ok, answer.text
        return answer.text
