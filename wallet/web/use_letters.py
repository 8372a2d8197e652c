"""Drafts of letters about one use or one agreement: ask for deletion, report to an authority."""

from collections.abc import Callable, Mapping

from flask import Blueprint, render_template, request

from consent.wording import purpose_text
from wallet.domain.letters import Letter
from wallet.domain.use_letters import Case, complaint, deletion_of_agreement, deletion_of_use
from wallet.errors import NotInWalletError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import WORDED, text_language

_OF_USE = {"deletion": deletion_of_use, "complaint": complaint}
_OF_AGREEMENT = {"deletion": deletion_of_agreement, "complaint": complaint}
Kinds = Mapping[str, Callable[[Case, str], Letter]]


def screens(services: Services) -> Blueprint:
    """The letters."""
    letters = Blueprint("use_letters", __name__, url_prefix="/letters")
    letters.before_request(visitor.door)

    @letters.get("/<consent_id>/<kind>")
    def about_agreement(consent_id: str, kind: str) -> str:
        paper = services.keep_receipts(visitor.current(), consent_id)
        marketplace = services.trust.registry().marketplace.name
        case = Case(
            organisation=marketplace,
            marketplace=marketplace,
            country=None,
            day=paper.given_at.date(),
            agreement=consent_id,
            log_index=paper.log_index,
        )
        return _shown(_OF_AGREEMENT, kind, case)

    @letters.get("/<consent_id>/uses/<job_id>/<kind>")
    def about_use(consent_id: str, job_id: str, kind: str) -> str:
        for use in services.history(visitor.current()):
            if (use.consent_id, use.job_id) == (consent_id, job_id):
                case = Case(
                    organisation=use.buyer.name,
                    marketplace=services.trust.registry().marketplace.name,
                    country=use.buyer.country,
                    day=use.at.date(),
                    purpose=purpose_text(use.purpose, _language()),
                    agreement=consent_id,
                    use=job_id,
                    log_index=use.log_index,
                )
                return _shown(_OF_USE, kind, case)
        raise NotInWalletError("Nobody has used your data under this name.")

    return letters


def _shown(kinds: Kinds, kind: str, case: Case) -> str:
    if kind not in kinds:
        raise NotInWalletError("There is no such letter.")
    language = _language()
    return render_template("wallet/rights/letter.html", letter=kinds[kind](case, language), language=language)


def _language() -> str:
    asked = request.args.get("language", "")
    return asked if asked in WORDED else text_language()
