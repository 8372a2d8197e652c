"""Under which key do wallets encrypt what is added up, and who said so?

The three nodes make a key together of which each holds a share and nobody the whole (`crypto.elgamal`). Its
public part stands in the trust registry once every one of its nodes has said, by a signed word of its own,
that this is the key it made, with whom, and from which broadcasts: nodes that heard different things in the
making have different transcripts, and then there is no key. The nodes stand in the order of their parties:
the first one is party 1. A registry without this entry is one in whose town nothing is added up under
encryption.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crypto.elgamal.keys import PublicKey
from crypto.encoding import Json, b64url_encode
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.errors import RegistryError
from ssi.jws import parse_jws, sign_jws

KEY_TYP: Final = "aggregation-key+jwt"
PARTIES: Final = 3
THRESHOLD: Final = 2
TRANSCRIPT_BYTES: Final = 32
_MAX_ID: Final = 200


@dataclass(frozen=True)
class AggregationKeyEntry:
    """A joint key of three nodes, any two of which open a sum."""

    public_key: PublicKey
    nodes: tuple[str, ...]
    transcript: bytes

    @cached_property
    def key_id(self) -> bytes:
        """The 32 bytes that name the key."""
        return self.public_key.key_id

    def party_of(self, node_id: str) -> int:
        """The number of a node among the parties of the key, from 1.

        Raises:
            RegistryError: the node holds no share of it.
        """
        if node_id not in self.nodes:
            raise RegistryError(f"node {node_id[:_MAX_ID]!r} holds no share of the aggregation key")
        return self.nodes.index(node_id) + 1

    def is_held_by(self, nodes: Sequence[str]) -> bool:
        """Whether exactly these nodes, in any order, hold the key."""
        return len(nodes) == PARTIES and set(nodes) == set(self.nodes)

    @classmethod
    def read(cls, fields: Fields) -> "AggregationKeyEntry":
        """Read an entry.

        Raises:
            MalformedError: a member is missing, unknown or not of its form, or the key is not one of three
                parties of whom two open.
        """
        key = PublicKey.decode(fields.binary("public_key"))
        nodes = fields.texts("nodes", least=PARTIES, most=PARTIES, max_length=_MAX_ID)
        entry = cls(key, nodes, fields.binary("transcript", length=TRANSCRIPT_BYTES))
        fields.done()
        if (key.parties, key.threshold) != (PARTIES, THRESHOLD) or len(set(nodes)) != PARTIES:
            raise MalformedError(f"{fields.where}: expected a key of {PARTIES} distinct nodes")
        return entry

    def to_json(self) -> dict[str, Json]:
        """The entry as it stands in the signed registry."""
        return {
            "public_key": b64url_encode(self.public_key.encode()),
            "nodes": list(self.nodes),
            "transcript": b64url_encode(self.transcript),
        }


def aggregation_key_part(entry: AggregationKeyEntry, node_id: str, key: SigningKey) -> dict[str, Json]:
    """One node's signed word that it made this key with the others, as a part for the authority."""
    return {"aggregation_key": sign_jws({**entry.to_json(), "node": node_id}, key, typ=KEY_TYP)}


def agreed_key(words: Sequence[str], keys: dict[str, VerifyingKey]) -> AggregationKeyEntry | None:
    """The key that all its nodes vouch for, given each one's word; None where nobody said a word.

    `keys` are the verifying keys of the registry's nodes, by id.

    Raises:
        RegistryError: a word is not of the node that it names, the words are not about one key, or a node of
            the key has not given its own.
    """
    if not words:
        return None
    said = dict(_read_word(word, keys) for word in words)
    entries = list(said.values())
    if any(entry != entries[0] for entry in entries):
        raise RegistryError("the nodes did not make one aggregation key: let them make another one")
    missing = [node for node in entries[0].nodes if node not in said]
    if missing or len(words) != PARTIES:
        silent = ", ".join(missing) or "none"
        raise RegistryError(f"expected one word of each node of the aggregation key; missing: {silent}")
    return entries[0]


def _read_word(word: str, keys: dict[str, VerifyingKey]) -> tuple[str, AggregationKeyEntry]:
    where = "aggregation key"
    try:
        token = parse_jws(word, where)
        node = Fields.of(token.payload, where).text("node", max_length=_MAX_ID)
        if node not in keys:
            raise RegistryError(f"{where}: {node!r} is no node of the registry")
        fields = Fields.of(token.verify(keys[node], typ=KEY_TYP), where)
        fields.text("node")
        return node, AggregationKeyEntry.read(fields)
    except CryptoError as error:
        raise RegistryError(str(error)) from error
