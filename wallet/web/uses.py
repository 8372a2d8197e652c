"""The screens about what happened: who used the data, and what it earned."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, Response, jsonify, render_template, url_for
from flask_babel import gettext

from consent.phrasing import label_of
from consent.wording import purpose_text
from consent.words import words_of
from crypto.encoding import Json
from ssi.dataset import DataSet, data_set
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.domain.use_words import computed_text
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language
from wallet.web.local_words import month_text


@dataclass(frozen=True)
class Agreement:
    """What a use was allowed by, as far as these screens name it."""

    data_set: DataSet
    title: str
    given_at: datetime
    address: str


def uses(services: Services) -> Blueprint:
    """Who used my data."""
    screens = Blueprint("uses", __name__, url_prefix="/uses")
    screens.before_request(visitor.door)

    @screens.get("/")
    def overview() -> str:
        wallet = visitor.current()
        agreements = agreements_of(services, wallet)
        months = groupby(services.history(wallet), key=lambda use: (use.at.year, use.at.month))
        return render_template(
            "wallet/uses.html",
            months=[list(entries) for _, entries in months],
            agreements=agreements,
            explainable={held.consent_id for held in services.consents(wallet)},
            log=services.read.log.memory(wallet),
            computed=lambda use: computed_text(use, agreements[use.consent_id].data_set, text_language()),
            purpose=lambda each: purpose_text(each, text_language()),
            title=lambda use: agreements[use.consent_id].data_set.label[text_language()],
            parts=lambda use: _parts(use, agreements[use.consent_id].data_set),
            month=month_text,
        )

    @screens.get("/proofs.json")
    def proofs() -> Response:
        """What the page checks by itself: each paid use as the log has it, and the key of the log."""
        wallet = visitor.current()
        market = services.trust.registry().marketplace
        return jsonify(
            log={"origin": market.id, "key": market.verifying_key.to_jwk()["x"]},
            uses=[_logged(use) for use in services.history(wallet) if isinstance(use.evidence, dict)],
        )

    return screens


def _parts(use: UseEntry, described: DataSet) -> list[str]:
    """The kinds of data that somebody asked about; one that is not known here by its name."""
    language = text_language()
    labels = {each.name: label_of(words_of(language), each, language) for each in described.attributes}
    return [labels.get(name, name) for name in use.attributes]


def _logged(use: UseEntry) -> dict[str, Json]:
    log = use.evidence["log"] if isinstance(use.evidence, dict) else None
    return {"consent": use.consent_id, "job": use.job_id, **(log if isinstance(log, dict) else {})}


def earnings(services: Services) -> Blueprint:
    """Earnings."""
    screens = Blueprint("earnings", __name__, url_prefix="/earnings")
    screens.before_request(visitor.door)

    @screens.get("/")
    def overview() -> str:
        wallet = visitor.current()
        agreements, earned = agreements_of(services, wallet), services.earnings(wallet)
        return render_template(
            "wallet/earnings.html",
            earned=earned,
            this_month=earned.cents_in_month_of(services.clock()),
            paid=[
                (each, earned.cents_of(name)) for name, each in agreements.items() if earned.cents_of(name)
            ],
            agreements=agreements,
            purpose=lambda each: purpose_text(each, text_language()),
        )

    @screens.get("/earnings.csv")
    def table() -> Response:
        text = services.pay_out.table(visitor.current())
        answer = Response(text, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = "attachment; filename=earnings.csv"
        return answer

    return screens


def agreements_of(services: Services, wallet: Session) -> dict[str, Agreement]:
    """Agreements and offers of every kind, newest first of each, by the id that uses name."""
    found = {
        held.consent_id: Agreement(
            data_set(held.policy.data_set),
            data_set(held.policy.data_set).label[text_language()],
            held.policy.given_at,
            url_for("consents.detail", row_id=held.row_id),
        )
        for held in services.consents(wallet)
    }
    for offer in services.scores.read.offers(wallet):
        described = data_set(offer.terms.data_set)
        found[offer.consent_id] = Agreement(
            described,
            gettext("Scores of %(record)s", record=described.label[text_language()]),
            offer.terms.given_at,
            url_for("scores.detail", row_id=offer.row_id),
        )
    for crowd in services.crowds.read.offers(wallet):
        described = data_set(crowd.terms.data_set)
        found[crowd.consent_id] = Agreement(
            described,
            gettext("Sums with %(record)s", record=described.label[text_language()]),
            crowd.terms.given_at,
            url_for("crowds.detail", row_id=crowd.row_id),
        )
    return found
