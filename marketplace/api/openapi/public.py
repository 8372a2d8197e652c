"""What anybody may read: who is trusted, what can be asked about, and the log."""

from typing import Any

from marketplace.api.openapi.operation import BYTES_TYPE, TEXT_TYPE, Answer, Operation, parameter, schema
from marketplace.api.openapi.schema_parts import (
    ANYTHING,
    BASE64URL,
    CENTS,
    COUNT,
    DIGEST,
    MOMENT,
    TEXT,
    TOKEN,
    json_list,
    json_object,
    nullable,
    paged,
)

_WORDS = {"type": "object", "additionalProperties": TEXT, "description": "By language."}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}

PUBLIC_SCHEMAS: dict[str, Any] = {
    "DataSets": paged(
        "data_sets",
        json_object(
            {
                "ref": TEXT,
                "label": _WORDS,
                "about": _WORDS,
                "people": schema("Band"),
                "from_cents": nullable(CENTS),
                "described_at": nullable(MOMENT),
            }
        ),
    ),
    "Registry": json_object({"registry": ANYTHING, "signed": TOKEN}),
    "Inclusion": json_object(
        {
            "kind": TEXT,
            "at": MOMENT,
            "body_digest": DIGEST,
            "index": COUNT,
            "hashes": json_list(BASE64URL),
            "checkpoint": TEXT,
        },
        about="The proof that a leaf stands in the log (RFC 9162 §2.1.3).",
    ),
    "Consistency": json_object(
        {"old": COUNT, "new": COUNT, "hashes": json_list(BASE64URL), "checkpoint": TEXT},
        about="The proof that the log only grew (RFC 9162 §2.1.4).",
    ),
}


def _operation(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
    tag = "log" if path.startswith("/log") else "catalogue"
    return Operation(method=method, path=path, name=name, summary=summary, tag=tag, **more)


_NOTE = Answer("A signed note (C2SP tlog-checkpoint).", None, TEXT_TYPE)
_BYTES = Answer("Bytes that stay the same for good.", None, BYTES_TYPE)

PUBLIC: tuple[Operation, ...] = (
    _operation(
        "GET",
        "/registry",
        "readRegistry",
        "The trust registry as its authority signed it",
        answer=Answer("A JWS.", None, TEXT_TYPE),
    ),
    _operation(
        "GET",
        "/registry.json",
        "readRegistryInPlain",
        "The trust registry to look at, beside what was signed",
        answer=Answer("Both.", schema("Registry")),
    ),
    _operation(
        "GET",
        "/data-sets",
        "listDataSets",
        "What can be asked about, with about how many people",
        pages=True,
        answer=Answer("One page of them.", schema("DataSets")),
    ),
    _operation(
        "GET",
        "/log/checkpoint",
        "readCheckpoint",
        "The state of the log that enough witnesses cosigned, or that of a given size",
        query=(parameter("size", "How many entries it has.", **_NUMBER),),
        answer=_NOTE,
    ),
    _operation("GET", "/log/present", "readPresent", "The state of the log now", answer=_NOTE),
    _operation(
        "GET",
        "/log/tile/entries/{place}",
        "readBundle",
        "The leaves under a tile of level 0 (C2SP tlog-tiles)",
        answer=_BYTES,
    ),
    _operation(
        "GET", "/log/tile/{level}/{place}", "readTile", "A tile of the tree (C2SP tlog-tiles)", answer=_BYTES
    ),
    _operation(
        "GET",
        "/log/entries/{index}",
        "proveEntry",
        "The proof that a leaf stands at an index",
        query=(parameter("size", "Among how many entries; by default all.", **_NUMBER),),
        answer=Answer("The proof.", schema("Inclusion")),
    ),
    _operation(
        "GET",
        "/log/consistency",
        "proveConsistency",
        "The proof that the log only grew",
        query=(
            parameter("old", "The size that you know.", required=True, **_NUMBER),
            parameter("new", "The size that you were shown; by default all.", **_NUMBER),
        ),
        answer=Answer("The proof.", schema("Consistency")),
    ),
)
"""Registry, data sets, log."""
