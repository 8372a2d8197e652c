"""How a record is made ready for computations: split, sealed to three nodes, agreed to by signature.

What leaves the wallet is a signed consent, the credential without its private claims, three commitments and
three sealed bundles, and the encrypted record where the person allows adding up under encryption
(`encrypting`). Nobody who gets them can read a value. Two nodes that combine what they have can; where the
person allows no engine but `additive`, each node gets one component alone, and it takes all three.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from consent.contribution import Contribution, bundle_context
from consent.policy import Policy
from consent.record import ConsentRecord, sign_consent
from consent.record_document import Notice, StatusChange
from consent.vocabulary import ConsentStatus, Engine
from crypto.randomness import RandomBytes
from crypto.sealing import seal
from crypto.sharing.additive import encode_bundle as encode_single
from crypto.sharing.integer_masked import Component, split
from crypto.sharing.replicated import encode_bundle
from crypto.signing import SigningKey
from ssi.aggregation_key import AggregationKeyEntry
from ssi.credential import present
from ssi.record import Record as OpenedRecord
from ssi.trust_entries import NodeEntry
from wallet.domain.credential import HeldCredential
from wallet.domain.encrypting import encrypted_record
from wallet.domain.join_keys import proofs_of


@dataclass(frozen=True)
class Terms:
    """What the consent will say: its id, the policy, who answers for it, and the words that were shown.

    `aggregation_key` is the registry's, to which the record is encrypted if the policy allows that, and
    `join_keys` are those of the policy's joins, by data set.
    """

    consent_id: str
    policy: Policy
    controller: str
    notice: Notice
    aggregation_key: AggregationKeyEntry | None = None
    join_keys: Mapping[str, SigningKey] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SignedOffer:
    """The signed record and everything that goes to the marketplace with it."""

    record: ConsentRecord
    contribution: Contribution = field(repr=False)


def make_offer(
    held: HeldCredential,
    opened: OpenedRecord,
    terms: Terms,
    *,
    nodes: Sequence[NodeEntry],
    random: RandomBytes,
) -> SignedOffer:
    """Split an opened record, seal the shares to the nodes by role, and sign the consent that names them.

    `nodes` are the registry entries of the policy's nodes, in its order.

    Raises:
        ShareError: the record does not fit the widths of its data set.
    """
    data_set = opened.data_set
    components = split(opened.encoded, data_set.bits, opened.blinding, random)
    commitments = tuple(each.commitment(data_set.commitment_domain).to_bytes() for each in components)
    bundles = _bundles(components, terms, nodes)
    public = {attribute.name for attribute in data_set.public_attributes} & set(held.claims)
    encrypted = encrypted_record(
        opened, consent_id=terms.consent_id, policy=terms.policy, key=terms.aggregation_key, random=random
    )
    unsigned = Contribution("-", present(held.compact, public), commitments, bundles, encrypted)
    record = ConsentRecord(
        consent_id=terms.consent_id,
        subject=held.handle,
        controller=terms.controller,
        policy=terms.policy,
        credential_digest=held.digest,
        inputs_digest=unsigned.inputs_digest,
        notice=terms.notice,
        history=(StatusChange(ConsentStatus.GIVEN, terms.policy.given_at),),
        join_proofs=proofs_of(
            terms.join_keys,
            consent_id=terms.consent_id,
            credential_digest=held.digest,
            marketplace=terms.controller,
            data_set=terms.policy.data_set,
        ),
    )
    signed = sign_consent(record, held.holder_key)
    return SignedOffer(record, replace(unsigned, consent=signed))


def _bundles(components: Sequence[Component], terms: Terms, nodes: Sequence[NodeEntry]) -> dict[str, bytes]:
    # The consent says which of the two it is, so that no node can take one for the other.
    encode = encode_single if Engine.ADDITIVE in terms.policy.engines else encode_bundle
    return {
        node.id: seal(
            encode(role, components),
            node.sealing_key,
            context=bundle_context(
                terms.consent_id, node_id=node.id, role=role, data_set=terms.policy.data_set
            ),
        )
        for role, node in enumerate(nodes)
    }
