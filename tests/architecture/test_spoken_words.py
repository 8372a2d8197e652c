"""No page sells anybody's data: personal data is no commodity, and money is a compensation for taking part.

EDPB Opinion 08/2024: personal data cannot be considered a tradeable commodity. So nothing that people read
may call it one, in whatever language, nor make money the reason to allow more. `test_layout` bans the
plainest such words in every file of the repository; here it is what pages say, in all their languages.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SPOKEN = (
    ROOT / "wallet/web/templates",
    ROOT / "marketplace/web/templates",
    ROOT / "ssi/hosting/design/templates",
    ROOT / "ssi/issuer_service",
)
CATALOGUES = ROOT / "wallet/web/translations"
PYTHON = tuple(ROOT / each for each in ("wallet", "marketplace", "consent", "ssi"))
FORBIDDEN = re.compile(
    r"""
    \b(?:sell|sells|selling|sold|buy|buys|buying|bought|trade|trades|trading|monetis\w*|monetiz\w*|rent)\b
        [^.!?<>{}"]{0,25}\b(?:your|her|his|their|my|personal|people['’]?s)\s(?:\w+\s)?(?:data|records?|readings?)\b
    | \bdata\s(?:is|are)\s(?:worth|money|gold|an?\sasset)\b
    | \b(?:your|personal)\sdata['’]?s?\s(?:price|value|market\svalue)\b
    | \bprice\sof\syour\s(?:data|records?)\b
    | \bmake\smoney\s(?:with|from)\b
    | \b(?:earn|get)\smore\sby\s(?:sharing|allowing|giving)\b
    | \bdata\s(?:seller|vendor)s?\b
    | \b(?:ihre|seine|meine|deine|persönlichen?)\s(?:\w+\s)?daten\s[^.!?<>"]{0,25}\bverk(?:auf|äuf)\w*
    | \bverk(?:auf|äuf)\w*\b[^.!?<>"]{0,25}\b(?:ihre|ihrer|seine|meine|deine|persönlichen?)\s(?:\w+\s)?daten\b
    | \bdaten(?:verkauf|verkäufer|handel)\w*
    | \bvend(?:re|ez|ons)\s[^.!?<>"]{0,25}\bdonnées\b
    | \bvend(?:er|a|emos)\s[^.!?<>"]{0,25}\bdatos\b
    | \bvend(?:ere|i|iamo)\s[^.!?<>"]{0,25}\bdati\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STRING = re.compile(r'"([^"\n]{8,})"')
_TAG = re.compile(r"<[^>]*>")


def spoken() -> Iterator[tuple[str, str]]:
    """Every text that a page can show, with where it stands."""
    for folder in SPOKEN:
        for path in folder.rglob("*.html"):
            yield _place(path), _TAG.sub(" ", path.read_text())
    for path in CATALOGUES.rglob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                yield _place(path), " ".join(map(str, strings))
    for folder in PYTHON:
        for path in folder.rglob("*.py"):
            yield from ((_place(path), text) for text in _STRING.findall(path.read_text()))


def _place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_text_sells_anybodys_data():
    found = [(place, match.group()) for place, text in spoken() if (match := FORBIDDEN.search(text))]

    assert found == []


def test_there_is_something_to_look_at():
    places = {place.split("/")[0] for place, _ in spoken()}

    assert {"wallet", "marketplace", "consent", "ssi"} <= places


@pytest.mark.parametrize(
    "text",
    [
        "Sell your data and earn.",
        "You sold your health data to a company.",
        "Here companies buy your data.",
        "Monetise your readings!",
        "Your data is worth something.",
        "Data are money.",
        "The price of your data",
        "Make money with your wallet",
        "Earn more by sharing more.",
        "You are a data seller.",
        "Verkaufen Sie Ihre Daten.",
        "Ihre Daten können Sie hier verkaufen.",
        "Datenhandel leicht gemacht",
        "Vendez vos données",
        "Vender tus datos",
        "Vendi i tuoi dati",
    ],
)
def test_what_would_sell_is_found(text):
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Compensation for taking part",
        "Buyers of answers never got your record.",
        "Wer Antworten kauft, hat Ihren Nachweis nie bekommen.",
        "What you earned stays yours.",
        "The price of one answer",
    ],
)
def test_what_is_said_of_answers_and_compensation_is_not_found(text):
    assert not FORBIDDEN.search(text)
