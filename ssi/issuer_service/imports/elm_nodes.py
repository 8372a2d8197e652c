"""Walk through the objects of a European Digital Credential, whatever stands in it.

The same value may stand in a document as one object or as a list, a text in one language or in several.
Nothing here raises: what is not of its form is not there. An object counts where it stands in full, as the
EU's own issuer writes each; one that is only named, to stand elsewhere, is not looked for. So the work is
bounded by the length of the document, and no person's credential borrows from another's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Members = Mapping[str, Any]


@dataclass(frozen=True)
class Node:
    """One object of a credential."""

    members: Members = field(repr=False)

    def is_a(self, name: str) -> bool:
        """Whether this is one of its types."""
        return name in listed(self.members.get("type"))

    def nodes(self, name: str) -> list["Node"]:
        """The objects of a member."""
        return [Node(value) for value in listed(self.members.get(name)) if isinstance(value, Mapping)]

    def along(self, *names: str) -> list["Node"]:
        """The objects at the end of a path."""
        reached = [self]
        for name in names:
            reached = [node for each in reached for node in each.nodes(name)]
        return reached

    def concepts(self, name: str) -> list[str]:
        """The addresses of a member's concepts, whether they stand there as objects or as texts."""
        values = listed(self.members.get(name))
        ids = [value.get("id") if isinstance(value, Mapping) else value for value in values]
        return [each for each in ids if isinstance(each, str)]

    def codes(self, name: str, base: str) -> list[str]:
        """What follows a vocabulary's address in those of a member's concepts."""
        return [each.removeprefix(base) for each in self.concepts(name) if each.startswith(base)]

    def text(self, name: str) -> str:
        """The one text or number of a member, without blanks around it; empty where there is none or more."""
        given = listed(self.members.get(name))
        values = [each.get("@value") if isinstance(each, Mapping) else each for each in given]
        if len(values) != 1 or isinstance(values[0], bool) or not isinstance(values[0], str | int | float):
            return ""
        return str(values[0]).strip()

    def words(self, name: str) -> set[str]:
        """A text in all the languages in which it is given."""
        given = self.members.get(name)
        texts = given.values() if isinstance(given, Mapping) else [given]
        found = [each for text in texts for each in listed(text)]
        return {each.strip() for each in found if isinstance(each, str) and each.strip()}


def listed(value: object) -> list[Any]:
    """A value as the list that it might have been."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
