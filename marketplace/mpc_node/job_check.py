"""Is this a job to take part in at all? The manifest is believed only as far as it proves itself.

1. The marketplace of the registry signed it, as a manifest; it is well-formed and in date; its three nodes
   are distinct; its escrow receipt is the marketplace's, for this order, exactly this query and this
   compensation, and covers everybody named.
2. This is at most the third attempt.
3. All three nodes are in the registry, and this node is one of them.
4. The data set is known, and the query keeps the rules that no consent can lift. To be added up under
   encryption, there is a joint key, held by these three nodes; to be multiplied or verified where each node
   holds one summand, there is a dealer.
5. The buyer's credential is by an issuer that counts for organisations, and not taken back.
6. The buyer's mandate is signed with that credential's key, for this marketplace, and is in date. Results are
   sealed to the keys it names and to no others.
"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.additive import needs_dealer
from consent.errors import (
    ConsentError,
    ExpiredDocumentError,
    MismatchError,
    MissingPiecesError,
    QueryRefusedError,
)
from consent.job import MANIFEST_TYP, Manifest, verify_manifest
from consent.joining import asked_about
from consent.order import EscrowReceipt, Mandate, verify_mandate
from consent.query_check import check
from consent.roll import FindPiece, nothing
from consent.vocabulary import Engine, RecipientKind
from crypto.encoding import b64url_encode, digest_of
from crypto.errors import CryptoError, MalformedError, SignatureError
from crypto.sealing import SealingPublicKey
from marketplace.mpc_node.errors import ManifestRefusal, ManifestRefusedError
from marketplace.mpc_node.message import MAX_ATTEMPTS
from marketplace.mpc_node.status import StatusCheck, StatusUnknownError
from ssi.credential import OrganisationCredential, verify_organisation
from ssi.dataset import DataSet
from ssi.errors import (
    CredentialError,
    RegistryError,
    UnknownDataSetError,
    UnknownDealerError,
    UnknownNodeError,
)
from ssi.jws import parse_jws
from ssi.trust import TrustRegistry
from ssi.trust_entries import NodeEntry


@dataclass(frozen=True)
class CheckedJob:
    """One attempt of a job that passed every check; made nowhere else.

    `nodes` are the registry's entries in the order of the roles, `role` is this node's, `result_key` the key
    of the buyer that this node's output is sealed to. `terms_digest` covers what all attempts share.
    """

    manifest: Manifest
    token: str = field(repr=False)
    manifest_digest: str
    terms_digest: str
    data_set: DataSet
    nodes: tuple[NodeEntry, ...]
    role: int
    buyer: OrganisationCredential
    buyer_kind: RecipientKind
    result_key: SealingPublicKey


def check_job(  # noqa: PLR0913 — the manifest, whom it is held against, and what came ahead of it
    token: str,
    registry: TrustRegistry,
    *,
    node_id: str,
    status: StatusCheck,
    now: datetime,
    find: FindPiece = nothing,
) -> CheckedJob:
    """Carry out the six steps; the code carries the numbers. `find` gives the pieces of the manifest's roll.

    Raises:
        ManifestRefusedError: a step failed; its reason says which.
        RegistryError: the registry has run out, so nobody's word counts.
    """
    manifest, receipt = _verified(token, registry, now, find)  # 1
    if manifest.attempt > MAX_ATTEMPTS:  # 2
        raise ManifestRefusedError(
            ManifestRefusal.ATTEMPTS_USED_UP, f"a job is tried {MAX_ATTEMPTS} times at most"
        )
    nodes, role = _roles(manifest, registry, node_id, now)  # 3
    described = _data_set(manifest)  # 4
    _check_engine(manifest, registry, described, now)
    buyer = _buyer(manifest, registry, status, now)  # 5
    mandate = _mandate(manifest, buyer, registry, now)  # 6
    return CheckedJob(
        manifest=manifest,
        token=token,
        manifest_digest=manifest.digest,
        terms_digest=_terms_digest(manifest, receipt, mandate),
        data_set=described,
        nodes=nodes,
        role=role,
        buyer=buyer,
        buyer_kind=_kind(buyer),
        result_key=_result_key(mandate, role),
    )


def _verified(
    token: str, registry: TrustRegistry, now: datetime, find: FindPiece
) -> tuple[Manifest, EscrowReceipt]:
    key = registry.marketplace.verifying_key
    try:
        parse_jws(token, "manifest").verify(key, typ=MANIFEST_TYP)
    except SignatureError as error:
        raise ManifestRefusedError(ManifestRefusal.NOT_FROM_THE_MARKETPLACE, str(error)) from error
    except MalformedError as error:
        raise ManifestRefusedError(ManifestRefusal.UNREADABLE, str(error)) from error
    try:
        return verify_manifest(token, key, now=now, find=find)
    except MalformedError as error:
        raise ManifestRefusedError(ManifestRefusal.UNREADABLE, str(error)) from error
    except MissingPiecesError as error:
        raise ManifestRefusedError(ManifestRefusal.PIECES_MISSING, str(error)) from error
    except ExpiredDocumentError as error:
        raise ManifestRefusedError(ManifestRefusal.EXPIRED, str(error)) from error
    except (MismatchError, SignatureError) as error:
        # The manifest itself is the marketplace's, so what is left is its receipt.
        raise ManifestRefusedError(ManifestRefusal.ESCROW, str(error)) from error


def _roles(
    manifest: Manifest, registry: TrustRegistry, node_id: str, now: datetime
) -> tuple[tuple[NodeEntry, ...], int]:
    try:
        nodes = tuple(registry.node(each, now=now) for each in manifest.nodes)
        return nodes, manifest.role_of(node_id)
    except UnknownNodeError as error:
        raise ManifestRefusedError(ManifestRefusal.UNKNOWN_NODE, str(error)) from error
    except MismatchError as error:
        raise ManifestRefusedError(ManifestRefusal.NOT_A_PARTY, str(error)) from error


def _data_set(manifest: Manifest) -> DataSet:
    try:
        described = asked_about(manifest.query)
        check(manifest.query, described)
    except UnknownDataSetError as error:
        raise ManifestRefusedError(ManifestRefusal.UNKNOWN_DATA_SET, str(error)) from error
    except QueryRefusedError as error:
        raise ManifestRefusedError(ManifestRefusal.QUERY, str(error)) from error
    return described


def _check_engine(manifest: Manifest, registry: TrustRegistry, described: DataSet, now: datetime) -> None:
    engine = manifest.query.chosen_engine
    if engine not in {Engine.MPC, Engine.ADDITIVE, Engine.PAILLIER}:
        raise ManifestRefusedError(
            ManifestRefusal.QUERY, f"these nodes do not compute by the engine {engine.value!r}"
        )
    if engine is Engine.ADDITIVE and needs_dealer(manifest.query, described):
        _require_dealer(registry, now)
    if engine is not Engine.PAILLIER:
        return
    if registry.aggregation_key is None or not registry.aggregation_key.is_held_by(manifest.nodes):
        raise ManifestRefusedError(
            ManifestRefusal.NO_AGGREGATION_KEY,
            "the trust registry names no aggregation key of these three nodes, so nothing can be added up "
            "under encryption",
        )


def _require_dealer(registry: TrustRegistry, now: datetime) -> None:
    try:
        registry.require_dealer(now=now)
    except UnknownDealerError as error:
        raise ManifestRefusedError(
            ManifestRefusal.NO_DEALER,
            "the trust registry names no dealer of random numbers, so nothing can be multiplied or verified",
        ) from error


def _buyer(
    manifest: Manifest, registry: TrustRegistry, status: StatusCheck, now: datetime
) -> OrganisationCredential:
    try:
        buyer = verify_organisation(manifest.buyer_presentation, registry, now=now)
    except RegistryError:
        raise
    except CredentialError as error:
        raise ManifestRefusedError(ManifestRefusal.BUYER_CREDENTIAL, str(error)) from error
    try:
        status.require_valid(buyer)
    except StatusUnknownError as error:
        raise ManifestRefusedError(ManifestRefusal.BUYER_STATUS_UNKNOWN, str(error)) from error
    except CredentialError as error:
        raise ManifestRefusedError(ManifestRefusal.BUYER_REVOKED, str(error)) from error
    return buyer


def _mandate(
    manifest: Manifest, buyer: OrganisationCredential, registry: TrustRegistry, now: datetime
) -> Mandate:
    try:
        return verify_mandate(
            manifest.mandate,
            buyer.holder_key,
            buyer=buyer.handle,
            marketplace=registry.marketplace.id,
            now=now,
        )
    except (CryptoError, ConsentError) as error:
        raise ManifestRefusedError(ManifestRefusal.MANDATE, str(error)) from error


def _kind(buyer: OrganisationCredential) -> RecipientKind:
    try:
        return RecipientKind(buyer.kind)
    except ValueError as error:
        raise ManifestRefusedError(
            ManifestRefusal.BUYER_CREDENTIAL, "the buyer is of a kind that no consent can name"
        ) from error


def _result_key(mandate: Mandate, role: int) -> SealingPublicKey:
    try:
        return SealingPublicKey.from_bytes(mandate.result_keys[role])
    except MalformedError as error:
        raise ManifestRefusedError(ManifestRefusal.MANDATE, str(error)) from error


def _terms_digest(manifest: Manifest, receipt: EscrowReceipt, mandate: Mandate) -> str:
    return digest_of(
        {
            "order_id": manifest.order_id,
            "query_digest": manifest.query.digest,
            "nodes": list(manifest.nodes),
            "compensation_cents": manifest.compensation_cents,
            "amount_cents": receipt.amount_cents,
            "buyer": mandate.buyer,
            "result_keys": [b64url_encode(key) for key in mandate.result_keys],
        }
    )
