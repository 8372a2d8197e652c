"""A person at the screens, without scripts: reads pages, takes form tokens from them, follows redirects."""

import re
from html import unescape

from flask import Flask

PASSWORD = "a quiet harbour"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SEEN = re.compile(r'name="seen" value="([^"]*)"')
_ACTION = re.compile(r'action="([^"]+)"')


class Browser:
    """A client that behaves as a browser does; `page` is the last answer, `path` where it came from."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.page = ""
        self.path = "/"

    @property
    def cookie(self) -> str:
        """What the server knows this browser by."""
        cookie = self.client.get_cookie("argonauta-wallet")
        return cookie.value if cookie else ""

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=True)
        return self._shown(answer, status)

    def post(self, path: str, status: int = 200, **fields: object) -> str:
        token = _TOKEN.search(self.page)
        seen = _SEEN.search(self.page)
        hidden = {"seen": seen.group(1)} if seen else {}
        data = {"csrf_token": token.group(1) if token else "", **hidden, **fields}
        answer = self.client.post(path, data=data, follow_redirects=True)
        return self._shown(answer, status)

    def press(self, ending: str, status: int = 200, **fields: object) -> str:
        """Send the form whose address ends like this."""
        (action,) = {each for each in _ACTION.findall(self.page) if each.endswith(ending)}
        return self.post(action, status, **fields)

    def sign_up(self, name: str = "anna", password: str = PASSWORD) -> str:
        self.get("/sign-up")
        return self.post("/sign-up", login=name, password=password, again=password)

    def sign_in(self, name: str = "anna", password: str = PASSWORD, status: int = 200) -> str:
        self.get("/sign-in")
        return self.post("/sign-in", status, login=name, password=password)

    def add_record(self, link: str) -> str:
        self.get("/records/add")
        self.post("/records/add", link=link)
        self.press("/collect")
        return self.press("/keep")

    def begin_offer(self) -> str:
        """Open the wizard for the record that is being shown."""
        (begin,) = {each for each in _ACTION.findall(self.page) if "/offers/begin/" in each}
        return self.post(begin)

    def offer_with_defaults(self) -> str:
        """Confirm each step as it is offered, and agree."""
        self.begin_offer()
        for step in ("data", "who", "protection", "compensation"):
            self.press(f"/{step}", 200, **ticked(self.page))
        return self.press("/agree", explicit_consent="yes")

    def _shown(self, answer: object, status: int) -> str:
        self.page = answer.get_data(as_text=True)  # type: ignore[attr-defined]
        assert answer.status_code == status, self.page  # type: ignore[attr-defined]
        self.path = answer.request.path  # type: ignore[attr-defined]
        return unescape(self.page)


def ticked(page: str) -> dict[str, list[str]]:
    """What a form holds as it is shown: ticked boxes, typed texts, chosen options."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (_attribute(tag, each) for each in ("name", "value"))
        kind = _attribute(tag, "type")
        if not name or name in {"csrf_token", "onward"}:
            continue
        if kind in {"checkbox", "radio"} and " checked" not in tag:
            continue
        found.setdefault(name, []).append(unescape(value))
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected>', body)
        if chosen:
            found[name] = [chosen.group(1)]
    return found


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf' {name}="([^"]*)"', tag)
    return match.group(1) if match else ""
