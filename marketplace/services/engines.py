"""Can the town compute by the way that a query asks for?"""

from datetime import datetime

from consent.additive import needs_dealer
from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.query import Query
from consent.vocabulary import Engine
from ssi.errors import UnknownDealerError
from ssi.trust import TrustRegistry


def require_engine(query: Query, registry: TrustRegistry, *, now: datetime) -> None:
    """Return only if what the engine of a query needs is there; the nodes look for themselves as well.

    Raises:
        QueryRefusedError: no nodes here compute that way; or it is to be added up under encryption and they
            have no key for that; or it takes a dealer of random numbers and there is none.
        UnknownDataSetError: nobody here knows what it is about.
        RegistryError: the registry has run out.
    """
    engine = query.chosen_engine
    if engine not in {Engine.MPC, Engine.ADDITIVE, Engine.PAILLIER}:
        raise QueryRefusedError(
            f"nobody here answers questions to a crowd by the engine {engine.value!r}",
            "leave the choice of the engine open (auto), or ask with mpc",
        )
    if engine is Engine.PAILLIER and registry.aggregation_key is None:
        raise QueryRefusedError(
            "nothing can be added up under encryption here: the trust registry names no aggregation key",
            "leave the choice of the engine open (auto), or ask with mpc",
        )
    if engine is Engine.ADDITIVE and needs_dealer(query, asked_about(query)):
        _require_dealer(registry, now)


def _require_dealer(registry: TrustRegistry, now: datetime) -> None:
    try:
        registry.require_dealer(now=now)
    except UnknownDealerError as error:
        raise QueryRefusedError(
            "nothing can be multiplied or verified by the engine 'additive' here: the trust registry names "
            "no dealer of random numbers",
            "ask for sums that are not verified, or with mpc",
        ) from error
