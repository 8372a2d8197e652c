"""What does a node ask of the dealer, and what does the dealer sign about what it deals?

The nodes of one attempt each ask for their packet of one deal (`crypto.mpc.additive.dealer`). A request names
everything that makes the deal theirs alone: job, attempt, manifest, the people by their root, the nodes in
the order of their roles, and how many triples. Nodes that name anything else are given another deal, and
notice when they meet. The statement is the dealer's signed word about one packet: which deal it is of, for
whom, and its digest, so that a dealer that deals two nodes different things can be shown to have done so.

A request holds nothing of what is computed or on whom; a packet holds random numbers.
"""

from dataclasses import dataclass
from datetime import datetime

from consent.additive import MOST_TRIPLES
from consent.job import MOST_ATTEMPTS
from consent.policy import NODES
from consent.signed import MAX_ID, read_digest, read_signed
from crypto.encoding import Json, canonical_json, digest_of, sha256
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

DEAL_TYP = "deal-statement+jwt"
TRIPLES_PATH = "/v1/triples"
STATEMENT_HEADER = "Deal-Statement"
_BINDING = b"argonauta deal binding v1"


@dataclass(frozen=True)
class DealRequest:
    """What all nodes of one attempt ask for alike; `admitted_root` is in base64url."""

    job_id: str
    attempt: int
    manifest_digest: str
    admitted_root: str
    nodes: tuple[str, ...]
    count: int

    @property
    def digest(self) -> str:
        """The digest by which the deal is asked for."""
        return digest_of(self.to_json())

    @property
    def binding(self) -> bytes:
        """The 32 bytes that every packet's numbers are bound to."""
        return sha256(_BINDING, canonical_json(self.to_json()))

    def to_json(self) -> dict[str, Json]:
        """The request as a document."""
        return {
            "job_id": self.job_id,
            "attempt": self.attempt,
            "manifest_digest": self.manifest_digest,
            "admitted_root": self.admitted_root,
            "nodes": list(self.nodes),
            "count": self.count,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "DealRequest":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form, or a node stands twice.
        """
        request = cls(
            job_id=fields.text("job_id", max_length=MAX_ID),
            attempt=fields.integer("attempt", least=1, most=MOST_ATTEMPTS),
            manifest_digest=read_digest(fields, "manifest_digest"),
            admitted_root=read_digest(fields, "admitted_root"),
            nodes=fields.texts("nodes", least=NODES, most=NODES, max_length=MAX_ID),
            count=fields.integer("count", least=1, most=MOST_TRIPLES),
        )
        fields.done()
        return request


@dataclass(frozen=True)
class DealStatement:
    """The dealer's word about one packet. `deal` names what was dealt to all; digests are in base64url."""

    request_digest: str
    deal: str
    role: int
    packet_digest: str
    dealt_at: datetime

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "request_digest": self.request_digest,
            "deal": self.deal,
            "role": self.role,
            "packet_digest": self.packet_digest,
            "dealt_at": utc_text(self.dealt_at),
        }


def sign_deal(statement: DealStatement, key: SigningKey) -> str:
    """Sign a statement with the dealer's key."""
    return sign_jws(statement.to_json(), key, typ=DEAL_TYP)


def verify_deal(token: str, dealer_key: VerifyingKey) -> DealStatement:
    """The statement that a dealer signed; whether it fits request and packet is for the caller to compare.

    Raises:
        MalformedError: it is not a deal statement.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, dealer_key, typ=DEAL_TYP, where="deal statement")
    statement = DealStatement(
        request_digest=read_digest(fields, "request_digest"),
        deal=read_digest(fields, "deal"),
        role=fields.integer("role", least=0, most=NODES - 1),
        packet_digest=read_digest(fields, "packet_digest"),
        dealt_at=fields.moment("dealt_at"),
    )
    fields.done()
    return statement
