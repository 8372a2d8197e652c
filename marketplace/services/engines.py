"""Can the town compute by the way that a query asks for?"""

from consent.errors import QueryRefusedError
from consent.query import Query
from consent.vocabulary import Engine
from ssi.trust import TrustRegistry


def require_engine(query: Query, registry: TrustRegistry) -> None:
    """Return only if what the engine of a query needs is there; the nodes look for themselves as well.

    Raises:
        QueryRefusedError: no nodes here compute that way, or it is to be added up under encryption and they
            have no key for that.
    """
    if query.chosen_engine not in {Engine.MPC, Engine.PAILLIER}:
        raise QueryRefusedError(
            f"nobody here answers questions to a crowd by the engine {query.chosen_engine.value!r}",
            "leave the choice of the engine open (auto), or ask with mpc",
        )
    if query.chosen_engine is Engine.PAILLIER and registry.aggregation_key is None:
        raise QueryRefusedError(
            "nothing can be added up under encryption here: the trust registry names no aggregation key",
            "leave the choice of the engine open (auto), or ask with mpc",
        )
