"""What would this query cost now, and how exact would the answer be?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from consent.grouping import groups_of
from consent.joining import asked_about
from consent.policy import Refusal
from consent.query import LEAST_FLOOR, Query
from consent.query_check import check
from consent.wording import explain_refusal
from marketplace.domain.account import Account, Organisation
from marketplace.domain.band import band_of
from marketplace.domain.catalogue import Quote, expected_errors
from marketplace.domain.matching import Asker, Match, match
from marketplace.domain.offer import Offer
from marketplace.domain.split import Price, price_of
from marketplace.errors import NotRegisteredError, TooFewPeopleError, UnknownAccountError
from marketplace.services.desk import Desk
from marketplace.services.engines import require_engine
from marketplace.services.ports import Books

_FLOORS = (25, 50, 100)
_EPSILONS = (Decimal("1"), Decimal("0.5"), Decimal("0.2"))


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
            QueryRefusedError: no consent can permit this query, or there is no key for its engine.
            TooFewPeopleError: fewer people permit it than its floor.
        """
        check(query, asked_about(query))
        now = self.desk.now()
        require_engine(query, self.desk.registry(), now=now)
        with self.desk.store.reading() as books:
            buyer = registered(books.accounts.get(account_id), now)
            offers = offers_for(books, query, now=now)
        return quote(offers, query, buyer, now=now)


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


def quote(offers: Iterable[Offer], query: Query, buyer: Organisation, *, now: datetime) -> Quote:
    """The quote for a query over these offers.

    Raises:
        QueryRefusedError: the query cannot be computed over those who permit it.
        TooFewPeopleError: fewer people permit it than its floor.
    """
    found = matched(list(offers), query, buyer, now=now)
    described = asked_about(query)
    groups = groups_of(query, described, [row.public for row in found.rows])
    people = band_of(found.people)
    return Quote(
        query=query,
        price=price_for(found, query),
        people=people,
        expected_errors=expected_errors(query, described, groups, people),
        quoted_at=now,
    )


def matched(offers: Sequence[Offer], query: Query, buyer: Organisation, *, now: datetime) -> Match:
    """The people a query reaches.

    Raises:
        TooFewPeopleError: there are fewer than its floor; with the main reason, and a nearby query.
    """
    asker = Asker(buyer.subject, buyer.kind, buyer.country)
    found = match(offers, query, asker, now=now)
    if found.people >= query.floor:
        return found
    for nearby in _nearby(query):
        reached = match(offers, nearby, asker, now=now)
        if reached.people >= nearby.floor:
            raise TooFewPeopleError(
                _reason(found, query), nearby=nearby, nearby_people=band_of(reached.people).text
            )
    raise TooFewPeopleError(_reason(found, query))


def matched_again(offers: Sequence[Offer], query: Query, buyer: Organisation, *, now: datetime) -> Match:
    """`matched` without its search for a nearby query, for a writer who keeps everybody else waiting.

    That search is many times the work.

    Raises:
        TooFewPeopleError: there are fewer than its floor; with the main reason.
    """
    found = match(offers, query, Asker(buyer.subject, buyer.kind, buyer.country), now=now)
    if found.people < query.floor:
        raise TooFewPeopleError(_reason(found, query))
    return found


def offers_for(books: Books, query: Query, *, now: datetime) -> list[Offer]:
    """The active offers of all data sets that a query is about."""
    return [offer for ref in query.data_sets for offer in books.offers.active(ref, now=now)]


def price_for(found: Match, query: Query) -> Price:
    """What an answer over these people costs."""
    return price_of(found.people, found.compensation_cents, found.node_ids, records=len(query.data_sets))


def _nearby(query: Query) -> Iterable[Query]:
    """Similar queries that may reach more people, the most similar first."""
    for condition in query.where:
        yield replace(query, where=tuple(each for each in query.where if each != condition))
    if query.where:
        yield replace(query, where=())
    for floor in _FLOORS:
        # In a grouped answer a person hides in her group, so a higher floor wins those who ask for one.
        if query.group_by is not None and floor > query.floor:
            yield replace(query, floor=floor)
    for epsilon in _EPSILONS:
        if query.epsilon is None or epsilon < query.epsilon:
            yield replace(query, epsilon=epsilon)
    if query.floor > LEAST_FLOOR:
        yield replace(query, floor=LEAST_FLOOR)
    yield replace(query, where=(), group_by=None, epsilon=_EPSILONS[-1])


def _reason(found: Match, query: Query) -> str:
    text = f"fewer than {query.floor} people take part in this"
    refusal: Refusal | None = found.main_refusal
    if refusal in {None, Refusal.CROWD_TOO_SMALL}:  # that is what the text says already
        return text
    return f"{text}. The main reason why others are left out: {explain_refusal(refusal, 'en')}"
