"""What is to be computed over whom, by which nodes? The job manifest, and what everything later is bound to.

The marketplace signs a manifest; each node checks it on its own and trusts nothing else the marketplace says.
Nodes that agree on the admitted consents share one `binding`, the hash of job, attempt, manifest and admitted
set: seeds, digests and statements of one run mean nothing in another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from consent.errors import ExpiredDocumentError, MismatchError
from consent.order import MOST_CENTS, EscrowReceipt, verify_escrow_receipt
from consent.policy import NODES
from consent.query import Query
from consent.signed import MAX_ID, read_consent_id, read_digest, read_signed
from crypto.encoding import Json, b64url_encode, canonical_json, digest_of, sha256
from crypto.errors import MalformedError
from crypto.merkle import set_root
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

MANIFEST_TYP = "job-manifest+jwt"
MOST_CONTRIBUTIONS = 100_000
MOST_ATTEMPTS = 1000
MAX_TOKEN = 100_000
RESULT_USE = "argonauta result v1"


@dataclass(frozen=True)
class Manifest:
    """One attempt at one job: order, query, nodes by role, and the consents with their sealed inputs.

    `contributions` maps each consent id to the digest of its inputs, in the order of the rows to compute on.
    `buyer_presentation`, `mandate` and `escrow_receipt` are tokens; the last is verified with the manifest,
    the first two by the node, which knows whose organisation credentials count.
    """

    job_id: str
    attempt: int
    order_id: str
    query: Query
    buyer_presentation: str = field(repr=False)
    mandate: str = field(repr=False)
    escrow_receipt: str = field(repr=False)
    nodes: tuple[str, ...]
    contributions: Mapping[str, str] = field(repr=False)
    compensation_cents: int
    issued_at: datetime
    expires_at: datetime

    @property
    def digest(self) -> str:
        """The digest by which messages and statements name this manifest."""
        return digest_of(self.to_json())

    def role_of(self, node_id: str) -> int:
        """The role of a node in this job.

        Raises:
            MismatchError: the node has none.
        """
        if node_id not in self.nodes:
            raise MismatchError(f"manifest: node {node_id} has no role in job {self.job_id}")
        return self.nodes.index(node_id)

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "job_id": self.job_id,
            "attempt": self.attempt,
            "order_id": self.order_id,
            "query": self.query.to_json(),
            "buyer_presentation": self.buyer_presentation,
            "mandate": self.mandate,
            "escrow_receipt": self.escrow_receipt,
            "nodes": list(self.nodes),
            "contributions": [
                {"consent_id": consent_id, "inputs_digest": digest}
                for consent_id, digest in self.contributions.items()
            ],
            "compensation_cents": self.compensation_cents,
            "issued_at": utc_text(self.issued_at),
            "expires_at": utc_text(self.expires_at),
        }


def sign_manifest(manifest: Manifest, key: SigningKey) -> str:
    """Sign a manifest with the marketplace's key."""
    return sign_jws(manifest.to_json(), key, typ=MANIFEST_TYP)


def verify_manifest(
    token: str, marketplace_key: VerifyingKey, *, now: datetime
) -> tuple[Manifest, EscrowReceipt]:
    """The manifest that the marketplace signed, and the receipt for its money.

    1. The marketplace signed it, as a manifest. 2. It is well-formed, with three distinct nodes and distinct
    consents. 3. It is within its time. 4. Its escrow receipt is for this order, this query and this
    compensation, and covers the compensation of everybody named.

    Raises:
        MalformedError: it is not a manifest, or names a node or a consent twice.
        SignatureError: another key signed it or its receipt, or a byte was changed.
        ExpiredDocumentError: it is not valid at this moment.
        MismatchError: its receipt is for another order, query or compensation, or for too little money.
    """
    fields = read_signed(token, marketplace_key, typ=MANIFEST_TYP, where="manifest")
    manifest = _read_manifest(fields)
    if not manifest.issued_at <= now < manifest.expires_at:
        raise ExpiredDocumentError(
            "manifest: not valid at this moment; the marketplace has to issue a new one"
        )
    receipt = verify_escrow_receipt(
        manifest.escrow_receipt,
        marketplace_key,
        order_id=manifest.order_id,
        query_digest=manifest.query.digest,
    )
    if receipt.compensation_cents != manifest.compensation_cents:
        raise MismatchError("manifest: another compensation than the escrow receipt names")
    if receipt.amount_cents < manifest.compensation_cents * len(manifest.contributions):
        raise MismatchError("manifest: less money is held than its people are to receive")
    return manifest, receipt


def admitted_root(consent_ids: Iterable[str]) -> str:
    """The Merkle root over a set of consents, in base64url: equal for equal sets, whatever their order."""
    return b64url_encode(set_root(consent_id.encode() for consent_id in consent_ids))


def binding(job_id: str, attempt: int, *, manifest_digest: str, admitted_root: str) -> bytes:
    """The 32 bytes to which all randomness, digests and statements of one run are bound."""
    return sha256(
        canonical_json(
            {
                "job_id": job_id,
                "attempt": attempt,
                "manifest_digest": manifest_digest,
                "admitted_root": admitted_root,
            }
        )
    )


def result_context(job_id: str, attempt: int, role: int) -> bytes:
    """What a result is sealed for: it opens as the output of this role in this run only."""
    return canonical_json({"use": RESULT_USE, "job_id": job_id, "attempt": attempt, "role": role})


def _read_manifest(fields: Fields) -> Manifest:
    contributions = fields.objects("contributions", least=1, most=MOST_CONTRIBUTIONS)
    manifest = Manifest(
        job_id=fields.text("job_id", max_length=MAX_ID),
        attempt=fields.integer("attempt", least=1, most=MOST_ATTEMPTS),
        order_id=fields.text("order_id", max_length=MAX_ID),
        query=Query.from_json(fields.any("query"), f"{fields.where}.query"),
        buyer_presentation=fields.text("buyer_presentation", max_length=MAX_TOKEN),
        mandate=fields.text("mandate", max_length=MAX_TOKEN),
        escrow_receipt=fields.text("escrow_receipt", max_length=MAX_TOKEN),
        nodes=fields.texts("nodes", least=NODES, most=NODES),
        contributions=_read_contributions(contributions, f"{fields.where}.contributions"),
        compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_CENTS),
        issued_at=fields.moment("issued_at"),
        expires_at=fields.moment("expires_at"),
    )
    fields.done()
    return manifest


def _read_contributions(entries: tuple[Fields, ...], where: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for entry in entries:
        consent_id = read_consent_id(entry)
        if consent_id in named:
            raise MalformedError(f"{where}: consent {consent_id} stands twice")
        named[consent_id] = read_digest(entry, "inputs_digest")
        entry.done()
    return named
