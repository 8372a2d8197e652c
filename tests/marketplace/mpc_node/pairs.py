"""People with two credentials, an exam and a health check, who may let them be joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from consent.contribution import Contribution, bundle_context
from consent.job import Manifest, Partner
from consent.joining import JoinClaim, Joining, handle_of, join_key, prove_join, row_of
from consent.policy import Policy
from consent.query import Query, Statistic
from consent.record import ConsentRecord, sign_consent
from consent.record_document import Notice, StatusChange
from consent.vocabulary import ConsentStatus, Purpose, StatisticKind
from crypto.encoding import b64url_encode, sha256
from crypto.sealing import seal
from crypto.sharing.integer_masked import split
from crypto.sharing.replicated import encode_bundle
from crypto.signing import SigningKey
from ssi.credential import present
from ssi.dataset import data_set
from ssi.issuance import Subject, Terms, issue_credential, person_handle
from ssi.joined import side_by_side
from ssi.record import Record
from ssi.status_list import StatusReference
from tests.marketplace.mpc_node.buyer import Outputs, open_rows
from tests.marketplace.mpc_node.orders import manifest_for
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
from tests.marketplace.mpc_node.people import POLICY, consent_id, person
from tests.marketplace.mpc_node.town import Town

EXAM, HEALTH, ACTIVITY = "exam/1", "health/1", "activity/1"
COLUMNS = {
    EXAM: frozenset({"exam_score", "school_type"}),
    HEALTH: frozenset({"age", "age_band", "sex"}),
    ACTIVITY: frozenset(f"steps_{week:02d}" for week in range(1, 13)),
}
NUMBERS = {EXAM: 0, HEALTH: 1000, ACTIVITY: 2000}
"""From where on consents are numbered."""
JOINED = Query(
    data_set=EXAM,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.CORRELATION, "exam_score", ("health/1#age",)),
    ),
    floor=10,
    epsilon=None,
    join=HEALTH,
)


@dataclass(frozen=True)
class Half:
    """One of a person's two offers; a test changes one thing.

    `wallet` names the wallet whose join handle is named, by default the person's own, and `prover` the one
    whose key signs the proof; `allows` is whether the policy lets it be joined.
    """

    data_set: str
    index: int
    policy: Policy = POLICY
    wallet: str | None = None
    prover: str | None = None
    allows: bool = True
    marketplace: str = MARKET
    number: int | None = None
    changes: tuple[tuple[str, Any], ...] = field(default=(), hash=False)

    @property
    def consent_id(self) -> str:
        """The id of its consent."""
        return consent_id(self.number or NUMBERS[self.data_set] + self.index)

    @property
    def other(self) -> str:
        """The data set of the other half."""
        return HEALTH if self.data_set == EXAM else EXAM

    @property
    def holder(self) -> SigningKey:
        """The holder key of its credential."""
        return es256(f"holder of {self.data_set} {self.index}")

    @property
    def join_key(self) -> SigningKey:
        """The key under whose handle it is found."""
        return self.key_of(self.wallet or str(self.index))

    def key_of(self, wallet: str) -> SigningKey:
        """The key by which a wallet joins these two data sets."""
        secret = sha256(f"wallet {wallet}".encode())
        return join_key(secret, marketplace=self.marketplace, data_sets=(self.data_set, self.other))

    @property
    def values(self) -> dict[str, Any]:
        """What its record says."""
        if self.data_set == EXAM:
            return dict(person(self.index).values)
        if self.data_set == ACTIVITY:
            weeks = range(1 + self.index % 2, 13)
            steps = {f"steps_{week:02d}": 1000 * self.index + week for week in weeks}
            return {"days_worn": 80, "age_band": "adult", **steps}
        age = 15 + self.index % 60
        band = "child" if age < 18 else "adult" if age < 65 else "senior"
        return {"age": age, "sex": ("female", "male")[self.index % 2], "age_band": band}

    @property
    def public(self) -> dict[str, str]:
        """What its presentation shows."""
        return {each.name: str(self.values[each.name]) for each in data_set(self.data_set).public_attributes}

    @property
    def own_policy(self) -> Policy:
        """The policy with everything that was changed."""
        joins = frozenset({Joining(self.other, handle_of(self.join_key))}) if self.allows else frozenset()
        terms = replace(self.policy, data_set=self.data_set, attributes=COLUMNS[self.data_set], joins=joins)
        return replace(terms, **dict(self.changes))


@dataclass(frozen=True)
class Pair:
    """Both halves of a person."""

    left: Half
    right: Half

    @property
    def row(self) -> str:
        """How the nodes name the two together."""
        return row_of(self.left.consent_id, self.right.consent_id)

    @property
    def values(self) -> dict[str, Any]:
        """Both records side by side."""
        return side_by_side(self.left.values, self.right.values, HEALTH)


def pair(index: int, **changes: Any) -> Pair:
    """A person by number, with both halves changed alike."""
    return Pair(Half(EXAM, index, **changes), Half(HEALTH, index, **changes))


def pairs(count: int) -> list[Pair]:
    """The first so many people."""
    return [pair(index) for index in range(1, count + 1)]


@cache
def contribution_of(half: Half) -> Contribution:
    """What the wallet hands in: made once, since sealing is different each time."""
    described, policy = data_set(half.data_set), half.own_policy
    label = f"{half.data_set} {half.index}"
    record = Record.commit(described, half.values, random_of(f"record {label}"))
    handle = person_handle(sha256(b"pairwise"), data_set=half.data_set, person=str(half.index))
    status = StatusReference(STATUS_URI, half.index if half.data_set == EXAM else 2000 + half.index)
    credential = issue_credential(
        record,
        Subject(handle, half.holder.public),
        issuer=ISSUER,
        terms=Terms(status, NOW - YEAR, NOW + YEAR),
        random=random_of(f"salts {label}"),
    )
    components = split(record.encoded, described.bits, record.blinding, random_of(f"split {label}"))
    bundles = {
        node: seal(
            encode_bundle(role, components),
            node_keys(node).sealing.public,
            context=bundle_context(half.consent_id, node_id=node, role=role, data_set=half.data_set),
        )
        for role, node in enumerate(policy.node_ids)
    }
    commitments = tuple(each.commitment(described.commitment_domain).to_bytes() for each in components)
    unsigned = Contribution("-", present(credential, set(half.public)), commitments, bundles)
    issuer_signed = credential.partition("~")[0].rpartition(".")[0]
    credential_digest = b64url_encode(sha256(issuer_signed.encode()))
    prover = half.key_of(half.prover) if half.prover else half.join_key
    claim = JoinClaim(half.consent_id, credential_digest, MARKET, half.data_set, half.other)
    consent = ConsentRecord(
        consent_id=half.consent_id,
        subject=handle,
        controller=MARKET,
        policy=policy,
        credential_digest=credential_digest,
        inputs_digest=unsigned.inputs_digest,
        notice=Notice.of("I agree.", "en"),
        history=(StatusChange(ConsentStatus.GIVEN, policy.given_at),),
        join_proofs={each.data_set: prove_join(claim, prover) for each in policy.joins},
    )
    return replace(unsigned, consent=sign_consent(consent, half.holder))


def settle(town: Town, crowd: Sequence[Pair]) -> None:
    """Let people contribute both records to all nodes."""
    made = [contribution_of(half) for each in crowd for half in (each.left, each.right)]
    for name in town.nodes:
        verdicts = town.contribute(name, *made)
        assert all(verdict["accepted"] for verdict in verdicts), verdicts


def manifest_of(crowd: Sequence[Pair], query: Query = JOINED, **changes: Any) -> Manifest:
    """A manifest over these people, each with both consents."""
    named = {each.left.consent_id: contribution_of(each.left).inputs_digest for each in crowd}
    partners = {
        each.left.consent_id: Partner(each.right.consent_id, contribution_of(each.right).inputs_digest)
        for each in crowd
    }
    return manifest_for([], query, **{"contributions": named, "partners": partners, **changes})


def open_joined(town: Town, manifest: Manifest, crowd: Sequence[Pair]) -> Outputs:
    """What three nodes released over both records of these people, who took part."""
    released: list[Mapping[str, Any]] = [
        town.get(name, f"/v1/jobs/{manifest.job_id}/output").json for name in NAMES
    ]
    rows = [side_by_side(each.left.public, each.right.public, HEALTH) for each in crowd]
    return open_rows(manifest, rows, released, [node_keys(name).signing.public for name in NAMES])
