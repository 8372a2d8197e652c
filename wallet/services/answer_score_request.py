"""A request for a score is decided: by the person, or by the rules that she set, and always by the authority.

Nothing leaves the wallet before what it tells is remembered: first the list of granted functions is stored,
then the key is made, sealed and signed, then the answer is stored, then it is sent. A crash in between costs
budget at worst; asked again, the same score is known already and costs nothing.
"""

from dataclasses import dataclass, replace

from consent.policy import Permitted
from consent.score_answer import grant, refuse, sign_score_answer
from consent.score_authority import Foresight, judge
from consent.score_function import ScoreFunction
from consent.score_request import ScoreRequest
from consent.score_terms import ScoreRefusal, ScoreRefused, ScoreUse, decide
from ssi.dataset import data_set
from wallet.domain.asked_score import AskedScore, AskState
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_score_offer import HeldScoreOffer, ScoreOfferState
from wallet.domain.score_memory import ScoreMemory
from wallet.domain.session import Session
from wallet.errors import ConflictError, NotInWalletError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.ports import Store
from wallet.services.read_exposure import ReadExposure
from wallet.services.score_ports import ScoreMarket


@dataclass(frozen=True)
class Outlook:
    """What would happen if the person agreed: what could be learnt, or why her wallet would refuse anyway."""

    function: ScoreFunction
    foresight: Foresight | None
    refusal: ScoreRefusal | None


@dataclass(frozen=True)
class AnswerScoreRequest:
    """Decides requests and sends the answers."""

    credentials: Store[HeldCredential]
    offers: Store[HeldScoreOffer]
    memories: Store[ScoreMemory]
    exposure: ReadExposure
    market: ScoreMarket
    clock: Clock

    def __call__(self, session: Session, consent_id: str, request_id: str, *, agree: bool) -> AskedScore:
        """Answer a request that waits. Answering again changes nothing: the first answer stays.

        When the marketplace cannot be reached, the answer is kept and sent at the next refresh.

        Raises:
            NotInWalletError: the wallet knows no such offer or request.
            ConflictError: it cannot be answered any more, or changed in another window at the same moment.
        """
        held = self.offer_of(session, consent_id)
        asked = held.find(request_id)
        if asked.answer is None:
            self._require_open(held, asked)
            held = self._kept(session, held, self._answered(session, held, asked, agree=agree))
        return self.send(session, held, held.find(request_id)).find(request_id)

    def offer_of(self, session: Session, consent_id: str) -> HeldScoreOffer:
        """The offer with this consent id.

        Raises:
            NotInWalletError: this wallet has none.
        """
        for held in self.offers.all(session):
            if held.consent_id == consent_id:
                return held
        raise NotInWalletError("It was removed, or it was never in this wallet.")

    def outlook(self, session: Session, held: HeldScoreOffer, asked: AskedScore) -> Outlook:
        """What agreeing would do; nothing is changed."""
        request = asked.request
        function = ScoreFunction(data_set(request.data_set), request.weights)
        judged = self._judged(session, held, asked)
        return Outlook(
            function=function,
            foresight=judged if isinstance(judged, Foresight) else None,
            refusal=judged.reason if isinstance(judged, ScoreRefused) else None,
        )

    def send(self, session: Session, held: HeldScoreOffer, asked: AskedScore) -> HeldScoreOffer:
        """Send an answer that the marketplace does not have yet.

        Raises:
            PartnerFaultError: the marketplace answered something else than promised.
            ConflictError: it changed in another window at the same moment.
        """
        if not asked.waits_to_be_sent or asked.answer is None:
            return held
        try:
            self.market.answer(asked.answer)
        except PartnerUnreachableError:
            return held
        except PartnerRefusedError as error:
            return self.offers.save(session, held.with_asked(asked.over(str(error))))
        return self.offers.save(session, held.with_asked(replace(asked, sent=True)))

    def _require_open(self, held: HeldScoreOffer, asked: AskedScore) -> None:
        now = self.clock()
        if held.state(now) is not ScoreOfferState.ACTIVE:
            raise ConflictError("This offer has ended, so nothing is answered under it any more.")
        if asked.state is not AskState.WAITING or now >= asked.request.valid_until:
            raise ConflictError("The time to answer this is over.")

    def _answered(
        self, session: Session, held: HeldScoreOffer, asked: AskedScore, *, agree: bool
    ) -> AskedScore:
        request, at = asked.request, self.clock().replace(microsecond=0)
        key = self.credentials.get(session, held.credential_id).holder_key
        memory = self._memory(session, held)
        judged = self._judged(session, held, asked) if agree else ScoreRefused(ScoreRefusal.DECLINED)
        if isinstance(judged, ScoreRefused) or held.master_key is None:
            reason = judged.reason if isinstance(judged, ScoreRefused) else ScoreRefusal.WITHDRAWN
            return asked.answered(sign_score_answer(refuse(request, reason, at=at), key), reason)
        if judged.functions != memory.functions:
            self.memories.save(session, memory.granting(judged.functions))
        function = ScoreFunction(data_set(request.data_set), request.weights)
        answer = grant(request, held.master_key.derive_key(function.key_weights), at=at)
        return asked.answered(sign_score_answer(answer, key), None)

    def _judged(self, session: Session, held: HeldScoreOffer, asked: AskedScore) -> Foresight | ScoreRefused:
        request, memory = asked.request, self._memory(session, held)
        function = ScoreFunction(data_set(request.data_set), request.weights)
        use = _use(request, asked, function)
        ended_at = None if held.ended is None else held.ended.at
        permitted = decide(held.terms, use, now=self.clock(), withdrawn_at=ended_at)
        if not isinstance(permitted, Permitted):
            return permitted
        credential = self.credentials.get(session, held.credential_id)
        told = self.exposure(session, credential).millibits
        return judge(memory.functions, function, held.terms, told_millibits=told)

    def _memory(self, session: Session, held: HeldScoreOffer) -> ScoreMemory:
        credential = self.credentials.get(session, held.credential_id)
        for memory in self.memories.all(session):
            if memory.is_of(credential):
                return memory
        # Without the list of what was told nobody can say what one more score would tell.
        raise NotInWalletError("What was told about this record before is missing, so nothing is answered.")

    def _kept(self, session: Session, held: HeldScoreOffer, asked: AskedScore) -> HeldScoreOffer:
        return self.offers.save(session, held.with_asked(asked))


def _use(request: ScoreRequest, asked: AskedScore, function: ScoreFunction) -> ScoreUse:
    return ScoreUse(
        function=function,
        purpose=request.purpose,
        buyer_id=request.buyer,
        buyer_kind=asked.buyer.kind,
        compensation_cents=request.compensation_cents,
    )
