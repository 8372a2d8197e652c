"""Paper: a document of headings, paragraphs and tables as PDF/A-3u, with a file attached to it.

The text is real text in an embedded font with Latin, Greek and Cyrillic letters; title and language are set,
and headings are bookmarks. NOTE: the structure is not tagged, which PDF/UA (ISO 14289) asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF, FontFace, ViewerPreferences
from fpdf.enums import TableBordersLayout

FONTS: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "DejaVu Sans"
_MARGIN_MM: Final = 20
_LINE_MM: Final = 5.2
_SIZES: Final = {0: 19, 1: 13}
_TEXT_SIZE: Final = 10
_SMALL_SIZE: Final = 8.5


@dataclass(frozen=True)
class Heading:
    """A title (level 0) or the heading of a section (level 1)."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `small` ones are for details."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of texts under headings; `widths` are in proportion, and the last column stands to the right."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class Attachment:
    """A file that travels inside the paper."""

    name: str
    content: bytes
    media_type: str
    about: str


def to_pdf(
    blocks: Sequence[Block], *, title: str, language: str, made_at: datetime, file: Attachment
) -> bytes:
    """The document as the bytes of a PDF file."""
    paper = _Paper(language)
    paper.set_title(title)
    paper.set_lang(language)
    paper.set_creation_date(made_at)
    paper.viewer_preferences = ViewerPreferences(display_doc_title=True)
    paper.embed_file(
        bytes=file.content,
        basename=file.name,
        mime_type=file.media_type,
        desc=file.about,
        creation_date=made_at,
        modification_date=made_at,
        associated_file_relationship="Source",
        compress=True,
    )
    paper.add_page()
    for block in blocks:
        paper.put(block)
    return bytes(paper.output())


class _Paper(FPDF):
    def __init__(self, language: str) -> None:
        super().__init__(enforce_compliance="PDFA_3U")
        self.language = language
        self.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_margins(_MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, margin=_MARGIN_MM)

    def footer(self) -> None:
        """The number of the page."""
        self.set_y(-_MARGIN_MM + _LINE_MM)
        self.set_font(FAMILY, "", _SMALL_SIZE)
        self.cell(0, _LINE_MM, str(self.page_no()), align="R")

    def put(self, block: Block) -> None:
        match block:
            case Heading(text, level):
                self.ln(_LINE_MM * level)
                self.start_section(text, level)
                self.set_font(FAMILY, "B", _SIZES[level])
                self._lines(text, _SIZES[level] / 2)
                self.ln(_LINE_MM / 3)
            case Paragraph(text, small):
                self.set_font(FAMILY, "", _SMALL_SIZE if small else _TEXT_SIZE)
                self._lines(text, _LINE_MM)
                self.ln(_LINE_MM / 3)
            case Table():
                self._table(block)

    def _lines(self, text: str, height: float) -> None:
        self.multi_cell(0, height, _printable(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _table(self, block: Table) -> None:
        self.set_font(FAMILY, "", _SMALL_SIZE)
        align = ("LEFT",) * (len(block.headings) - 1) + ("RIGHT",)
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=tuple(block.widths),
            text_align=align,
            line_height=_LINE_MM,
            headings_style=FontFace(emphasis="BOLD"),
        ) as table:
            for cells in (block.headings, *block.rows):
                row = table.row()
                for cell in cells:
                    row.cell(_printable(cell))
        self.ln(_LINE_MM)


def _printable(text: str) -> str:
    """Text without control characters, which a name from elsewhere may hold."""
    return "".join(each if each.isprintable() else " " for each in text)
