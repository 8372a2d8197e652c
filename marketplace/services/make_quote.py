"""What would this query cost now, and how exact would the answer be?"""

from dataclasses import dataclass, replace
from datetime import datetime

from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.query import Query
from consent.query_check import check
from marketplace.domain.account import Account, Organisation
from marketplace.domain.catalogue import Quote
from marketplace.errors import NotRegisteredError, UnknownAccountError
from marketplace.services.approved_nodes import require_approved
from marketplace.services.assessed import require_assessed
from marketplace.services.desk import Desk
from marketplace.services.issue_invoices import Invoices
from marketplace.services.ports import Books
from marketplace.services.question import Question, refusal_without_buyer, stock_for


@dataclass(frozen=True)
class MakeQuote:
    """Prices a query for a buyer. A quote reserves nothing: the order matches again."""

    desk: Desk

    def __call__(self, account_id: str, query: Query) -> Quote:
        """The quote.

        Raises:
            UnknownAccountError: there is no such account.
            NotRegisteredError: the buyer has no valid credential or mandate on file.
            UnknownDataSetError: there is no such data set.
            QuestionRefusedError: no consent can permit this query, or there is no key for its engine.
            TooFewPeopleError: fewer people permit it than its floor.
            DiffersByTooFewError: an exact answer would differ by too few people from earlier ones.
            NotAssessedError: it is about health, and no assessment is approved.
            NodesNotApprovedError: the nodes changed, and two operators have not approved them.
        """
        with self.desk.store.reading() as books:
            question = question_of(self.desk, books, account_id, query)
        return taxed(self.desk, account_id, question.quote(query))


def taxed(desk: Desk, account_id: str, quote: Quote) -> Quote:
    """A quote that says which tax its fees contain for this account, where the market has to charge it."""
    fee_cents = quote.price.gross_cents - quote.price.people_total_cents
    invoices = Invoices(desk)
    treatment, tax = invoices.treatment(account_id), invoices.fee_of(account_id, fee_cents)
    if treatment is None or tax is None:
        return quote
    return replace(quote, tax=(tax, treatment.rate_permille))


def question_of(desk: Desk, books: Books, account_id: str, query: Query) -> Question:
    """What a buyer's query is held against now.

    Raises:
        QuestionRefusedError: no consent can permit it, and it is not known who asks.
        UnknownAccountError, NotRegisteredError: as `registered`.
        UnknownDataSetError: there is no such data set.
        NotAssessedError: it is about health, and no assessment is approved.
        NodesNotApprovedError: the nodes changed, and two operators have not approved them.
    """
    now = desk.now()
    account = books.accounts.get(account_id)
    try:
        buyer = registered(account, now)
    except NotRegisteredError:
        _require_sound(query)
        raise
    require_assessed(books, query.data_sets, desk.terms)
    registry = desk.registry()
    require_approved(books, registry)
    return Question(registry, buyer, stock_for(books, query, now=now), now)


def registered(account: Account | None, now: datetime) -> Organisation:
    """The organisation behind an account, if it may order now.

    Raises:
        UnknownAccountError: there is no such account.
        NotRegisteredError: it has no valid credential or mandate on file.
    """
    if account is None:
        raise UnknownAccountError("there is no such account")
    if account.organisation is None:
        raise NotRegisteredError("register your organisation's credential and a mandate first")
    if not account.organisation.is_valid(now):
        raise NotRegisteredError("your credential or mandate has run out; register a new one")
    return account.organisation


def _require_sound(query: Query) -> None:
    try:
        check(query, asked_about(query))
    except QueryRefusedError as error:
        raise refusal_without_buyer(error, query) from error
