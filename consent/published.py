"""What do others read who want to check the form of our records and receipts? Schemas, shapes and a context.

JSON Schemas (2020-12) say how the documents are written, SHACL shapes what they say as a graph, and the
JSON-LD context what their members mean. Each is a file of this package that never changes: another form gets
another number. DPV-27560 ships neither schema nor shapes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ssi.linked_data.contexts import ARGONAUTA_V1, context_bytes

FOLDER: Final = Path(__file__).parent / "schemas"
SCHEMA_TYPE: Final = "application/schema+json"
SHAPES_TYPE: Final = "text/turtle"
CONTEXT_TYPE: Final = "application/ld+json"
CONTEXT_NAME: Final = "context-1.jsonld"


@dataclass(frozen=True)
class Published:
    """One document that anybody may read: what it is, by its media type, and its bytes."""

    media_type: str
    content: bytes


def _documents() -> dict[str, Published]:
    kinds = {".json": SCHEMA_TYPE, ".ttl": SHAPES_TYPE}
    found = {
        path.name: Published(kinds[path.suffix], path.read_bytes())
        for path in sorted(FOLDER.iterdir())
        if path.suffix in kinds
    }
    return {**found, CONTEXT_NAME: Published(CONTEXT_TYPE, context_bytes(ARGONAUTA_V1))}


DOCUMENTS: Final[Mapping[str, Published]] = MappingProxyType(_documents())
"""All of them by name."""
