"""How does a private condition become part of a computation? As a test that every record takes unseen.

A filter says that one column is within bounds, both included: a category's own column is 1, or the value of a
number is in a range, and the number is there at all. The nodes evaluate all filters of a query inside the
computation; a record that fails one counts as an empty record.
"""

from dataclasses import dataclass

from consent.query import Condition, Query
from consent.query_rules import encoded_bounds
from crypto.encoding import Json
from crypto.reading import Fields
from ssi.attribute import Part
from ssi.dataset import DataSet

MOST_COLUMNS = 4096
MOST_BITS = 62


@dataclass(frozen=True)
class Filter:
    """That `column`, a number of `bits` bits, is in [least, most], and that `presence`, if named, is 1."""

    column: int
    bits: int
    least: int
    most: int
    presence: int | None = None

    def to_json(self) -> dict[str, Json]:
        """The filter as a document; bounds stay below 2^53."""
        return {
            "column": self.column,
            "bits": self.bits,
            "least": self.least,
            "most": self.most,
            "presence": self.presence,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Filter":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        bits = fields.integer("bits", least=1, most=MOST_BITS)
        most = fields.integer("most", least=0, most=(1 << bits) - 1)
        fields.any("presence")
        found = cls(
            column=fields.integer("column", least=0, most=MOST_COLUMNS),
            bits=bits,
            least=fields.integer("least", least=0, most=most),
            most=most,
            presence=fields.integer("presence", least=0, most=MOST_COLUMNS)
            if fields.has("presence")
            else None,
        )
        fields.done()
        return found


def filters_of(query: Query, data_set: DataSet) -> tuple[Filter, ...]:
    """The filters of a checked query: one for each of its private conditions, in their order."""
    return tuple(_filter(condition, data_set) for condition in query.private_conditions(data_set))


def _filter(condition: Condition, data_set: DataSet) -> Filter:
    attribute = data_set.attribute(condition.attribute)
    if condition.least is None or condition.most is None:
        index = attribute.codes.index(condition.category or "")
        return Filter(data_set.column(attribute.name, Part.IS, index), 1, 1, 1)
    least, most = encoded_bounds(attribute, condition.least, condition.most)
    presence = None if attribute.required else data_set.column(attribute.name, Part.PRESENT)
    column = data_set.column(attribute.name, Part.VALUE)
    return Filter(column, data_set.columns[column].bits, least, most, presence)
