"""What does a member hand over in the round of masking, and how is it checked without being read?

c_i = x_i + PRF(k_i, order) over the weighed columns; the masked key share with a scalar τ_i, sealed to the
buyer; and the term S_i, which proves that behind them stand the record that the issuer signed and noise of
the stated width, and no other number (`crypto.linked.one_label_link`). A wallet that lies about its number is
refused here by name. One that proves the one and masks the other spoils the sum, which the buyer finds out;
who it was cannot be told.
"""

from dataclasses import dataclass, field
from typing import Final

from consent.crowd_cohort import Member
from consent.crowd_message import CIPHERTEXT, SEALED, TERM, CrowdMessage, Round, seal_word
from consent.crowd_order import CrowdOrder
from consent.crowd_release import HeardPart, word_bytes
from consent.crowd_run import CrowdNumbers, asked_of
from consent.errors import MismatchError
from consent.score_function import scored_columns
from crypto.base_point import random_scalar
from crypto.commitments import Opening
from crypto.encoding import canonical_json
from crypto.functional.multi_client_function import label_digest
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.one_label import encrypt
from crypto.functional.one_label_dropout import Masked
from crypto.functional.one_label_messages import Ciphertext, EncryptionKey
from crypto.linked.one_label_link import LinkedTerm, link_term, verify_term
from crypto.randomness import RandomBytes
from crypto.sealing import SEAL_OVERHEAD_BYTES

_SHARE_BYTES: Final = 44
_SCALAR_BYTES: Final = 32
SEALED_BYTES: Final = SEAL_OVERHEAD_BYTES + _SHARE_BYTES + _SCALAR_BYTES


@dataclass(frozen=True)
class WordSecrets:
    """What one member puts into its word: its record, its key for this order, its noise."""

    opening: Opening = field(repr=False)
    key: EncryptionKey = field(repr=False)
    noise: int = field(repr=False)


@dataclass(frozen=True)
class Seat:
    """Where a member sits in a run: the order, the digest of the cohort, place, and the run's numbers."""

    order: CrowdOrder
    cohort_digest: str
    member: Member
    place: int
    numbers: CrowdNumbers

    @property
    def consent_id(self) -> str:
        """The consent under which the member joined."""
        return self.member.join.consent_id

    @property
    def binding(self) -> bytes:
        """What a term of this seat is bound to."""
        return canonical_json({"cohort": self.cohort_digest, "place": self.place})


def make_word(
    seat: Seat, secrets: WordSecrets, masked: Masked, used: UsedLabels, random: RandomBytes
) -> tuple[CrowdMessage, UsedLabels]:
    """A member's message of the round of masking, and the used labels to store before it is sent.

    Raises:
        FunctionRefusedError: the member has taken part under this order before.
        OutOfRangeError: the record is not one of the data set, or the noise is too wide.
    """
    order, described = seat.order, seat.numbers.function.data_set
    own = random_scalar(random)
    values = [secrets.opening.values[place] for place in scored_columns(described)]
    ciphertext, after = encrypt(values, secrets.key, used, label=order.order_id, bounds=seat.numbers.bounds)
    term = link_term(
        secrets.opening,
        asked_of(seat.numbers, seat.consent_id, seat.binding),
        noise=secrets.noise,
        blinding=masked.blinding + own,
        random=random,
    )
    sealed = seal_word(
        word_bytes(masked.outbox, own), order, cohort_digest=seat.cohort_digest, place=seat.place
    )
    parts = {CIPHERTEXT: ciphertext.encode(), TERM: term.encode(), SEALED: sealed}
    message = CrowdMessage(order.order_id, seat.cohort_digest, seat.consent_id, Round.MASKING, parts)
    return message, after


def verify_word(seat: Seat, message: CrowdMessage) -> HeardPart:
    """What a buyer needs of a member's word, after these checks; the code carries the numbers.

    1. It is a word of this seat. 2. The ciphertext is under this order's label and has a word for each
    weighed column. 3. The sealed word has the one length that it can have. 4. The term is that of the record
    that the member's issuer signed, with noise of the stated width.

    Raises:
        MismatchError: step 1, 2 or 3 fails.
        MalformedError: a part does not have its form.
        ProofError: step 4 fails: the wallet lies about its number.
    """
    named = (message.round, message.order_id, message.cohort_digest, message.consent_id)
    if named != (Round.MASKING, seat.order.order_id, seat.cohort_digest, seat.consent_id):  # 1
        raise MismatchError("crowd word: it is of another run, member or round")
    ciphertext = Ciphertext.decode(message.parts[CIPHERTEXT])
    under = ciphertext.label_digest, len(ciphertext.words)
    if under != (label_digest(seat.order.order_id), len(seat.numbers.bounds)):  # 2
        raise MismatchError("crowd word: the numbers are encrypted for another order or data set")
    if len(message.parts[SEALED]) != SEALED_BYTES:  # 3
        raise MismatchError("crowd word: the sealed word has another length than words have")
    term = LinkedTerm.decode(message.parts[TERM])
    point = verify_term(term, seat.member.record, asked_of(seat.numbers, seat.consent_id, seat.binding))  # 4
    return HeardPart(ciphertext.encode(), point.to_bytes(), message.parts[SEALED])
