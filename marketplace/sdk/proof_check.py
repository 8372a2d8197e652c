"""Does an answer hold, for somebody who has nothing but a file and the authority's key? Checked offline.

The steps, by the names under which they fail; the code carries the numbers.

1. form: it is a proof of this kind and version, and its moment is not in the future.
2. registry: the trust registry is signed by the authority whose key the reader has pinned.
3. order: the sealed result is one of three distinct nodes of the registry, and about the order of the papers.
4. buyer: the credential is of an organisation, from an issuer that the registry trusts, and its key signed
   the mandate for this marketplace.
5. payment: the marketplace's receipt is for this order and this query, and covers everybody in the answer.
6. log: the entry of the order says the same, and stands in the log that the marketplace signed.
7. witnesses: more than half of the registry's nodes cosigned that state of the log.
8. statements: the three nodes signed one answer, over the same people, each about its own envelope.
9. computation: it is the one this query compiles to, and the one that the nodes signed.
10. answer: the opened numbers are those of which the nodes signed the digests, twice each where two nodes had
    them. Left out where the proof does not disclose the answer.

Limits. Two nodes of three that collude can sign an answer that was never computed, and can cosign a log that
nobody else sees. Who took part is not in the proof, so that each of them agreed is the nodes' word. The
registry is judged at the moment of the file: that a key was revoked afterwards is not seen.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from consent.answer import Answer
from consent.computation import Computation
from consent.cosignature import LogPolicy
from consent.errors import ConsentError
from consent.log import Checkpoint, Entry, InclusionProof
from consent.order import verify_escrow_receipt, verify_mandate
from consent.query import Query
from crypto.encoding import Json, b64url_decode
from crypto.errors import CryptoError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from marketplace.sdk.disclosed import disclosed_answer
from marketplace.sdk.errors import ProofRefusedError, SdkError
from marketplace.sdk.proof import KIND, VERSION
from marketplace.sdk.result import MAX_TOKEN, SealedResult, computation_of, read_result
from marketplace.sdk.statements import ROLES, Agreed, check_statements
from ssi.credential import OrganisationCredential, verify_organisation
from ssi.errors import CredentialError
from ssi.trust import TrustRegistry, verify_registry

ALLOWED_AHEAD = timedelta(minutes=10)
MAX_OPENED = 16_000_000


class Step(StrEnum):
    """The steps, in their order."""

    FORM = "form"
    REGISTRY = "registry"
    ORDER = "order"
    BUYER = "buyer"
    PAYMENT = "payment"
    LOG = "log"
    WITNESSES = "witnesses"
    STATEMENTS = "statements"
    COMPUTATION = "computation"
    ANSWER = "answer"


@dataclass(frozen=True)
class VerifiedProof:
    """What holds: who asked, what, over how many people, computed by whom; the answer where it is disclosed.

    `checkpoint` is the state of the log in which the order stands at `log_index`, `cosigned_by` who saw it.
    """

    order_id: str
    job_id: str
    buyer_name: str
    marketplace: str
    marketplace_name: str
    query: Query
    placed_at: datetime
    people: int
    nodes: tuple[str, ...]
    log_index: int
    checkpoint: Checkpoint
    cosigned_by: tuple[str, ...]
    computation: Computation = field(repr=False)
    answer: Answer | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Papers:
    fields: Fields = field(repr=False)
    fetched_at: datetime
    opened: tuple[bytes, ...] | None = field(repr=False)
    registry: TrustRegistry = field(repr=False)
    sealed: SealedResult = field(repr=False)


def verify_proof(document: bytes | str, authority: VerifyingKey, *, now: datetime) -> VerifiedProof:
    """What a proof shows, after all ten steps.

    Raises:
        ProofRefusedError: a step fails; `step` is its name.
    """
    papers = _read(document, authority, now)  # 1, 2, 3
    sealed, registry = papers.sealed, papers.registry
    entry, inclusion = _entry(papers)
    credential = _buyer(papers, entry.at)  # 4
    compensation, amount = _payment(papers)  # 5
    with _step(Step.LOG):
        _require_same(entry, sealed, credential)
        key = registry.marketplace.verifying_key
        checkpoint = inclusion.verify_entry(entry, registry.marketplace.id, key)  # 6
    with _step(Step.WITNESSES):
        policy = LogPolicy.of(registry, now=papers.fetched_at)
        witnessed = policy.verify(inclusion.checkpoint, now=now)  # 7
    with _step(Step.STATEMENTS):
        agreed = check_statements(sealed.run, sealed.outputs)  # 8
    _require(Step.PAYMENT, amount >= compensation * agreed.admitted, "less was held than everybody gets")  # 5
    with _step(Step.COMPUTATION):
        computation = computation_of(sealed, agreed)  # 9
    answer = None if papers.opened is None else _answer(papers, agreed, computation)  # 10
    return VerifiedProof(
        order_id=sealed.order_id,
        job_id=sealed.run.job_id,
        buyer_name=credential.name,
        marketplace=registry.marketplace.id,
        marketplace_name=registry.marketplace.name,
        query=sealed.query,
        placed_at=entry.at,
        people=agreed.admitted,
        nodes=tuple(node.node_id for node in sealed.run.nodes),
        log_index=inclusion.index,
        checkpoint=checkpoint,
        cosigned_by=tuple(sorted(witnessed.seen)),
        computation=computation,
        answer=answer,
        steps=tuple(step for step in Step if step is not Step.ANSWER or answer is not None),
    )


def _read(document: bytes | str, authority: VerifyingKey, now: datetime) -> _Papers:
    with _step(Step.FORM):  # 1
        whole = Fields.parse(document, "proof")
        _require(Step.FORM, whole.text("kind", max_length=100) == KIND, "it is not the proof of an answer")
        whole.integer("version", least=VERSION, most=VERSION)
        opened = _read_opened(whole)
        fields = whole.section("papers")
        whole.done()
        fetched_at = fields.moment("fetched_at")
        result = Fields.of(fields.any("result"), "proof.result")
        token = result.text("registry", max_length=MAX_TOKEN)
        _require(Step.FORM, fetched_at <= now + ALLOWED_AHEAD, "it is of a moment that is still to come")
    with _step(Step.REGISTRY):
        registry = verify_registry(token, authority, now=fetched_at)  # 2
    with _step(Step.ORDER):  # 3
        sealed = read_result(fields.any("result"), authority, now=fetched_at)
        same = fields.text("order_id", max_length=200) == sealed.order_id
        _require(Step.ORDER, same, "the result is of another order than the papers")
    return _Papers(fields, fetched_at, opened, registry, sealed)


def _read_opened(whole: Fields) -> tuple[bytes, ...] | None:
    if not whole.has("opened"):
        return None
    texts = whole.texts("opened", least=len(ROLES), most=len(ROLES), max_length=MAX_OPENED)
    return tuple(b64url_decode(each) for each in texts)


def _entry(papers: _Papers) -> tuple[Entry, InclusionProof]:
    with _step(Step.LOG):
        _require(Step.LOG, papers.fields.has("entry"), "the entry of the order was erased")
        entry = Entry.from_fields(papers.fields.section("entry"))
        return entry, InclusionProof.from_json(papers.fields.any("inclusion"))


def _buyer(papers: _Papers, placed_at: datetime) -> OrganisationCredential:
    # A registry that is newer than the order cannot be asked about the time before it.
    moment = max(placed_at, papers.registry.issued_at)
    with _step(Step.BUYER):
        compact = papers.fields.text("credential", max_length=MAX_TOKEN)
        credential = verify_organisation(compact, papers.registry, now=moment)
        verify_mandate(
            papers.fields.text("mandate", max_length=MAX_TOKEN),
            credential.holder_key,
            buyer=credential.handle,
            marketplace=papers.registry.marketplace.id,
            now=moment,
        )
        return credential


def _payment(papers: _Papers) -> tuple[int, int]:
    """The compensation of each person and the amount that was held, in cents."""
    with _step(Step.PAYMENT):
        receipt = verify_escrow_receipt(
            papers.fields.text("escrow_receipt", max_length=MAX_TOKEN),
            papers.registry.marketplace.verifying_key,
            order_id=papers.sealed.order_id,
            query_digest=papers.sealed.query.digest,
        )
        return receipt.compensation_cents, receipt.amount_cents


def _require_same(entry: Entry, sealed: SealedResult, credential: OrganisationCredential) -> None:
    said: Mapping[str, Json] = entry.body
    buyer = said.get("buyer")
    expected = {
        "order_id": sealed.order_id,
        "job_id": sealed.run.job_id,
        "query_digest": sealed.query.digest,
    }
    same = entry.kind == "order" and all(said.get(name) == value for name, value in expected.items())
    _require(Step.LOG, same, "the entry is about another order, job or query")
    is_hers = isinstance(buyer, Mapping) and buyer.get("id") == credential.handle
    _require(Step.LOG, is_hers, "the entry names another buyer than the credential")


def _answer(papers: _Papers, agreed: Agreed, computation: Computation) -> Answer:
    sealed = papers.sealed
    with _step(Step.ANSWER):
        return disclosed_answer(
            sealed.run, agreed, computation, papers.opened or (), engine=sealed.query.chosen_engine
        )


@contextmanager
def _step(step: Step) -> Iterator[None]:
    """Name the step in whatever fails within it."""
    try:
        yield
    except ProofRefusedError:
        raise
    except (CryptoError, ConsentError, CredentialError, SdkError) as error:
        raise ProofRefusedError(step, str(error)) from error


def _require(step: Step, holds: bool, message: str) -> None:
    if not holds:
        raise ProofRefusedError(step, message)
