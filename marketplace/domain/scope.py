"""What may one of a buyer's programs do? An API key is good for its scopes, and for nothing else."""

from collections.abc import Iterable
from enum import StrEnum

from marketplace.errors import RefusedError


class Scope(StrEnum):
    """One kind of thing that a key may be good for."""

    CATALOGUE = "catalogue"
    QUOTES = "quotes"
    ORDERS = "orders"
    RESULTS = "results"
    ACCOUNT = "account"
    PRESENTATIONS = "presentations"
    MEMBERS = "members"


ALL_SCOPES = frozenset(Scope) - {Scope.MEMBERS}
"""What a key may do whose maker did not say: everything, but look after members."""

ABOUT: dict[Scope, str] = {
    Scope.CATALOGUE: "look at offers of scores and sums",
    Scope.QUOTES: "ask what an answer would cost",
    Scope.ORDERS: "order, confirm and dispute: spends the account's money",
    Scope.RESULTS: "see orders and fetch their sealed answers",
    Scope.ACCOUNT: "read the statement, register the organisation, add sandbox money",
    Scope.PRESENTATIONS: "ask wallets to show credentials",
    Scope.MEMBERS: "invite, change and end members: give it to no program that does not need it",
}
"""Each scope in words, for the person who makes a key."""


def read_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes with these names; at least one.

    Raises:
        RefusedError: there is none, or a name that is no scope.
    """
    try:
        scopes = frozenset(map(Scope, names))
    except ValueError as error:
        raise RefusedError(f"scopes: expected some of {', '.join(Scope)}") from error
    if not scopes:
        raise RefusedError("scopes: expected at least one; a key that may do nothing is of no use")
    return scopes
