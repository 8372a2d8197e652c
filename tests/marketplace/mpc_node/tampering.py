"""What a dishonest wallet could hand in: sealed and signed properly, around something that is not true."""

from dataclasses import replace

from consent.contribution import Contribution, bundle_context
from consent.record import ConsentRecord, sign_consent
from crypto.sealing import open_sealed, seal
from ssi.jws import parse_jws
from tests.marketplace.mpc_node.parties import NAMES, node_keys
from tests.marketplace.mpc_node.people import PLAIN, Offer, Person, person


def signed_again(made: Contribution, offer: Offer = PLAIN, *, someone: Person | None = None) -> Contribution:
    """A changed contribution, with a consent that names the changed inputs."""
    owner = someone or person(1)
    record = ConsentRecord.from_json(parse_jws(made.consent, "consent").payload)
    changed = replace(
        record,
        consent_id=offer.consent_id or record.consent_id,
        policy=offer.policy,
        inputs_digest=made.inputs_digest,
    )
    return replace(made, consent=sign_consent(changed, owner.key))


def opened_bundle(made: Contribution, node: str) -> bytes:
    """What a node finds in its bundle."""
    record = ConsentRecord.from_json(parse_jws(made.consent, "consent").payload)
    context = bundle_context(
        record.consent_id, node_id=node, role=NAMES.index(node), data_set=record.policy.data_set
    )
    return open_sealed(made.bundles[node], node_keys(node).sealing, context=context)


def sealed_bundle(plain: bytes, node: str, consent_id: str) -> bytes:
    """Seal something to a node as the bundle of a consent."""
    context = bundle_context(consent_id, node_id=node, role=NAMES.index(node), data_set="exam/1")
    return seal(plain, node_keys(node).sealing.public, context=context)


def rewrapped(other: Contribution, consent_id: str) -> dict[str, bytes]:
    """Somebody else's shares, sealed as the bundles of a consent."""
    return {name: sealed_bundle(opened_bundle(other, name), name, consent_id) for name in NAMES}
