"""Keep a spreadsheet from running what stands in a cell, so that the cell can be read back as it was.

Spreadsheets take a cell for a formula by its first sign (OWASP, CSV Injection). An apostrophe in front makes
it text. One that is set to another separator than the comma, or that breaks lines within quotes, begins a new
cell in the middle of ours, so the same is done there. Where apostrophes stand before such a sign already,
there is one more, so that taking one away gives every cell back.
"""

import re
from typing import Final

_FORMULA_SIGNS: Final = ("=", "+", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BREAK: Final = r"[;|\t\r\n]"
_FORMULA_WITHIN: Final = rf'"*(?:[=+@＝＋－＠]|-(?!\d+(?:[.,]\d+)*(?:{_BREAK}|\Z)))'
"""Quotes are stepped over: what begins in the middle of a quoted cell is read without the first of them."""
_BEFORE: Final = re.compile(rf"(?<={_BREAK})(?='*+{_FORMULA_WITHIN})")
_MARKED: Final = re.compile(rf"(?<={_BREAK})'(?='*+{_FORMULA_WITHIN})")


def harmless(cell: str) -> str:
    """The cell as a spreadsheet may see it; a negative number stays a number."""
    marked = _BEFORE.sub("'", cell)
    return f"'{marked}" if _would_run(cell.lstrip("'")) else marked


def as_it_was(cell: str) -> str:
    """What `harmless` was given."""
    plain = _MARKED.sub("", cell)
    return plain[1:] if plain.startswith("'") and _would_run(plain.lstrip("'")) else plain


def _would_run(cell: str) -> bool:
    return cell.startswith(_FORMULA_SIGNS) or (cell.startswith("-") and not _is_number(cell[1:]))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace(",", "", 1).isdecimal()
