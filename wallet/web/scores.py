"""The screens about scores: who asks, what they could learn, deciding, offering, ending.

Agreeing and declining are two buttons of one form, equally large; nothing is chosen for the person. Before
she signs an offer she sees the exact words that she signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from consent.score_wording import describe_foresight, describe_score, explain_score_refusal
from consent.vocabulary import Purpose, RecipientKind
from consent.wording import euros_text, purpose_text, recipient_text
from ssi.dataset import data_set
from wallet.domain.asked_score import AskedScore, AskState
from wallet.domain.choices import is_health
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.score_choices import ScoreChoices, most_private_scores
from wallet.domain.use_words import computed_text
from wallet.errors import ChoiceError, NotInWalletError, PartnerRefusedError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language
from wallet.web.problems import status_of
from wallet.web.score_form import read_scores, read_ticks

Page = str | Response | tuple[str, HTTPStatus]


@dataclass(frozen=True)
class Waiting:
    """A request that waits for the person, in the words of its card."""

    held: HeldScoreOffer
    asked: AskedScore
    score: str
    purpose: str
    amount: str
    learnt: tuple[str, ...]
    refusal: str | None


def screens(services: Services) -> Blueprint:
    """Scores of my own record."""
    scores = Blueprint("scores", __name__, url_prefix="/scores")
    scores.before_request(visitor.door)
    _Screens(services).add_to(scores)
    return scores


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, scores: Blueprint) -> None:
        scores.get("/")(self.overview)
        scores.get("/offer/<credential_id>")(self.form)
        scores.post("/offer/<credential_id>")(self.review)
        scores.post("/offer/<credential_id>/agree")(self.agree)
        scores.get("/<row_id>")(self.detail)
        scores.post("/<row_id>/requests/<request_id>")(self.decide)
        scores.get("/<row_id>/end")(self.ending)
        scores.post("/<row_id>/end")(self.end)

    def overview(self) -> str:
        wallet, now = visitor.current(), self.services.clock()
        offers = self.services.scores.read.offers(wallet)
        waiting = self.services.scores.read.waiting(wallet)
        return render_template(
            "wallet/score/overview.html",
            waiting=[self._waiting(held, asked) for held, asked in waiting],
            active=[each for each in offers if each.state(now).is_active],
            ended=[each for each in offers if not each.state(now).is_active],
            now=now,
            data_set=data_set,
        )

    def form(self, credential_id: str) -> str:
        wallet = visitor.current()
        held = self.services.scores.offer.credentials.get(wallet, credential_id)
        described = self.services.scores.offer.require_offerable(wallet, held)
        return self._form(credential_id, most_private_scores(described), {})

    def review(self, credential_id: str) -> Page:
        try:
            return self._review(credential_id, read_scores(request.form), {})
        except ChoiceError as error:
            page = self._form(credential_id, read_ticks(request.form), {error.field: str(error)})
            return page, status_of(error)

    def agree(self, credential_id: str) -> Page:
        choices = read_scores(request.form)
        try:
            held = self.services.scores.offer(
                visitor.current(), credential_id, choices, language=text_language()
            )
        except (ChoiceError, PartnerRefusedError) as error:
            field = error.field if isinstance(error, ChoiceError) else "review"
            return self._review(credential_id, choices, {field: str(error)}), status_of(error)
        flash("Done. Your offer is signed, and you can end it at any time.", "good")
        return redirect(url_for("scores.detail", row_id=held.row_id))

    def detail(self, row_id: str) -> str:
        wallet, now = visitor.current(), self.services.clock()
        held = self.services.scores.read.offer(wallet, row_id)
        described = data_set(held.terms.data_set)
        return render_template(
            "wallet/score/detail.html",
            held=held,
            state=held.state(now),
            data_set=described,
            waiting=[self._waiting(held, asked) for asked in held.waiting(now)],
            uses=[each for each in held.asked if each.state is not AskState.WAITING][::-1],
            asked=lambda use: use.request,
            said=lambda use: computed_text(use.use(), described, text_language()),
            purpose=lambda each: purpose_text(each, text_language()),
            explain=lambda refusal: explain_score_refusal(refusal, text_language()),
        )

    def decide(self, row_id: str, request_id: str) -> Response:
        wallet = visitor.current()
        held = self.services.scores.read.offer(wallet, row_id)
        decisions = {"agree": True, "decline": False}
        if request.form.get("decision") not in decisions:
            raise NotInWalletError("There is no such decision.")
        agree = decisions[request.form["decision"]]
        asked = self.services.scores.answer(wallet, held.consent_id, request_id, agree=agree)
        flash(*_said(asked))
        return redirect(url_for("scores.overview"))

    def ending(self, row_id: str) -> str:
        held = self.services.scores.read.offer(visitor.current(), row_id)
        return render_template(
            "wallet/score/end.html",
            held=held,
            state=held.state(self.services.clock()),
            data_set=data_set(held.terms.data_set),
        )

    def end(self, row_id: str) -> Response:
        wallet = visitor.current()
        held = self.services.scores.read.offer(wallet, row_id)
        self.services.scores.end(wallet, held.consent_id)
        flash("This offer has ended. No score of your record is given under it any more.", "good")
        return redirect(url_for("scores.detail", row_id=row_id))

    def _waiting(self, held: HeldScoreOffer, asked: AskedScore) -> Waiting:
        outlook = self.services.scores.answer.outlook(visitor.current(), held, asked)
        foresight = outlook.foresight
        return Waiting(
            held=held,
            asked=asked,
            score=describe_score(outlook.function, text_language()),
            purpose=purpose_text(asked.request.purpose, text_language()),
            amount=euros_text(asked.request.compensation_cents, text_language()),
            learnt=()
            if foresight is None
            else describe_foresight(foresight, outlook.function.data_set, text_language()),
            refusal=None
            if outlook.refusal is None
            else explain_score_refusal(outlook.refusal, text_language()),
        )

    def _form(self, credential_id: str, choices: ScoreChoices, errors: Mapping[str, str]) -> str:
        return render_template(
            "wallet/score/offer.html",
            record=self.services.read.record(visitor.current(), credential_id),
            choices=choices,
            errors=errors,
            kinds={kind.value: recipient_text(kind, text_language()) for kind in RecipientKind},
            purposes={purpose.value: purpose_text(purpose, text_language()) for purpose in Purpose},
        )

    def _review(self, credential_id: str, choices: ScoreChoices, errors: Mapping[str, str]) -> str:
        proposal = self.services.scores.offer.propose(
            visitor.current(), credential_id, _explicit(choices), language=text_language()
        )
        return render_template(
            "wallet/score/review.html",
            record=self.services.read.record(visitor.current(), credential_id),
            proposal=proposal,
            choices=choices,
            errors=errors,
            health=is_health(proposal.data_set),
        )


def _explicit(choices: ScoreChoices) -> ScoreChoices:
    """The same choices as they are shown before the tick that health data need is set."""
    return replace(choices, explicit_consent=True)


def _said(asked: AskedScore) -> tuple[str, str]:
    if asked.state is AskState.GRANTED:
        told = gettext(
            "%(name)s gets this score. You are paid as soon as it has opened it.", name=asked.buyer.name
        )
        return told, "good"
    if asked.refusal is not None and asked.state is AskState.REFUSED:
        return (
            f"{gettext('Nothing was given.')} {explain_score_refusal(asked.refusal, text_language())}",
            "note",
        )
    return gettext("Nothing was given; the request has ended."), "note"
