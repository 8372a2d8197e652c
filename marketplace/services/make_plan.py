"""How would this query be computed now, and what can it not be computed by?

Each way is tried by the code that decides about quotes and orders, which is what the nodes hold a job
against: so a plan promises nothing that they would refuse. Then the nodes are asked for a sign of life,
because an answer takes all three, and rounds and bytes are counted.
"""

from dataclasses import dataclass, replace
from typing import Final

from consent.additive import needs_dealer
from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.query import Query
from consent.query_check import check
from consent.vocabulary import Engine
from marketplace.domain.catalogue import Quote
from marketplace.domain.plan import (
    WAYS,
    Alternative,
    Obstacle,
    Plan,
    PlanRefusedError,
    choose,
    protocol_for,
)
from marketplace.errors import QuestionRefusedError, TooFewPeopleError
from marketplace.services.count_costs import CountCosts
from marketplace.services.desk import Desk
from marketplace.services.engines import require_engine
from marketplace.services.make_quote import question_of, taxed
from marketplace.services.node_signs import NodeSigns
from marketplace.services.question import Question

PATIENCE_SECONDS: Final = 5.0
"""So long a program waits for its plan to be counted, before it is told to ask again."""


@dataclass(frozen=True)
class Choice:
    """The way that was chosen for a question, and its quote: the quote's query names the engine."""

    quote: Quote
    reason: str
    others: tuple[Alternative, ...]


@dataclass(frozen=True)
class MakePlan:
    """Plans a query for a buyer. Like a quote it reserves nothing."""

    desk: Desk
    signs: NodeSigns
    costs: CountCosts

    def __call__(self, account_id: str, query: Query, *, patience_seconds: float = PATIENCE_SECONDS) -> Plan:
        """The plan, counted; its query names the engine.

        Raises:
            PlanRefusedError: it can be computed in no way now; `obstacle` and `alternatives` say why, and a
                query close by is named if there is one. Or a node gives no sign of life.
            TooManyPlansError: it is still being counted, or too many were; it says when to ask again.
            UnknownAccountError, NotRegisteredError, UnknownDataSetError, NotAssessedError: as `MakeQuote`.
        """
        question = self._question(account_id, query)
        try:
            choice = _choice(question, query)
        except PlanRefusedError as error:
            error.nearby, error.nearby_people = _close_to(question, query)
            raise
        plan = self.uncounted(choice)
        if plan.silent:
            raise _silenced(plan)
        return self.counted(account_id, choice, plan, patience_seconds=patience_seconds)

    def choose(self, account_id: str, query: Query) -> Choice:
        """The way to take, with its quote; no node is asked, and nothing is counted.

        Raises:
            PlanRefusedError: it can be computed in no way now; no query close by is looked for.
            UnknownAccountError, NotRegisteredError, UnknownDataSetError, NotAssessedError: as `MakeQuote`.
        """
        choice = _choice(self._question(account_id, query), query)
        return replace(choice, quote=taxed(self.desk, account_id, choice.quote))

    def uncounted(self, choice: Choice) -> Plan:
        """The plan of a way that was chosen, with what the nodes say of themselves."""
        query, named = choice.quote.query, choice.quote.node_ids
        nodes = [node for node in self.desk.registry().nodes if node.id in named]
        verified = query.verified or needs_dealer(query, asked_about(query))
        signs = self.signs(nodes)
        return Plan(
            query=query,
            protocol=protocol_for(query.engine, verified=verified),
            reason=choice.reason,
            people=choice.quote.people,
            node_ids=named,
            alternatives=choice.others,
            pace=signs.pace,
            silent=signs.silent,
        )

    def counted(self, account_id: str, choice: Choice, plan: Plan, *, patience_seconds: float) -> Plan:
        """The same plan with its rounds and bytes.

        Raises:
            TooManyPlansError: it is still being counted, or too many were; it says when to ask again.
        """
        # The exact number of people says no more than the price, in which it stands.
        people = choice.quote.price.people
        found = self.costs(account_id, plan.query, people, patience_seconds=patience_seconds)
        return replace(plan, cost=found.cost)

    def _question(self, account_id: str, query: Query) -> Question:
        with self.desk.store.reading() as books:
            return question_of(self.desk, books, account_id, query)


def _choice(question: Question, query: Query) -> Choice:
    quotes: dict[Engine, Quote] = {}
    refused: list[Alternative] = []
    for engine in WAYS:
        asked = replace(query, engine=engine)
        try:
            quotes[engine] = question.alone(asked)
        except (QueryRefusedError, TooFewPeopleError) as error:
            refused.append(_refusal(question, asked, error))
    _require_possible(query, quotes, refused)
    people = {engine: quote.people for engine, quote in quotes.items()}
    engine, reason, others = choose(query, people, refused)
    return Choice(quotes[engine], reason, others)


def _close_to(question: Question, query: Query) -> tuple[Query | None, str | None]:
    """A query close to a refused one that would be quoted now, as a quote proposes it."""
    try:
        question.quote(query)
    except (QuestionRefusedError, TooFewPeopleError) as error:
        return error.nearby, error.nearby_people
    return None, None


def _silenced(plan: Plan) -> PlanRefusedError:
    return PlanRefusedError(
        f"an answer takes all three nodes, and there is no sign of life from {', '.join(plan.silent)}",
        "ask again later",
        obstacle=Obstacle.NODE_SILENT,
        alternatives=plan.alternatives,
    )


def _require_possible(query: Query, quotes: dict[Engine, Quote], refused: list[Alternative]) -> None:
    if query.chosen_engine in quotes or (query.engine is Engine.AUTO and quotes):
        return
    named = query.chosen_engine
    first = next((each for each in refused if each.engine is named), None)
    if first is None:
        raise PlanRefusedError(
            f"nobody here answers questions to a crowd by the engine {named.value!r}",
            "leave the choice of the engine open (auto)",
            obstacle=Obstacle.NOT_SET_UP,
            alternatives=tuple(refused),
        )
    others = tuple(each for each in refused if each is not first)
    raise PlanRefusedError(first.reason, first.remedy, obstacle=first.obstacle, alternatives=others)


def _refusal(question: Question, query: Query, error: QueryRefusedError | TooFewPeopleError) -> Alternative:
    remedy = error.remedy if isinstance(error, QueryRefusedError) else "ask for a smaller crowd"
    return Alternative(query.engine, _obstacle(question, query, error), error.reason, remedy)


def _obstacle(question: Question, query: Query, error: QueryRefusedError | TooFewPeopleError) -> Obstacle:
    """By which of the rules, in their order, a query was refused."""
    if isinstance(error, TooFewPeopleError):
        return Obstacle.TOO_FEW_PEOPLE
    if not _passes(replace(query, engine=Engine.AUTO, verified=False)):
        return Obstacle.AGAINST_THE_RULES
    if not _passes(replace(query, verified=False)):
        return Obstacle.MORE_THAN_SUMS
    if not _passes(query):
        return Obstacle.CANNOT_BE_VERIFIED
    try:
        require_engine(query, question.registry, now=question.now)
    except QueryRefusedError:
        return Obstacle.NOT_SET_UP
    multiplies = needs_dealer(replace(query, engine=Engine.ADDITIVE), asked_about(query))
    return Obstacle.MORE_THAN_SUMS if query.engine is Engine.PAILLIER and multiplies else Obstacle.TOO_LARGE


def _passes(query: Query) -> bool:
    try:
        check(query, asked_about(query))
    except QueryRefusedError:
        return False
    return True
