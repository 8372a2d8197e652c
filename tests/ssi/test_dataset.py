from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssi.attribute import Attribute, Kind, Part
from ssi.dataset import FOLDER, DataSet, data_set, data_sets, load_folder
from ssi.errors import DataSetError, UnknownDataSetError
from tests.ssi.parties import EXAM, HEALTH

ALL = data_sets()
NUMBERS = [attribute for found in ALL for attribute in found.attributes if attribute.kind is Kind.NUMBER]
CATEGORIES = [attribute for found in ALL for attribute in found.attributes if attribute.kind is Kind.CATEGORY]


def values_of(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Anything the attribute allows, as a table or a form would hold it."""
    if attribute.kind is Kind.CATEGORY:
        allowed: st.SearchStrategy[Any] = st.sampled_from(attribute.codes)
    else:
        bounds = {"min_value": attribute.minimum, "max_value": attribute.maximum}
        exact = st.decimals(**bounds, places=attribute.decimals + 2)  # type: ignore[arg-type]
        allowed = exact | exact.map(str) | exact.map(float)
    return allowed if attribute.required else st.none() | allowed


def records_of(found: DataSet) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({attribute.name: values_of(attribute) for attribute in found.attributes})


any_record = st.sampled_from(ALL).flatmap(lambda found: st.tuples(st.just(found), records_of(found)))


@given(any_record)
@settings(max_examples=60)
def test_every_column_stays_within_the_bounds_it_states(sample: tuple[DataSet, dict[str, Any]]):
    found, values = sample

    encoded = found.encode(values)

    assert len(encoded) == len(found.columns)
    for number, column in zip(encoded, found.columns, strict=True):
        assert 0 <= number <= column.maximum < 2**column.bits


@given(any_record)
@settings(max_examples=60)
def test_a_record_encodes_the_same_from_a_table_and_from_its_credential(
    sample: tuple[DataSet, dict[str, Any]],
):
    found, values = sample

    parsed = found.parse_values(values)

    assert found.parse_values(parsed) == parsed
    assert found.encode(parsed) == found.encode(values)


@given(any_record)
@settings(max_examples=60)
def test_columns_say_what_their_parts_promise(sample: tuple[DataSet, dict[str, Any]]):
    found, values = sample
    encoded = found.encode(values)

    for attribute in found.attributes:
        there = int(values[attribute.name] is not None)
        columns = {
            (column.part, column.index): encoded[found.column(attribute.name, column.part, column.index)]
            for column in attribute.columns
        }
        if attribute.kind is Kind.CATEGORY:
            assert sum(columns.values()) == there
            continue
        value = columns[Part.VALUE, 0]
        assert columns[Part.PRESENT, 0] == there
        assert columns[Part.SQUARE, 0] == value**2
        marked = [index for (part, index), number in columns.items() if part is Part.BIN and number]
        assert len(marked) == there
        for index in marked:
            number = attribute.minimum + Decimal(value).scaleb(-attribute.decimals)
            low, high = attribute.bins[index : index + 2]
            assert low <= number < high or (number == high == attribute.maximum)


def test_the_exam_data_set_has_the_columns_of_its_attributes_in_order():
    exam = data_set("exam/1")

    assert [attribute.name for attribute in exam.attributes] == list(EXAM)
    assert exam.columns[0].part == "present"
    assert exam.column("exam_score", "value") == 1
    assert exam.column("exam_score", "bin", 15) == 18
    assert exam.column("reading_score", "present") == 19
    assert [attribute.name for attribute in exam.public_attributes] == ["school_type"]
    assert exam.bits[:4] == (1, 13, 26, 1)
    assert exam.commitment_domain == "argonauta/exam/1"


def test_an_exam_record_encodes_to_these_numbers():
    exam = data_set("exam/1")

    encoded = exam.encode(EXAM)

    assert encoded[exam.column("exam_score", "value")] == 4261
    assert encoded[exam.column("exam_score", "square")] == 4261**2
    assert encoded[exam.column("exam_score", "bin", 8)] == 1
    assert encoded[exam.column("verbal_reasoning", "is", 2)] == 1
    assert sum(encoded[exam.column("school_type", "is", index)] for index in range(3)) == 1


def test_a_missing_value_is_zero_in_all_its_columns():
    health = data_set("health/1")

    encoded = health.encode(HEALTH)

    for name in ("body_mass_index", "diabetes"):
        columns = health.attribute(name).columns
        assert all(encoded[health.column(name, column.part, column.index)] == 0 for column in columns)


@pytest.mark.parametrize(
    ("value", "steps"),
    [
        ("0.0005", 4000),
        ("0.0015", 4002),
        ("-0.0005", 4000),
        (4, 8000),
        (-4, 0),
        ("-4.000", 0),
        (3.9996, 8000),
    ],
)
def test_values_are_rounded_half_to_even(value: object, steps: int):
    exam = data_set("exam/1")

    assert exam.attribute("exam_score").encode(value)[1] == steps


@pytest.mark.parametrize("attribute", NUMBERS, ids=lambda attribute: attribute.name)
def test_a_bin_begins_with_its_lower_edge_and_the_last_one_keeps_its_upper(attribute: Attribute):
    last = len(attribute.bins) - 2

    for index, edge in enumerate(attribute.bins):
        assert attribute.encode(edge)[3:].index(1) == min(index, last)


@pytest.mark.parametrize("attribute", NUMBERS, ids=lambda attribute: attribute.name)
@pytest.mark.parametrize(
    "value",
    ["a lot", True, [1], "1,5", "１２", "nan", float("nan"), float("inf"), "1e999", "1" * 41, {}],
    ids=str,
)
def test_what_is_no_number_is_refused_with_the_attributes_name(attribute: Attribute, value: object):
    with pytest.raises(DataSetError, match=f"^{attribute.name}: expected a number from"):
        attribute.parse(value)


@pytest.mark.parametrize("attribute", NUMBERS, ids=lambda attribute: attribute.name)
def test_a_number_out_of_range_is_refused_and_not_repeated(attribute: Attribute):
    outside = attribute.maximum + Decimal("0.0000001")

    with pytest.raises(DataSetError, match=f"from {attribute.minimum} to {attribute.maximum}") as refusal:
        attribute.encode(outside)

    assert str(outside) not in str(refusal.value)


@pytest.mark.parametrize("attribute", CATEGORIES, ids=lambda attribute: attribute.name)
@pytest.mark.parametrize("value", ["", None, "neither", 0, True, "Female", " female"], ids=repr)
def test_a_category_that_is_not_one_of_the_codes_is_refused(attribute: Attribute, value: object):
    if not attribute.required and value in ("", None):
        assert attribute.parse(value) is None
        return

    with pytest.raises(DataSetError, match=f"^{attribute.name}: "):
        attribute.parse(value)


@pytest.mark.parametrize("missing", [{}, {"age": None}, {"age": ""}], ids=str)
def test_a_required_value_must_be_there(missing: dict[str, object]):
    values = {name: value for name, value in HEALTH.items() if name != "age"}

    with pytest.raises(DataSetError, match="age: a value is required"):
        data_set("health/1").encode(values | missing)


@pytest.mark.parametrize("refuse", ["encode", "parse_values"])
def test_an_attribute_that_the_data_set_does_not_have_is_refused(refuse: str):
    with pytest.raises(DataSetError, match="exam/1 has no attribute 'shoe_size'"):
        getattr(data_set("exam/1"), refuse)({**EXAM, "shoe_size": 41})


@pytest.mark.parametrize(
    ("attribute", "part", "index"),
    [
        ("exam_score", "is", 0),
        ("exam_score", "bin", 16),
        ("sex", "value", 0),
        ("sex", "is", -1),
        ("nothing", "value", 0),
    ],
)
def test_a_column_that_is_not_there_is_an_error_and_not_another_column(attribute: str, part: str, index: int):
    with pytest.raises(DataSetError, match="has no"):
        data_set("exam/1").column(attribute, part, index)


@pytest.mark.parametrize("ref", ["exam", "exam/2", "exam/1 ", "Exam/1", "", "../exam-1", "exam-1"])
def test_an_unknown_data_set_is_an_error_and_never_a_default(ref: str):
    with pytest.raises(UnknownDataSetError, match="unknown data set"):
        data_set(ref)


def test_the_shipped_data_sets_are_these():
    assert {found.ref: str(found.sensitivity) for found in ALL} == {
        "activity/1": "health",
        "course/1": "personal",
        "diploma/1": "personal",
        "enrolment/1": "personal",
        "exam/1": "personal",
        "framingham/1": "health",
        "health/1": "health",
        "observations/1": "health",
        "transcript/1": "personal",
        "wearable/1": "health",
    }


def test_numbers_are_never_public_so_no_measurement_is_shown():
    assert not any(attribute.is_public for attribute in NUMBERS)


def test_every_text_is_there_in_both_languages():
    for found in ALL:
        texts = [found.label, found.about]
        for attribute in found.attributes:
            texts += [
                attribute.label,
                attribute.about,
                *(category.label for category in attribute.categories),
            ]
        assert all(set(text) == {"en", "de"} for text in texts)


def test_a_file_must_be_named_after_its_data_set(tmp_path: Path):
    shipped = FOLDER / "exam-1.json"
    (tmp_path / "exam-2.json").write_bytes(shipped.read_bytes())

    with pytest.raises(DataSetError, match=r"exam-2\.json: expected the file name exam-1\.json"):
        load_folder(tmp_path)


def test_two_data_sets_cannot_share_a_credential_type(tmp_path: Path):
    shipped = FOLDER / "exam-1.json"
    (tmp_path / "exam-1.json").write_bytes(shipped.read_bytes())
    (tmp_path / "exam-2.json").write_bytes(shipped.read_bytes().replace(b'"version": 1', b'"version": 2'))

    with pytest.raises(DataSetError, match="share a credential type"):
        load_folder(tmp_path)


def test_adding_a_data_set_is_adding_a_file(tmp_path: Path):
    shipped = FOLDER / "exam-1.json"
    raw = shipped.read_bytes().replace(b'"id": "exam"', b'"id": "diploma"')
    (tmp_path / "diploma-1.json").write_bytes(raw)

    assert list(load_folder(tmp_path)) == ["diploma/1"]


ABOUT_THE_PERSON = {"age", "sex", "age_band"}


def luhn(digits: str) -> int:
    """The check digit of LOINC codes: Luhn's, mod 10."""
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(digits))]
    return -sum(each // 10 + each % 10 for each in doubled) % 10


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.ref)
def test_a_code_of_another_vocabulary_is_sound_and_names_one_attribute(found: DataSet):
    codings = [each.coding for each in found.attributes if each.coding is not None and each.place is None]

    assert len(set(codings)) == len(codings)
    for coding in codings:
        assert coding.system == "http://loinc.org"
        digits, _, check = coding.code.partition("-")
        assert check == str(luhn(digits))


def test_every_measurement_of_the_observations_has_a_code_and_may_be_missing():
    observed = [each for each in data_set("observations/1").attributes if each.name not in ABOUT_THE_PERSON]

    assert len(observed) == 20
    assert all(each.coding is not None and not each.required for each in observed)
