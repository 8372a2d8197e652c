import json
from collections.abc import Callable
from typing import Any

import pytest

from ssi.attribute import Coding
from ssi.dataset import FOLDER, parse_data_set
from ssi.errors import DataSetError

Change = Callable[[dict[str, Any]], object]


def document() -> dict[str, Any]:
    """A sound data-set file: `score` is its first attribute, `school_type` its last."""
    loaded: dict[str, Any] = json.loads((FOLDER / "exam-1.json").read_text(encoding="utf-8"))
    return loaded


def number(**changes: object) -> Change:
    return lambda document: document["attributes"][0].update(changes)


def category(**changes: object) -> Change:
    return lambda document: document["attributes"][-1].update(changes)


def code(value: object) -> Change:
    return lambda document: document["attributes"][-1]["categories"][0].update(code=value)


BROKEN: dict[str, tuple[Change, str]] = {
    "unknown member": (lambda document: document.update(colour="red"), "unknown member 'colour'"),
    "unknown member of an attribute": (number(colour="red"), r"attributes\[0\]: unknown member 'colour'"),
    "member of the other kind": (number(disclosure="public"), "unknown member 'disclosure'"),
    "missing member": (lambda document: document.pop("domain"), "domain: missing"),
    "no attributes": (lambda document: document.update(attributes=[]), "expected 1 to 100 entries, got 0"),
    "id with a slash": (lambda document: document.update(id="a/b"), "id: expected small letters"),
    "coding without a code": (number(coding={"system": "http://loinc.org"}), r"coding\.code: missing"),
    "coding with more": (
        number(coding={"system": "http://loinc.org", "code": "8480-6", "display": "x"}),
        r"attributes\[0\]\.coding: unknown member 'display'",
    ),
    "coding of no vocabulary": (
        number(coding={"system": "loinc", "code": "8480-6"}),
        r"coding\.system: expected an address or a URN",
    ),
    "coding with a space": (
        number(coding={"system": "http://loinc.org", "code": "8480 6"}),
        r"coding\.code: expected a code without spaces",
    ),
    "coding that is empty": (
        number(coding={"system": "http://loinc.org", "code": ""}),
        r"coding\.code: expected",
    ),
    "coding of a reserved kind": (number(coding="8480-6"), r"coding: expected"),
    "version zero": (lambda document: document.update(version=0), "version: expected 1 to 9999"),
    "unknown sensitivity": (lambda document: document.update(sensitivity="secret"), "sensitivity: unknown"),
    "own sensitivity unknown": (number(sensitivity="secret"), "sensitivity: unknown"),
    "name with capitals": (number(name="Score"), "name: expected small letters"),
    "name that credentials use": (number(name="status"), "name: credentials use this name themselves"),
    "name of the opening": (number(name="commitment_opening"), "name: credentials use this name themselves"),
    "name twice": (number(name="sex"), "two attributes share a name"),
    "unknown kind": (number(kind="date"), "kind: unknown value"),
    "no German": (number(label={"en": "Score"}), "label.de: missing"),
    "third language": (number(label={"en": "a", "de": "b", "fr": "c"}), "label: unknown member 'fr'"),
    "minimum above maximum": (number(minimum=5), "expected minimum < maximum"),
    "minimum is maximum": (number(minimum=4), "expected minimum < maximum"),
    "minimum is text": (number(minimum="-4"), "minimum: expected a number"),
    "maximum with too many decimals": (number(maximum=4.0001), "maximum: expected at most 3 decimals"),
    "too many decimals": (number(decimals=10), "decimals: expected 0 to 9"),
    "too many steps": (number(decimals=9), r"the range has 2\^31 steps or more"),
    "one bin": (number(bins=[-4, 4]), "bins: expected 3 to 65 entries"),
    "bins descend": (number(bins=[-4, 2, 0, 4]), "bins: expected ascending edges"),
    "bin edge twice": (number(bins=[-4, 0, 0, 4]), "bins: expected ascending edges"),
    "bins begin late": (number(bins=[-3, 0, 4]), "bins: expected edges from the minimum to the maximum"),
    "bins end early": (number(bins=[-4, 0, 3]), "bins: expected edges from the minimum to the maximum"),
    "bin edge is true": (number(bins=[-4, True, 4]), r"bins\[1\]: expected a number"),
    "bin edge between steps": (number(bins=[-4, 0.00005, 4]), r"bins\[1\]: expected at most 3 decimals"),
    "one category": (category(categories=[{"code": "a", "label": {"en": "a", "de": "a"}}]), "2 to 64"),
    "category twice": (code("girls"), "two categories share a code"),
    "category with capitals": (code("Mixed"), "code: expected small letters"),
    "category without a code": (code(None), "code: expected text"),
    "unknown disclosure": (category(disclosure="secret"), "disclosure: unknown value"),
    "required is text": (category(required="yes"), "required: expected true or false"),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_file_is_refused_with_the_place(change: Change, message: str):
    broken = document()
    change(broken)

    with pytest.raises(DataSetError, match=message):
        parse_data_set(json.dumps(broken), "exam-1.json")


def test_a_file_with_too_many_columns_is_refused():
    wide = document()
    labels = {"en": "a", "de": "a"}
    codes = [{"code": f"c{index}", "label": labels} for index in range(64)]
    wide["attributes"] += [{**wide["attributes"][-1], "name": f"a{k}", "categories": codes} for k in range(8)]

    with pytest.raises(DataSetError, match="572 columns; use fewer bins, for at most 512"):
        parse_data_set(json.dumps(wide), "exam-1.json")


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"id": "a", "id": "a"}', b"\xff", b'{"id": NaN}'], ids=repr)
def test_what_is_not_strict_json_is_refused(raw: bytes):
    with pytest.raises(DataSetError, match=r"exam-1\.json"):
        parse_data_set(raw, "exam-1.json")


def test_an_attribute_may_be_more_sensitive_than_its_data_set():
    changed = document()
    number(sensitivity="health")(changed)

    loaded = parse_data_set(json.dumps(changed), "exam-1.json")

    assert [str(attribute.sensitivity) for attribute in loaded.attributes[:2]] == ["health", "personal"]


def test_an_attribute_says_what_another_vocabulary_calls_it():
    changed = document()
    number(coding={"system": "http://loinc.org", "code": "8480-6"})(changed)

    attributes = parse_data_set(json.dumps(changed), "exam-1.json").attributes

    assert attributes[0].coding == Coding("http://loinc.org", "8480-6")
    assert attributes[1].coding is None


def test_every_reading_of_a_coded_series_has_the_code():
    changed = document()
    number(coding={"system": "urn:x", "code": "1"}, series={"count": 3, "step": "week"}, required=False)(
        changed
    )

    attributes = parse_data_set(json.dumps(changed), "exam-1.json").attributes

    assert [each.coding for each in attributes[:3]] == [Coding("urn:x", "1")] * 3
