"""A person decides about a request: she shares what she chose, or nothing.

An answer is made from what the page showed, kept, and only then sent; what is sent again is the same bytes.
Declining says no more than that, whether or not the wallet has what was asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crypto.errors import MalformedError
from ssi.openid4vp.errors import Reason, RequestRefusedError
from ssi.openid4vp.holder import HeldSdJwtVc, build_response
from ssi.openid4vp.matching import Candidate
from ssi.openid4vp.response import declined
from wallet.domain.clock import Clock
from wallet.domain.session import Session
from wallet.domain.showing import MOST_RECORDS, Showing, Stage
from wallet.domain.showing_budget import Budget
from wallet.domain.showing_digest import digest_of_question
from wallet.domain.showing_option import Option, options_for, same_shown
from wallet.domain.showing_question import Question, choose
from wallet.domain.shown_record import ShownRecord, Traces
from wallet.errors import (
    AskDoubt,
    AskRefusedError,
    DamagedError,
    PartnerError,
    ShowChoiceError,
    TooLargeError,
    VerifierRefusedError,
)
from wallet.services.ports import Store
from wallet.services.read_showing import ReadShowing
from wallet.services.show_verifiers import Verifiers
from wallet.services.showing_ports import ShowingCopies

CHANGED = "changed"
"""The field of a `ShowChoiceError` that says: what would be shown is no longer what stood on the page."""
TOO_MUCH = "size"
"""The field of a `ShowChoiceError` that says: all this together is more than can be shown at once."""


@dataclass(frozen=True)
class AnswerShowing:
    """Answers requests, each once."""

    showings: Store[Showing]
    copies: ShowingCopies
    read: ReadShowing
    verifiers: Verifiers
    clock: Clock

    def share(
        self, session: Session, row_id: str, chosen: Mapping[str, Sequence[str]], *, seen: str
    ) -> Showing:
        """Share what was chosen on the page of a request, and nothing else.

        `seen` is the digest of that page (`digest_of_question`): whatever has changed since is shown first.

        Raises:
            NotInWalletError: this wallet has no such request.
            AskRefusedError: it was answered already, has run out, or does not hold any more.
            ShowChoiceError: what was chosen is not on the page, or not enough; with the field `CHANGED`, the
                page is not the one that she saw; with `TOO_MUCH`, it is more than can be kept and sent.
            DamagedError: a copy does not say what its record says.
            PartnerError: the trust registry cannot be had now.
            ConflictError: it is answered in another window at this moment.
        """
        showing, now = self.read.showing(session, row_id), self.clock()
        question = self.read.question(session, showing)
        if digest_of_question(question) != seen:
            raise _changed()
        options = choose(question, chosen)
        if len(options) > MOST_RECORDS:
            raise _too_much()
        taken = [self._taken(session, question, option, now) for option in options]
        form = _form(question, taken, now)
        records = tuple(_record(option) for option in taken)
        try:
            kept = self.showings.save(session, showing.answered(form, records, _whole(now)))
        except TooLargeError as error:
            raise _too_much() from error
        return self._send(session, kept)

    def send_again(self, session: Session, row_id: str) -> Showing:
        """Send a kept answer once more, as it is.

        Raises:
            NotInWalletError: this wallet has no such request.
            AskRefusedError: it has no answer that is on its way, or had it for too long.
            ConflictError: it is sent in another window at this moment.
        """
        showing = self.read.showing(session, row_id)
        if showing.stage is not Stage.UNSENT:
            raise AskRefusedError(AskDoubt.ANSWERED if showing.stage.is_over else AskDoubt.OVER)
        if not showing.can_be_sent(self.clock()):
            self.showings.save(session, showing.given_up())
            raise AskRefusedError(AskDoubt.OVER)
        return self._send(session, showing)

    def decline(self, session: Session, row_id: str) -> Showing:
        """Share nothing, and tell whoever asked so, if it can be told.

        An answer that did not arrive for certain is thrown away, and is not sent again.

        Raises:
            NotInWalletError: this wallet has no such request.
            AskRefusedError: it was answered already.
            ConflictError: it is answered in another window at this moment.
        """
        showing = self.read.showing(session, row_id)
        if showing.stage is Stage.UNSENT:
            return self.showings.save(session, showing.given_up())
        if showing.stage is not Stage.WAITING:
            raise AskRefusedError(AskDoubt.ANSWERED)
        kept = self.showings.save(session, showing.declined(_whole(self.clock()), told=False))
        try:
            state = self.read.verified(showing).request.state
            onward = self.verifiers.answer(showing.response_uri, declined(state).to_form())
        except (AskRefusedError, PartnerError, VerifierRefusedError):
            return kept  # a request that ran out, or whose sender is gone, is told nothing
        return self.showings.save(session, replace(kept, told=True, onward=onward))

    def _taken(self, session: Session, question: Question, option: Option, now: datetime) -> Option:
        """The option as a copy that was taken for it, which must show exactly what the page showed."""
        if option.card.traces is Traces.OWN:
            return option
        copy = self.copies.take(session, option.card.credential_id, now=now)
        if copy.reused and option.card.traces is Traces.FRESH:
            raise _changed()  # another window took the last unused one
        card = option.card.as_copy(copy.token, copy.holder_key, reused=copy.reused)
        query = question.request.query.by_id()[option.candidate.query_id]
        for found in options_for(query, [card], Budget()):
            if found.key == option.key and same_shown(found, option):
                return found
        raise DamagedError("A copy of this record does not say what the record says, so nothing was shown.")

    def _send(self, session: Session, showing: Showing) -> Showing:
        try:
            onward = self.verifiers.answer(showing.response_uri, showing.form)
        except PartnerError:
            return self.showings.save(session, showing.undelivered(None))
        except VerifierRefusedError as refusal:
            if refusal.reason == Reason.STATUS_UNAVAILABLE:
                return self.showings.save(session, showing.undelivered(refusal.reason))
            return self.showings.save(session, showing.refused(refusal.reason))
        return self.showings.save(session, showing.shown(onward))


def _too_much() -> ShowChoiceError:
    return ShowChoiceError("This is more than can be shown at once. Choose less.", TOO_MUCH)


def _changed() -> ShowChoiceError:
    return ShowChoiceError("This has changed since you looked at it. Look at it again.", CHANGED)


def _form(question: Question, taken: Sequence[Option], now: datetime) -> dict[str, str]:
    """The answer as it is posted. A record may answer two parts, as two copies: each gets its own name."""
    request = question.request
    candidates: list[Candidate] = []
    held: dict[str, HeldSdJwtVc] = {}
    for number, option in enumerate(taken):
        name = f"{number}"
        candidates.append(
            replace(option.candidate, credential=replace(option.candidate.credential, key=name))
        )
        held[name] = replace(option.card.holding, key_name=name)
    try:
        answer = build_response(request, candidates, held, now=now)
        return answer.to_form(request.response_mode, request.metadata)
    except RequestRefusedError as error:
        raise ShowChoiceError("This choice does not answer the request.", "request") from error
    except MalformedError as error:
        raise DamagedError("A record in this wallet does not have its form any more.") from error


def _record(option: Option) -> ShownRecord:
    card = option.card
    return ShownRecord(
        credential_id=card.credential_id,
        title=card.title,
        issuer_name=card.issuer_name,
        claims=tuple(line.path for line in option.lines),
        traces=card.traces,
        data_set=None if card.data_set is None else card.data_set.ref,
    )


def _whole(now: datetime) -> datetime:
    return now.replace(microsecond=0)
