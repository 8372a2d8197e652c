"""Which nodes does a registry name, and what is different from those that operators approved?

A set is known by what data go to and answers come from: who runs each node, where it answers and by which
keys it is known. Until when its entry holds is no part of it, so renewing the registry changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crypto.encoding import Json, digest_of
from ssi.trust import TrustRegistry
from ssi.trust_entries import DealerEntry, NodeEntry

_TIMES: Final = ("valid_from", "valid_until")


@dataclass(frozen=True)
class NodeSet:
    """The entries of all nodes, and of the dealer if there is one, by id and without their times."""

    entries: Mapping[str, Mapping[str, Json]]

    @classmethod
    def of(cls, registry: TrustRegistry) -> "NodeSet":
        """The nodes that a registry names."""
        known: tuple[NodeEntry | DealerEntry, ...] = registry.nodes
        if registry.dealer is not None:
            known = (*known, registry.dealer)
        return cls({each.id: _lasting(each.to_json()) for each in known})

    @property
    def digest(self) -> str:
        """What operators approve; another node, address or key makes another one."""
        return digest_of({name: dict(entry) for name, entry in sorted(self.entries.items())})

    def to_json(self) -> dict[str, Json]:
        """The fingerprint of each entry, as it stands in an act."""
        return {name: digest_of(dict(entry)) for name, entry in sorted(self.entries.items())}


@dataclass(frozen=True)
class NodeChange:
    """What is different from the approved nodes: the ids that are new, gone, and there with another entry."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @classmethod
    def between(cls, approved: Mapping[str, Json], found: NodeSet) -> "NodeChange":
        """How nodes differ from fingerprints of approved ones."""
        now = found.to_json()
        return cls(
            added=tuple(name for name in now if name not in approved),
            removed=tuple(name for name in approved if name not in now),
            changed=tuple(name for name in now if name in approved and now[name] != approved[name]),
        )


def _lasting(document: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in document.items() if name not in _TIMES}
