"""Compile the addresses of apps once in a process, however many tests make the same app.

Werkzeug writes and compiles two functions for each route of an app, which takes half of the time in which an
app is made. They depend on nothing but what the route says, unless it has defaults; those are left alone.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def compiled_once(compile_builder: Callable[..., Builder]) -> Callable[..., Builder]:
    """Stand in for the method of a rule that makes the function which builds its addresses."""
    known: dict[tuple[Any, ...], Builder] = {}

    @wraps(compile_builder)
    def known_builder(rule: Any, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        route = (rule.rule, tuple(rule._trace), append_unknown)
        if route not in known:
            known[route] = compile_builder(rule, append_unknown)
        return known[route]

    return known_builder


@pytest.fixture(scope="session", autouse=True)
def quick_routes() -> Iterator[None]:
    """From the second app of a kind on, routes are not compiled."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "_compile_builder", compiled_once(Rule._compile_builder))
        yield
