"""How does an operator let a node make a joint key with the two others?

`mpc-node make-aggregation-key` runs beside the serving node, at all three operators at about the same time:
what the peers say comes in at the serving node and is read from the database that both use. It ends with a
file, ``aggregation-key.json``, which the operator hands to the trust authority like ``public.json``. The
engine is there once the authority has signed a registry with all three words.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from crypto.encoding import canonical_json
from marketplace.mpc_node.aggregation.ceremony import Ceremony
from marketplace.mpc_node.conversation import Conversation, Party
from marketplace.mpc_node.errors import SettingsError
from marketplace.mpc_node.node import Node
from ssi.aggregation_key import PARTIES, aggregation_key_part
from ssi.errors import RegistryError, UnknownNodeError
from ssi.trust import TrustRegistry

KEY_FILE = "aggregation-key.json"


def make_key(
    node: Node,
    *,
    name: str,
    node_ids: Sequence[str] = (),
    wait_seconds: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> bytes:
    """Make a key with the two peers; the word about it for the trust authority, as the bytes of its file.

    `node_ids` are the three nodes; none stands for all nodes of a registry that has three. `wait_seconds` is
    how long the peers are waited for at each step.

    Raises:
        SettingsError: these are not three nodes of the registry, with this one among them.
        AttemptFailedError: the ceremony came to no key; culprits are named where it can be told.
    """
    registry = node.around.registry()
    chosen = sorted(node_ids or _all_of(registry, node))
    try:
        entries = [registry.node(node_id, now=node.now()) for node_id in chosen]
    except (UnknownNodeError, RegistryError) as error:
        raise SettingsError(str(error)) from error

    def talk(party: Party) -> Conversation:
        return Conversation(
            party,
            node.keys.signing,
            node.around.transport,
            node.mailbox,
            lambda: None,
            wait_seconds,
            monotonic,
        )

    ceremony = Ceremony(
        name, entries, node.node_id, node.keys, node.aggregation.shares, talk, node.around.random
    )
    return canonical_json(aggregation_key_part(ceremony.run(), node.node_id, node.keys.signing)) + b"\n"


def write_word(directory: Path, word: bytes) -> Path:
    """Write the word into the node's folder, over that of an earlier key; where it is."""
    path = directory / KEY_FILE
    path.write_bytes(word)
    return path


def _all_of(registry: TrustRegistry, node: Node) -> list[str]:
    now = node.now()
    known = [each.id for each in registry.nodes if each.holds_at(now)]
    if len(known) != PARTIES:
        raise SettingsError(f"the registry has {len(known)} nodes: name the {PARTIES} that make the key")
    return known
