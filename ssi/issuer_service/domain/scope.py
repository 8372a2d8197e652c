"""What may the system behind an API key do?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crypto.errors import MalformedError

EVERYTHING = "*"


class Scope(StrEnum):
    """One thing that an API key may be good for."""

    ISSUE = "credentials:issue"
    READ = "credentials:read"
    STATUS = "credentials:status"
    TEMPLATES = "templates"
    BATCHES = "batches"
    WEBHOOKS = "webhooks"
    DEVICES = "devices"
    READINGS = "devices:readings"
    KEYS = "api-keys"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True)
class ApiKey:
    """A key as it is listed: the part before the dot names it, the rest is nowhere."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None = None


def read_scopes(words: Collection[str]) -> frozenset[Scope]:
    """Scopes from their words.

    Raises:
        MalformedError: one of them is none, or there is none at all.
    """
    for word in words:
        if word not in list(Scope):
            raise MalformedError(f"scopes: unknown scope {word[:40]!r}; there are {', '.join(Scope)}")
    if not words:
        raise MalformedError(f"scopes: name at least one of {', '.join(Scope)}")
    return frozenset(Scope(word) for word in words)
