"""A person files a right under the GDPR about one agreement, and follows what comes of it.

What she signed is kept before it is sent, and sent again until the marketplace answered; it is one request
however often it arrives. Erasure and objection end the agreement by the withdrawal that every end has, which
goes with the request. The marketplace learns the agreement, the right, and what she writes.
"""

import uuid
from dataclasses import dataclass

from consent.errors import TermsError
from consent.rights_request import MAX_WORDS, Right, RightsRequest, sign_rights_request
from crypto.errors import OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_offer import EndedOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.rights_case import CaseAnswer, CaseState, RightsCase
from wallet.domain.session import Session
from wallet.domain.withdrawal import WithdrawalProgress
from wallet.errors import (
    ChoiceError,
    ConflictError,
    PartnerFaultError,
    PartnerRefusedError,
    PartnerUnreachableError,
)
from wallet.services.end_offers import EndOffers
from wallet.services.ports import Store, Trust
from wallet.services.read_wallet import ReadWallet
from wallet.services.rights_ports import RightsMarket
from wallet.services.withdraw_consent import WithdrawConsent

Agreement = HeldConsent | HeldScoreOffer | HeldCrowdOffer


@dataclass(frozen=True)
class Enders:
    """How an agreement of each kind is ended."""

    consents: WithdrawConsent
    scores: EndOffers[HeldScoreOffer]
    crowds: EndOffers[HeldCrowdOffer]

    def __call__(self, session: Session, held: Agreement) -> str:
        """End an agreement, or find it ended; the withdrawal that she signed.

        Raises:
            ConflictError: it changed in another window at the same moment.
        """
        ended: WithdrawalProgress | EndedOffer | None
        if isinstance(held, HeldConsent):
            ended = self.consents(session, held.consent_id).withdrawal
        elif isinstance(held, HeldScoreOffer):
            ended = self.scores(session, held.consent_id).ended
        else:
            ended = self.crowds(session, held.consent_id).ended
        if ended is None:
            raise ConflictError("This agreement changed in another window at the same moment. Try again.")
        return ended.signed


@dataclass(frozen=True)
class FileRights:
    """Files requests and follows them."""

    cases: Store[RightsCase]
    credentials: Store[HeldCredential]
    read: ReadWallet
    end: Enders
    trust: Trust
    market: RightsMarket
    clock: Clock
    random: RandomBytes = random_bytes

    def all(self, session: Session) -> tuple[RightsCase, ...]:
        """Every request, newest first."""
        return tuple(
            sorted(self.cases.all(session), key=lambda each: (each.at, each.request_id), reverse=True)
        )

    def agreements(self, session: Session) -> tuple[str, ...]:
        """The ids of the agreements that the marketplace has: of others it has nothing to be asked for."""
        return tuple(each.consent_id for each in self._agreements(session) if each.receipt is not None)

    def __call__(self, session: Session, consent_id: str, right: Right, words: str = "") -> RightsCase:
        """File a right about one agreement; erasure and objection end it.

        Raises:
            ChoiceError: the agreement or the words cannot be sent; the field is `agreement` or `words`.
            PartnerUnreachableError, PartnerRefusedError: nobody says whom it is for; nothing was signed.
            PartnerFaultError: what was answered does not hold; what was signed is kept and followed.
        """
        held = self._chosen(session, consent_id)
        request = self._request(consent_id, right, words)
        key = self.credentials.get(session, held.credential_id).holder_key
        case = RightsCase(
            row_id=self._new_id(),
            request_id=request.request_id,
            consent_id=consent_id,
            right=right,
            at=request.at,
            words=request.words,
            signed=sign_rights_request(request, key),
        )
        case = self.cases.save(session, case)
        try:
            return self._sent(session, case, held, at_first=True)
        except PartnerUnreachableError:
            return case
        except ConflictError:
            return self.cases.get(session, case.row_id)  # another window sends it, or will at its refresh

    def follow(self, session: Session, case: RightsCase) -> RightsCase:
        """Send a request that is not known to have arrived, or ask how it stands; over is over.

        Raises:
            PartnerError: no answer, or one that does not hold; the request stays as it was.
            ConflictError: something changed in another window at the same moment.
        """
        held = next((each for each in self._agreements(session) if each.consent_id == case.consent_id), None)
        if case.state.is_over or held is None:
            return case  # of an agreement that this wallet does not have it cannot ask
        if case.state is CaseState.SENDING:
            return self._sent(session, case, held, at_first=False)
        key = self.credentials.get(session, held.credential_id).holder_key
        return self._believed(session, case, self.market.standing(case.request_id, key))

    def _sent(self, session: Session, case: RightsCase, held: Agreement, *, at_first: bool) -> RightsCase:
        withdrawal = self.end(session, held) if case.right.ends_agreement else None
        try:
            answer = self.market.file(case.signed or "", withdrawal)
        except PartnerRefusedError as error:
            return self.cases.save(session, case.not_taken(str(error)))
        if at_first and answer.standing.state is not CaseState.OPEN:
            # Nobody can have answered or prolonged what was sent a moment ago.
            raise PartnerFaultError("The marketplace gave an answer about a request that does not hold.")
        return self._believed(session, case, answer)

    def _believed(self, session: Session, case: RightsCase, answer: CaseAnswer) -> RightsCase:
        try:
            after = case.answered(answer, self.clock())
        except OutOfRangeError as error:
            raise PartnerFaultError(
                "The marketplace gave an answer about a request that does not hold."
            ) from error
        return case if after == case else self.cases.save(session, after)

    def _chosen(self, session: Session, consent_id: str) -> Agreement:
        for each in self._agreements(session):
            if each.consent_id == consent_id and each.receipt is not None:
                return each
        raise ChoiceError("Choose the agreement that you ask about.", "agreement")

    def _request(self, consent_id: str, right: Right, words: str) -> RightsRequest:
        try:
            return RightsRequest(
                request_id=self._new_id(),
                marketplace=self.trust.registry().marketplace.id,
                consent_id=consent_id,
                right=right,
                words=words.replace("\r\n", "\n").strip(),  # as browsers send lines
                at=self.clock().replace(microsecond=0),
            )
        except TermsError as error:
            raise ChoiceError(f"Write at most {MAX_WORDS} characters.", "words") from error

    def _agreements(self, session: Session) -> tuple[Agreement, ...]:
        return (
            *self.read.consents(session),
            *self.read.scores.offers(session),
            *self.read.crowds.offers(session),
        )

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))
