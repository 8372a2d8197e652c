"""This wallet takes part in a crowd sum: it joins, and speaks once in each of three rounds.

Nothing about the record leaves the wallet before it is remembered. When the cohort is known, the wallet
checks every member of it, asks its authority, and stores the sum with its people; then it shares. Before it
hands over its masked numbers, it stores the label as used. What is opened in the end is the sum over those
who were heard, and the marketplace says who they are: before the wallet helps to open it, it asks its
authority again about exactly them, and stores them, so that leaving one person out of the second of two sums
is seen as a second sum over nearly the same people. Every message is made once, stored, and then sent: a
repetition is the same bytes. A crash in between costs this wallet its part at worst.

What does not hold is answered by leaving, with a reason that the marketplace can pass on: the others need not
wait for a wallet that refuses.
"""

from dataclasses import dataclass, replace

from consent.crowd_authority import judge
from consent.crowd_cohort import Cohort, sign_join, verify_cohort
from consent.crowd_message import Round, sign_message, verify_places
from consent.crowd_run import function_of
from consent.crowd_terms import CrowdRefusal, CrowdRefused, CrowdUse, decide
from consent.errors import ConsentError
from consent.policy import Permitted
from crypto.commitments import Opening
from crypto.errors import CryptoError, ProtocolError
from crypto.randomness import RandomBytes, random_bytes
from ssi.credential import verify_record
from ssi.errors import CredentialError
from wallet.domain.acceptance import opened
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.crowd_memory import CrowdMemory
from wallet.domain.crowd_news import CrowdPapers, Stage, VerifiedOrder
from wallet.domain.crowd_part import SEED_BYTES, CrowdPart, PartSecrets, PartState
from wallet.domain.crowd_rounds import Arrived, CrowdRounds
from wallet.domain.held_crowd_offer import CrowdOfferState, HeldCrowdOffer
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.crowd_ports import CrowdMarket
from wallet.services.ports import Store, Trust
from wallet.services.read_exposure import ReadExposure

CHANGED = "The marketplace showed your wallet two different lists of people for one sum, so it left."
DOES_NOT_HOLD = "The marketplace passed on papers for a sum that do not hold, so your wallet left it."


