"""People whose wallets sit in a crowd sum, honest or not: what they sign and say in each round.

They compute what a wallet computes, with its own code, and answer in memory; what a test makes of their
messages is up to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from consent.crowd_cohort import Cohort, JoinPapers, sign_join
from consent.crowd_consent import CrowdConsent, sign_crowd_consent
from consent.crowd_message import CIPHERTEXT, CrowdMessage, sign_message
from consent.crowd_offer import CrowdOffer
from consent.crowd_order import CrowdOrder, sign_crowd_order
from consent.crowd_terms import CrowdTerms
from consent.record import sign_withdrawal
from consent.record_document import Notice
from consent.score_function import scored_columns
from consent.vocabulary import Purpose, RecipientKind
from crypto.commitments import Opening
from crypto.functional.multi_client_labels import UsedLabels
from crypto.randomness import RandomBytes
from crypto.sealing import SealingKey
from crypto.signing import SigningKey
from ssi.credential import present
from ssi.record import Record
from wallet.domain.crowd_part import SEED_BYTES, CrowdPart, PartSecrets
from wallet.domain.crowd_rounds import Arrived, CrowdRounds
from wallet.domain.use import Buyer


def terms(now: datetime, **changes: Any) -> CrowdTerms:
    """What the people allow, unless a test changes it."""
    members: dict[str, Any] = {
        "data_set": "exam/1",
        "purposes": frozenset({Purpose.SCIENTIFIC_RESEARCH}),
        "recipient_kinds": frozenset({RecipientKind.RESEARCH_INSTITUTE, RecipientKind.COMPANY}),
        "crowd_floor": 10,
        "epsilon_per_sum": Decimal(8),
        "epsilon_total": Decimal(40),
        "compensation_cents": 50,
        "given_at": now - timedelta(days=1),
        "valid_until": now + timedelta(days=90),
    }
    return CrowdTerms(**{**members, **changes})


def order_id(number: int) -> str:
    """The id of an order by number."""
    return str(UUID(int=number + 2 * 10**9, version=4))


def order(
    now: datetime, *, buyer: str, marketplace: str, result_key: SealingKey, number: int = 1, **changes: Any
) -> CrowdOrder:
    """An order over twelve people, of whom ten must be in the sum."""
    members: dict[str, Any] = {
        "order_id": order_id(number),
        "buyer": buyer,
        "marketplace": marketplace,
        "data_set": "exam/1",
        "weights": {"exam_score": 2, "reading_score": 1},
        "purpose": Purpose.SCIENTIFIC_RESEARCH,
        "people": 12,
        "floor": 10,
        "epsilon": Decimal(8),
        "compensation_cents": 50,
        "result_key": result_key.public.to_bytes(),
        "issued_at": now,
        "join_until": now + timedelta(hours=1),
        "round_seconds": 600,
    }
    return CrowdOrder(**{**members, **changes})


@dataclass(frozen=True)
class Sitter:
    """One person: her credential with its record and key, and the randomness of her wallet."""

    index: int
    compact: str = field(repr=False)
    digest: str
    handle: str
    record: Record = field(repr=False)
    key: SigningKey = field(repr=False)
    random: RandomBytes = field(repr=False)

    @property
    def consent_id(self) -> str:
        """The id of her consent to crowd sums."""
        return f"urn:uuid:{UUID(int=self.index + 3 * 10**9, version=4)}"

    @property
    def presentation(self) -> str:
        """Her credential without any attribute."""
        return present(self.compact, frozenset())

    def offer(self, agreed: CrowdTerms, *, marketplace: str, **changes: Any) -> CrowdOffer:
        """What her wallet hands in."""
        consent = CrowdConsent(
            consent_id=self.consent_id,
            subject=self.handle,
            controller=marketplace,
            terms=agreed,
            credential_digest=self.digest,
            notice=Notice.of("I agree.", "en"),
        )
        return CrowdOffer(sign_crowd_consent(replace(consent, **changes), self.key), self.presentation)

    def withdrawal(self, at: datetime) -> str:
        """Her signed word that the offer has ended."""
        return sign_withdrawal(self.consent_id, at, self.key)

    def sit(self, ordered: CrowdOrder, buyer_key: SigningKey, now: datetime) -> "Sitting":
        """Her wallet joins an order."""
        seed = self.random(SEED_BYTES)
        join = PartSecrets(seed).join(ordered, consent_id=self.consent_id, credential_digest=self.digest)
        token = sign_crowd_order(ordered, buyer_key)
        buyer = Buyer("Institute", RecipientKind.RESEARCH_INSTITUTE)
        return Sitting(self, CrowdPart(token, buyer, now, sign_join(join, self.key), seed))


@dataclass
class Sitting:
    """Her wallet in one order. It forgets nothing and refuses nothing, so that a test can make it repeat."""

    who: Sitter
    part: CrowdPart
    cohort: Cohort | None = None

    @property
    def papers(self) -> JoinPapers:
        """What she joined with."""
        return JoinPapers(self.part.join, self.who.presentation)

    @property
    def rounds(self) -> CrowdRounds:
        """What her wallet computes in the cohort that it was given."""
        assert self.cohort is not None
        return CrowdRounds(self.part, self.cohort, self.who.consent_id)

    @property
    def place(self) -> int:
        """Where she sits."""
        return self.rounds.place

    def share(self) -> str:
        """Her message of the round of sharing."""
        return self.signed(self.rounds.share())

    def word(self, arrived: Arrived, values: Sequence[int] | None = None) -> CrowdMessage:
        """Her word, about her record or, if she lies, about other values under its commitment."""
        record = self.who.record
        opening = Opening(record.commitment, values or record.encoded, record.blinding)
        return self.rounds.mask(arrived, opening, UsedLabels(), self.who.random)[0]

    def mask(self, arrived: Arrived) -> str:
        """Her message of the round of masking."""
        return self.signed(self.word(arrived))

    def lie(self, arrived: Arrived) -> str:
        """She claims the highest marks there are: her proof is about another record than was signed."""
        return self.signed(self.word(arrived, self.best))

    def spoil(self, arrived: Arrived) -> str:
        """She proves her own record and masks another one."""
        honest, other = self.word(arrived), self.word(arrived, self.best)
        parts = {**honest.parts, CIPHERTEXT: other.parts[CIPHERTEXT]}
        return self.signed(replace(honest, parts=parts))

    def reveal(self, arrived: Arrived, heard: frozenset[int]) -> str:
        """Her message of the round of revealing."""
        return self.signed(self.rounds.reveal(arrived, heard))

    def signed(self, message: CrowdMessage) -> str:
        """A message with her signature."""
        return sign_message(message, self.who.key)

    @property
    def best(self) -> list[int]:
        """Her record with the highest scores."""
        described = self.rounds.numbers.function.data_set
        raised = {place: described.columns[place].maximum for place in scored_columns(described)}
        return [raised.get(place, value) for place, value in enumerate(self.who.record.encoded)]


def sum_of(sitters: Sequence[Sitter], weights: Mapping[str, int]) -> float:
    """The sum in the clear, in the units of the attributes, without noise."""
    return float(
        sum(
            weight * float(str(sitter.record.values[name]))
            for sitter in sitters
            for name, weight in weights.items()
        )
    )
