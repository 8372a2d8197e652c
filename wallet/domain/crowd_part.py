"""This wallet's part in one crowd sum, as it is kept between rounds.

A wallet rests between rounds, so what it must not forget is here: a seed, from which every secret of the run
follows again, which cohort it accepted, and what it said in each round. A message is made once and kept
before it is sent, so that a repetition is the same bytes and never a second answer. When the part is over,
the seed is forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from consent.crowd_cohort import Join, unverified_join
from consent.crowd_message import Round
from consent.crowd_order import CrowdOrder, unverified_crowd_order
from consent.crowd_terms import CrowdRefusal
from crypto.encoding import Json, b64url_encode
from crypto.functional.decentralised_keys import AgreementKey
from crypto.functional.one_label_dropout import advertised_key
from crypto.functional.one_label_messages import EncryptionKey
from crypto.randomness import RandomBytes, stream
from crypto.reading import Fields
from wallet.domain.kept_use import MAX_TOKEN, KeptUse, Payment, read_shared
from wallet.domain.use import Outcome, UseEntry

SEED_BYTES = 32
RUN, NOISE, SHARES, WORD = "run", "noise", "shares", "word"
_ROUNDS = (Round.SHARING, Round.MASKING, Round.REVEALING)


class PartState(StrEnum):
    """How far a part is: joined and three rounds, or over in one of three ways."""

    JOINED = "joined"
    SHARED = "shared"
    MASKED = "masked"
    REVEALED = "revealed"
    LEFT = "left"
    PAID = "paid"
    ENDED = "ended"

    @property
    def is_over(self) -> bool:
        """Whether the wallet has nothing more to do in it."""
        return self in {PartState.LEFT, PartState.PAID, PartState.ENDED}


_AFTER = {
    Round.SHARING: PartState.SHARED,
    Round.MASKING: PartState.MASKED,
    Round.REVEALING: PartState.REVEALED,
    Round.LEAVING: PartState.LEFT,
}
_NEXT = {
    PartState.JOINED: Round.SHARING,
    PartState.SHARED: Round.MASKING,
    PartState.MASKED: Round.REVEALING,
}


@dataclass(frozen=True)
class CrowdPart(KeptUse):
    """One part. `token` is the buyer's signed order, `join` what this wallet signed when it joined.

    `unsent` is what the marketplace may not have yet. `told` are the marketplace's signed words on who counts
    in a round, as they were answered.
    """

    join: str = field(repr=False)
    seed: bytes = field(repr=False)
    state: PartState = PartState.JOINED
    cohort_digest: str | None = None
    people: int | None = None
    unsent: str | None = field(default=None, repr=False)
    told: Mapping[Round, str] = field(default_factory=dict, repr=False, hash=False)
    refusal: CrowdRefusal | None = None

    @cached_property
    def order(self) -> CrowdOrder:
        """What was ordered; its signature was checked when it arrived."""
        return unverified_crowd_order(self.token)

    @property
    def request_id(self) -> str:
        """The id of the order."""
        return self.order.order_id

    @property
    def next_round(self) -> Round | None:
        """The round in which the wallet speaks next; None if there is none."""
        return _NEXT.get(self.state)

    @property
    def secrets(self) -> "PartSecrets":
        """Everything secret of this part, made again from the seed."""
        return PartSecrets(self.seed)

    def said(self, round: Round, message: str, *, told: str | None = None) -> "CrowdPart":
        """After the wallet signed its message of a round; `told` is the marketplace's word it answers."""
        words = self.told if told is None else {**self.told, round: told}
        said = replace(self, state=_AFTER[round], unsent=message, told=words)
        return replace(said, seed=b"") if said.state.is_over else said

    def sent(self) -> "CrowdPart":
        """After the marketplace has what was said."""
        return replace(self, unsent=None)

    def paid(self, payment: Payment) -> "CrowdPart":
        """After the marketplace showed a receipt."""
        return replace(self, state=PartState.PAID, payment=payment, unsent=None, seed=b"")

    def over(self, reason: str) -> "CrowdPart":
        """After the sum came to nothing, or went on without this wallet; what was paid or left stays so."""
        if self.state in {PartState.PAID, PartState.LEFT}:
            return replace(self, unsent=None)
        return replace(self, state=PartState.ENDED, ended=reason, unsent=None, seed=b"")

    def use(self) -> UseEntry:
        """The line in "who used my data"."""
        order = self.order
        entry = self._entry(
            order,
            consent_id=unverified_join(self.join).consent_id,
            job_id=order.order_id,
            outcome=_OUTCOMES[self.state],
        )
        return replace(entry, crowd=order.floor)

    def to_document(self) -> dict[str, Json]:
        """The part as a document to be sealed."""
        return {
            **super().to_document(),
            "join": self.join,
            "seed": b64url_encode(self.seed) if self.seed else None,
            "state": self.state.value,
            "cohort_digest": self.cohort_digest,
            "people": self.people,
            "unsent": self.unsent,
            "told": {round.value: word for round, word in self.told.items()},
            "refusal": None if self.refusal is None else self.refusal.value,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "CrowdPart":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        told = fields.section("told")
        part = cls(
            **read_shared(fields),
            join=fields.text("join", max_length=MAX_TOKEN),
            seed=fields.binary("seed", length=SEED_BYTES) if fields.has("seed") else b"",
            state=fields.choice("state", PartState),
            cohort_digest=fields.text("cohort_digest") if fields.has("cohort_digest") else None,
            people=fields.integer("people", least=0, most=2**16) if fields.has("people") else None,
            unsent=fields.text("unsent", max_length=MAX_TOKEN) if fields.has("unsent") else None,
            told={
                each: told.text(each.value, max_length=MAX_TOKEN) for each in _ROUNDS if told.has(each.value)
            },
            refusal=fields.choice("refusal", CrowdRefusal) if fields.has("refusal") else None,
        )
        fields.done()
        return part


@dataclass(frozen=True)
class PartSecrets:
    """What follows from a part's seed, independent of each other; none of it is stored."""

    seed: bytes = field(repr=False)

    @property
    def agreement_key(self) -> AgreementKey:
        """The key by which the wallet agrees with every other of the cohort."""
        return AgreementKey.generate(self.random("agreement"))

    @property
    def encryption_key(self) -> EncryptionKey:
        """The key that masks the numbers."""
        return EncryptionKey.generate(self.random("encryption"))

    def random(self, use: str) -> RandomBytes:
        """The randomness for one use, the same each time."""
        return stream(self.seed, f"argonauta crowd part {use} v1")

    def join(self, order: CrowdOrder, *, consent_id: str, credential_digest: str) -> Join:
        """What the wallet signs to take part."""
        return Join(
            order_id=order.order_id,
            order_digest=order.digest,
            consent_id=consent_id,
            credential_digest=credential_digest,
            agreement_key=self.agreement_key.public,
            mask_key=advertised_key(self.random(RUN)),
        )


_OUTCOMES = {
    PartState.JOINED: Outcome.RUNNING,
    PartState.SHARED: Outcome.RUNNING,
    PartState.MASKED: Outcome.RUNNING,
    PartState.REVEALED: Outcome.RUNNING,
    PartState.LEFT: Outcome.LEFT_OUT,
    PartState.PAID: Outcome.PAID,
    PartState.ENDED: Outcome.FAILED,
}
