"""What the marketplace tells about one consent, and which of it holds.

A paid use is believed when four things agree: a usage receipt that the marketplace signed, a log entry about
the same job and consent, its place in the log, and the checkpoint of that log. The checkpoint itself is tied
to the ones seen before by `services.watch_log`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from consent.errors import MismatchError
from consent.log import Entry, InclusionProof
from consent.query import MAX_NAME, MOST_STATISTICS, Query, Statistic
from consent.receipt import verify_usage_receipt
from consent.receipt_credential import verify_status_credential
from consent.spending import Spending, spending
from consent.status_receipt import MOST_STATUSES, is_chain
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.jws import parse_jws
from ssi.trust_entries import MarketplaceEntry
from wallet.domain.held_consent import Delivery
from wallet.domain.use import Buyer, Outcome, UseEntry, read_offered
from wallet.domain.withdrawal import ToldRecipient, read_recipients

MAX_TOKEN = 100_000
MOST_USES = 10_000
MAX_ID = 500
MAX_COUNTRY = 10


@dataclass(frozen=True)
class LoggedReceipt:
    """A signed receipt with the log entry it claims; nothing of it is checked.

    Of a use there are also the question, when it was asked, and what each person was to get.
    """

    receipt: str = field(repr=False)
    entry: Entry = field(repr=False)
    proof: InclusionProof = field(repr=False)
    query: Query | None = None
    statuses: tuple[Json, ...] = field(default=(), repr=False, hash=False)
    asked_at: datetime | None = None
    offered_cents: int | None = None

    @classmethod
    def from_fields(cls, fields: Fields) -> "LoggedReceipt":
        """Read the members `receipt`, `log`, which has `entry` and `proof`, and the first `status_receipts`.

        Raises:
            MalformedError: one is missing or not of its form.
        """
        log = fields.section("log")
        return cls(
            fields.text("receipt", max_length=MAX_TOKEN),
            Entry.from_fields(log.section("entry")),
            InclusionProof.from_json(log.any("proof"), f"{log.where}.proof"),
            _query(fields),
            _statuses(fields),
            fields.moment("at") if fields.has("at") else None,
            read_offered(fields, "compensation_cents"),
        )

    def to_json(self) -> dict[str, Json]:
        """The members that `from_fields` reads, to be kept as evidence."""
        return {
            "receipt": self.receipt,
            "log": {"entry": self.entry.to_json(), "proof": self.proof.to_json()},
        }


@dataclass(frozen=True)
class History:
    """The marketplace's account of a consent: how far it came, who used it, who deleted it. Unchecked.

    `recipients` are those who hold an answer and were told that the consent ended; `spent` is what answers
    with noise have told together.
    """

    delivery: Delivery
    refusal: str | None
    uses: tuple[LoggedReceipt, ...]
    others: tuple[UseEntry, ...]
    deletion_receipts: tuple[str, ...] = field(repr=False)
    statuses: tuple[Json, ...] = field(default=(), repr=False, hash=False)
    recipients: tuple[ToldRecipient, ...] = ()
    spent: Spending | None = None

    @classmethod
    def from_json(cls, document: Json, consent_id: str) -> "History":
        """Read the answer of the marketplace.

        Raises:
            MalformedError: it does not have the promised form.
        """
        fields = Fields.of(document, "history")
        nodes = fields.objects("nodes", most=10) if fields.has("nodes") else ()
        reasons = [each.text("reason") for each in nodes if each.has("reason")]
        return cls(
            delivery=fields.choice("state", _delivery),
            refusal=reasons[0] if reasons else None,
            uses=tuple(LoggedReceipt.from_fields(each) for each in _objects(fields, "uses")),
            others=tuple(_other(each, consent_id) for each in _objects(fields, "others")),
            deletion_receipts=fields.texts("deletion_receipts", max_length=MAX_TOKEN)
            if fields.has("deletion_receipts")
            else (),
            statuses=_statuses(fields),
            recipients=read_recipients(fields.section("withdrawal")) if fields.has("withdrawal") else (),
            spent=Spending.from_fields(fields.section("privacy")) if fields.has("privacy") else None,
        )


def read_use(logged: LoggedReceipt, consent_id: str, marketplace: MarketplaceEntry) -> UseEntry:
    """The use that a receipt states, after checking who signed it and about whom; its proof is still pending.

    Raises:
        MalformedError: it is no usage receipt, or about another consent.
        SignatureError: the marketplace did not sign it.
    """
    receipt = verify_usage_receipt(logged.receipt, marketplace.verifying_key)
    if receipt.consent_id != consent_id:
        raise MalformedError("usage receipt: it is about another consent")
    return UseEntry(
        consent_id=consent_id,
        job_id=receipt.job_id,
        at=receipt.used_at,
        buyer=Buyer(receipt.buyer_name, receipt.buyer_kind, _country(logged.entry), receipt.buyer_id),
        purpose=receipt.purpose,
        statistics=receipt.statistics,
        group_by=receipt.group_by,
        outcome=Outcome.PAID,
        amount_cents=receipt.amount_cents,
        log_index=receipt.log_index,
        query=_named_query(logged),
        asked_at=logged.asked_at,
        offered_cents=logged.offered_cents,
        evidence=logged.to_json(),
    )


def verify_logged(logged: LoggedReceipt, use: UseEntry, marketplace: MarketplaceEntry) -> str:
    """Return the checkpoint under which the log holds this very use.

    1. The entry is about this job, this consent and this amount. 2. Its place is the one the receipt names.
    3. The proof is about this entry, and its checkpoint is one that the log signed.

    Raises:
        MalformedError: the entry is about something else, or stands elsewhere.
        MismatchError: the proof is about another entry.
        SignatureError: the log did not sign the checkpoint.
        ProofError: the entry does not stand there.
    """
    body = logged.entry.body
    told = (body.get("job_id"), body.get("consent_id"), body.get("amount_cents"))
    if told != (use.job_id, use.consent_id, use.amount_cents):  # 1
        raise MalformedError("log entry: it is about something else than the receipt")
    if logged.proof.index != use.log_index:  # 2
        raise MalformedError("log entry: it stands elsewhere than the receipt says")
    logged.proof.verify_entry(logged.entry, marketplace.id, marketplace.verifying_key)  # 3
    return logged.proof.checkpoint


def believed_statuses(
    documents: Sequence[Json], before: Sequence[Json], signed: str, marketplace: MarketplaceEntry
) -> tuple[Json, ...]:
    """The receipts for the statuses of an agreement that it signed, as far as they are to be kept.

    Each is the marketplace's, about exactly what the person signed, and they continue those kept before.

    Raises:
        MalformedError: one is no such receipt, or is about something else.
        SignatureError: the marketplace did not sign it.
        TermsError: a history that cannot be.
        MismatchError: they do not continue those kept before.
    """
    key = marketplace.verifying_key
    receipts = [verify_status_credential(each, key) for each in documents]
    digest = digest_of(parse_jws(signed, "consent").payload)
    if any(
        (each.agreement.record_digest, each.agreement.controller) != (digest, marketplace.id)
        for each in receipts
    ):
        raise MismatchError("status receipt: it is for another agreement")
    if not is_chain(receipts) or list(documents[: len(before)]) != list(before):
        raise MismatchError("status receipt: it does not continue the one before")
    return tuple(documents)


def believed_spending(told: Spending, uses: Iterable[UseEntry]) -> Spending:
    """What answers with noise have told together by the marketplace's word, if that is not too little.

    Answers that are computed but not paid yet count there and are not known here, so it may be more.

    Raises:
        MismatchError: it is less than the uses that were paid, and whose questions are known, come to.
    """
    asked = [use.query for use in uses if use.outcome is Outcome.PAID and use.query is not None]
    if not told.is_at_least(spending(each.epsilon or Decimal(0) for each in asked)):
        raise MismatchError("history: it counts less than the uses that were paid")
    return told


def _statuses(fields: Fields) -> tuple[Json, ...]:
    return (
        tuple(fields.entries("status_receipts", most=MOST_STATUSES)) if fields.has("status_receipts") else ()
    )


def _query(fields: Fields) -> Query | None:
    return Query.from_json(fields.any("query")) if fields.has("query") else None


def _named_query(logged: LoggedReceipt) -> Query | None:
    """The question, if it is the one that the entry names."""
    named = logged.query is not None and logged.query.digest == logged.entry.body.get("query_digest")
    return logged.query if named else None


def _country(entry: Entry) -> str | None:
    buyer = entry.body.get("buyer")
    country = buyer.get("country") if isinstance(buyer, dict) else None
    return country[:MAX_COUNTRY] if isinstance(country, str) and country else None


def _delivery(state: str) -> Delivery:
    return Delivery.WAITING if state == "withdrawn" else Delivery(state)


def _objects(fields: Fields, name: str) -> tuple[Fields, ...]:
    return fields.objects(name, most=MOST_USES) if fields.has(name) else ()


def _other(fields: Fields, consent_id: str) -> UseEntry:
    buyer = fields.section("buyer")
    country = buyer.text("country", max_length=10) if buyer.has("country") else None
    subject = buyer.text("id", max_length=MAX_ID) if buyer.has("id") else None
    statistics = fields.objects("statistics", least=1, most=MOST_STATISTICS)
    return UseEntry(
        consent_id=consent_id,
        job_id=fields.text("job_id", max_length=MAX_ID),
        at=fields.moment("at"),
        buyer=Buyer(
            buyer.text("name", max_length=MAX_ID), buyer.choice("kind", RecipientKind), country, subject
        ),
        purpose=fields.choice("purpose", Purpose),
        statistics=tuple(Statistic.from_fields(each) for each in statistics),
        group_by=fields.text("group_by", max_length=MAX_NAME) if fields.has("group_by") else None,
        outcome=fields.choice("outcome", _outcome),
        reason=fields.text("reason") if fields.has("reason") else None,
        query=_query(fields),
        asked_at=fields.moment("at"),
        offered_cents=read_offered(fields, "compensation_cents"),
    )


def _outcome(text: str) -> Outcome:
    outcome = Outcome(text)
    if outcome is Outcome.PAID:
        raise ValueError(text)  # only a receipt can say that something was paid
    return outcome
