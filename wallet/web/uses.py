"""The screens about what happened: who used the data, and what it earned."""

from itertools import groupby

from flask import Blueprint, Response, render_template

from consent.wording import purpose_text
from ssi.dataset import DataSet, data_set
from wallet.domain.held_consent import HeldConsent
from wallet.domain.session import Session
from wallet.domain.use import UseEntry
from wallet.domain.use_words import LANGUAGE, computed_text
from wallet.services.suite import Services
from wallet.web import visitor


def uses(services: Services) -> Blueprint:
    """Who used my data."""
    screens = Blueprint("uses", __name__, url_prefix="/uses")
    screens.before_request(visitor.door)

    @screens.get("/")
    def overview() -> str:
        wallet = visitor.current()
        consents = _by_id(services, wallet)
        months = groupby(services.history(wallet), key=lambda use: (use.at.year, use.at.month))
        return render_template(
            "wallet/uses.html",
            months=[list(entries) for _, entries in months],
            consents=consents,
            log=services.read.log.memory(wallet),
            computed=lambda use: computed_text(use, _data_set(consents, use)),
            purpose=lambda each: purpose_text(each, LANGUAGE),
            title=lambda use: _data_set(consents, use).label[LANGUAGE],
        )

    return screens


def earnings(services: Services) -> Blueprint:
    """Earnings."""
    screens = Blueprint("earnings", __name__, url_prefix="/earnings")
    screens.before_request(visitor.door)

    @screens.get("/")
    def overview() -> str:
        wallet = visitor.current()
        consents, earned = _by_id(services, wallet), services.earnings(wallet)
        return render_template(
            "wallet/earnings.html",
            earned=earned,
            this_month=earned.cents_in_month_of(services.clock()),
            consents=[held for held in consents.values() if earned.cents_of(held.consent_id)],
            by_id=consents,
            data_set=data_set,
            purpose=lambda each: purpose_text(each, LANGUAGE),
        )

    @screens.get("/earnings.csv")
    def table() -> Response:
        text = services.earnings(visitor.current()).to_csv()
        answer = Response(text, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = "attachment; filename=earnings.csv"
        return answer

    return screens


def _by_id(services: Services, wallet: Session) -> dict[str, HeldConsent]:
    return {held.consent_id: held for held in services.consents(wallet)}


def _data_set(consents: dict[str, HeldConsent], use: UseEntry) -> DataSet:
    return data_set(consents[use.consent_id].policy.data_set)
