"""What is to be computed over whom, by which nodes? The job manifest, and what everything later is bound to.

The marketplace signs a manifest; each node checks it on its own and trusts nothing else the marketplace says.
Nodes that agree on the admitted consents share one `binding`, the hash of job, attempt, manifest and admitted
set: seeds, digests and statements of one run mean nothing in another.

Up to 10,000 people are named in the manifest itself. More stand on a roll (`consent.roll`), whose pieces the
manifest names by their digests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from consent.errors import ExpiredDocumentError, MismatchError, MissingPiecesError
from consent.joining import row_of
from consent.log import LogState
from consent.order import MOST_CENTS, EscrowReceipt, verify_escrow_receipt
from consent.policy import NODES
from consent.query import Query
from consent.roll import FindPiece, Record, digest_of_piece, nothing, read_roll, write_roll
from consent.signed import DIGEST_CHARACTERS, MAX_ID, read_consent_id, read_digest, read_signed
from crypto.encoding import Json, b64url_encode, canonical_json, digest_of, sha256
from crypto.errors import MalformedError
from crypto.merkle import set_root
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

MANIFEST_TYP = "job-manifest+jwt"
MOST_CONTRIBUTIONS = 2_000_000
MOST_INLINE = 10_000
MOST_PIECES = 64
MOST_ATTEMPTS = 1000
MAX_TOKEN = 100_000
RESULT_USE = "argonauta result v1"


class Partner(NamedTuple):
    """The other consent of a person whose records are joined, with the digest of its inputs."""

    consent_id: str
    inputs_digest: str


@dataclass(frozen=True)
class Manifest:
    """One attempt at one job: order, query, nodes by role, and the consents with their sealed inputs.

    `log` is the state of the public log at which the marketplace looked at the consents: none whose
    withdrawal stands in it may be named (`consent.contradiction`).
    `contributions` maps each consent id to the digest of its inputs, in the order of the rows to compute on;
    `partners` names for each of them the consent to the second data set, where the query joins one. Both
    consents of a person are paid the compensation. `roll` holds the digests of the pieces on which they stand
    (`put_on_roll`); where it is empty, the signed document names them one by one.
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
    log: LogState
    partners: Mapping[str, Partner] = field(default_factory=dict, repr=False)
    roll: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of the rows to compute on, in their order (`consent.joining.row_of`)."""
        if not self.partners:
            return tuple(self.contributions)
        return tuple(row_of(each, self.partners[each].consent_id) for each in self.contributions)

    @property
    def consents(self) -> dict[str, str]:
        """Every consent that is named, of either data set, with the digest of its inputs."""
        return {**self.contributions, **dict(self.partners.values())}

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
            **self._named(),
            "compensation_cents": self.compensation_cents,
            "issued_at": utc_text(self.issued_at),
            "expires_at": utc_text(self.expires_at),
            "log": self.log.to_json(),
        }

    def _named(self) -> dict[str, Json]:
        """Everybody, one by one or by the pieces of the roll."""
        if self.roll:
            return {"roll": {"rows": len(self.contributions), "pieces": list(self.roll)}}
        return {
            "contributions": [
                {
                    "consent_id": consent_id,
                    "inputs_digest": digest,
                    **_write_partner(self.partners.get(consent_id)),
                }
                for consent_id, digest in self.contributions.items()
            ]
        }


def put_on_roll(manifest: Manifest) -> tuple[Manifest, tuple[bytes, ...]]:
    """The manifest with everybody on a roll, in the roll's order, and the pieces of the roll."""
    contributions = dict(sorted(manifest.contributions.items()))
    pieces = roll_pieces(contributions, manifest.partners)
    digests = tuple(map(digest_of_piece, pieces))
    return replace(manifest, contributions=contributions, roll=digests), pieces


def roll_pieces(contributions: Mapping[str, str], partners: Mapping[str, Partner]) -> tuple[bytes, ...]:
    """The pieces of the roll of these people, each with her partner where there are partners."""
    rows: Iterable[Sequence[Record]] = (
        [each, partners[each[0]]] if partners else [each] for each in contributions.items()
    )
    return write_roll(rows, records=2 if partners else 1)


def sign_manifest(manifest: Manifest, key: SigningKey) -> str:
    """Sign a manifest with the marketplace's key."""
    return sign_jws(manifest.to_json(), key, typ=MANIFEST_TYP)


