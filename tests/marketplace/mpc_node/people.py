"""People with credentials, what they consented to, and what their wallets hand in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from consent.contribution import Contribution, bundle_context
from consent.policy import Policy
from consent.record import ConsentRecord, sign_consent, sign_withdrawal
from consent.record_document import Notice, StatusChange
from consent.vocabulary import ConsentStatus, Engine, Purpose, RecipientKind, StatisticKind
from crypto.encoding import b64url_encode, sha256
from crypto.sealing import SealingPublicKey, seal
from crypto.sharing.additive import encode_bundle as encode_single
from crypto.sharing.integer_masked import Component, split
from crypto.sharing.replicated import encode_bundle
from crypto.signing import SigningKey
from ssi.credential import present
from ssi.dataset import data_set
from ssi.issuance import (
    IssuerKey,
    Subject,
    Terms,
    issue_credential,
    person_handle,
)
from ssi.record import Record
from ssi.status_list import StatusReference
from tests.marketplace.mpc_node.parties import (
    ISSUER,
    MARKET,
    NAMES,
    NOW,
    STATUS_URI,
    YEAR,
    es256,
    node_keys,
    random_of,
)


@dataclass(frozen=True)
class Person:
    """Somebody with one exam credential, which stands at `index` of the university's status list."""

    index: int
    values: Mapping[str, Any] = field(hash=False)

    @property
    def key(self) -> SigningKey:
        """Her holder key."""
        return es256(f"holder {self.index}")

    @property
    def consent_id(self) -> str:
        """The id of her consent."""
        return consent_id(self.index)


def consent_id(index: int) -> str:
    """A consent id by number."""
    return f"urn:uuid:{UUID(int=index, version=4)}"


@cache
def person(index: int) -> Person:
    """A person by number; scores are spread over the range, schools over the three types."""
    values = {
        "exam_score": round(-2 + (index * 0.37) % 4, 3),
        "reading_score": round(-1 + (index * 0.21) % 2, 3),
        "school_average": 0.1,
        "verbal_reasoning": ("top", "middle", "bottom")[index % 3],
        "intake": "middle",
        "sex": ("female", "male")[index % 2],
        "school_type": "girls" if index % 2 else "mixed",
    }
    return Person(index, values)


def people(count: int) -> list[Person]:
    """The first so many people."""
    return [person(index) for index in range(1, count + 1)]


POLICY = Policy(
    data_set="exam/1",
    attributes=frozenset({"exam_score", "school_type", "sex", "verbal_reasoning"}),
    purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
    recipient_kinds=frozenset({RecipientKind.RESEARCH_INSTITUTE}),
    statistics=frozenset(StatisticKind),
    crowd_floor=10,
    exact_allowed=True,
    epsilon_per_query=Decimal(1),
    epsilon_total=Decimal(2),
    compensation_cents=100,
    node_ids=NAMES,
    given_at=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=100),
)


@dataclass(frozen=True)
class Offer:
    """How a contribution is made; a test changes one thing."""

    policy: Policy = POLICY
    issuer: IssuerKey = ISSUER
    expires_at: datetime = NOW + YEAR
    status_uri: str = STATUS_URI
    consent_id: str | None = None
    handle_of: int | None = None
    consent_key: SigningKey | None = None
    controller: str = MARKET
    shared_values: Mapping[str, Any] | None = field(default=None, hash=False)
    blinding_shift: int = 0
    disclose: frozenset[str] = frozenset({"school_type"})
    sealing_keys: Mapping[str, SealingPublicKey] | None = field(default=None, hash=False)
    encrypt: Callable[[Person, str], bytes] | None = None
    bundle: Callable[[int, Sequence[Component]], bytes] | None = None

    @property
    def encode(self) -> Callable[[int, Sequence[Component]], bytes]:
        """How a role's bundle is written: as the policy's engines ask for, unless a wallet errs or lies."""
        honest = encode_single if Engine.ADDITIVE in self.policy.engines else encode_bundle
        return self.bundle or honest

    def sealing_key(self, node: str) -> SealingPublicKey:
        """The key that a node's bundle is sealed to."""
        return self.sealing_keys[node] if self.sealing_keys else node_keys(node).sealing.public


PLAIN = Offer()


@cache
def record_of(someone: Person) -> Record:
    """What the university knows about a person, committed."""
    return Record.commit(data_set("exam/1"), someone.values, random_of(f"record {someone.index}"))


@cache
def credential_of(someone: Person, offer: Offer) -> str:
    """Her credential as she holds it, with all disclosures."""
    return issue_credential(
        record_of(someone),
        Subject(_handle(someone, offer), someone.key.public),
        issuer=offer.issuer,
        terms=Terms(StatusReference(offer.status_uri, someone.index), NOW - YEAR, offer.expires_at),
        random=random_of(f"salts {someone.index}"),
    )


def contribution_of(someone: Person, offer: Offer = PLAIN) -> Contribution:
    """What her wallet hands in: made once, since sealing is different each time."""
    return _made(someone, offer)


@cache
def _made(someone: Person, offer: Offer) -> Contribution:
    credential = credential_of(someone, offer)
    record, described = record_of(someone), data_set("exam/1")
    encoded = record.encoded if offer.shared_values is None else described.encode(offer.shared_values)
    blinding = record.blinding + offer.blinding_shift
    components = split(encoded, described.bits, blinding, random_of(f"split {someone.index}"))
    own_id = offer.consent_id or someone.consent_id
    bundles = {
        node: seal(
            offer.encode(role, components),
            offer.sealing_key(node),
            context=bundle_context(own_id, node_id=node, role=role, data_set=offer.policy.data_set),
        )
        for role, node in enumerate(offer.policy.node_ids)
    }
    commitments = tuple(each.commitment(described.commitment_domain).to_bytes() for each in components)
    encrypted = offer.encrypt(someone, own_id) if offer.encrypt else None
    unsigned = Contribution("-", present(credential, offer.disclose), commitments, bundles, encrypted)
    consent = ConsentRecord(
        consent_id=own_id,
        subject=_handle(someone, offer),
        controller=offer.controller,
        policy=offer.policy,
        credential_digest=_digest(credential),
        inputs_digest=unsigned.inputs_digest,
        notice=Notice.of("I agree.", "en"),
        history=(StatusChange(ConsentStatus.GIVEN, offer.policy.given_at),),
    )
    return replace(unsigned, consent=sign_consent(consent, offer.consent_key or someone.key))


def _handle(someone: Person, offer: Offer) -> str:
    name = str(offer.handle_of or someone.index)
    return person_handle(sha256(b"pairwise"), data_set="exam/1", person=name)


def _digest(credential: str) -> str:
    issuer_signed = credential.partition("~")[0]
    return b64url_encode(sha256(issuer_signed.rpartition(".")[0].encode()))


def withdrawal_of(someone: Person, at: datetime = NOW) -> str:
    """Her withdrawal."""
    return sign_withdrawal(someone.consent_id, at, someone.key)
