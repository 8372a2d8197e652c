"""The problem document of RFC 9457: how a refusal is said to a machine, in words a person can read."""

from dataclasses import dataclass
from typing import Self

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields

MEDIA_TYPE = "application/problem+json"
_MAX_TEXT = 2000


@dataclass(frozen=True)
class Problem:
    """What went wrong: `kind` is a URI for programs, `title` names it, `detail` says what to do."""

    status: int
    title: str
    detail: str | None = None
    kind: str = "about:blank"

    @property
    def sentence(self) -> str:
        """The most telling text there is."""
        return self.detail or self.title

    def to_json(self) -> dict[str, Json]:
        """The document (RFC 9457 §3.1)."""
        document: dict[str, Json] = {"type": self.kind, "title": self.title, "status": self.status}
        if self.detail:
            document["detail"] = self.detail
        return document

    @classmethod
    def parse(cls, raw: bytes, *, status: int) -> Self | None:
        """Read what a peer said; anything but a problem document counts as nothing said.

        The status is the one of the answer, since the one in the document is advice (RFC 9457 §3.1.2), and
        texts are cut at 2,000 characters.
        """
        try:
            fields = Fields.parse(raw, "problem")
            title = fields.text("title")[:_MAX_TEXT]
            detail = fields.text("detail")[:_MAX_TEXT] if fields.has("detail") else None
            kind = fields.text("type")[:_MAX_TEXT] if fields.has("type") else "about:blank"
        except MalformedError:
            return None
        return cls(status=status, title=title, detail=detail, kind=kind)
