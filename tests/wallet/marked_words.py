"""Which words do the wallet's sources mark for translation, and in which area do they belong?

``make words`` brings the catalogues up to date: new words get an empty entry, words
that nobody says any more are removed. What has the same words in another area is translated from there.
"""

import ast
import re
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
    "offer": ("offers", "offer_form", "offer_pages", "boundary_form", "hospital_consents"),
    "locks": ("contacts",),
    "collect": ("collecting", "collecting_page"),
    "show": ("show_page",),
    "hospital": ("hospitals", "hospital_words"),
    "sources": ("source_form", "file_reading", "addresses", "receive"),
    "stream": ("streams", "stream_axes", "stream_chart", "stream_form", "stream_labels"),
    "crowd": ("crowds", "crowd_form", "sums"),
    "score": ("scores", "score_form"),
    "rights": ("rights_requests",),
    "pod": ("pods", "pod_files", "pod_copies"),
}
"""What belongs to an area besides the templates in the folder of that name and the file of that name."""
TABLES = (ROOT / "wallet/domain/pod_trouble.py",)
"""Errors below the screens whose words are shown with the filter `translated`."""
BELOW = ("wallet/clients", "wallet/domain", "wallet/services", "wallet/storage")
"""Where sentences are said in English only, because no language is known there; the area is `errors`."""
SPEAKING = (
    "boundary_choice_words",
    "collecting_trouble",
    "collecting_words",
    "collecting_words_german",
    "copy_wallet",
    "examination_words",
    "showing_words",
    "showing_words_german",
    "source",
    "stream_words",
    "stream_words_german",
)
"""What has words in several languages of its own."""
ENGINES = ROOT / "crypto/engine.py"
KEYWORDS = DEFAULT_KEYWORDS | {
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
_SENTENCE = re.compile(r"[A-Z“%][^\n]* [^\n]*[.?!]")
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
    if path == ENGINES:
        return "offer"
    if not path.is_relative_to(DESIGN) and not path.is_relative_to(WEB):
        return "errors"
    found = next((area for area, members in AREAS.items() if name in members), name)
    return "frame" if found == name and path.is_relative_to(DESIGN) else found


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
    """The files in which words may be marked, and those whose sentences reach people."""
    marking = [path for folder in (DESIGN, WEB) for kind in _METHODS for path in folder.rglob(f"*{kind}")]
    below = [path for folder in BELOW for path in (ROOT / folder).rglob("*.py")]
    return sorted({ENGINES, *marking, *(path for path in below if path.stem not in SPEAKING)})


def _extracted(path: Path) -> Iterator[Marked]:
    if path.is_relative_to(WEB) or path.is_relative_to(DESIGN):
        with path.open("rb") as file:
            for _, ids, _, context in extract(_METHODS[path.suffix], file, KEYWORDS, options=_OPTIONS):
                yield Marked((ids,) if isinstance(ids, str) else tuple(ids), context)


def _said_in_english(path: Path) -> Iterator[Marked]:
    """What is written in English and translated when it is shown.

    Sentences of the wallet below its screens, and what stands in `Words(…)` of the design.
    """
    if path.suffix != ".py":
        return
    tree = ast.parse(path.read_text())
    if path.is_relative_to(ROOT / "wallet"):
        yield from (Marked((text,), None) for text in sentences(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            spoken = node.args if node.func.id in ("Words", "talking_to") else ()
            yield from (Marked((text,), None) for text in map(_text, spoken) if text)
        if isinstance(node, ast.keyword) and node.arg == "who_must_collude":
            yield Marked((_text(node.value),), None)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("THE_MARKETPLACE"):
            yield Marked((_text(node.value),), None)


def sentences(tree: ast.Module) -> Iterator[str]:
    """Every sentence that a module says to people: not its docstrings, and no parts of f-strings."""
    passed = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    passed |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = _text(node) if id(node) not in passed else ""
        if _SENTENCE.fullmatch(text):
            yield text


def _text(node: ast.AST) -> str:
    """The text of a literal, with named places where an f-string fills something in; empty for all else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    pieces, count = [], 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            pieces.append(str(part.value).replace("%", "%%"))
        elif isinstance(part, ast.FormattedValue):
            count += 1
            pieces.append(f"%({_name(part.value) or f'value{count}'})s")
    return "".join(pieces)


def _name(value: ast.expr) -> str:
    if isinstance(value, ast.Name):
        return value.id.lower().strip("_")
    return value.attr if isinstance(value, ast.Attribute) else ""


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
