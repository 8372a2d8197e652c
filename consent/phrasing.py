"""How are lists and labels put into a sentence? The same way wherever something is said."""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from typing import TypeVar

from consent.word_table import Words
from ssi.attribute import Attribute

E = TypeVar("E", bound=Enum)
CENTS = 100


def named(table: Mapping[E, str], chosen: Collection[E]) -> list[str]:
    """The words for the chosen ones, in the order of the table, which is that of their enum."""
    return [word for each, word in table.items() if each in chosen]


def labels(words: Words, attributes: Iterable[Attribute], language: str) -> str:
    """The labels of attributes as one list."""
    return listed(words, [label_of(words, each, language) for each in attributes])


def label_of(words: Words, attribute: Attribute, language: str) -> str:
    """The label of an attribute, as it stands inside of a sentence."""
    return lowered(words, attribute.label[language])


def lowered(words: Words, label: str) -> str:
    """A label, as it stands inside of a sentence."""
    return words.quoted.format(label[:1].lower() + label[1:] if words.lower_labels else label)


def listed(words: Words, items: Iterable[str]) -> str:
    """Items as one list: "a, b and c"."""
    *first, last = [*items] or [""]
    return f"{', '.join(first)} {words.joiner} {last}" if first else last


def whole(words: Words, number: int) -> str:
    """A whole number with marks between its thousands."""
    return f"{number:,}".replace(",", words.thousands)


def euros(words: Words, cents: int) -> str:
    """An amount of money: "€1,234.50" or "1.234,50 €"."""
    amount, rest = divmod(abs(cents), CENTS)
    text = words.euros.format(f"{whole(words, amount)}{words.decimal_point}{rest:02d}")
    return ("-" if cents < 0 else "") + text


def capital(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[:1].upper() + text[1:]
