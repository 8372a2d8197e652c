"""The screens about sums over many people: what runs, offering to take part, ending.

A wallet takes part by the rules that the person signed, so there is nothing to decide for each sum; what the
wallet did, and why it refused, is told. Before she signs she sees the exact words that she signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from consent.crowd_wording import describe_crowd_cost, describe_crowd_order, explain_crowd_refusal
from consent.vocabulary import Purpose, RecipientKind
from consent.wording import odds_in_hundred, purpose_text, recipient_text
from ssi.dataset import data_set
from wallet.domain.choices import is_health
from wallet.domain.crowd_choices import CrowdChoices, most_private_crowd
from wallet.domain.crowd_part import CrowdPart
from wallet.errors import ChoiceError, PartnerRefusedError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.crowd_form import FLOORS, crowd_level_of, read_crowd, read_crowd_ticks
from wallet.web.languages import text_language
from wallet.web.offer_form import LEVELS
from wallet.web.problems import status_of

Page = str | Response | tuple[str, HTTPStatus]


def screens(services: Services) -> Blueprint:
    """Sums that my wallet takes part in."""
    crowds = Blueprint("crowds", __name__, url_prefix="/crowds")
    crowds.before_request(visitor.door)
    _Screens(services).add_to(crowds)
    return crowds


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, crowds: Blueprint) -> None:
        crowds.get("/")(self.overview)
        crowds.get("/offer/<credential_id>")(self.form)
        crowds.post("/offer/<credential_id>")(self.review)
        crowds.post("/offer/<credential_id>/agree")(self.agree)
        crowds.get("/<row_id>")(self.detail)
        crowds.get("/<row_id>/end")(self.ending)
        crowds.post("/<row_id>/end")(self.end)

    def overview(self) -> str:
        wallet, now = visitor.current(), self.services.clock()
        offers = self.services.crowds.read.offers(wallet)
        return render_template(
            "wallet/crowd/overview.html",
            running=[(held, part) for held in offers for part in held.running],
            active=[each for each in offers if each.state(now).is_active],
            ended=[each for each in offers if not each.state(now).is_active],
            now=now,
            data_set=data_set,
            said=_said,
            learnt=lambda part: describe_crowd_cost(part.order, text_language()),
            purpose=lambda each: purpose_text(each, text_language()),
        )

    def form(self, credential_id: str) -> str:
        wallet = visitor.current()
        held = self.services.crowds.offer.credentials.get(wallet, credential_id)
        described = self.services.crowds.offer.require_offerable(wallet, held)
        return self._form(credential_id, most_private_crowd(described), {})

    def review(self, credential_id: str) -> Page:
        try:
            return self._review(credential_id, read_crowd(request.form), {})
        except ChoiceError as error:
            page = self._form(credential_id, read_crowd_ticks(request.form), {error.field: str(error)})
            return page, status_of(error)

    def agree(self, credential_id: str) -> Page:
        choices = read_crowd(request.form)
        try:
            held = self.services.crowds.offer(
                visitor.current(), credential_id, choices, language=text_language()
            )
        except (ChoiceError, PartnerRefusedError) as error:
            field = error.field if isinstance(error, ChoiceError) else "review"
            return self._review(credential_id, choices, {field: str(error)}), status_of(error)
        flash("Done. Your offer is signed, and you can end it at any time.", "good")
        return redirect(url_for("crowds.detail", row_id=held.row_id))

    def detail(self, row_id: str) -> str:
        held = self.services.crowds.read.offer(visitor.current(), row_id)
        return render_template(
            "wallet/crowd/detail.html",
            held=held,
            state=held.state(self.services.clock()),
            data_set=data_set(held.terms.data_set),
            uses=held.parts[::-1],
            asked=lambda part: part.order,
            said=_said,
            purpose=lambda each: purpose_text(each, text_language()),
            explain=lambda refusal: explain_crowd_refusal(refusal, text_language()),
        )

    def ending(self, row_id: str) -> str:
        held = self.services.crowds.read.offer(visitor.current(), row_id)
        return render_template(
            "wallet/crowd/end.html",
            held=held,
            state=held.state(self.services.clock()),
            data_set=data_set(held.terms.data_set),
        )

    def end(self, row_id: str) -> Response:
        wallet = visitor.current()
        held = self.services.crowds.read.offer(wallet, row_id)
        self.services.crowds.end(wallet, held.consent_id)
        flash("This offer has ended. Your wallet takes part in no sum under it any more.", "good")
        return redirect(url_for("crowds.detail", row_id=row_id))

    def _form(self, credential_id: str, choices: CrowdChoices, errors: Mapping[str, str]) -> str:
        return render_template(
            "wallet/crowd/offer.html",
            record=self.services.read.record(visitor.current(), credential_id),
            choices=choices,
            errors=errors,
            kinds={kind.value: recipient_text(kind, text_language()) for kind in RecipientKind},
            purposes={purpose.value: purpose_text(purpose, text_language()) for purpose in Purpose},
            floors=FLOORS,
            levels=LEVELS,
            level=request.form.get("level") or crowd_level_of(choices),
            floor=request.form.get("crowd_floor") or str(choices.crowd_floor),
            amount=request.form.get("amount") or f"{choices.compensation_cents / 100:.2f}",
            months=request.form.get("months") or str(choices.months),
            odds=odds_in_hundred,
        )

    def _review(self, credential_id: str, choices: CrowdChoices, errors: Mapping[str, str]) -> str:
        explicit = replace(choices, explicit_consent=True)  # as it is shown before health data's own tick
        proposal = self.services.crowds.offer.propose(
            visitor.current(), credential_id, explicit, language=text_language()
        )
        return render_template(
            "wallet/crowd/review.html",
            record=self.services.read.record(visitor.current(), credential_id),
            proposal=proposal,
            choices=choices,
            level=crowd_level_of(choices),
            errors=errors,
            health=is_health(proposal.data_set),
        )


def _said(part: CrowdPart) -> str:
    return describe_crowd_order(part.order, text_language())
