"""What does a person get in her hand? Receipts for her consent, for each use, and for each deletion.

The consent receipt is JSON-LD conforming to the DPV-27560 receipt profile: it wraps the record as it stands.
It and the usage receipt are signed by the marketplace, the deletion receipt by the node that deleted. A
receipt names kinds of things, never a value of an attribute.
"""

from dataclasses import dataclass
from datetime import datetime

from consent.errors import MismatchError
from consent.query import MAX_NAME, MOST_STATISTICS, Statistic
from consent.record import ConsentRecord
from consent.record_document import CONTEXT
from consent.signed import MAX_ID, read_consent_id, read_signed
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

RECEIPT_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
CONSENT_RECEIPT_TYP = "consent-receipt+jwt"
USAGE_RECEIPT_TYP = "usage-receipt+jwt"
DELETION_RECEIPT_TYP = "deletion-receipt+jwt"
MOST_CENTS = 10**12
MOST_ENTRIES = 2**53 - 1


@dataclass(frozen=True)
class ConsentReceipt:
    """That the marketplace holds a record, in the state it names, since `created_at`.

    `replaces` is the digest of the record's earlier state, None for the first receipt.
    """

    record: ConsentRecord
    created_at: datetime
    replaces: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The signed members: the JSON-LD receipt, and the record with the members that machines check."""
        receipt: dict[str, Json] = {
            "@context": list(CONTEXT),
            "@id": f"urn:argonauta:receipt:sha-256:{self.record.digest}",
            "@type": "dpv:ConsentReceipt",
            "dct:conformsTo": RECEIPT_PROFILE,
            "dct:created": utc_text(self.created_at),
            "dpv:hasRecordOfActivity": [self.record.consent_id],
        }
        if self.replaces is not None:
            receipt["dct:replaces"] = f"urn:argonauta:receipt:sha-256:{self.replaces}"
        return {"receipt": receipt, "activity": self.record.to_json()}


@dataclass(frozen=True)
class UsageReceipt:
    """That one consent took part in one job: who asked, why, what for, what it paid, where it is logged."""

    consent_id: str
    job_id: str
    buyer_id: str
    buyer_name: str
    buyer_kind: RecipientKind
    purpose: Purpose
    statistics: tuple[Statistic, ...]
    group_by: str | None
    amount_cents: int
    used_at: datetime
    log_index: int

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        grouped: dict[str, Json] = {} if self.group_by is None else {"group_by": self.group_by}
        return {
            "consent_id": self.consent_id,
            "job_id": self.job_id,
            "buyer": {"id": self.buyer_id, "name": self.buyer_name, "kind": self.buyer_kind.value},
            "purpose": self.purpose.value,
            "statistics": [statistic.to_json() for statistic in self.statistics],
            **grouped,
            "amount_cents": self.amount_cents,
            "used_at": utc_text(self.used_at),
            "log_index": self.log_index,
        }


@dataclass(frozen=True)
class DeletionReceipt:
    """That a node has deleted the shares of a consent and computes on them no more."""

    node_id: str
    consent_id: str
    deleted_at: datetime


def sign_consent_receipt(receipt: ConsentReceipt, key: SigningKey) -> str:
    """Sign a consent receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=CONSENT_RECEIPT_TYP)


def verify_consent_receipt(token: str, marketplace_key: VerifyingKey) -> ConsentReceipt:
    """The consent receipt that the marketplace signed.

    Raises:
        MalformedError: it is not a consent receipt, or its record is not what it stands for.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: the terms of its record contradict themselves.
    """
    fields = read_signed(token, marketplace_key, typ=CONSENT_RECEIPT_TYP, where="consent receipt")
    document = fields.section("receipt")
    record = ConsentRecord.from_json(fields.any("activity"), "consent receipt.activity")
    fields.done()
    replaces = None
    if document.has("dct:replaces"):
        replaces = document.text("dct:replaces", max_length=MAX_ID).rpartition(":")[2]
    receipt = ConsentReceipt(record, document.moment("dct:created"), replaces)
    if receipt.to_json()["receipt"] != fields.any("receipt"):
        raise MalformedError("consent receipt: it says something else than the record it wraps")
    return receipt


def sign_usage_receipt(receipt: UsageReceipt, key: SigningKey) -> str:
    """Sign a usage receipt with the marketplace's key."""
    return sign_jws(receipt.to_json(), key, typ=USAGE_RECEIPT_TYP)


def verify_usage_receipt(token: str, marketplace_key: VerifyingKey) -> UsageReceipt:
    """The usage receipt that the marketplace signed.

    Raises:
        MalformedError: it is not a usage receipt.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, marketplace_key, typ=USAGE_RECEIPT_TYP, where="usage receipt")
    buyer = fields.section("buyer")
    statistics = fields.objects("statistics", least=1, most=MOST_STATISTICS)
    receipt = UsageReceipt(
        consent_id=read_consent_id(fields),
        job_id=fields.text("job_id", max_length=MAX_ID),
        buyer_id=buyer.text("id", max_length=MAX_ID),
        buyer_name=buyer.text("name", max_length=MAX_ID),
        buyer_kind=buyer.choice("kind", RecipientKind),
        purpose=fields.choice("purpose", Purpose),
        statistics=tuple(Statistic.from_fields(each) for each in statistics),
        group_by=fields.text("group_by", max_length=MAX_NAME) if fields.has("group_by") else None,
        amount_cents=fields.integer("amount_cents", least=0, most=MOST_CENTS),
        used_at=fields.moment("used_at"),
        log_index=fields.integer("log_index", least=0, most=MOST_ENTRIES),
    )
    buyer.done()
    fields.done()
    return receipt


def sign_deletion_receipt(receipt: DeletionReceipt, key: SigningKey) -> str:
    """Sign a deletion receipt with the node's key."""
    payload = {
        "node": receipt.node_id,
        "consent_id": receipt.consent_id,
        "deleted_at": utc_text(receipt.deleted_at),
    }
    return sign_jws(payload, key, typ=DELETION_RECEIPT_TYP)


def verify_deletion_receipt(
    token: str, node_key: VerifyingKey, *, node_id: str, consent_id: str
) -> DeletionReceipt:
    """The deletion receipt of this node for this consent.

    Raises:
        MalformedError: it is not a deletion receipt.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is of another node or for another consent.
    """
    fields = read_signed(token, node_key, typ=DELETION_RECEIPT_TYP, where="deletion receipt")
    receipt = DeletionReceipt(
        fields.text("node", max_length=MAX_ID), read_consent_id(fields), fields.moment("deleted_at")
    )
    fields.done()
    if (receipt.node_id, receipt.consent_id) != (node_id, consent_id):
        raise MismatchError("deletion receipt: it is of another node or for another consent")
    return receipt
