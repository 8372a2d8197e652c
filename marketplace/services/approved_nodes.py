"""Are the nodes of the registry those that operators approved? Where they are not, nothing goes to them.

The first nodes that a market has are taken as they are. Whatever is different later waits for two operators:
the authority's signature alone moves nobody's data to another machine. What was taken last counts, so a
registry that is set back to an older one waits as well.
"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from crypto.encoding import Json
from marketplace.domain.act import Act, Register
from marketplace.domain.node_set import NodeChange, NodeSet
from marketplace.errors import NodesNotApprovedError
from marketplace.services.ports import Books
from ssi.trust import TrustRegistry

CASE: Final = (Register.NODES, "nodes")
TAKEN: Final = "taken"
CONTENT: Final = "content"
ENTRIES: Final = "entries"


def waiting_change(acts: Sequence[Act], found: NodeSet) -> NodeChange | None:
    """What waits for operators; None where the nodes are those taken last, or none were taken yet."""
    taken = next((act for act in reversed(acts) if act.kind == TAKEN), None)
    if taken is None or taken.told.get(CONTENT) == found.digest:
        return None
    return NodeChange.between(cast("Mapping[str, Json]", taken.told[ENTRIES]), found)


def are_approved(books: Books, registry: TrustRegistry) -> bool:
    """Whether data and questions may go to the nodes that a registry names."""
    return waiting_change(books.acts.of_case(*CASE), NodeSet.of(registry)) is None


def require_approved(books: Books, registry: TrustRegistry) -> None:
    """Return only if they may.

    Raises:
        NodesNotApprovedError: the nodes are others than those that operators approved.
    """
    if not are_approved(books, registry):
        raise NodesNotApprovedError(
            "the computing nodes of this market changed, so nothing can be asked until that is approved"
        )
