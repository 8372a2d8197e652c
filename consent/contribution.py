"""What does a wallet hand in, and what of it does each node get?

A contribution is a signed consent, a presentation of the credential that discloses its public attributes
only, the commitments to the three components of the encoded record, and one sealed bundle for each node.
Where the policy allows adding up under encryption, the encrypted record goes along (`consent.encrypted`). The
marketplace gets all of it and can open none of it; a node gets its own bundle and the digests of all three.
The consent names the digest over commitments, bundles and encrypted record, so that nobody on the way can
swap one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from consent.encrypted import MOST_BYTES
from consent.errors import MismatchError
from consent.policy import NODES
from consent.signed import MAX_ID, read_digest
from crypto.encoding import Json, b64url_encode, canonical_json, digest_of, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields

COMMITMENT_BYTES = 33
MAX_TOKEN = 100_000
BUNDLE_USE = "argonauta bundle v1"


@dataclass(frozen=True)
class NodeContribution:
    """What one node gets of a contribution. The parts are unverified: their form is right, no more."""

    consent: str = field(repr=False)
    presentation: str = field(repr=False)
    commitments: tuple[bytes, ...] = field(repr=False)
    bundle_digests: Mapping[str, str] = field(repr=False)
    bundle: bytes = field(repr=False)
    encrypted: bytes | None = field(default=None, repr=False)

    @property
    def inputs_digest(self) -> str:
        """The digest that the consent must name."""
        return inputs_digest(self.commitments, self.bundle_digests, self.encrypted)

    def require_bundle_of(self, node_id: str) -> bytes:
        """The bundle, if it is the one that was sealed to this node.

        Raises:
            MismatchError: the node holds nothing of this contribution, or this is not its bundle.
        """
        if self.bundle_digests.get(node_id) != bundle_digest(self.bundle):
            raise MismatchError(f"the bundle is not the one that was sealed to {node_id}")
        return self.bundle

    def to_json(self) -> dict[str, Json]:
        """The document that the marketplace sends to a node."""
        return {
            "consent": self.consent,
            "presentation": self.presentation,
            "commitments": [b64url_encode(commitment) for commitment in self.commitments],
            "bundle_digests": dict(self.bundle_digests),
            "bundle": b64url_encode(self.bundle),
            **_write_encrypted(self.encrypted),
        }

    @classmethod
    def from_json(cls, document: object, where: str = "contribution") -> "NodeContribution":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields = Fields.of(document, where)
        digests = fields.section("bundle_digests")
        contribution = cls(
            consent=fields.text("consent", max_length=MAX_TOKEN),
            presentation=fields.text("presentation", max_length=MAX_TOKEN),
            commitments=_read_commitments(fields),
            bundle_digests={node: read_digest(digests, node) for node in _nodes(fields, "bundle_digests")},
            bundle=fields.binary("bundle"),
            encrypted=_read_encrypted(fields),
        )
        fields.done()
        return contribution


@dataclass(frozen=True)
class Contribution:
    """What a wallet hands in. The parts are unverified: their form is right, no more."""

    consent: str = field(repr=False)
    presentation: str = field(repr=False)
    commitments: tuple[bytes, ...] = field(repr=False)
    bundles: Mapping[str, bytes] = field(repr=False)
    encrypted: bytes | None = field(default=None, repr=False)

    @property
    def bundle_digests(self) -> dict[str, str]:
        """The digest of each node's sealed bundle."""
        return {node: bundle_digest(sealed) for node, sealed in self.bundles.items()}

    @property
    def inputs_digest(self) -> str:
        """The digest that the consent must name."""
        return inputs_digest(self.commitments, self.bundle_digests, self.encrypted)

    def for_node(self, node_id: str) -> NodeContribution:
        """What one node gets.

        Raises:
            MismatchError: nothing was sealed to this node.
        """
        if node_id not in self.bundles:
            raise MismatchError(f"the contribution has no bundle for {node_id}")
        return NodeContribution(
            consent=self.consent,
            presentation=self.presentation,
            commitments=self.commitments,
            bundle_digests=self.bundle_digests,
            bundle=self.bundles[node_id],
            encrypted=self.encrypted,
        )

    def to_json(self) -> dict[str, Json]:
        """The document that the wallet sends to the marketplace."""
        return {
            "consent": self.consent,
            "presentation": self.presentation,
            "commitments": [b64url_encode(commitment) for commitment in self.commitments],
            "bundles": {node: b64url_encode(sealed) for node, sealed in self.bundles.items()},
            **_write_encrypted(self.encrypted),
        }

    @classmethod
    def from_json(cls, document: object, where: str = "contribution") -> "Contribution":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields = Fields.of(document, where)
        sealed = fields.section("bundles")
        contribution = cls(
            consent=fields.text("consent", max_length=MAX_TOKEN),
            presentation=fields.text("presentation", max_length=MAX_TOKEN),
            commitments=_read_commitments(fields),
            bundles={node: sealed.binary(node) for node in _nodes(fields, "bundles")},
            encrypted=_read_encrypted(fields),
        )
        fields.done()
        return contribution


def inputs_digest(
    commitments: tuple[bytes, ...], bundle_digests: Mapping[str, str], encrypted: bytes | None = None
) -> str:
    """The one digest over everything sealed, committed to and encrypted, which the consent names."""
    document: dict[str, Json] = {
        "commitments": [b64url_encode(commitment) for commitment in commitments],
        "bundle_digests": dict(bundle_digests),
    }
    if encrypted is not None:
        document["encrypted_digest"] = b64url_encode(sha256(encrypted))
    return digest_of(document)


def bundle_digest(sealed: bytes) -> str:
    """The digest by which a sealed bundle is named."""
    return b64url_encode(sha256(sealed))


def bundle_context(consent_id: str, *, node_id: str, role: int, data_set: str) -> bytes:
    """What a bundle is sealed for: it opens for this consent, node, role and data set only."""
    return canonical_json(
        {"use": BUNDLE_USE, "consent_id": consent_id, "node": node_id, "role": role, "data_set": data_set}
    )


def _write_encrypted(encrypted: bytes | None) -> dict[str, Json]:
    return {} if encrypted is None else {"encrypted": b64url_encode(encrypted)}


def _read_encrypted(fields: Fields) -> bytes | None:
    if not fields.has("encrypted"):
        return None
    encrypted = fields.binary("encrypted")
    if len(encrypted) > MOST_BYTES:
        raise MalformedError(f"{fields.where}.encrypted: expected at most {MOST_BYTES} bytes")
    return encrypted


def _read_commitments(fields: Fields) -> tuple[bytes, ...]:
    entries = fields.entries("commitments", least=NODES, most=NODES)
    # Each entry gets a name of its own, so that the reader of members also reads this list.
    numbered = Fields(
        {str(index): entry for index, entry in enumerate(entries)}, f"{fields.where}.commitments"
    )
    return tuple(numbered.binary(str(index), length=COMMITMENT_BYTES) for index in range(NODES))


def _nodes(fields: Fields, name: str) -> list[str]:
    named = fields.any(name)
    nodes = list(named) if isinstance(named, Mapping) else []
    if len(nodes) != NODES or not all(0 < len(node) <= MAX_ID for node in nodes):
        raise MalformedError(f"{fields.where}.{name}: expected one member for each of {NODES} nodes")
    return nodes
