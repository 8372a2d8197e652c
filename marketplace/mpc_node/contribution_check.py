"""Does one contribution hold, as far as it can be told without its shares? Steps 1 to 6 of `ingest`.

1. Its form is right, and the credential verifies: issuer in the trust registry, signature, time, data set.
2. It shows every public attribute that the data set requires, and nothing that is private.
3. The consent is signed with the credential's holder key, about this credential and these inputs, for the
   marketplace of the registry, and has not run out.
4. It is about the credential's data set and names three distinct nodes of the registry, this one among them.
5. The bundle is the one that the consent's inputs name for this node, and opens here, for this consent, role
   and data set.
6. The commitments to its three components combine to the issuer's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from consent.contribution import NodeContribution, bundle_context
from consent.errors import ConsentError, MismatchError
from crypto.curve import Point
from crypto.errors import CommitmentError, CryptoError, SealError, ShareError, SignatureError
from crypto.sealing import SealingKey, open_sealed
from crypto.sharing.integer_masked import verify_component_points
from marketplace.mpc_node.papers import Papers, verify_papers
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    ExpiredError,
    RegistryError,
    UnknownDataSetError,
    UnknownNodeError,
    UntrustedIssuerError,
)
from ssi.trust import TrustRegistry


class IngestRefusal(StrEnum):
    """Why a contribution does not come in."""

    MALFORMED = "malformed"
    UNTRUSTED_ISSUER = "untrusted_issuer"
    ALTERED_CREDENTIAL = "altered_credential"
    CREDENTIAL_EXPIRED = "credential_expired"
    CREDENTIAL_REFUSED = "credential_refused"
    UNKNOWN_DATA_SET = "unknown_data_set"
    SHOWS_PRIVATE_ATTRIBUTE = "shows_private_attribute"
    HIDES_PUBLIC_ATTRIBUTE = "hides_public_attribute"
    CONSENT_SIGNATURE = "consent_signature"
    CONSENT_MISMATCH = "consent_mismatch"
    CONSENT_TERMS = "consent_terms"
    CONSENT_EXPIRED = "consent_expired"
    OTHER_MARKETPLACE = "other_marketplace"
    OTHER_DATA_SET = "other_data_set"
    UNKNOWN_NODE = "unknown_node"
    NOT_FOR_THIS_NODE = "not_for_this_node"
    BUNDLE_MISMATCH = "bundle_mismatch"
    BUNDLE_DOES_NOT_OPEN = "bundle_does_not_open"
    SHARES_OUT_OF_RANGE = "shares_out_of_range"
    COMMITMENTS_DO_NOT_COMBINE = "commitments_do_not_combine"
    SHARES_DO_NOT_OPEN = "shares_do_not_open"
    NOT_ENCRYPTED = "not_encrypted"
    WITHDRAWN = "withdrawn"
    OTHER_BODY = "other_body"


class RefusedContributionError(Exception):
    """Ends the checks of one contribution; `ingest` turns it into a verdict."""

    def __init__(self, reason: IngestRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Opened:
    """A contribution that passed the first six steps, this node's role in it, and what its bundle held.

    The bundle is opened and not yet read. `points` are the commitments to the three components.
    """

    papers: Papers
    contribution: NodeContribution
    role: int
    bundle: bytes = field(repr=False)
    points: tuple[Point, ...] = field(repr=False)


@dataclass(frozen=True)
class ThisNode:
    """Who checks: the id under which the registry lists the node, and the key that opens its bundles."""

    node_id: str
    key: SealingKey = field(repr=False)


_CREDENTIAL_REASONS: Mapping[type[CredentialError], IngestRefusal] = {
    UntrustedIssuerError: IngestRefusal.UNTRUSTED_ISSUER,
    AlteredCredentialError: IngestRefusal.ALTERED_CREDENTIAL,
    ExpiredError: IngestRefusal.CREDENTIAL_EXPIRED,
    UnknownDataSetError: IngestRefusal.UNKNOWN_DATA_SET,
    CredentialError: IngestRefusal.CREDENTIAL_REFUSED,
}


def open_contribution(
    contribution: NodeContribution, node: ThisNode, registry: TrustRegistry, *, now: datetime
) -> Opened:
    """Carry out steps 1 to 6; the code carries the numbers.

    Raises:
        RefusedContributionError: a step failed; its reason says which.
        RegistryError: the registry has run out, so nobody's word counts.
    """
    papers = _verified(contribution, registry, now)  # 1
    _check_shown(papers)  # 2
    _check_consent(papers, registry, now)  # 3
    role = _role(papers, node, registry, now)  # 4
    try:
        bundle = _opened(contribution, papers, node, role)  # 5
        points = verify_component_points(papers.credential.commitment.value, contribution.commitments)  # 6
    except (MismatchError, CryptoError) as error:
        raise RefusedContributionError(refusal_of_inputs(error)) from error
    return Opened(papers, contribution, role, bundle, points)


def refusal_of_inputs(error: Exception) -> IngestRefusal:
    """Why inputs are refused that failed with this error."""
    match error:
        case MismatchError():
            return IngestRefusal.BUNDLE_MISMATCH
        case SealError():
            return IngestRefusal.BUNDLE_DOES_NOT_OPEN
        case ShareError():
            return IngestRefusal.SHARES_OUT_OF_RANGE
        case CommitmentError():
            return IngestRefusal.COMMITMENTS_DO_NOT_COMBINE
        case _:
            return IngestRefusal.MALFORMED


def _verified(contribution: NodeContribution, registry: TrustRegistry, now: datetime) -> Papers:
    try:
        return verify_papers(contribution, registry, now=now)
    except RegistryError:
        raise
    except CredentialError as error:
        raise RefusedContributionError(_reason_of_credential(error)) from error
    except SignatureError as error:
        raise RefusedContributionError(IngestRefusal.CONSENT_SIGNATURE) from error
    except MismatchError as error:
        raise RefusedContributionError(IngestRefusal.CONSENT_MISMATCH) from error
    except ConsentError as error:
        raise RefusedContributionError(IngestRefusal.CONSENT_TERMS) from error


def _check_shown(papers: Papers) -> None:
    data_set = papers.credential.data_set
    public = {attribute.name for attribute in data_set.public_attributes}
    shown = set(papers.credential.claims)
    if not shown <= public or papers.credential.blinding is not None:
        raise RefusedContributionError(IngestRefusal.SHOWS_PRIVATE_ATTRIBUTE)
    required = {attribute.name for attribute in data_set.public_attributes if attribute.required}
    if not required <= shown:
        raise RefusedContributionError(IngestRefusal.HIDES_PUBLIC_ATTRIBUTE)


def _check_consent(papers: Papers, registry: TrustRegistry, now: datetime) -> None:
    if papers.record.controller != registry.marketplace.id:
        raise RefusedContributionError(IngestRefusal.OTHER_MARKETPLACE)
    if now >= papers.record.policy.valid_until:
        raise RefusedContributionError(IngestRefusal.CONSENT_EXPIRED)


def _role(papers: Papers, node: ThisNode, registry: TrustRegistry, now: datetime) -> int:
    nodes = papers.record.policy.node_ids  # three and distinct, by the policy's own rules
    if papers.record.policy.data_set != papers.credential.commitment.data_set:
        raise RefusedContributionError(IngestRefusal.OTHER_DATA_SET)
    try:
        for node_id in nodes:
            registry.node(node_id, now=now)
    except UnknownNodeError as error:
        raise RefusedContributionError(IngestRefusal.UNKNOWN_NODE) from error
    if node.node_id not in nodes:
        raise RefusedContributionError(IngestRefusal.NOT_FOR_THIS_NODE)
    return nodes.index(node.node_id)


def _opened(contribution: NodeContribution, papers: Papers, node: ThisNode, role: int) -> bytes:
    sealed = contribution.require_bundle_of(node.node_id)
    record = papers.record
    context = bundle_context(
        record.consent_id, node_id=node.node_id, role=role, data_set=record.policy.data_set
    )
    return open_sealed(sealed, node.key, context=context)


def _reason_of_credential(error: CredentialError) -> IngestRefusal:
    return next(reason for kind, reason in _CREDENTIAL_REASONS.items() if isinstance(error, kind))
