"""What a person forbids and bounds beyond what she allows: never by whom or what for, from where, how often.

Nothing here allows anything: whoever says nothing is protected by what she allows, and each of these only
takes away. So they begin with nothing said, for every kind of record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consent.country import is_place
from consent.phrasing import listed, named
from consent.policy import MOST_RUNS
from consent.prohibition import Operand, Prohibition, never
from consent.vocabulary import Purpose, RecipientKind
from consent.words import ENGLISH
from ssi.dataset import DataSet
from wallet.errors import ChoiceError


@dataclass(frozen=True)
class BoundaryChoices:
    """What a person forbids and bounds; the defaults forbid and bound nothing.

    `never_kinds` and `never_purposes` are refused whatever else is allowed. `countries` are the countries or
    regions (`consent.country`) from which somebody may ask, none for anywhere. `runs` (1 to `MOST_RUNS`) is
    how often the record may be computed on, None for any number. With `public_filters_only` people may be
    chosen or split into groups by no part of the record that is hidden.
    """

    never_kinds: tuple[RecipientKind, ...] = ()
    never_purposes: tuple[Purpose, ...] = ()
    countries: tuple[str, ...] = ()
    runs: int | None = None
    public_filters_only: bool = False

    @property
    def prohibitions(self) -> frozenset[Prohibition]:
        """What is forbidden, as a policy says it: one prohibition for the kinds, one for the purposes."""
        said = {
            Operand.RECIPIENT_KIND: [each.value for each in self.never_kinds],
            Operand.PURPOSE: [each.value for each in self.never_purposes],
        }
        return frozenset(never(operand, *terms) for operand, terms in said.items() if terms)

    def filters(self, data_set: DataSet, attributes: Iterable[str]) -> frozenset[str] | None:
        """By which of the chosen attributes people may be chosen or grouped; None for all of them."""
        if not self.public_filters_only:
            return None
        return frozenset(each.name for each in data_set.public_attributes) & frozenset(attributes)

    def require_beside(self, kinds: Iterable[RecipientKind], purposes: Iterable[Purpose]) -> None:
        """Return only if these boundaries can stand beside the kinds and purposes that are allowed.

        Raises:
            ChoiceError: a boundary is none that there is, or forbids what is allowed; it names which.
        """
        for holds, field, message in self._rules(kinds, purposes):
            if not holds:
                raise ChoiceError(message, field)

    def _rules(
        self, kinds: Iterable[RecipientKind], purposes: Iterable[Purpose]
    ) -> Iterator[tuple[bool, str, str]]:
        both = [each for each in kinds if each in self.never_kinds]
        yield not both, "never_kinds", _at_once(named(ENGLISH.recipients, both))
        void = [each for each in purposes if _is_all_forbidden(each, frozenset(self.never_purposes))]
        yield not void, "never_purposes", _at_once(named(ENGLISH.purposes, void))
        yield all(map(is_place, self.countries)), "countries", "Choose among the countries below."
        yield (
            self.runs is None or 0 < self.runs <= MOST_RUNS,
            "runs",
            f"Choose a whole number from 1 to {MOST_RUNS}, or leave it empty.",
        )


def _is_all_forbidden(allowed: Purpose, forbidden: frozenset[Purpose]) -> bool:
    """Whether nothing is left of a purpose that is allowed.

    Research of any kind without commercial research is something; commercial research without any is nothing.
    """
    within = (each for each in Purpose if each.falls_under(allowed))
    return all(not forbidden.isdisjoint(each.related) for each in within)


def _at_once(spoken: list[str]) -> str:
    return f"You allow and forbid at once: {listed(ENGLISH, spoken)}. Untick it in one of the two places."
