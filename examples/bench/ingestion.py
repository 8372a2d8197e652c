"""What does a contribution cost a node, from the parsed request to shares on disk, and which step costs what?

CPU time of one core, medians over batches of different people with the exam data set, papers included; role 2
is measured, which holds the explicit component. Signatures are ES256, bundles are sealed to an X25519 key.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from consent.contribution import Contribution, NodeContribution, bundle_context
from consent.policy import Policy
from consent.record import ConsentRecord, sign_consent, verify_consent
from consent.record_document import Notice, StatusChange
from consent.vocabulary import ConsentStatus, Purpose, RecipientKind, StatisticKind
from crypto.encoding import Json, b64url_encode, sha256
from crypto.randomness import random_bytes
from crypto.sealing import SealingKey, Vault, open_sealed, seal
from crypto.sharing.integer_masked import split, verify_component_points
from crypto.sharing.replicated import encode_bundle
from crypto.signing import SigningKey, generate_ed25519, generate_es256
from examples.bench import effort
from examples.bench.row import Row
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.columns.share_rows import ShareRow
from marketplace.mpc_node.contribution_check import Opened, ThisNode, open_contribution
from marketplace.mpc_node.kept_papers import KeptRow, PapersForm
from marketplace.mpc_node.papers import Papers, packing
from marketplace.mpc_node.share_check import check_shares
from marketplace.mpc_node.storage.contributions import ContributionStore, Incoming, StoredContribution
from marketplace.mpc_node.storage.share_files import ShareFiles
from ssi.credential import present, verify_record
from ssi.dataset import data_set
from ssi.hosting.database import migrate, open_database
from ssi.hosting.tls import make_certificate
from ssi.issuance import IssuerKey, Subject, Terms, issue_credential, person_handle
from ssi.record import Record
from ssi.status_list import StatusReference
from ssi.trust import TrustRegistry
from ssi.trust_parts import Validity, assemble_registry, issuer_part, marketplace_part, node_part

PEOPLE, ROUNDS = 400, 5
NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(days=365)
DATA_SET = data_set("exam/1")
NODES = ("node-a", "node-b", "node-c")
ROLE = 2
ISSUER = IssuerKey("did:web:university.example", "exams", generate_es256())
MARKET = "did:web:market.example"
LISTS = "https://university.example/status-lists/"
POLICY = Policy(
    data_set=DATA_SET.ref,
    attributes=frozenset({"exam_score", "sex"}),
    purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
    recipient_kinds=frozenset({RecipientKind.RESEARCH_INSTITUTE}),
    statistics=frozenset({StatisticKind.COUNT, StatisticKind.MEAN}),
    crowd_floor=50,
    exact_allowed=False,
    epsilon_per_query=Decimal(1),
    epsilon_total=Decimal(5),
    compensation_cents=100,
    node_ids=NODES,
    given_at=NOW - timedelta(days=1),
    valid_until=NOW + YEAR,
)


@dataclass(frozen=True)
class Crowd:
    """What a node gets, and what it needs to check it."""

    documents: Sequence[Json]
    registry: TrustRegistry
    node: ThisNode


def rows() -> list[Row]:
    """One contribution and its steps, in about a minute."""
    crowd = _crowd()
    held = [NodeContribution.from_json(document) for document in crowd.documents]
    opened = [open_contribution(each, crowd.node, crowd.registry, now=NOW) for each in held]
    shares = [row for row in check_shares(opened, random_bytes) if isinstance(row, ShareRow)]
    packed = packing(PapersForm(random_bytes(32)), crowd.registry, now=NOW)
    incoming = [_incoming(each, row, packed) for each, row in zip(opened, shares, strict=True)]
    with _stores(2 * (ROUNDS + 1)) as stores:
        steps: dict[str, Callable[[], object]] = {
            "from the request to the disk": lambda: _ingest(crowd, next(stores)),
            "· credential: form, signature, disclosures": lambda: _credentials(crowd, held),
            "· consent: form, signature, terms": lambda: _consents(opened),
            "· what jobs need of the papers": lambda: [packed(each.papers) for each in opened],
            "· open the bundle": lambda: _bundles(crowd, opened),
            "· the commitments combine to the signed one": lambda: _points(opened),
            "· shares open their commitments, both forms": lambda: check_shares(opened, random_bytes),
            "· write shares, papers and index": lambda: next(stores).put(incoming, now=NOW),
        }
        return [Row(f"contribution, {name}", "µs", _microseconds(step)) for name, step in steps.items()]


def _ingest(crowd: Crowd, store: ContributionStore) -> None:
    opened = [
        open_contribution(NodeContribution.from_json(document), crowd.node, crowd.registry, now=NOW)
        for document in crowd.documents
    ]
    shares, packed = (
        check_shares(opened, random_bytes),
        packing(PapersForm(random_bytes(32)), crowd.registry, now=NOW),
    )
    store.put(
        [
            _incoming(each, row, packed)
            for each, row in zip(opened, shares, strict=True)
            if isinstance(row, ShareRow)
        ],
        now=NOW,
    )


def _credentials(crowd: Crowd, held: Sequence[NodeContribution]) -> None:
    for each in held:
        verify_record(each.presentation, crowd.registry, now=NOW)


def _consents(opened: Sequence[Opened]) -> None:
    for each in opened:
        credential, given = each.papers.credential, each.contribution
        verify_consent(
            given.consent,
            credential.holder_key,
            subject=credential.handle,
            credential_digest=credential.digest,
            inputs_digest=given.inputs_digest,
        )


def _bundles(crowd: Crowd, opened: Sequence[Opened]) -> None:
    for each in opened:
        consent_id = each.papers.record.consent_id
        context = bundle_context(consent_id, node_id=NODES[ROLE], role=ROLE, data_set=DATA_SET.ref)
        open_sealed(each.contribution.bundle, crowd.node.key, context=context)


def _points(opened: Sequence[Opened]) -> None:
    for each in opened:
        verify_component_points(each.papers.credential.commitment.value, each.contribution.commitments)


def _incoming(opened: Opened, shares: ShareRow, packed: Callable[[Papers], KeptRow]) -> Incoming:
    papers, credential = opened.papers, opened.papers.credential
    stored = StoredContribution(
        papers.record.consent_id,
        papers.digest,
        credential.handle,
        credential.holder_key.to_jwk(),
        opened.contribution.presentation,
        opened.contribution.consent,
    )
    return Incoming(stored, shares, lambda token: False, packed(opened.papers))


@contextmanager
def _stores(count: int) -> Iterator[Iterator[ContributionStore]]:
    """Empty stores, made before the clock starts."""
    with tempfile.TemporaryDirectory() as folder:
        yield iter([_store(Path(folder) / str(place)) for place in range(count)])


def _store(folder: Path) -> ContributionStore:
    folder.mkdir()
    database = open_database(f"sqlite:///{folder / 'node.db'}")
    migrate(database.engine, MIGRATIONS)
    return ContributionStore(database, ShareFiles(folder / "shares", Vault(bytes(32))))


def _microseconds(step: Callable[[], object]) -> float:
    step()
    return statistics.median(_cpu_seconds(step) for _ in range(effort.rounds(ROUNDS))) / PEOPLE * 1e6


def _cpu_seconds(step: Callable[[], object]) -> float:
    began = time.process_time()
    step()
    return time.process_time() - began


def _crowd() -> Crowd:
    keys = {name: SealingKey.generate() for name in NODES}
    with tempfile.TemporaryDirectory() as folder:
        registry = _registry(Path(folder), keys)
    made = [_contribution(index, keys) for index in range(PEOPLE)]
    documents = [each.for_node(NODES[ROLE]).to_json() for each in made]
    return Crowd(documents, registry, ThisNode(NODES[ROLE], keys[NODES[ROLE]]))


def _registry(folder: Path, keys: dict[str, SealingKey]) -> TrustRegistry:
    def certificate(name: str) -> str:
        (folder / name).mkdir()
        return make_certificate(folder / name, name, now=NOW).pem

    issuer = issuer_part(
        ISSUER.issuer_id,
        "University",
        keys={ISSUER.kid: ISSUER.key.public},
        credential_types=[DATA_SET.credential_type],
        status_uri_prefix=LISTS,
    )
    market = marketplace_part(
        MARKET,
        "Market",
        url="http://127.0.0.1:1",
        verifying_key=generate_ed25519().public,
        tls_certificate=certificate("market"),
    )
    nodes = [
        node_part(
            name,
            "Operator",
            url=f"https://127.0.0.1:{place}",
            keys=(generate_ed25519().public, keys[name].public),
            tls_certificate=certificate(name),
        )
        for place, name in enumerate(NODES, start=2)
    ]
    parts = [
        (f"part {place}", json.dumps(part).encode()) for place, part in enumerate((issuer, market, *nodes))
    ]
    validity = Validity(NOW - YEAR, NOW + YEAR)
    return assemble_registry(parts, authority=generate_ed25519().public, validity=validity)


def _contribution(index: int, keys: dict[str, SealingKey]) -> Contribution:
    values = {
        "exam_score": round(-2 + index * 0.37 % 4, 3),
        "reading_score": round(-1 + index * 0.21 % 2, 3),
        "school_average": 0.1,
        "verbal_reasoning": ("top", "middle", "bottom")[index % 3],
        "intake": "middle",
        "sex": ("female", "male")[index % 2],
        "school_type": "mixed",
    }
    record, holder = Record.commit(DATA_SET, values), generate_es256()
    handle = person_handle(sha256(b"bench"), data_set=DATA_SET.ref, person=str(index))
    credential = issue_credential(
        record,
        Subject(handle, holder.public),
        issuer=ISSUER,
        terms=Terms(StatusReference(f"{LISTS}1", index), NOW - YEAR, NOW + YEAR),
    )
    consent_id = f"urn:uuid:{UUID(int=index, version=4)}"
    components = split(record.encoded, DATA_SET.bits, record.blinding)
    bundles = {
        name: seal(
            encode_bundle(role, components),
            keys[name].public,
            context=bundle_context(consent_id, node_id=name, role=role, data_set=DATA_SET.ref),
        )
        for role, name in enumerate(NODES)
    }
    points = tuple(each.commitment(DATA_SET.commitment_domain).to_bytes() for each in components)
    unsigned = Contribution("-", present(credential, {"school_type"}), points, bundles)
    return replace(unsigned, consent=_consent(unsigned, consent_id, handle, credential, holder))


def _consent(
    unsigned: Contribution, consent_id: str, handle: str, credential: str, holder: SigningKey
) -> str:
    signed = credential.partition("~")[0].rpartition(".")[0]
    record = ConsentRecord(
        consent_id=consent_id,
        subject=handle,
        controller=MARKET,
        policy=POLICY,
        credential_digest=b64url_encode(sha256(signed.encode())),
        inputs_digest=unsigned.inputs_digest,
        notice=Notice.of("I agree.", "en"),
        history=(StatusChange(ConsentStatus.GIVEN, POLICY.given_at),),
    )
    return sign_consent(record, holder)
