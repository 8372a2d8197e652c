from typing import Any

import pytest

from crypto.errors import MalformedError
from ssi.claim_paths import ClaimPath, read_path, select

CLAIMS: dict[str, Any] = {
    "name": "Arthur Dent",
    "address": {"street": "42 Market Street", "city": "Milliways"},
    "degrees": [{"type": "BSc", "grade": 1}, {"type": "MSc"}],
    "nationalities": ["British", "Betelgeusian"],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("name",), {("name",): "Arthur Dent"}),
        (("address",), {("address",): CLAIMS["address"]}),
        (("address", "city"), {("address", "city"): "Milliways"}),
        (("degrees", None, "type"), {("degrees", 0, "type"): "BSc", ("degrees", 1, "type"): "MSc"}),
        (("degrees", None, "grade"), {("degrees", 0, "grade"): 1}),
        (("degrees", 1), {("degrees", 1): {"type": "MSc"}}),
        (("nationalities", 5), {}),
        (("birth",), {}),
        (("birth", "place"), {}),
    ],
)
def test_a_path_means_what_the_standard_says(path: ClaimPath, found: dict[Any, Any]):
    assert select(CLAIMS, path) == found


@pytest.mark.parametrize("path", [("name", "x"), ("name", None), ("address", 0), ("nationalities", "x")])
def test_a_path_into_something_of_another_kind_is_an_error_and_not_nothing(path: ClaimPath):
    with pytest.raises(MalformedError, match="a claim path looks for"):
        select(CLAIMS, path)


def test_a_path_cannot_mean_claims_without_end():
    nested: Any = [0] * 10
    for _ in range(4):
        nested = [nested] * 10

    with pytest.raises(MalformedError, match="more than 10000 claims"):
        select({"a": nested}, ("a", None, None, None, None, None))


def test_a_path_reads_as_it_stands_in_a_document():
    assert read_path(["a", None, 0], "path") == ("a", None, 0)


@pytest.mark.parametrize("value", [None, "a", [], [True], [-1], [1.5], [["a"]], [{}], ["a"] * 65], ids=str)
def test_what_is_no_path_is_refused(value: Any):
    with pytest.raises(MalformedError, match="path: expected a path"):
        read_path(value, "path")
