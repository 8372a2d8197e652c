"""One agreement of each kind with everything that is kept of it, as its parties would have signed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from consent.crowd_consent import CrowdConsent, sign_crowd_consent
from consent.crowd_receipt import (
    CrowdOfferReceipt,
    CrowdReceipt,
    sign_crowd_offer_receipt,
    sign_crowd_receipt,
)
from consent.kept_agreement import KeptAgreement
from consent.log import Checkpoint, Entry, InclusionProof, sign_checkpoint
from consent.pause import PauseStatement, sign_pause
from consent.receipt import (
    ConsentReceipt,
    DeletionReceipt,
    UsageReceipt,
    sign_consent_receipt,
    sign_deletion_receipt,
    sign_usage_receipt,
)
from consent.receipt_credential import issue_deletion_credential, issue_status_credential
from consent.record import ConsentRecord, sign_consent, sign_withdrawal
from consent.record_document import Notice, StatusChange
from consent.score_consent import ScoreConsent, sign_score_consent
from consent.score_receipt import ScoreOfferReceipt, ScoreReceipt, sign_offer_receipt, sign_score_receipt
from consent.status_receipt import AgreementNamed, Life, status_receipts
from consent.vocabulary import ConsentStatus, Purpose, RecipientKind
from crypto import merkle
from crypto.encoding import Json, b64url_encode, sha256
from tests.consent.examples import COUNT, MEAN, POLICY, UNTIL
from tests.consent.scores import TERMS as SCORE_TERMS
from tests.crowd_sitters import terms as crowd_terms
from tests.ssi import parties

NOW = parties.NOW
MARKET = parties.ed25519("market")
WORDS = "What I agreed to.\nUntil when: λέξεις, Wörter."
IDS = {
    "computation": "urn:uuid:6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f",
    "score": "urn:uuid:7f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f",
    "crowd": "urn:uuid:8f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f",
    "other": "urn:uuid:9f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f",
}
KINDS = ("computation", "score", "crowd")
REQUEST_ID = "0b7ac4fe-6a0f-4c2f-9f3e-1d2c3b4a5968"
CENTS = 75


def _digest_of_credential() -> str:
    return b64url_encode(sha256(parties.exam_credential().partition("~")[0].rpartition(".")[0].encode()))


@dataclass
class Desk:
    """Everybody who signs: the person, the marketplace with its log, the nodes."""

    log: list[Entry] = field(default_factory=list)

    def kept(self, kind: str = "computation", name: str | None = None) -> KeptAgreement:
        """An agreement that was used once, paused, ended and deleted by one node."""
        consent_id = IDS[name or kind]
        signed, digest, receipt = _agreement(kind, consent_id)
        offer = self.append("offer", {"consent_id": consent_id, "consent_digest": digest})
        use = self.append("use", {**_named(kind), "consent_id": consent_id, "amount_cents": CENTS})
        plain = KeptAgreement.of(signed, parties.exam_credential(), WORDS)
        return replace(
            plain,
            receipt=self.logged(receipt, offer),
            pause=sign_pause(PauseStatement(consent_id, True, 1, NOW), parties.HOLDER),
            withdrawal=sign_withdrawal(consent_id, NOW, parties.HOLDER),
            deletions={"node-a": self.deletion("node-a", consent_id)},
            deletion_credentials={"node-a": self.deletion_credential("node-a", consent_id)},
            statuses=_statuses(consent_id, digest),
            uses=(self.logged(_usage(kind, consent_id, use), use),),
        )

    def append(self, kind: str, body: Mapping[str, Json]) -> int:
        """Log something."""
        self.log.append(Entry.of(kind, NOW, body, parties.random_of(f"salt {len(self.log)}")))
        return len(self.log) - 1

    def logged(self, receipt: str, index: int) -> Json:
        """A receipt with its place in the log."""
        return {"receipt": receipt, "log": {"entry": self.log[index].to_json(), "proof": self.proof(index)}}

    def proof(self, index: int) -> Json:
        """That an entry stands in the log as it is now."""
        leaves = [entry.leaf.encode() for entry in self.log]
        note = sign_checkpoint(Checkpoint("market", len(leaves), merkle.root(leaves)), MARKET)
        hashes = tuple(merkle.inclusion_proof(index, leaves))
        return InclusionProof(self.log[index].leaf, index, hashes, note).to_json()

    def deletion(self, node: str, consent_id: str) -> str:
        """A node's word that it deleted."""
        return sign_deletion_receipt(DeletionReceipt(node, consent_id, NOW), parties.ed25519(node))

    def deletion_credential(self, node: str, consent_id: str) -> Json:
        """The same as a credential."""
        return issue_deletion_credential(DeletionReceipt(node, consent_id, NOW), parties.ed25519(node))


