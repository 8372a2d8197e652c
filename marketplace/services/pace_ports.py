"""What plans need from the nodes: how fast they talk to each other."""

from typing import Protocol

from marketplace.domain.pace import NodePace


class Paces(Protocol):
    """Knows what nodes measured while they computed."""

    def pace(self, node_id: str) -> NodePace | None:
        """What a node measured lately; None if it has nothing or does not say. Never raises."""
        ...


class NoPaces:
    """Nodes that measure nothing."""

    def pace(self, node_id: str) -> NodePace | None:
        """Nothing."""
        return None