def verify_manifest(
    token: str, marketplace_key: VerifyingKey, *, now: datetime, find: FindPiece = nothing
) -> tuple[Manifest, EscrowReceipt]:
    """The manifest that the marketplace signed, and the receipt for its money.

    `find` gives the pieces of a roll, which are believed by the digests that are signed.

    1. The marketplace signed it, as a manifest. 2. It is well-formed, with three distinct nodes and distinct
    consents, two for each person where the query joins data sets and one where it does not. 3. It is within
    its time. 4. Its escrow receipt is for this order, this query and this compensation, and covers the
    compensation of every consent named.

    Raises:
        MalformedError: it is not a manifest, names a node or a consent twice, or has a partner too few or too
            many.
        SignatureError: another key signed it or its receipt, or a byte was changed.
        ExpiredDocumentError: it is not valid at this moment.
        MismatchError: its receipt is for another order, query or compensation, or for too little money.
        MissingPiecesError: pieces of its roll are not there.
    """
    manifest = signed_manifest(token, marketplace_key, find=find)
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
    if receipt.amount_cents < manifest.compensation_cents * len(manifest.consents):
        raise MismatchError("manifest: less money is held than its people are to receive")
    return manifest, receipt


def signed_manifest(token: str, marketplace_key: VerifyingKey, *, find: FindPiece = nothing) -> Manifest:
    """The manifest that the marketplace signed, also one that ran out; its escrow receipt is not looked at.

    Raises:
        MalformedError: it is not a manifest, names a node or a consent twice, or has a partner too few or too
            many.
        SignatureError: another key signed it, or a byte was changed.
        MissingPiecesError: pieces of its roll are not there.
    """
    return _read_manifest(read_signed(token, marketplace_key, typ=MANIFEST_TYP, where="manifest"), find)


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


def _read_manifest(fields: Fields, find: FindPiece) -> Manifest:
    query = Query.from_json(fields.any("query"), f"{fields.where}.query")
    roll: tuple[str, ...] = ()
    if fields.has("roll"):
        contributions, partners, roll = _read_roll(fields.section("roll"), find, query)
    else:
        contributions, partners = _read_contributions(
            fields.objects("contributions", least=1, most=MOST_INLINE),
            f"{fields.where}.contributions",
            joined=query.join is not None,
        )
    manifest = Manifest(
        job_id=fields.text("job_id", max_length=MAX_ID),
        attempt=fields.integer("attempt", least=1, most=MOST_ATTEMPTS),
        order_id=fields.text("order_id", max_length=MAX_ID),
        query=query,
        buyer_presentation=fields.text("buyer_presentation", max_length=MAX_TOKEN),
        mandate=fields.text("mandate", max_length=MAX_TOKEN),
        escrow_receipt=fields.text("escrow_receipt", max_length=MAX_TOKEN),
        nodes=fields.texts("nodes", least=NODES, most=NODES),
        contributions=contributions,
        compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_CENTS),
        issued_at=fields.moment("issued_at"),
        expires_at=fields.moment("expires_at"),
        log=LogState.from_fields(fields.section("log")),
        partners=partners,
        roll=roll,
    )
    fields.done()
    return manifest


def _read_roll(
    fields: Fields, find: FindPiece, query: Query
) -> tuple[dict[str, str], dict[str, Partner], tuple[str, ...]]:
    rows = fields.integer("rows", least=1, most=MOST_CONTRIBUTIONS)
    digests = fields.texts("pieces", least=1, most=MOST_PIECES, max_length=DIGEST_CHARACTERS)
    fields.done()
    columns, missing = read_roll(digests, find, rows=rows, records=len(query.data_sets))
    if missing:
        raise MissingPiecesError(missing)
    first, *others = columns
    partners = (
        {left: Partner(*right) for (left, _), right in zip(first, others[0], strict=True)} if others else {}
    )
    return dict(first), partners, digests


def _write_partner(partner: Partner | None) -> dict[str, Json]:
    if partner is None:
        return {}
    return {"joined": {"consent_id": partner.consent_id, "inputs_digest": partner.inputs_digest}}


def _read_contributions(
    entries: tuple[Fields, ...], where: str, *, joined: bool
) -> tuple[dict[str, str], dict[str, Partner]]:
    named: dict[str, str] = {}
    partners: dict[str, Partner] = {}
    seen: set[str] = set()
    for entry in entries:
        consent_id = read_consent_id(entry)
        named[consent_id] = read_digest(entry, "inputs_digest")
        if joined:
            partners[consent_id] = _read_partner(entry.section("joined"))
        for each in (consent_id, *([partners[consent_id].consent_id] if joined else [])):
            if each in seen:
                raise MalformedError(f"{where}: consent {each} stands twice")
            seen.add(each)
        entry.done()
    return named, partners


def _read_partner(fields: Fields) -> Partner:
    partner = Partner(read_consent_id(fields), read_digest(fields, "inputs_digest"))
    fields.done()
    return partner