def _statuses(consent_id: str, digest: str) -> tuple[Json, ...]:
    """What the marketplace certified: given, and ended at once."""
    named = AgreementNamed(consent_id, digest, "market")
    life = Life(NOW, NOW, UNTIL, NOW)
    return tuple(issue_status_credential(each, MARKET) for each in status_receipts(named, life, now=NOW))


@cache
def papers(kind: str) -> KeptAgreement:
    """One honest file of a kind, made once; what a test takes it may break."""
    return Desk().kept(kind)


def _agreement(kind: str, consent_id: str) -> tuple[str, str, str]:
    """Signed, its digest, and the marketplace's receipt."""
    shared: dict[str, Any] = {
        "consent_id": consent_id,
        "subject": parties.subject().handle,
        "controller": "market",
        "credential_digest": _digest_of_credential(),
        "notice": Notice.of(WORDS, "en"),
    }
    inputs = b64url_encode(sha256(b"inputs"))
    if kind == "score":
        terms = replace(SCORE_TERMS, given_at=NOW)
        score = ScoreConsent(**shared, terms=terms, inputs_digest=inputs)
        receipt = sign_offer_receipt(ScoreOfferReceipt(consent_id, score.digest, NOW), MARKET)
        return sign_score_consent(score, parties.HOLDER), score.digest, receipt
    if kind == "crowd":
        crowd = CrowdConsent(**shared, terms=crowd_terms(NOW, given_at=NOW))
        receipt = sign_crowd_offer_receipt(CrowdOfferReceipt(consent_id, crowd.digest, NOW), MARKET)
        return sign_crowd_consent(crowd, parties.HOLDER), crowd.digest, receipt
    record = ConsentRecord(
        **shared,
        policy=replace(POLICY, given_at=NOW),
        inputs_digest=inputs,
        history=(StatusChange(ConsentStatus.GIVEN, NOW),),
    )
    receipt = sign_consent_receipt(ConsentReceipt(record, NOW), MARKET)
    return sign_consent(record, parties.HOLDER), record.digest, receipt


def _named(kind: str) -> dict[str, Json]:
    return {"job_id": "job-1"} if kind == "computation" else {"request_id": REQUEST_ID}


def _usage(kind: str, consent_id: str, index: int) -> str:
    shared: dict[str, Any] = {
        "consent_id": consent_id,
        "buyer_id": "urn:argonauta:organisation:iph",
        "buyer_name": "Institute of Public Health",
        "buyer_kind": RecipientKind.RESEARCH_INSTITUTE,
        "purpose": Purpose.ACADEMIC_RESEARCH,
        "amount_cents": CENTS,
        "used_at": NOW,
        "log_index": index,
    }
    if kind == "computation":
        told = UsageReceipt(**shared, job_id="job-1", statistics=(COUNT, MEAN), group_by=None)
        return sign_usage_receipt(told, MARKET)
    weights = {"exam_score": 1, "reading_score": 1}
    if kind == "score":
        return sign_score_receipt(ScoreReceipt(**shared, weights=weights, request_id=REQUEST_ID), MARKET)
    return sign_crowd_receipt(CrowdReceipt(**shared, weights=weights, order_id=REQUEST_ID), MARKET)
