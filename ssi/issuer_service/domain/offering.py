"""What a kind of credential asks for: a *configuration*, here the one that each data set makes.

A configuration says which values a record must have, how an officer is asked for them and how a wallet may
show them. Its id, such as `exam/1`, is the reference of its data set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from crypto.encoding import Json
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet
from ssi.errors import DataSetError
from ssi.issuer_service.errors import RecordRefusedError


@dataclass(frozen=True)
class Claim:
    """One value of a record, as a form asks for it and a wallet shows it.

    `choices` are pairs of code and label for a choice, empty for a number or text; `hint` says what may be
    entered.
    """

    name: str
    label: Mapping[str, str] = field(hash=False)
    about: Mapping[str, str] = field(hash=False)
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = "1"
    hint: str = ""
    numeric: bool = False


class Configuration(Protocol):
    """One kind of credential on offer."""

    @property
    def id(self) -> str:
        """The configuration id, such as `exam/1`."""
        ...

    @property
    def credential_type(self) -> str:
        """The `vct` of its credentials."""
        ...

    @property
    def label(self) -> Mapping[str, str]:
        """Its name for people, by language."""
        ...

    @property
    def about(self) -> Mapping[str, str]:
        """A sentence about it, by language."""
        ...

    @property
    def claims(self) -> Sequence[Claim]:
        """Its values, in the order in which they are asked for and shown."""
        ...

    @property
    def numbers(self) -> DataSet | None:
        """The data set by which its records are encoded and committed to, if they are."""
        ...

    def parse(self, values: Mapping[str, object]) -> dict[str, Json]:
        """Check a record. Raises RecordRefusedError: a value is missing, unknown or not as declared."""
        ...

    def faults(self, values: Mapping[str, object]) -> dict[str, str]:
        """What is wrong with each value, by claim, for a form that shows all of it at once."""
        ...


@dataclass(frozen=True)
class DataSetConfiguration:
    """Credentials over the records of a data set."""

    numbers: DataSet

    @property
    def id(self) -> str:
        """The reference of the data set."""
        return self.numbers.ref

    @property
    def credential_type(self) -> str:
        """The `vct` of its credentials."""
        return self.numbers.credential_type

    @property
    def label(self) -> Mapping[str, str]:
        """Its name for people, by language."""
        return self.numbers.label

    @property
    def about(self) -> Mapping[str, str]:
        """A sentence about it, by language."""
        return self.numbers.about

    @property
    def claims(self) -> Sequence[Claim]:
        """One for each attribute."""
        return tuple(_claim(attribute) for attribute in self.numbers.attributes)

    def parse(self, values: Mapping[str, object]) -> dict[str, Json]:
        """Check a record and bring its values to the form that stands in the credential.

        Raises:
            RecordRefusedError: an attribute that the data set does not have, or a value that is missing, of
                another kind or out of range.
        """
        names = [attribute.name for attribute in self.numbers.attributes]
        for name in values:
            if name not in names:
                raise RecordRefusedError(
                    f"values.{name[:80]}: {self.id} has no such attribute; it has {', '.join(names)}"
                )
        try:
            return dict(self.numbers.parse_values(values))
        except DataSetError as error:
            raise RecordRefusedError(f"values.{error}") from error

    def faults(self, values: Mapping[str, object]) -> dict[str, str]:
        """What is wrong with each value, by attribute."""
        found = {}
        for attribute in self.numbers.attributes:
            try:
                attribute.parse(values.get(attribute.name))
            except DataSetError as error:
                found[attribute.name] = str(error).removeprefix(f"{attribute.name}: ")
        return found


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _claim(attribute: Attribute) -> Claim:
    numeric = attribute.kind is Kind.NUMBER
    return Claim(
        name=attribute.name,
        label=attribute.label,
        about=attribute.about,
        required=attribute.required,
        choices=tuple((code, label["en"]) for code, label in attribute.categories),
        unit=attribute.unit,
        hint=f"{_plain(attribute.minimum)} to {_plain(attribute.maximum)}" if numeric else "",
        numeric=numeric,
    )
