"""How are claims and transactions said to a person, in her language?

A claim of a known data set has the label and the unit that the data set gives it. Any other is called by its
own name, made readable, and its value stands as it is: a wallet does not guess what others mean. A value that
is too long for a page is cut, and its whole length is said.
"""

import re
from typing import Final

from crypto.encoding import Json
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet
from ssi.disclosures import Path
from ssi.errors import DataSetError
from ssi.openid4vp.transaction_data import ALGORITHM_CLAIM, TransactionData
from wallet.domain.record import value_text
from wallet.domain.showing_claims import leaves
from wallet.domain.showing_words import ENGLISH, Words

TRANSACTION_TYPES: Final = frozenset({"payment", "agreement"})
"""The transactions that can be said in words; a request with another one is refused (OpenID4VP 1.0 §8.4)."""
MAX_SHOWN: Final = 500
_BLANKS: Final = re.compile(r"\A\s|\s{3}|\s\Z|[\u115f\u1160\u2800\u3164\uffa0]")
"""Blanks that could push something out of sight, or hide where a text ends; some letters look like blanks."""
_UNSAID: Final = frozenset({"type", "credential_ids", ALGORITHM_CLAIM})
GERMAN_UNITS: Final = {
    "a": "Jahre",
    "d": "Tage",
    "h": "Stunden",
    "min": "Minuten",
    "/min": "pro Minute",
    "{beats}/min": "Schläge pro Minute",
    "{steps}": "Schritte",
    "L": "Liter",
}


def label_text(path: Path, found: DataSet | None, words: Words) -> str:
    """What a claim is called."""
    attribute = _attribute(path, found)
    if attribute is not None:
        return attribute.label[words.language]
    key = f"claim_{path[0]}"
    if len(path) == 1 and key in words:
        return words[key]
    named = [str(step + 1) if isinstance(step, int) else step.replace("_", " ") for step in path]
    text = " · ".join(named)
    return text[:1].upper() + text[1:]


def claim_text(path: Path, value: Json, found: DataSet | None, words: Words) -> str:
    """What a claim says."""
    attribute = _attribute(path, found)
    if attribute is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return plain_text(value, words)
    if words.language == "de":
        return _german(attribute, value)
    return value_text(attribute, value)


def plain_text(value: Json, words: Words) -> str:
    """A value that no data set describes."""
    if isinstance(value, bool):
        return words["yes"] if value else words["no"]
    if value is None or value in ({}, []):
        return words["empty"]
    text = str(value)
    if len(text) <= MAX_SHOWN:
        return text
    return words.say("cut", text=text[:MAX_SHOWN], length=len(text))


def transaction_lines(one: TransactionData, words: Words) -> tuple[tuple[str, str], ...]:
    """Everything that a transaction says, as labels and texts: nothing of what is signed is left out."""
    said = ((path, value) for path, value in leaves(one.document) if path[0] not in _UNSAID)
    return tuple((_member(path, words), plain_text(value, words)) for path, value in said)


def can_be_said(one: TransactionData) -> bool:
    """Whether all that a transaction says can be read on a page as it is.

    That is: no name or value is longer than `MAX_SHOWN`, holds signs that do not print or that turn text
    around, or blanks at an end or more than two of them in a row.
    """
    said = ((path, value) for path, value in leaves(one.document) if path[0] not in _UNSAID)
    return all(
        _is_legible(label_text(path, None, ENGLISH))
        and all(_is_legible(step.replace("_", " ")) for step in path if isinstance(step, str))
        and (value == "" or _is_legible(str(value)))
        for path, value in said
    )


def _is_legible(text: str) -> bool:
    return 0 < len(text) <= MAX_SHOWN and text.isprintable() and not _BLANKS.search(text)


def _member(path: Path, words: Words) -> str:
    key = f"member_{path[0]}"
    return words[key] if len(path) == 1 and key in words else label_text(path, None, words)


def _attribute(path: Path, found: DataSet | None) -> Attribute | None:
    if found is None or len(path) != 1:
        return None
    try:
        return found.attribute(str(path[0]))
    except DataSetError:
        return None


def _german(attribute: Attribute, value: int | float | str) -> str:
    if attribute.kind is Kind.CATEGORY:
        labels = {category.code: category.label["de"] for category in attribute.categories}
        return labels.get(str(value), str(value))
    text = value_text(attribute, value)
    number, space, unit = text.partition(" ")
    return f"{number.replace('.', ',')}{space}{GERMAN_UNITS.get(attribute.unit, unit)}"
