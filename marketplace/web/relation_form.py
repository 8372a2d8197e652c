"""How is one relation between numbers filled in? A kind, what it is about, and what goes with it.

A form has room for one; a question with several keeps the others among what it asks for besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from consent.menu import MENU
from consent.query import Statistic
from consent.vocabulary import StatisticKind
from ssi.attribute import Attribute
from ssi.dataset import DataSet

RELATIONS = {
    StatisticKind.CORRELATION: "How closely they go together (correlation)",
    StatisticKind.COVARIANCE: "How they vary together (covariance)",
    StatisticKind.LINEAR_REGRESSION: "How much one changes with the others (linear regression)",
    StatisticKind.LOGISTIC_REGRESSION: "How a yes or no depends on them (logistic regression, exact only)",
    StatisticKind.K_MEANS: "Groups of people who are alike in them (k-means, exact only)",
}
DEFAULT_CLUSTERS = "3"
_KINDS = {kind.value: kind for kind in RELATIONS}


@dataclass(frozen=True)
class RelationForm:
    """The fields of a relation as they were filled in."""

    kind: str = ""
    about: str = ""
    others: tuple[str, ...] = ()
    clusters: str = DEFAULT_CLUSTERS

    @classmethod
    def read(cls, values: "MultiDict[str, str]") -> "RelationForm":
        """Read the fields; those that are not there keep their defaults."""
        return cls(
            values.get("relation", ""),
            values.get("relation_of", ""),
            tuple(values.getlist("relation_with")),
            values.get("relation_count", DEFAULT_CLUSTERS).strip(),
        )

    @classmethod
    def of(cls, statistics: Sequence[Statistic]) -> tuple["RelationForm", list[Statistic]]:
        """The form of the first relation among some statistics, and all the others."""
        for place, each in enumerate(statistics):
            if each.kind in RELATIONS:
                clusters = DEFAULT_CLUSTERS if each.count is None else str(each.count)
                form = cls(each.kind.value, each.attribute or "", each.others, clusters)
                return form, [*statistics[:place], *statistics[place + 1 :]]
        return cls(), list(statistics)

    @property
    def address(self) -> dict[str, Any]:
        """The fields for the query string of an address; none where no relation is asked for."""
        if not self.kind:
            return {}
        count = {"relation_count": self.clusters} if self._counts else {}
        return {
            "relation": self.kind,
            "relation_of": self.about,
            "relation_with": list(self.others),
            **count,
        }

    @property
    def statistic(self) -> Statistic | None:
        """The relation that is asked for; None if none is. Only of a form without errors."""
        kind = _KINDS.get(self.kind)
        if kind is None:
            return None
        count = int(self.clusters) if self._counts else None
        return Statistic(
            kind, self.about, tuple(name for name in self.others if name != self.about), (), count
        )

    def errors(self, data_set: DataSet) -> dict[str, str]:
        """What is wrong, by field."""
        if not self.kind:
            return {}
        if self.kind not in _KINDS:
            return {"relation": "Choose one of the relations on the list."}
        form = MENU[_KINDS[self.kind]]
        errors = {}
        about = [each.name for each in data_set.attributes if each.kind in form.about]
        if self.about not in about:
            errors["relation_of"] = "Choose what this is about: a number, or a yes or no where it says so."
        numbers = {each.name for each in data_set.attributes if not each.categories}
        others = set(self.others) - {self.about}
        if not others <= numbers or not form.others[0] <= len(others) <= form.others[1]:
            errors["relation_with"] = f"Choose {max(1, form.others[0])} to {form.others[1]} other numbers."
        if self._counts and not self._is_count(form.count):
            errors["relation_count"] = (
                f"Give a whole number of groups from {form.count[0]} to {form.count[1]}."
            )
        return errors

    @property
    def _counts(self) -> bool:
        kind = _KINDS.get(self.kind)
        return kind is not None and MENU[kind].count[1] > 0

    def _is_count(self, bounds: tuple[int, int]) -> bool:
        is_whole = self.clusters.isascii() and self.clusters.isdigit() and len(self.clusters) == 1
        return is_whole and bounds[0] <= int(self.clusters) <= bounds[1]


def subjects(data_set: DataSet) -> list[Attribute]:
    """What a relation can be about: numbers, and categories with two codes."""
    return [each for each in data_set.attributes if len(each.codes) in {0, 2}]
