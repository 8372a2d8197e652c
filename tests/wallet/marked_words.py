"""Which words do the wallet's sources mark for translation, and in which area do they belong?

``make words`` brings the catalogues up to date: new words get an empty entry, words
that nobody says any more are removed. What has the same words in another area is translated from there.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from wallet.web.catalogues import FOLDER, catalogue_of, read_area
from wallet.web.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
COMPLETE = ("de",)
"""Languages in which every word has to be said; the others say what they can."""
STARTED = tuple(language for language in LANGUAGES if language not in ("en", *COMPLETE))
DESIGN, WEB = ROOT / "ssi/hosting/design", ROOT / "wallet/web"
AREAS = {
    "frame": (
        DESIGN,
        "frame",
        "language",
        "freshness",
        "parts",
        "promise",
        "watch",
        "visitor",
        "form_fields",
        "languages",
    ),
    "how": ("how_it_works",),
    "doorway": ("sign_in", "sign_up"),
    "passkeys": ("passkey", "passkey_form"),
    "records": ("record", "badges"),
    "consents": ("end_consent",),
    "uses": ("proofs", "use_letters", "earnings"),
    "receipts": ("take", "agreement_paper"),
    "agreement": ("consent",),
    "offer": ("offers", "offer_form", "offer_pages", "boundary_form"),
    "locks": ("contacts",),
    "collect": ("collecting", "collecting_page"),
    "show": ("show_page",),
    "hospital": ("hospitals", "hospital_words"),
    "sources": ("source_form", "file_reading", "addresses", "receive"),
    "stream": ("streams", "stream_axes", "stream_chart", "stream_form"),
    "crowd": ("crowds", "crowd_form", "sums"),
    "score": ("scores", "score_form"),
    "pod": ("pods", "pod_files", "pod_copies", "pod_trouble"),
}
"""What belongs to an area besides the templates in the folder of that name and the file of that name."""
TABLES = (ROOT / "wallet/domain/pod_trouble.py",)
"""Errors below the screens whose words are shown with the filter `translated`."""
KEYWORDS = DEFAULT_KEYWORDS | {
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
_METHODS: dict[str, Any] = {".html": babel_extract, ".py": extract_python}
_OPTIONS = {"silent": "false", "newstyle_gettext": "true"}


@dataclass(frozen=True)
class Marked:
    """One text as the sources have it; `ids` are the singular and the plural where it counts something."""

    ids: tuple[str, ...]
    context: str | None

    @property
    def id(self) -> str | tuple[str, ...]:
        """As catalogues name it."""
        return self.ids[0] if len(self.ids) == 1 else self.ids

    @property
    def key(self) -> tuple[str, str | None]:
        """What finds it in a catalogue."""
        return self.ids[0], self.context


def area_of(path: Path) -> str:
    """The area that a source belongs to: that of its folder or name, unless the table says otherwise."""
    folder = path.parent.name
    name = folder if path.suffix == ".html" and folder not in ("wallet", "design") else path.stem
    for area, members in AREAS.items():
        if name in members:
            return area
    return "frame" if path.is_relative_to(DESIGN) else name


@cache
def marked() -> dict[str, dict[tuple[str, str | None], Marked]]:
    """Every marked text of each area, in the order in which they are met."""
    found: dict[str, dict[tuple[str, str | None], Marked]] = {}
    for path in sources():
        for each in (*_extracted(path), *_said_in_english(path)):
            found.setdefault(area_of(path), {}).setdefault(each.key, each)
    for path in TABLES:
        for each in _said_in_a_table(path):
            found.setdefault(area_of(path), {}).setdefault(each.key, each)
    return found


def sources() -> list[Path]:
    """The files in which words may be marked."""
    return sorted(path for folder in (DESIGN, WEB) for kind in _METHODS for path in folder.rglob(f"*{kind}"))


def _extracted(path: Path) -> Iterator[Marked]:
    with path.open("rb") as file:
        for _, ids, _, context in extract(_METHODS[path.suffix], file, KEYWORDS, options=_OPTIONS):
            yield Marked((ids,) if isinstance(ids, str) else tuple(ids), context)


def _said_in_english(path: Path) -> Iterator[Marked]:
    """What stands in `Words(…)`: pages of errors are made in English and translated when shown."""
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield Marked((argument.value,), None)


def _said_in_a_table(path: Path) -> Iterator[Marked]:
    """What a table of errors says: they are made in English and translated when shown."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Dict):
            for value in node.values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield Marked((value.value,), None)


def update() -> None:
    """Write every catalogue anew: what is marked now, with the translations that there were."""
    for language in (*COMPLETE, *STARTED):
        known = catalogue_of(language)
        for area, texts in sorted(marked().items()):
            path = FOLDER / language / f"{area}.po"
            if language in COMPLETE or path.exists():
                _write(path, texts, known)
        for path in (FOLDER / language).glob("*.po"):
            if path.stem not in marked():
                path.unlink()


def _write(path: Path, texts: dict[tuple[str, str | None], Marked], known: Catalog) -> None:
    before = read_area(path) if path.exists() else Catalog()
    catalogue = Catalog(locale=path.parent.name)
    for text in texts.values():
        said = before.get(*text.key) or known.get(*text.key)
        catalogue.add(text.id, said.string if said else "", context=text.context)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, omit_header=True)


if __name__ == "__main__":
    update()
    sys.stdout.write(f"{sum(len(texts) for texts in marked().values())} texts in {len(marked())} areas\n")
