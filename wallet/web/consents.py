"""The screens about agreements: the list, one agreement, ending it."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from consent.query import decimal_text
from consent.wording import describe_policy, purpose_text
from consent.words import words_of
from ssi.dataset import DataSet, data_set
from ssi.trust_entries import NodeEntry
from wallet.domain.held_consent import HeldConsent
from wallet.domain.use_words import computed_text
from wallet.errors import PartnerError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class SpentText:
    """What answers with noise took of the limit, as numbers in words of the language.

    `composed` is what they come to together, rounded up; empty where that says nothing more than the sum.
    """

    sum: str
    limit: str
    composed: str


def screens(services: Services) -> Blueprint:
    """Agreements."""
    consents = Blueprint("consents", __name__, url_prefix="/agreements")
    consents.before_request(visitor.door)

    @consents.get("/")
    def overview() -> str:
        held, now = services.consents(visitor.current()), services.clock()
        return render_template(
            "wallet/consents.html",
            active=[each for each in held if each.state(now).is_active],
            ended=[each for each in held if not each.state(now).is_active],
            now=now,
            data_set=data_set,
            summary=_summary,
        )

    @consents.get("/<row_id>")
    def detail(row_id: str) -> str:
        wallet = visitor.current()
        held = services.read.consent(wallet, row_id)
        described = data_set(held.policy.data_set)
        return render_template(
            "wallet/consent.html",
            held=held,
            record=services.read.record(wallet, held.credential_id),
            state=held.state(services.clock()),
            data_set=described,
            words=describe_policy(held.policy, described, text_language()),
            nodes=_nodes(services, held),
            spent=_spent(held),
            wording=text_language(),
            computed=lambda use: computed_text(use, described, text_language()),
            purpose=lambda each: purpose_text(each, text_language()),
        )

    @consents.get("/<row_id>/end")
    def ending(row_id: str) -> str:
        held = services.read.consent(visitor.current(), row_id)
        return render_template(
            "wallet/end_consent.html",
            held=held,
            state=held.state(services.clock()),
            data_set=data_set(held.policy.data_set),
            summary=_summary(held),
        )

    @consents.post("/<row_id>/end")
    def end(row_id: str) -> AnyResponse:
        wallet = visitor.current()
        held = services.read.consent(wallet, row_id)
        services.withdraw_consent(wallet, held.consent_id)
        flash("This agreement has ended. Nothing new is computed from your data under it.", "good")
        return redirect(url_for("consents.detail", row_id=row_id))

    return consents


def _summary(held: HeldConsent) -> str:
    described: DataSet = data_set(held.policy.data_set)
    return describe_policy(held.policy, described, text_language()).summary


def _spent(held: HeldConsent) -> SpentText | None:
    spent = held.spent
    if spent is None or not spent.epsilon:
        return None
    composed = spent.composed.quantize(_HUNDREDTH, ROUND_CEILING)
    return SpentText(
        _number(spent.epsilon),
        _number(held.policy.epsilon_total),
        _number(composed) if composed < spent.epsilon else "",
    )


def _number(value: Decimal) -> str:
    return decimal_text(value).replace(".", words_of(text_language()).decimal_point)


def _nodes(services: Services, held: HeldConsent) -> list[tuple[str, NodeEntry | None]]:
    """The partners of an agreement by id, with their entries as far as the registry names them now."""
    try:
        known = {node.id: node for node in services.trust.registry().nodes}
    except PartnerError:
        known = {}
    return [(node_id, known.get(node_id)) for node_id in held.policy.node_ids]
