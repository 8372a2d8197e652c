"""What do two records of one person say, side by side? A data set made of two.

The joined record has the attributes of both, those of the second under *qualified* names: `health/1#age` is
the attribute `age` of `health/1`, as policies and consent records name it too. Its columns are those of the
first followed by those of the second, so that one row of each table makes one row of both. No issuer signs
such a record and no wallet holds one: it exists only row by row, inside a computation.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TypeVar

from ssi.attribute import Attribute, Sensitivity
from ssi.attribute_schema import LANGUAGES
from ssi.dataset import DataSet, data_set
from ssi.errors import DataSetError

ValueT = TypeVar("ValueT")

QUALIFIER = "#"
_LINK = "+"


def joined(left: DataSet, right: DataSet) -> DataSet:
    """Both data sets as one; labels of attributes say which record they are from.

    Raises:
        DataSetError: the two are the same.
    """
    if left.ref == right.ref:
        raise DataSetError(f"{left.ref} cannot be joined with itself; choose another data set")
    health = Sensitivity.HEALTH in {left.sensitivity, right.sensitivity}
    return DataSet(
        id=f"{left.ref}{_LINK}{right.id}",
        version=right.version,
        credential_type=f"{left.credential_type} {right.credential_type}",
        domain=left.domain if left.domain == right.domain else f"{left.domain} {right.domain}",
        sensitivity=Sensitivity.HEALTH if health else Sensitivity.PERSONAL,
        label={each: f"{left.label[each]} + {right.label[each]}" for each in LANGUAGES},
        about={each: f"{left.about[each]} {right.about[each]}" for each in LANGUAGES},
        attributes=(
            *(_labelled(attribute, left, attribute.name) for attribute in left.attributes),
            *(
                _labelled(attribute, right, qualified(right.ref, attribute.name))
                for attribute in right.attributes
            ),
        ),
    )


@cache
def joined_by_ref(left: str, right: str) -> DataSet:
    """The two data sets that these references name, as one.

    Raises:
        UnknownDataSetError: there is no such data set.
        DataSetError: the two are the same.
    """
    return joined(data_set(left), data_set(right))


def joined_ref(left: str, right: str) -> str:
    """How documents name two joined data sets: `exam/1+health/1`."""
    return f"{left}{_LINK}{right}"


def qualified(ref: str, name: str) -> str:
    """The name of an attribute of the second data set."""
    return f"{ref}{QUALIFIER}{name}"


def unqualified(ref: str, name: str) -> str | None:
    """The name that a qualified one has in its own data set; None where it is of another, or of none."""
    owner, mark, own = name.partition(QUALIFIER)
    return own if mark and owner == ref else None


def side_by_side(
    left: Mapping[str, ValueT], right: Mapping[str, ValueT], right_ref: str
) -> dict[str, ValueT]:
    """The values of two records by the names of the joined one."""
    return {**left, **{qualified(right_ref, name): value for name, value in right.items()}}


def _labelled(attribute: Attribute, owner: DataSet, name: str) -> Attribute:
    label = {each: f"{attribute.label[each]} ({owner.label[each]})" for each in LANGUAGES}
    place = attribute.place
    if place is not None:
        series = place.series if name == attribute.name else qualified(owner.ref, place.series)
        of_series = {each: f"{place.label[each]} ({owner.label[each]})" for each in LANGUAGES}
        place = replace(place, series=series, label=of_series)
    return replace(attribute, name=name, label=label, place=place)
