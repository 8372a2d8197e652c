"""A program reads a list to its end, and does not read one that has none."""

import pytest

from marketplace.sdk.errors import SdkError
from marketplace.sdk.pages import MOST_PAGES, all_of
from ssi.http.client import Client


class Lists(Client):
    """A marketplace that says these pages, by cursor; an endless one says the same next page for ever."""

    def __init__(self, pages: dict[str, object]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def get_json(self, path: str, **_: object) -> object:  # type: ignore[override]
        self.asked.append(path)
        return self.pages[path.partition("cursor=")[2]]


def test_all_pages_are_read_with_what_was_asked_on_the_first():
    lists = Lists({"": {"things": [{"n": 1}], "next": "a"}, "a": {"things": [{"n": 2}], "next": None}})
    found = [each.integer("n", least=0, most=9) for each in all_of(lists, "/x?data_set=exam/1", "things")]

    assert found == [1, 2]
    assert lists.asked == ["/x?data_set=exam/1&limit=500", "/x?data_set=exam/1&limit=500&cursor=a"]


def test_a_list_without_an_end_is_given_up():
    lists = Lists({"": {"things": [], "next": "a"}, "a": {"things": [], "next": "a"}})

    with pytest.raises(SdkError, match="does not end"):
        list(all_of(lists, "/x", "things"))
    assert len(lists.asked) == MOST_PAGES
