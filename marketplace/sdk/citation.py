"""How is an answer cited? With the order, the day, and the state of the public log in which it stands.

The title is the question in words; the author is the organisation that asked; the publisher the marketplace.
The checkpoint pins the citation: whoever has it can see that the log still holds the order.
"""

import base64
from dataclasses import dataclass
from datetime import date

from consent.joining import asked_about
from consent.wording import describe_query
from crypto.encoding import Json
from marketplace.sdk.proof_check import VerifiedProof

LANGUAGE = "en"
_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\n": " ",
    }
)


@dataclass(frozen=True)
class Citation:
    """What a citation says. `root` is the root of the log in base64, as its checkpoint writes it."""

    author: str
    title: str
    publisher: str
    day: date
    order_id: str
    log_index: int
    log_size: int
    root: str

    @property
    def note(self) -> str:
        """Where the log holds the order."""
        return f"entry {self.log_index} of the log {self.publisher}, checkpoint {self.log_size} {self.root}"

    def to_text(self) -> str:
        """One line to paste into a text."""
        return (
            f"{self.author} ({self.day.year}). {self.title} [computed answer]. {self.publisher}. "
            f"Order {self.order_id}, {self.day.isoformat()}; {self.note}."
        )

    def to_csl(self) -> list[Json]:
        """CSL-JSON, as reference managers read it."""
        return [
            {
                "id": f"argonauta-{self.order_id}",
                "type": "dataset",
                "title": self.title,
                "author": [{"literal": self.author}],
                "publisher": self.publisher,
                "issued": {"date-parts": [[self.day.year, self.day.month, self.day.day]]},
                "number": self.order_id,
                "note": self.note,
            }
        ]

    def to_bibtex(self) -> str:
        """A BibTeX entry."""
        members = {
            "author": f"{{{_tex(self.author)}}}",
            "title": f"{{{_tex(self.title)}}}",
            "publisher": _tex(self.publisher),
            "year": str(self.day.year),
            "month": f"{self.day.month:02}",
            "number": _tex(self.order_id),
            "note": _tex(self.note),
        }
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in members.items())
        return f"@misc{{argonauta-{self.order_id},\n{lines}\n}}\n"


def cite(proof: VerifiedProof) -> Citation:
    """The citation of an answer whose proof was verified."""
    return Citation(
        author=proof.buyer_name,
        title=describe_query(proof.query, asked_about(proof.query), LANGUAGE),
        publisher=proof.marketplace,
        day=proof.placed_at.date(),
        order_id=proof.order_id,
        log_index=proof.log_index,
        log_size=proof.checkpoint.size,
        root=base64.b64encode(proof.checkpoint.root).decode("ascii"),
    )


def _tex(text: str) -> str:
    return text.translate(_SPECIAL)
