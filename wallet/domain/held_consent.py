"""A consent as the wallet keeps it: what was signed, how far it came, who used it, how it ended."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from consent.odrl import from_odrl, to_offer
from consent.policy import Policy
from consent.spending import Spending
from consent.status_receipt import MOST_STATUSES
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from wallet.domain.pausing import Pausing
from wallet.domain.reminder import PutOff
from wallet.domain.use import Outcome, UseEntry
from wallet.domain.withdrawal import WithdrawalProgress

MAX_NOTICE = 50_000


class Delivery(StrEnum):
    """How far a signed consent came: to be sent, at the marketplace, with all nodes, or refused by one."""

    SENDING = "sending"
    WAITING = "waiting"
    ACTIVE = "active"
    REFUSED = "refused"


class ConsentState(StrEnum):
    """How a consent stands for the person; the first three are still going, the others have ended."""

    SENDING = "sending"
    WAITING = "waiting"
    ACTIVE = "active"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_active(self) -> bool:
        """Whether there is something to withdraw."""
        return self in {ConsentState.SENDING, ConsentState.WAITING, ConsentState.ACTIVE}


@dataclass(frozen=True)
class GivenReceipt:
    """The marketplace's signed receipt for a consent, and its proven place in the public log.

    `entry` is the log's entry with its salt; wallets of before did not keep it.
    """

    receipt: str = field(repr=False)
    received_at: datetime
    log_index: int
    proof: Json = field(repr=False, hash=False)
    entry: Json = field(default=None, repr=False, hash=False)

    def to_document(self) -> dict[str, Json]:
        """The receipt as a document to be sealed."""
        return {
            "receipt": self.receipt,
            "received_at": utc_text(self.received_at),
            "log_index": self.log_index,
            "proof": self.proof,
            "entry": self.entry,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "GivenReceipt":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        given = cls(
            fields.text("receipt", max_length=MAX_NOTICE * 4),
            fields.moment("received_at"),
            fields.integer("log_index", least=0, most=2**53 - 1),
            fields.any("proof"),
            fields.any("entry") if fields.has("entry") else None,
        )
        fields.done()
        return given


@dataclass(frozen=True)
class HeldConsent:
    """One consent. `notice` are the words the person agreed to; `signed` is the record she signed.

    `contribution` is what has to reach the marketplace, kept until it did. `uses` are as of `refreshed_at`.
    `statuses` are the marketplace's receipts for each status so far, as verifiable credentials; `spent` is
    what answers with noise have told together, by its word.
    """

    row_id: str
    consent_id: str
    credential_id: str
    policy: Policy
    signed: str = field(repr=False)
    notice: str = field(repr=False)
    delivery: Delivery = Delivery.SENDING
    refusal: str | None = None
    contribution: Json = field(default=None, repr=False, hash=False)
    receipt: GivenReceipt | None = None
    withdrawal: WithdrawalProgress | None = None
    pausing: Pausing | None = None
    uses: tuple[UseEntry, ...] = field(default=(), hash=False)
    refreshed_at: datetime | None = None
    put_off: PutOff = field(default_factory=PutOff)
    revision: int = 0
    statuses: tuple[Json, ...] = field(default=(), repr=False, hash=False)
    spent: Spending | None = None

    def state(self, now: datetime) -> ConsentState:
        """How the consent stands at a moment."""
        if self.withdrawal is not None:
            return ConsentState.WITHDRAWN
        if self.delivery is Delivery.REFUSED:
            return ConsentState.REFUSED
        return ConsentState.EXPIRED if now >= self.policy.valid_until else ConsentState(self.delivery.value)

    @property
    def is_paused(self) -> bool:
        """Whether the person paused it, and neither went on nor ended it since."""
        return self.withdrawal is None and self.pausing is not None and self.pausing.paused

    @property
    def earned_cents(self) -> int:
        """What was paid for it so far."""
        return sum(use.amount_cents for use in self.uses if use.outcome is Outcome.PAID)

    @property
    def nodes_to_ask(self) -> tuple[str, ...]:
        """The nodes that have not yet answered a withdrawal."""
        if self.withdrawal is None:
            return ()
        answered = {*self.withdrawal.deletions, *self.withdrawal.without}
        return tuple(node for node in self.policy.node_ids if node not in answered)

    def arrived(self, receipt: GivenReceipt, statuses: tuple[Json, ...] = ()) -> "HeldConsent":
        """After the marketplace gave its receipt; what was to be sent is let go of."""
        return replace(self, delivery=Delivery.WAITING, contribution=None, receipt=receipt, statuses=statuses)

    def to_document(self) -> dict[str, Json]:
        """The consent as a document to be sealed."""
        return {
            "consent_id": self.consent_id,
            "credential_id": self.credential_id,
            "policy": to_offer(self.policy, self.consent_id),
            "signed": self.signed,
            "notice": self.notice,
            "delivery": self.delivery.value,
            "refusal": self.refusal,
            "contribution": self.contribution,
            "receipt": self.receipt.to_document() if self.receipt else None,
            "withdrawal": self.withdrawal.to_document() if self.withdrawal else None,
            "pausing": self.pausing.to_document() if self.pausing else None,
            "uses": [use.to_document() for use in self.uses],
            "refreshed_at": utc_text(self.refreshed_at) if self.refreshed_at else None,
            "put_off": self.put_off.to_document(),
            **({"statuses": list(self.statuses)} if self.statuses else {}),
            **({"spent": self.spent.to_json()} if self.spent else {}),
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "HeldConsent":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "consent")
        held = cls(
            row_id=row_id,
            consent_id=fields.text("consent_id"),
            credential_id=fields.text("credential_id"),
            policy=from_odrl(fields.any("policy")),
            signed=fields.text("signed"),
            notice=fields.text("notice", max_length=MAX_NOTICE),
            delivery=fields.choice("delivery", Delivery),
            refusal=fields.text("refusal") if fields.has("refusal") else None,
            contribution=fields.any("contribution"),
            receipt=GivenReceipt.from_fields(fields.section("receipt")) if fields.has("receipt") else None,
            withdrawal=(
                WithdrawalProgress.from_fields(fields.section("withdrawal"))
                if fields.has("withdrawal")
                else None
            ),
            pausing=Pausing.from_fields(fields.section("pausing")) if fields.has("pausing") else None,
            uses=tuple(UseEntry.from_fields(each) for each in fields.objects("uses", most=100_000)),
            refreshed_at=fields.moment("refreshed_at") if fields.has("refreshed_at") else None,
            put_off=PutOff.from_fields(fields.objects("put_off") if fields.has("put_off") else ()),
            revision=revision,
            statuses=tuple(fields.entries("statuses", most=MOST_STATUSES)) if fields.has("statuses") else (),
            spent=Spending.from_fields(fields.section("spent")) if fields.has("spent") else None,
        )
        fields.done()
        return held
