"""Can this query be answered as things stand, over whom and for how much; and if not, what could be asked?

A quote and an order ask the same of the same code: the rules that no consent can lift, what the nodes can
compute, the people who permit it, and for an exact answer whom those before it were about. Whatever is
proposed in the place of a refused query was priced by that code first (`consent.nearby`).

What a refusal tells is a reason and no number. It follows from who was asked about before and who is there
now, never from a value. Where exact answers were given before, one reason stands for too few people and for
people who would differ by too few, and nobody who waits for others is counted in it: so somebody who joins
after an exact answer changes nothing that can be seen in quotes of exact ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from consent.errors import QueryRefusedError
from consent.grouping import groups_of
from consent.joining import asked_about
from consent.nearby import MOST_TRIES, is_sound, nearby
from consent.policy import Refusal
from consent.precision import LADDER
from consent.query import Query
from consent.query_check import check
from consent.wording import explain_refusal
from marketplace.domain.account import Organisation
from marketplace.domain.band import band_of
from marketplace.domain.catalogue import Quote, expected_errors
from marketplace.domain.hiding import NONE, Histories, account_key
from marketplace.domain.matching import Asker, Match, match
from marketplace.domain.offer import Offer
from marketplace.domain.split import Price, price_of
from marketplace.errors import DiffersByTooFewError, QuestionRefusedError, TooFewPeopleError
from marketplace.services.engines import require_engine
from marketplace.services.ports import Books
from ssi.trust import TrustRegistry

_MOST_LOOKS: Final = 64_000
"""How many offers are looked at to find a query close by, a second's work; some tries are always made."""

_LEAST_TRIES: Final = 2


@dataclass(frozen=True)
class Stock:
    """What a query is held against: the active offers of its data sets, and whom exact answers were about."""

    offers: Sequence[Offer]
    histories: Histories = field(default_factory=lambda: NONE)

    def affordable(self, people: int) -> Decimal | None:
        """The largest epsilon of a ladder that so many have left for one query, by what is counted here.

        A step of the ladder rather than a number, which would be what somebody has left.
        """
        left = sorted((_left(offer) for offer in self.offers), reverse=True)
        if len(left) < people:
            return None
        return next((each for each in reversed(LADDER) if each <= left[people - 1]), Decimal(0))


def stock_for(books: Books, query: Query, *, now: datetime, before: Stock | None = None) -> Stock:
    """What a query is held against at a moment; `before` is what was read for it a moment before."""
    known = {} if before is None else {offer.consent_id: offer for offer in before.offers}
    offers = [offer for ref in query.data_sets for offer in books.offers.active(ref, now=now, known=known)]
    if query.epsilon is not None:
        return Stock(offers)
    accounts = {
        ref: [account_key(offer.person) for offer in offers if offer.policy.data_set == ref]
        for ref in query.data_sets
    }
    return Stock(offers, books.answered.histories(accounts))


@dataclass(frozen=True)
class Question:
    """One buyer's questions at one moment."""

    registry: TrustRegistry
    buyer: Organisation
    stock: Stock
    now: datetime

    def quote(self, query: Query) -> Quote:
        """The quote of a query.

        Raises:
            QuestionRefusedError: it cannot be asked or computed; with a query close by, if one was found.
            TooFewPeopleError, DiffersByTooFewError: too few people may be in it; likewise.
        """
        try:
            return self.alone(query)
        except TooFewPeopleError as error:
            close = self._nearby(query)
            raise type(error)(error.reason, nearby=close[0], nearby_people=close[1]) from error
        except QueryRefusedError as error:
            close = self._nearby(query)
            raise QuestionRefusedError(error, nearby=close[0], nearby_people=close[1]) from error

    def alone(self, query: Query) -> Quote:
        """The quote of a query; a refusal proposes nothing else.

        Raises:
            QueryRefusedError: it cannot be asked or computed.
            TooFewPeopleError, DiffersByTooFewError: too few people may be in it.
        """
        check(query, asked_about(query))
        require_engine(query, self.registry, now=self.now)
        found = matched(self.stock, query, self.buyer, now=self.now)
        described = asked_about(query)
        groups = groups_of(query, described, [row.public for row in found.rows])
        people = band_of(found.people)
        return Quote(
            query=query,
            price=price_for(found, query),
            people=people,
            expected_errors=expected_errors(query, described, groups, people),
            quoted_at=self.now,
            node_ids=found.node_ids,
        )

    def _nearby(self, query: Query) -> tuple[Query | None, str | None]:
        reached: dict[Query, str] = {}

        def is_allowed(other: Query) -> bool:
            try:
                reached[other] = self.alone(other).people.text
            except (QueryRefusedError, TooFewPeopleError):
                return False
            return True

        tries = max(_LEAST_TRIES, min(MOST_TRIES, _MOST_LOOKS // max(1, len(self.stock.offers))))
        affordable = self.stock.affordable(query.floor)
        close = nearby(query, is_allowed, affordable=affordable, tries=tries)
        return close, None if close is None else reached[close]


def refusal_without_buyer(error: QueryRefusedError, query: Query) -> QuestionRefusedError:
    """A refusal by the rules that no consent can lift, for somebody whose organisation is not known."""
    return QuestionRefusedError(error, nearby=nearby(query, is_sound))


def matched(stock: Stock, query: Query, buyer: Organisation, *, now: datetime) -> Match:
    """The people a query reaches.

    Raises:
        TooFewPeopleError: there are fewer than its floor; with the main reason.
        DiffersByTooFewError: the same of an exact query, where exact answers were given before.
    """
    asker = Asker(buyer.subject, buyer.kind, buyer.country)
    found = match(stock.offers, query, asker, now=now, histories=stock.histories)
    if found.people >= query.floor:
        return found
    refusal, text = found.main_refusal, f"fewer than {query.floor} people take part in this"
    if refusal not in {None, Refusal.CROWD_TOO_SMALL}:
        why = explain_refusal(refusal, "en")
        raise TooFewPeopleError(f"{text}. The main reason why others are left out: {why}")
    if any(history.parts for history in stock.histories.values()):
        raise DiffersByTooFewError(
            f"{text}, or those who do would differ by too few people from those of exact answers given "
            "before, which could say something about one of them"
        )
    raise TooFewPeopleError(text)


def price_for(found: Match, query: Query) -> Price:
    """What an answer over these people costs."""
    return price_of(found.people, found.compensation_cents, found.node_ids, records=len(query.data_sets))


def _left(offer: Offer) -> Decimal:
    policy = offer.policy
    return min(policy.epsilon_per_query, policy.epsilon_total - offer.epsilon_spent)
