"""An Open Badge as a picture that carries it: a baked PNG or SVG (Open Badges 3.0 §5.3.1 and §5.3.2).

The credential stands in an `iTXt` chunk with the keyword `openbadgecredential`, or as character data of an
element `openbadges:credential`; whoever reads it (`open_badge_unbake`) verifies it as any other. The picture
itself proves nothing, which is why it shows no tick and no seal, and whoever gets it reads all that is in it.
"""

import json
from collections.abc import Mapping
from functools import cache
from textwrap import wrap
from typing import Any, Final
from xml.sax.saxutils import escape

from ssi.png import international_text, write_png

NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
KEYWORD: Final = "openbadgecredential"
_LETTERS_IN_A_LINE: Final = 24
_MOST_LINES: Final = 4
_MOST_LETTERS: Final = 60
_SIDE: Final = 256
_PALETTE: Final = ((255, 255, 255, 0), (244, 241, 234, 255), (40, 83, 107, 255))
_CLEAR, _PAPER, _INK = range(3)


def bake_png(credential: Mapping[str, Any], *, name: str, issuer: str) -> bytes:
    """A medal, the same for every badge, with the signed badge in it; the names stand beside as texts.

    Letters are not drawn: the title and the author are for programs that read them out.
    """
    texts = (
        international_text(KEYWORD, json.dumps(credential, ensure_ascii=True)),
        international_text("Title", _plain(name)),
        international_text("Author", _plain(issuer)),
    )
    return write_png(_medal(), _PALETTE, texts)


def bake_svg(credential: Mapping[str, Any], *, name: str, issuer: str) -> bytes:
    """A picture with the name of the achievement and of who awarded it, and the signed badge in it."""
    lines = wrap(_plain(name), _LETTERS_IN_A_LINE)[:_MOST_LINES]
    title = "".join(
        f'<tspan x="160" dy="{26 if index else 0}">{escape(line)}</tspan>' for index, line in enumerate(lines)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{NAMESPACE}" '
        'viewBox="0 0 320 320" role="img">'
        f"<openbadges:credential><![CDATA[{_harmless(credential)}]]></openbadges:credential>"
        f"<title>{escape(_plain(name))}</title>"
        '<circle cx="160" cy="160" r="150" fill="#f4f1ea" stroke="#28536b" stroke-width="8"/>'
        f'<text x="160" y="{150 - 13 * len(lines)}" font-family="sans-serif" font-size="20" '
        f'font-weight="bold" text-anchor="middle" fill="#1d2b33">{title}</text>'
        '<text x="160" y="240" font-family="sans-serif" font-size="13" text-anchor="middle" '
        f'fill="#28536b">{escape(_plain(issuer)[:_MOST_LETTERS])}</text>'
        "</svg>\n"
    ).encode()


def _harmless(credential: Mapping[str, Any]) -> str:
    """The credential as JSON that cannot end the character data: `>` stands in strings only."""
    return json.dumps(credential, ensure_ascii=True).replace(">", "\\u003e")


def _plain(text: str) -> str:
    """A text without characters that XML 1.0 does not have."""
    return "".join(letter for letter in text if letter.isprintable())


@cache
def _medal() -> tuple[bytes, ...]:
    return tuple(bytes(_colour(x, y) for x in range(_SIDE)) for y in range(_SIDE))


def _colour(x: int, y: int) -> int:
    """A ring within a ring, over two ends of a ribbon."""
    across, down = x - _SIDE // 2, y - 100
    squared = across * across + down * down
    if squared <= 92**2:
        return _INK if squared > 84**2 or 52**2 < squared <= 56**2 else _PAPER
    from_middle = abs(abs(across) - 38)  # of the one end or the other
    length = 134 if from_middle < 12 else 148  # noqa: PLR2004 — a notch
    return _INK if from_middle < 26 and 0 < down < length else _CLEAR  # noqa: PLR2004 — half its width
