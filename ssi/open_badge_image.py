"""An Open Badge as a picture that carries it: a baked SVG (Open Badges 3.0 §5.3.2).

The credential stands in the picture as character data of an element `openbadges:credential`; whoever reads it
verifies it as any other. The picture itself proves nothing, and whoever gets it reads all that is in it.
"""

import json
from collections.abc import Mapping
from textwrap import wrap
from typing import Any, Final
from xml.sax.saxutils import escape

NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
_LETTERS_IN_A_LINE: Final = 24
_MOST_LINES: Final = 4
_MOST_LETTERS: Final = 60


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
