"""What may a record of a data set contain, and how does it become numbers that can be computed on?

A data set is a JSON file, `datasets/<id>-<version>.json`; adding a data set is adding a file. Each record is
encoded as one row of bounded non-negative integers, the columns of its attributes in the order of the file
(see `attribute`): the issuer commits to this row, the wallet splits it, the nodes add it up. Whatever a query
can ask is therefore a fixed column. Everything here is a pure function of the file and the record, so issuer,
wallet and node agree on each bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.attribute import Attribute, Column, Sensitivity, Step
from ssi.attribute_schema import read_attributes, read_name, read_words
from ssi.errors import DataSetError, UnknownDataSetError

FOLDER = Path(__file__).parent / "datasets"
MAX_ATTRIBUTES = 100
MAX_COLUMNS = 512


class Series(NamedTuple):
    """Numbers that are read again and again: what they are, what lies between two, and each of them."""

    label: Mapping[str, str]
    step: Step
    readings: tuple[Attribute, ...]


@dataclass(frozen=True)
class DataSet:
    """A kind of record: what it says, who it is about, how it is encoded."""

    id: str
    version: int
    credential_type: str
    domain: str
    sensitivity: Sensitivity
    label: Mapping[str, str] = field(hash=False, repr=False)
    about: Mapping[str, str] = field(hash=False, repr=False)
    attributes: tuple[Attribute, ...] = field(repr=False)

    @property
    def ref(self) -> str:
        """How credentials, consents and queries name this data set: `exam/1`."""
        return f"{self.id}/{self.version}"

    @property
    def commitment_domain(self) -> str:
        """The domain from which the generators of this data set's commitments are hashed."""
        return f"argonauta/{self.ref}"

    @cached_property
    def public_attributes(self) -> tuple[Attribute, ...]:
        """The attributes whose value is shown to those who handle an offer."""
        return tuple(attribute for attribute in self.attributes if attribute.is_public)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, attribute by attribute, in the order of the file."""
        return tuple(column for attribute in self.attributes for column in attribute.columns)

    @cached_property
    def bits(self) -> tuple[int, ...]:
        """The width of each column, as sharing needs it."""
        return tuple(column.bits for column in self.columns)

    @cached_property
    def series(self) -> Mapping[str, Series]:
        """The series by name; their readings in the order of time."""
        found: dict[str, Series] = {}
        for attribute in self.attributes:
            place = attribute.place
            if place is not None:
                before = found[place.series].readings if place.series in found else ()
                found[place.series] = Series(place.label, place.step, (*before, attribute))
        return found

    def attribute(self, name: str) -> Attribute:
        """An attribute by name.

        Raises:
            DataSetError: the data set has no such attribute.
        """
        try:
            return self._by_name[name]
        except KeyError as error:
            raise DataSetError(
                f"{self.ref} has no attribute {name[:80]!r}; it has {list(self._by_name)}"
            ) from error

    def column(self, attribute: str, part: str, index: int = 0) -> int:
        """The position of a column in the encoded record.

        Raises:
            DataSetError: there is no such attribute, or it has no such part or index.
        """
        try:
            return self._positions[attribute, part, index]
        except KeyError as error:
            self.attribute(attribute)
            raise DataSetError(f"{self.ref}.{attribute} has no column {part} {index}") from error

    def parse_values(self, values: Mapping[str, object]) -> dict[str, int | float | str]:
        """Check a record and bring it to the form that stands in a credential; missing values are left out.

        Raises:
            DataSetError: an attribute that the data set does not have, or a value that `Attribute.parse`
                refuses.
        """
        for name in values:
            self.attribute(name)
        parsed = {
            attribute.name: attribute.parse(values.get(attribute.name)) for attribute in self.attributes
        }
        return {name: value for name, value in parsed.items() if value is not None}

    def encode(self, values: Mapping[str, object]) -> tuple[int, ...]:
        """The encoded record: one integer per column, each within the bounds that the column states.

        Raises:
            DataSetError: as `parse_values`.
        """
        for name in values:
            self.attribute(name)
        return tuple(number for attribute in self.attributes for number in self._encoded(attribute, values))

    def _encoded(self, attribute: Attribute, values: Mapping[str, object]) -> Sequence[int]:
        if not attribute.sum_of:
            return attribute.encode(values.get(attribute.name))
        readings = [self.attribute(name).encode(values.get(name)) for name in attribute.sum_of]
        return [sum(parts) for parts in zip(*readings, strict=True)]

    @cached_property
    def _by_name(self) -> dict[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def _positions(self) -> dict[tuple[str, str, int], int]:
        keys = ((column.attribute, str(column.part), column.index) for column in self.columns)
        return {key: position for position, key in enumerate(keys)}


def data_set(ref: str) -> DataSet:
    """The data set that a reference such as `exam/1` names.

    Raises:
        UnknownDataSetError: there is none; an unknown reference never falls back to another data set.
        DataSetError: a file of the folder is not sound.
    """
    try:
        return _shipped()[ref]
    except KeyError as error:
        raise UnknownDataSetError(f"unknown data set {ref[:80]!r}; known are {list(_shipped())}") from error


def data_sets() -> tuple[DataSet, ...]:
    """All data sets, in the order of their references.

    Raises:
        DataSetError: a file of the folder is not sound.
    """
    return tuple(_shipped().values())


def load_folder(folder: Path) -> dict[str, DataSet]:
    """Read every data set of a folder, by reference.

    Raises:
        DataSetError: a file is not sound, is not named after its data set, or shares its credential type.
    """
    found = {}
    for path in sorted(folder.glob("*.json")):
        loaded = parse_data_set(path.read_bytes(), path.name)
        if path.stem != f"{loaded.id}-{loaded.version}":
            raise DataSetError(f"{path.name}: expected the file name {loaded.id}-{loaded.version}.json")
        found[loaded.ref] = loaded
    types = [loaded.credential_type for loaded in found.values()]
    if len(set(types)) != len(types):
        raise DataSetError(f"{folder.name}: two data sets share a credential type; give each its own")
    return found


def parse_data_set(raw: bytes | str, where: str) -> DataSet:
    """Read one data-set file.

    Raises:
        DataSetError: not strict JSON, an unknown or missing member, or a broken rule; the message names the
            place.
    """
    try:
        return _read_data_set(Fields.parse(raw, where))
    except MalformedError as error:
        raise DataSetError(str(error)) from error


@cache
def _shipped() -> Mapping[str, DataSet]:
    return load_folder(FOLDER)


def _read_data_set(fields: Fields) -> DataSet:
    sensitivity = fields.choice("sensitivity", Sensitivity)
    attributes = tuple(
        attribute
        for entry in fields.objects("attributes", least=1, most=MAX_ATTRIBUTES)
        for attribute in read_attributes(entry, sensitivity)
    )
    loaded = DataSet(
        id=read_name(fields, "id"),
        version=fields.integer("version", least=1, most=9999),
        credential_type=fields.text("credential_type", max_length=200),
        domain=read_name(fields, "domain"),
        sensitivity=sensitivity,
        label=read_words(fields, "label"),
        about=read_words(fields, "about"),
        attributes=attributes,
    )
    fields.done()
    names = [attribute.name for attribute in attributes]
    if len(set(names)) != len(names):
        raise DataSetError(f"{fields.where}.attributes: two attributes share a name")
    if len(loaded.columns) > MAX_COLUMNS:
        raise DataSetError(
            f"{fields.where}: {len(loaded.columns)} columns; use fewer bins, for at most {MAX_COLUMNS}"
        )
    return loaded
