"""How would this query be computed now, and what can it not be computed by?

Each way is tried by the code that decides about quotes and orders, which is what the nodes hold a job
against: so a plan promises nothing that they would refuse. Then the nodes are asked for a sign of life,
because an answer takes all three.
"""

from dataclasses import dataclass, replace

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
from marketplace.domain.plan_cost import cost_of
from marketplace.errors import TooFewPeopleError
from marketplace.services.desk import Desk
from marketplace.services.engines import require_engine
from marketplace.services.make_quote import question_of
from marketplace.services.ports import Nodes
from marketplace.services.question import Question


@dataclass(frozen=True)
class MakePlan:
    """Plans a query for a buyer. Like a quote it reserves nothing."""

    desk: Desk
    nodes: Nodes

    def __call__(self, account_id: str, query: Query) -> Plan:
        """The plan; its query names the engine.

        Raises:
            PlanRefusedError: it can be computed in no way now; `obstacle` and `alternatives` say why.
            UnknownAccountError, NotRegisteredError, UnknownDataSetError, NotAssessedError: as `MakeQuote`.
        """
        with self.desk.store.reading() as books:
            question = question_of(self.desk, books, account_id, query)
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
        self._require_awake(engine, others)
        return self._plan(quotes[engine], reason, others)

    def for_quote(self, account_id: str, query: Query) -> Plan:
        """The plan of a query as it would be ordered: an engine left open is the usual one.

        Raises:
            PlanRefusedError and others: as calling it.
        """
        return self(account_id, replace(query, engine=query.chosen_engine))

    def _plan(self, quote: Quote, reason: str, others: tuple[Alternative, ...]) -> Plan:
        query = quote.query
        verified = query.verified or needs_dealer(query, asked_about(query))
        return Plan(
            query=query,
            protocol=protocol_for(query.engine, verified=verified),
            reason=reason,
            people=quote.people,
            node_ids=tuple(node.id for node in self.desk.registry().nodes),
            alternatives=others,
            # The exact number of people says no more than the price, in which it stands.
            cost=cost_of(query, quote.price.people),
        )

    def _require_awake(self, engine: Engine, others: tuple[Alternative, ...]) -> None:
        silent = [node.operator for node in self.desk.registry().nodes if not self.nodes.is_well(node.id)]
        if silent:
            gone = Alternative(
                engine,
                Obstacle.NODE_SILENT,
                f"an answer takes all three nodes, and there is no sign of life from {', '.join(silent)}",
                "ask again later",
            )
            raise PlanRefusedError(gone.reason, gone.remedy, obstacle=gone.obstacle, alternatives=others)


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
