"""What does this wallet say in each round? Computed from a part's seed and the verified cohort, always anew.

Nothing here is stored and nothing is sent; the same seed, cohort, inbox and words of the marketplace give the
same secrets. Only the proof and the sealing draw fresh randomness, so a word is made once and kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from consent.crowd_authority import ToldSum
from consent.crowd_cohort import Cohort
from consent.crowd_message import REVEALED, CrowdMessage, Round
from consent.crowd_run import CrowdNumbers, numbers_of, run_of
from consent.crowd_terms import CrowdRefusal
from consent.crowd_word import Seat, WordSecrets, make_word
from consent.errors import MismatchError
from crypto.commitments import Opening
from crypto.functional.decentralised_keys import PairwiseSeeds
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.one_label_dropout import Masked, Sharing, start
from crypto.functional.one_label_run import Run
from crypto.randomness import RandomBytes
from wallet.domain.crowd_part import NOISE, RUN, SHARES, CrowdPart


class Arrived(NamedTuple):
    """What others sealed to this wallet, by their places, and who shared, this wallet included."""

    inbox: Mapping[int, bytes]
    partners: frozenset[int]


@dataclass(frozen=True)
class CrowdRounds:
    """One part among its cohort.

    Raises (on use):
        TermsError, MismatchError: the order allows no run over this cohort, or the part is not in it.
        ShareError, ProtocolError, MalformedError: what others sent does not hold; see
            `crypto.functional.one_label_dropout`.
    """

    part: CrowdPart
    cohort: Cohort
    consent_id: str

    @cached_property
    def place(self) -> int:
        """Where this wallet sits."""
        return self.cohort.place_of(self.consent_id)

    @cached_property
    def numbers(self) -> CrowdNumbers:
        """Threshold and noise."""
        return numbers_of(self.part.order, self.cohort.size)

    @property
    def told(self) -> ToldSum:
        """The sum as the wallet remembers it until it is known who was heard: over the whole cohort."""
        return self.told_over(frozenset(range(self.cohort.size)))

    def told_over(self, heard: frozenset[int]) -> ToldSum:
        """The sum that is opened where the members at these places were heard.

        Raises:
            MismatchError: a place is none of the cohort.
        """
        handles = self.cohort.handles
        if not heard <= set(range(self.cohort.size)):
            raise MismatchError("crowd places: a member was heard who is not in the cohort")
        return ToldSum(
            order_id=self.part.order.order_id,
            handles=frozenset(handles[place] for place in heard),
            weights=self.numbers.function.key_weights,
            rho=self.numbers.rho,
        )

    def share(self) -> CrowdMessage:
        """Round SHARING: the two secrets, cut and sealed to every other member."""
        parts = {str(place): sealed for place, sealed in self._sharing.outbox.items()}
        return self._message(Round.SHARING, parts)

    def mask(
        self, arrived: Arrived, opening: Opening, used: UsedLabels, random: RandomBytes
    ) -> tuple[CrowdMessage, UsedLabels]:
        """Round MASKING: the masked numbers with their proof, and the labels to store before it is sent."""
        seat = Seat(
            self.part.order, self.cohort.digest, self.cohort.members[self.place], self.place, self.numbers
        )
        secrets = WordSecrets(opening, self.part.secrets.encryption_key, self._noise)
        return make_word(seat, secrets, self._masked(arrived), used, random)

    def reveal(self, arrived: Arrived, heard: frozenset[int]) -> CrowdMessage:
        """Round REVEALING: of each partner one of two secrets."""
        revealed = self._masked(arrived).reveal(heard)
        return self._message(Round.REVEALING, {REVEALED: revealed.encode()})

    def leave(self, refusal: CrowdRefusal) -> CrowdMessage:
        """Say that the wallet goes no further, and why."""
        return self._message(Round.LEAVING, {}, refusal)

    @cached_property
    def _run(self) -> Run:
        return run_of(self.part.order, self.cohort.agreement_keys)

    @cached_property
    def _noise(self) -> int:
        return self.numbers.draw_noise(self.part.secrets.random(NOISE))

    @cached_property
    def _sharing(self) -> Sharing:
        secrets, run = self.part.secrets, self._run
        seeds = PairwiseSeeds.agree(secrets.agreement_key, run.function.cohort)
        if seeds.place != self.place:
            raise MismatchError("crowd cohort: another key stands at the member's own place")
        begun = start(run, secrets.encryption_key, seeds, secrets.random(RUN), noise=self._noise)
        return begun.receive(self.cohort.mask_keys, secrets.random(SHARES))

    def _masked(self, arrived: Arrived) -> Masked:
        inbox, partners = arrived
        if self.place not in partners or partners != {*inbox, self.place}:
            raise MismatchError("crowd places: the sealed shares are not those of the members that count")
        return self._sharing.receive({at: sealed for at, sealed in inbox.items() if at != self.place})

    def _message(
        self, round: Round, parts: Mapping[str, bytes], refusal: CrowdRefusal | None = None
    ) -> CrowdMessage:
        order_id = self.part.order.order_id
        return CrowdMessage(order_id, self.cohort.digest, self.consent_id, round, parts, refusal)
