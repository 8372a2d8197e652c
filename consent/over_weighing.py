"""Does a weighted sum, of one person or of many, weigh more than its purpose needs? What would do instead.

The same judgement as `consent.over_asking`, by the same table of needs: numbers about health for a purpose
that needs none, and more numbers than it relates. The largest weights are taken to be what is needed most.
It is advice, and refuses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consent.errors import TermsError
from consent.over_asking import NEEDS, SurplusKind
from consent.over_asking_words import surplus_sentence
from consent.phrasing import label_of, listed
from consent.vocabulary import Purpose
from consent.words import words_of
from ssi.attribute import Attribute, Sensitivity
from ssi.dataset import DataSet


@dataclass(frozen=True)
class OverWeighed:
    """One flag: what is weighed too much, and what of the sum would be enough, largest weights first."""

    kind: SurplusKind
    what: tuple[str, ...]
    enough: tuple[str, ...]


def over_weighed(purpose: Purpose, weights: Mapping[str, int], described: DataSet) -> tuple[OverWeighed, ...]:
    """What a sum weighs beyond its purpose, each with what would be enough without it.

    Raises:
        DataSetError: a weight names an attribute that the data set does not have.
    """
    need = NEEDS[purpose]
    named = sorted(weights, key=lambda name: (-abs(weights[name]), name))
    health = () if need.health else tuple(name for name in named if _is_health(described.attribute(name)))
    flags = []
    if health:
        flags.append(
            OverWeighed(SurplusKind.HEALTH, health, tuple(each for each in named if each not in health))
        )
    if len(named) > need.attributes:
        kept, beyond = tuple(named[: need.attributes]), tuple(named[need.attributes :])
        flags.append(OverWeighed(SurplusKind.ATTRIBUTES, beyond, kept))
    return tuple(flags)


_ENOUGH = {
    "en": ("It would be enough to weigh {kept}.", "Nothing of this record is needed for it."),
    "de": ("Es würde reichen, {kept} zu gewichten.", "Von diesem Nachweis ist dafür nichts nötig."),
}


def describe_over_weighed(flag: OverWeighed, purpose: Purpose, described: DataSet, language: str) -> str:
    """Say one flag.

    Raises:
        TermsError: there are no sentences in this language.
        DataSetError: the flag names an attribute that the data set does not have.
    """
    if language not in _ENOUGH:
        raise TermsError(f"no sentences about requests in language {language[:20]!r}")
    words, (some, nothing) = words_of(language), _ENOUGH[language]

    def said(names: tuple[str, ...]) -> str:
        return listed(words, [label_of(words, described.attribute(each), language) for each in names])

    sentence = surplus_sentence(flag.kind, purpose, said(flag.what), language)
    return f"{sentence} {some.format(kept=said(flag.enough)) if flag.enough else nothing}"


def _is_health(attribute: Attribute) -> bool:
    return attribute.sensitivity is Sensitivity.HEALTH
