"""The screens that answer why: in an answer or not; and what would happen if somebody asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, render_template, request

from consent.errors import ConsentError
from consent.joining import asked_about
from consent.over_asking import Surplus
from consent.over_asking_words import describe_surplus
from consent.over_weighing import describe_over_weighed, over_weighed
from consent.query import Query
from consent.rule_wording import RuleLine, describe_rules
from consent.trace import Trace, trace
from consent.trace_wording import describe_trace
from consent.vocabulary import Purpose, RecipientKind
from consent.wording import describe_query, purpose_text, recipient_text, statistic_text
from ssi.dataset import DataSet, data_set
from ssi.errors import DataSetError, UnknownDataSetError
from wallet.domain.asking import SIMPLE, surplus_of
from wallet.domain.held_consent import HeldConsent
from wallet.domain.use import UseEntry
from wallet.domain.use_words import computed_text
from wallet.domain.why import AT_LEAST, explained
from wallet.errors import ChoiceError, NotInWalletError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.asking_form import read_asking
from wallet.web.boundary_form import country_labels
from wallet.web.languages import text_language
from wallet.web.problems import status_of

Page = str | tuple[str, HTTPStatus]


@dataclass(frozen=True)
class RuleRow:
    """A rule as the page shows it; `holds` is None where the wallet is not told."""

    line: RuleLine
    holds: bool | None
    at_least: bool = False


def screens(services: Services) -> Blueprint:
    """Why."""
    why = Blueprint("why", __name__, url_prefix="/why")
    why.before_request(visitor.door)
    _Screens(services).add_to(why)
    return why


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, why: Blueprint) -> None:
        why.app_context_processor(lambda: {"surplus_said": surplus_said, "weighed_said": weighed_said})
        why.get("/uses/<consent_id>/<job_id>")(self.use)
        why.get("/agreements/<row_id>")(self.asking)

    def use(self, consent_id: str, job_id: str) -> str:
        """Why her data is in an answer, or not."""
        wallet = visitor.current()
        held = self.services.read.consent_of(wallet, consent_id)
        use = next((each for each in held.uses if each.job_id == job_id), None)
        if use is None:
            raise NotInWalletError("Nobody has used your data under this name.")
        found = explained(held, use, self._of_the_record(held))
        described = data_set(held.policy.data_set)
        return render_template(
            "wallet/why/use.html",
            held=held,
            use=use,
            why=found,
            asked=computed_text(use, described, text_language()),
            purpose=purpose_text(use.purpose, text_language()),
            rows=rows(found.trace, described, found.untold) if found else [],
            surplus=surplus_said(use),
        )

    def asking(self, row_id: str) -> Page:
        """What would happen if somebody asked; what is picked stands in the address and goes nowhere else."""
        held = self.services.read.consent(visitor.current(), row_id)
        described = data_set(held.policy.data_set)
        if not request.args:
            return self._form(held, {}, None)
        try:
            asking = read_asking(request.args)
            query, use = asking.query(described), asking.use(held.policy, described)
        except ChoiceError as error:
            return self._form(held, {error.field: str(error)}, None), status_of(error)
        found = trace(
            held.policy,
            use,
            now=self.services.clock(),
            withdrawn_at=held.withdrawal.at if held.withdrawal else None,
            paused=held.is_paused,
        )
        return self._form(held, {}, (query, found))

    def _form(self, held: HeldConsent, errors: dict[str, str], answer: tuple[Query, Trace] | None) -> str:
        described, language = data_set(held.policy.data_set), text_language()
        query, found = answer or (None, None)
        return render_template(
            "wallet/why/asking.html",
            held=held,
            title=described.label[language],
            errors=errors,
            typed=request.args,
            purposes={each.value: purpose_text(each, language) for each in Purpose},
            kinds={each.value: recipient_text(each, language) for each in RecipientKind},
            statistics={each.value: statistic_text(each, language) for each in SIMPLE},
            attributes={each.name: each.label[language] for each in described.attributes},
            countries=country_labels(language),
            trace=found,
            asked=describe_query(query, described, language) if query else None,
            reasons=describe_trace(found, described, language)[1:] if found else (),
            rows=rows(found, described, frozenset()) if found else [],
            surplus=said_of(surplus_of(query), query) if query else [],
        )

    def _of_the_record(self, held: HeldConsent) -> list[UseEntry]:
        """Every use of records of this kind in the wallet: of one kind a person has one that counts."""
        kept = self.services.consents(visitor.current())
        return [use for each in kept if each.policy.data_set == held.policy.data_set for use in each.uses]


def rows(found: Trace, described: DataSet, untold: frozenset[str]) -> list[RuleRow]:
    """Every rule for the page, those that were not kept first."""
    lines = [
        RuleRow(
            each,
            None if each.operand in untold else each.holds,
            each.operand in AT_LEAST,
        )
        for each in describe_rules(found, described, text_language())
    ]
    return sorted(lines, key=lambda each: each.holds is not False)


def surplus_said(use: UseEntry, ref: str = "") -> list[str]:
    """What a use asked beyond its purpose, in words; `ref` is the data set of a score or sum."""
    if use.weights and ref:
        return weighed_said(use.purpose, dict(use.weights), ref)
    return [] if use.query is None else said_of(surplus_of(use.query), use.query)


def weighed_said(purpose: Purpose, weights: Mapping[str, int], ref: str) -> list[str]:
    """What a score or sum weighs beyond its purpose, in words; nothing, if it is not understood here."""
    language = text_language()
    try:
        described = data_set(ref)
        flags = over_weighed(purpose, weights, described)
        return [describe_over_weighed(each, purpose, described, language) for each in flags]
    except (UnknownDataSetError, DataSetError):
        return []


def said_of(surplus: tuple[Surplus, ...], query: Query) -> list[str]:
    """Flags in words; one about something that is not known here is left out."""
    try:
        described = asked_about(query)
        return [describe_surplus(each, query.purpose, described, text_language()) for each in surplus]
    except (UnknownDataSetError, DataSetError, ConsentError):
        return []