@dataclass(frozen=True)
class TakePart:
    """Joins sums that the terms allow, and answers their rounds."""

    credentials: Store[HeldCredential]
    offers: Store[HeldCrowdOffer]
    memories: Store[CrowdMemory]
    exposure: ReadExposure
    market: CrowdMarket
    trust: Trust
    clock: Clock
    random: RandomBytes = random_bytes

    def join(
        self, session: Session, held: HeldCrowdOffer, verified: VerifiedOrder, token: str
    ) -> HeldCrowdOffer:
        """Join an order if the terms allow it; otherwise nothing happens.

        Raises:
            PartnerFaultError: the marketplace answered something else than promised.
            ConflictError: the offer changed in another window at the same moment.
        """
        now, order = self.clock(), verified.order
        use = CrowdUse(
            function=function_of(order),
            purpose=order.purpose,
            buyer_id=order.buyer,
            buyer_kind=verified.buyer.kind,
            floor=order.floor,
            epsilon=order.epsilon,
            compensation_cents=order.compensation_cents,
        )
        allowed = isinstance(decide(held.terms, use, now=now), Permitted)
        open_now = held.state(now) is CrowdOfferState.ACTIVE and now < order.join_until
        if not (allowed and open_now) or held.part(order.order_id) is not None:
            return held
        credential = self.credentials.get(session, held.credential_id)
        seed = self.random(SEED_BYTES)
        join = PartSecrets(seed).join(order, consent_id=held.consent_id, credential_digest=credential.digest)
        signed = sign_join(join, credential.holder_key)
        part = CrowdPart(token, verified.buyer, now.replace(microsecond=0), signed, seed, unsent=signed)
        return self.send(session, self.offers.save(session, held.with_part(part)), part)

    def step(
        self, session: Session, held: HeldCrowdOffer, part: CrowdPart, stage: Stage
    ) -> tuple[HeldCrowdOffer, str | None]:
        """Speak in the round that an order is in, if this wallet's turn is there; with an alarm, if any.

        Raises:
            PartnerError: the marketplace does not answer, or not as promised.
            ConflictError: the offer changed in another window at the same moment.
        """
        if part.next_round is None or part.next_round.value != stage.value:
            return held, None
        credential = self.credentials.get(session, held.credential_id)
        papers = self.market.papers(held.consent_id, part.order.order_id, credential.holder_key)
        if papers.stage is not stage:
            return held, None  # it has gone on meanwhile; the next look sees where
        try:
            cohort = self._cohort(papers, part)
        except (CryptoError, ConsentError, CredentialError):
            return self._leave_unheard(session, held, part), DOES_NOT_HOLD
        if part.cohort_digest not in {None, cohort.digest}:
            return self._leave_unheard(session, held, part), CHANGED
        rounds = CrowdRounds(part, cohort, held.consent_id)
        try:
            said = self._said(session, held, rounds, papers)
        except (CryptoError, ConsentError, CredentialError) as error:
            said = self._left(rounds, credential, CrowdRefusal.COHORT_REFUSED)
            return self._keep(session, held, said), _alarm(error)
        return self._keep(session, held, said), None

    def send(self, session: Session, held: HeldCrowdOffer, part: CrowdPart) -> HeldCrowdOffer:
        """Send what the marketplace may not have yet.

        Raises:
            PartnerFaultError: the marketplace answered something else than promised.
            ConflictError: the offer changed in another window at the same moment.
        """
        if part.unsent is None:
            return held
        try:
            if part.state is PartState.JOINED:
                self.market.join(part.unsent)
            else:
                self.market.say(part.unsent)
        except PartnerUnreachableError:
            return held
        except PartnerRefusedError as error:
            return self.offers.save(session, held.with_part(part.over(str(error))))
        return self.offers.save(session, held.with_part(part.sent()))

    def _keep(self, session: Session, held: HeldCrowdOffer, part: CrowdPart) -> HeldCrowdOffer:
        return self.send(session, self.offers.save(session, held.with_part(part)), part)

    def _cohort(self, papers: CrowdPapers, part: CrowdPart) -> Cohort:
        registry = self.trust.registry()
        return verify_cohort(papers.cohort, papers.members, part.order, registry, now=self.clock())

    def _said(
        self, session: Session, held: HeldCrowdOffer, rounds: CrowdRounds, papers: CrowdPapers
    ) -> CrowdPart:
        credential = self.credentials.get(session, held.credential_id)
        if papers.stage is Stage.SHARING:
            return self._shared(session, held, rounds, credential)
        if papers.stage is Stage.MASKING:
            return self._masked(session, rounds, papers, credential)
        return self._revealed(session, held, rounds, papers)

    def _shared(
        self, session: Session, held: HeldCrowdOffer, rounds: CrowdRounds, credential: HeldCredential
    ) -> CrowdPart:
        judged = judge(
            self.exposure(session, credential), rounds.numbers, rounds.told, credential.handle, held.terms
        )
        if isinstance(judged, CrowdRefused):
            return self._left(rounds, credential, judged.reason)
        memory = self._memory(session, credential)
        if memory.is_full:
            return self._left(rounds, credential, CrowdRefusal.TOO_MANY_FUNCTIONS)
        signed = sign_message(rounds.share(), credential.holder_key)
        self.memories.save(session, memory.telling(judged.told))
        known = replace(rounds.part, cohort_digest=rounds.cohort.digest, people=rounds.cohort.size)
        return known.said(Round.SHARING, signed)

    def _masked(
        self, session: Session, rounds: CrowdRounds, papers: CrowdPapers, credential: HeldCredential
    ) -> CrowdPart:
        word, partners = self._places(rounds, papers.places, Round.MASKING)
        memory = self._memory(session, credential)
        message, used = rounds.mask(
            Arrived(papers.inbox, partners), self._opening(credential), memory.used, self.random
        )
        self.memories.save(session, memory.using(used))
        signed = sign_message(message, credential.holder_key)
        return rounds.part.said(Round.MASKING, signed, told=word)

    def _revealed(
        self, session: Session, held: HeldCrowdOffer, rounds: CrowdRounds, papers: CrowdPapers
    ) -> CrowdPart:
        credential = self.credentials.get(session, held.credential_id)
        word, heard = self._places(rounds, papers.places, Round.REVEALING)
        _, partners = self._places(rounds, rounds.part.told[Round.MASKING], Round.MASKING)
        message = rounds.reveal(Arrived(papers.inbox, partners), heard)
        judged = judge(
            self.exposure(session, credential).without(rounds.part.order.order_id),
            rounds.numbers,
            rounds.told_over(heard),
            credential.handle,
            held.terms,
        )
        if isinstance(judged, CrowdRefused):
            return self._left(rounds, credential, judged.reason)
        self.memories.save(session, self._memory(session, credential).opening(judged.told))
        return rounds.part.said(Round.REVEALING, sign_message(message, credential.holder_key), told=word)

    def _places(self, rounds: CrowdRounds, word: str | None, round: Round) -> tuple[str, frozenset[int]]:
        token = word or ""
        places = verify_places(
            token,
            self.trust.registry().marketplace.verifying_key,
            order_id=rounds.part.order.order_id,
            cohort_digest=rounds.cohort.digest,
            round=round,
        )
        return token, places.places

    def _opening(self, credential: HeldCredential) -> Opening:
        record = opened(verify_record(credential.compact, self.trust.registry(), now=self.clock()))
        return Opening(record.commitment, record.encoded, record.blinding)

    def _memory(self, session: Session, credential: HeldCredential) -> CrowdMemory:
        for memory in self.memories.all(session):
            if memory.is_of(credential):
                return memory
        # Without the list of what was told nobody can say what one more sum would tell.
        raise NotInWalletError("What was told about this record before is missing, so nothing is answered.")

    def _left(self, rounds: CrowdRounds, credential: HeldCredential, reason: CrowdRefusal) -> CrowdPart:
        signed = sign_message(rounds.leave(reason), credential.holder_key)
        return replace(rounds.part.said(Round.LEAVING, signed), refusal=reason)

    def _leave_unheard(self, session: Session, held: HeldCrowdOffer, part: CrowdPart) -> HeldCrowdOffer:
        """Leave without a word: there is no cohort that a word could be about."""
        left = replace(part.over(DOES_NOT_HOLD), refusal=CrowdRefusal.COHORT_REFUSED)
        return self.offers.save(session, held.with_part(left))


def _alarm(error: Exception) -> str:
    """What is told of papers that do not hold; where it is known whose they are, their places as well."""
    if isinstance(error, ProtocolError):
        return f"{DOES_NOT_HOLD} At fault: the members at the places {', '.join(map(str, error.culprits))}."
    return DOES_NOT_HOLD
