"""Who are the people of `examples.bench.admission`? As many as asked for, each with papers that verify.

Everybody has a key, a credential by the university and a consent that her key signed; her record is one of a
few hundred, so that commitments and components are made once for each of these. People choose among a few
dozen terms, each at a moment of her own. Everything is made by several processes, and checked there as a node
checks it when it comes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from multiprocessing import get_context
from typing import NamedTuple, TypeVar

from consent.contribution import Contribution, bundle_context
from consent.policy import Policy
from consent.record import ConsentRecord, sign_consent
from consent.record_document import Notice, StatusChange
from consent.vocabulary import ConsentStatus
from crypto.encoding import b64url_encode, canonical_json, sha256
from crypto.sealing import SealingKey, seal
from crypto.sharing.integer_masked import Component, split
from crypto.sharing.replicated import encode_bundle
from crypto.signing import SigningKey, VerifyingKey, generate_es256
from examples.bench.scale_people import DATA_SET, KINDS, NODES, NOW, POLICY, name, record
from marketplace.mpc_node.papers import Papers, verify_papers
from ssi.credential import present
from ssi.issuance import IssuerKey, Subject, Terms, issue_credential, person_handle
from ssi.record import Record
from ssi.status_list import MAX_ENTRIES, StatusReference
from ssi.trust import TrustRegistry, verify_registry

TERMS = 24
PROCESSES = 2
PORTION = 500
_YEAR = timedelta(days=365)
T = TypeVar("T")


class Person(NamedTuple):
    """One person as a marketplace and a node know her: her tokens, and what they came to when verified."""

    number: int
    consent_id: str
    handle: str
    holder_jwk: str
    row_digest: str
    inputs_digest: str
    policy: Policy
    expires_at: datetime
    consent: str
    presentation: str


@dataclass(frozen=True)
class Makers:
    """What is needed to make people: the university's key and lists, and who the others are."""

    issuer: str
    kid: str
    key: bytes = field(repr=False)
    lists: str
    market: str
    registry: str = field(repr=False)
    authority: Mapping[str, str] = field(repr=False)

    def bodies(self, numbers: range) -> Iterator[bytes]:
        """What the wallets of these people send to the marketplace."""
        yield from _pooled(_bodies, self, numbers)

    def people(self, numbers: range) -> Iterator[Person]:
        """These people, each checked as a node checks her papers when they come."""
        yield from _pooled(_people, self, numbers)


class _Kind(NamedTuple):
    """What is the same for all people of one record."""

    record: Record
    components: tuple[Component, ...]
    points: tuple[bytes, ...]


@dataclass
class _Making:
    """The making of people in one process."""

    by: Makers
    kinds: dict[int, _Kind] = field(default_factory=dict)

    @cached_property
    def issuer(self) -> IssuerKey:
        return IssuerKey(self.by.issuer, self.by.kid, SigningKey.from_pem(self.by.key))

    @cached_property
    def registry(self) -> TrustRegistry:
        authority = VerifyingKey.from_jwk(self.by.authority)
        return verify_registry(self.by.registry, authority, now=datetime.now(UTC))

    @cached_property
    def sealed_to(self) -> Mapping[str, SealingKey]:
        """Keys of nobody: a bundle is looked at by nobody here."""
        return {node: SealingKey.generate() for node in NODES}

    def contribution(self, index: int) -> Contribution:
        kind = self._kind(index % KINDS)
        holder, consent_id = generate_es256(), name(index)
        handle = person_handle(sha256(b"bench"), data_set=DATA_SET.ref, person=str(index))
        terms = Terms(
            StatusReference(f"{self.by.lists}{index // MAX_ENTRIES}", index % MAX_ENTRIES),
            NOW - _YEAR,
            NOW + _YEAR,
        )
        credential = issue_credential(
            kind.record, Subject(handle, holder.public), issuer=self.issuer, terms=terms
        )
        signed = credential.partition("~")[0].rpartition(".")[0]
        bundles = {
            node: seal(
                encode_bundle(role, kind.components),
                self.sealed_to[node].public,
                context=bundle_context(consent_id, node_id=node, role=role, data_set=DATA_SET.ref),
            )
            for role, node in enumerate(NODES)
        }
        unsigned = Contribution("-", present(credential, {"school_type"}), kind.points, bundles)
        given = ConsentRecord(
            consent_id=consent_id,
            subject=handle,
            controller=self.by.market,
            policy=policy(index),
            credential_digest=b64url_encode(sha256(signed.encode())),
            inputs_digest=unsigned.inputs_digest,
            notice=Notice.of("I agree.", "en"),
            history=(StatusChange(ConsentStatus.GIVEN, policy(index).given_at),),
        )
        return replace(unsigned, consent=sign_consent(given, holder))

    def _kind(self, number: int) -> _Kind:
        if number not in self.kinds:
            made = Record.commit(DATA_SET, record(number))
            components = split(made.encoded, DATA_SET.bits, made.blinding)
            points = tuple(each.commitment(DATA_SET.commitment_domain).to_bytes() for each in components)
            self.kinds[number] = _Kind(made, components, points)
        return self.kinds[number]


def policy(index: int) -> Policy:
    """What a person allows: one of a few dozen terms, from a moment of her own on."""
    kind = index % TERMS
    given_at = POLICY.given_at - timedelta(seconds=index)
    return replace(
        POLICY,
        crowd_floor=(30, 50)[kind % 2],
        compensation_cents=POLICY.compensation_cents - kind % 3,
        epsilon_total=POLICY.epsilon_total + kind // 6,
        given_at=given_at,
        valid_until=given_at + _YEAR,
    )


def _pooled(work: Callable[[range], list[T]], by: Makers, numbers: range) -> Iterator[T]:
    portions = [numbers[start : start + PORTION] for start in range(0, len(numbers), PORTION)]
    with get_context("spawn").Pool(PROCESSES, _prepare, (by,)) as pool:
        for made in pool.imap(work, portions):
            yield from made


_making: list[_Making] = []


def _prepare(by: Makers) -> None:
    _making.append(_Making(by))


def _bodies(numbers: range) -> list[bytes]:
    making = _making[0]
    return [canonical_json(making.contribution(index).to_json()) for index in numbers]


def _people(numbers: range) -> list[Person]:
    making = _making[0]
    made = [(index, making.contribution(index)) for index in numbers]
    return [
        _person(index, each, verify_papers(each.for_node(NODES[0]), making.registry, now=NOW))
        for index, each in made
    ]


def _person(index: int, made: Contribution, papers: Papers) -> Person:
    credential, given = papers.credential, papers.record
    return Person(
        index,
        given.consent_id,
        credential.handle,
        canonical_json(credential.holder_key.to_jwk()).decode(),
        papers.digest,
        given.inputs_digest,
        given.policy,
        credential.expires_at,
        made.consent,
        made.presentation,
    )
