"""Parts of pages that are kept: markup is made again only when what it shows is another.

A part is kept under a name together with everything that it shows. Whoever asks has looked into the books in
this request and says what they hold now; the markup is reused only if that equals what it was made from. So
nothing has to be told to forget, an answer can never be older than the books, and who may see it was decided
before. What is a visitor's own (her name, tokens of forms, messages) stands outside such parts.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import request
from markupsafe import Markup

MOST_PARTS = 500


class KeptParts:
    """The parts that were asked for last; safe to share between threads."""

    def __init__(self, most: int = MOST_PARTS) -> None:
        self._most = most
        self._parts: OrderedDict[Hashable, tuple[object, str]] = OrderedDict()
        self._lock = Lock()

    def text(self, name: Hashable, shown: object, make: Callable[[], str]) -> str:
        """The text of a part that shows this, which is compared by equality; made if there is none of it.

        Links depend on where the app lies, which a request says: that is a part of every name.
        """
        called = (request.script_root, name)
        with self._lock:
            found = self._parts.get(called)
            if found is not None:
                self._parts.move_to_end(called)
        if found is not None and found[0] == shown:
            return found[1]
        made = make()
        with self._lock:
            self._parts[called] = (shown, made)
            self._parts.move_to_end(called)
            while len(self._parts) > self._most:
                self._parts.popitem(last=False)
        return made

    def markup(self, name: Hashable, shown: object, make: Callable[[], str]) -> Markup:
        """The same, for text that a template has escaped."""
        return Markup(self.text(name, shown, make))  # noqa: S704 — `make` renders a template
