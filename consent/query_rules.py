"""Which rules hold for one statistic, one group, one condition, whatever people consent to?

Each rule returns, or refuses with a reason and a remedy: a nearby query that may be asked. `consent.menu` has
the facts, `consent.query` calls the rules.
"""

from collections.abc import Collection, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from consent.errors import QueryRefusedError
from consent.menu import ANSWERS, MENU, Bounds, Form, Privacy
from consent.query import Query
from consent.vocabulary import Engine, StatisticKind
from ssi.attribute import Attribute, Kind

_ASK_WITH_NOISE = "ask with an epsilon such as 1.0"
_LABEL_CODES = 2
LEAST_BEYOND: Final = 5
"""How many people stand on either side of an exact value, at least."""
LEAST_PUBLISHED_FLOOR: Final = 50
"""What is shown to everybody is about so many people, at least, as all that the catalogue says of them."""
PUBLISHED_KINDS: Final = frozenset({StatisticKind.COUNT, StatisticKind.HISTOGRAM})
PUBLISHED_ENGINES: Final = frozenset({Engine.AUTO, Engine.MPC, Engine.ADDITIVE})


def check_shape(kind: StatisticKind, others: int, fractions: Sequence[Decimal], count: int | None) -> None:
    """Hold how much a statistic names against what its kind needs.

    Raises:
        QueryRefusedError: too many or too few other attributes, fractions, or things to find.
    """
    form = MENU[kind]
    _check_amount(kind, others, form.others, "other attributes (with)")
    _check_amount(kind, len(fractions), form.fractions, "fractions")
    _check_amount(kind, count or 0, form.count, "as its count")
    if list(fractions) != sorted(set(fractions)) or not all(0 <= fraction <= 1 for fraction in fractions):
        raise QueryRefusedError(
            "quantiles are asked for by different fractions from 0 to 1, in ascending order",
            "ask for fractions such as 0.25, 0.5 and 0.75",
        )


def check_subject(kind: StatisticKind, attribute: Attribute, count: int | None) -> None:
    """Hold the attribute that a statistic is about against its kind.

    Raises:
        QueryRefusedError: it is a number where categories are needed or the reverse, or its categories are
            not as many as needed.
    """
    if attribute.kind not in MENU[kind].about:
        if attribute.kind is Kind.CATEGORY:
            raise QueryRefusedError(
                f"{attribute.name!r} has categories, and those have no average, order or spread",
                "ask for its distribution (histogram)",
            )
        raise QueryRefusedError(
            f"{attribute.name!r} is a number, and this is about categories",
            "ask for its quantiles or its distribution (histogram)",
        )
    codes = len(attribute.codes)
    if kind is StatisticKind.LOGISTIC_REGRESSION and codes != _LABEL_CODES:
        raise QueryRefusedError(
            f"{attribute.name!r} has {codes} categories, and a yes-or-no regression needs two",
            "explain an attribute with two categories",
        )
    if kind is StatisticKind.TOP_CATEGORIES and (count or 0) > codes:
        raise QueryRefusedError(
            f"{attribute.name!r} has {codes} categories, fewer than asked for",
            f"ask for 1 to {codes} categories",
        )


def check_numbers(attributes: Sequence[Attribute]) -> None:
    """Hold all attributes of a relation against each other.

    Raises:
        QueryRefusedError: one stands twice, or one of the others is not a number.
    """
    names = [attribute.name for attribute in attributes]
    if len(set(names)) != len(names):
        raise QueryRefusedError("an attribute is related to itself", "name each attribute of a relation once")
    for attribute in attributes[1:]:
        if attribute.kind is not Kind.NUMBER:
            raise QueryRefusedError(
                f"{attribute.name!r} has categories, and this relates numbers",
                "choose numbers, or group by the categories",
            )


def check_exactness(form: Form, attributes: Sequence[Attribute], *, exact: bool) -> None:
    """Hold exactness, and attributes that not everyone has, against what a statistic can bear.

    Raises:
        QueryRefusedError: it is answered with noise only, or exactly only, or it needs attributes that
            everyone has.
    """
    if exact and form.privacy is Privacy.ONLY_NOISE:
        raise QueryRefusedError(
            "a distribution shows single people where it is thin, so it is answered with noise only",
            _ASK_WITH_NOISE,
        )
    if not exact and form.privacy is Privacy.ONLY_EXACT:
        raise QueryRefusedError(
            "this is not offered with noise yet",
            "ask for an exact answer, or for a covariance, correlation or linear regression with noise",
        )
    optional = [attribute.name for attribute in attributes if not attribute.required]
    if optional and form.of_everyone:
        raise QueryRefusedError(
            f"not everyone has {optional[0]!r}, and it takes a value of everybody to relate several numbers",
            "choose attributes that everyone has, or ask for the correlation of two",
        )
    if optional and exact:
        raise QueryRefusedError(
            f"not everyone has {optional[0]!r}, so an exact answer may be about very few people",
            _ASK_WITH_NOISE,
        )


def check_places(fractions: Sequence[Decimal], floor: int) -> None:
    """Hold the places that are asked for exactly, in a crowd of at least `floor`, against its ends.

    The value at a place is one person's. Near the end it is known whose: the tallest, the richest.

    Raises:
        QueryRefusedError: fewer than 5 people may stand on one side of a place.
    """
    for fraction in fractions:
        beyond = min(fraction, 1 - fraction)
        if beyond * floor < LEAST_BEYOND:
            raise QueryRefusedError(
                f"an exact value with fewer than {LEAST_BEYOND} people beyond it may be one that many know",
                f"{_ASK_WITH_NOISE}, or for the median or places near it, or with a larger floor",
            )


def check_grouping(attribute: Attribute, kinds: Collection[StatisticKind], *, exact: bool) -> None:
    """Hold the attribute to group by against the statistics that are grouped.

    Raises:
        QueryRefusedError: it has no categories, or they are private where that does not go.
    """
    if attribute.kind is not Kind.CATEGORY:
        raise QueryRefusedError(
            f"{attribute.name!r} has no categories to group by", "group by an attribute that has categories"
        )
    if attribute.is_public:
        return
    if exact:
        raise QueryRefusedError(
            f"groups by {attribute.name!r} may be small without anybody knowing, so they need noise",
            f"{_ASK_WITH_NOISE}, or group by a public attribute",
        )
    if not all(MENU[kind].private_groups for kind in kinds):
        raise QueryRefusedError(
            f"a relation within groups by {attribute.name!r}, which is private, takes products of three",
            "ask without groups, group by a public attribute, or filter by one category at a time",
        )


def check_category(attribute: Attribute, code: str) -> None:
    """Hold a category against the attribute of a condition.

    Raises:
        QueryRefusedError: the attribute does not have it.
    """
    if attribute.kind is not Kind.CATEGORY:
        raise QueryRefusedError(
            f"{attribute.name!r} is a number and has no category {code!r}",
            f"ask with a range from {attribute.minimum} to {attribute.maximum}",
        )
    if code not in attribute.codes:
        raise QueryRefusedError(
            f"{attribute.name!r} has no category {code!r}", f"choose one of {', '.join(attribute.codes)}"
        )


def check_bounds(attribute: Attribute, least: Decimal, most: Decimal) -> None:
    """Hold a range against the attribute of a condition.

    Raises:
        QueryRefusedError: the attribute is not a number, or no value of it can be in the range.
    """
    if attribute.kind is not Kind.NUMBER:
        raise QueryRefusedError(
            f"{attribute.name!r} has categories and no range", f"choose one of {', '.join(attribute.codes)}"
        )
    first, last = encoded_bounds(attribute, least, most)
    if first > last:
        raise QueryRefusedError(
            f"no value of {attribute.name!r} is in that range",
            f"ask with a range within {attribute.minimum} to {attribute.maximum}, its lower end first",
        )


def encoded_bounds(attribute: Attribute, least: Decimal, most: Decimal) -> tuple[int, int]:
    """The least and the most encoded value in a range, both within the attribute's own; empty if reversed."""
    first, last = ((end - attribute.minimum).scaleb(attribute.decimals) for end in (least, most))
    lowest, highest = first.to_integral_value(ROUND_CEILING), last.to_integral_value(ROUND_FLOOR)
    return max(0, int(lowest)), min(attribute.steps, int(highest))


def check_engine(engine: Engine, kinds: Collection[StatisticKind], *, inside: bool, verified: bool) -> None:
    """Hold the way of computing against what is asked; `inside` tells of conditions on private attributes.

    Raises:
        QueryRefusedError: the engine cannot answer this, or its arithmetic cannot be checked.
    """
    beyond = [_name(kind) for kind in StatisticKind if kind in set(kinds) - ANSWERS[engine]]
    if beyond or (inside and engine not in {Engine.AUTO, Engine.MPC}):
        what = beyond[0] if beyond else "a condition on a private attribute"
        does = "multiplies" if engine is Engine.ADDITIVE else "adds up"
        raise QueryRefusedError(
            f"the engine {engine.value!r} {does} columns and cannot answer {what}",
            "leave the choice of the engine open (auto), or ask with mpc",
        )
    unverifiable = [_name(kind) for kind in StatisticKind if kind in kinds and not MENU[kind].verifiable]
    if verified and unverifiable:
        raise QueryRefusedError(
            f"the arithmetic of {unverifiable[0]} cannot be checked while it runs",
            "ask for it without verification, in a query of its own",
        )
    if verified and engine not in {Engine.AUTO, Engine.MPC, Engine.ADDITIVE}:
        raise QueryRefusedError(
            f"the arithmetic of the engine {engine.value!r} cannot be checked while it runs",
            "leave the choice of the engine open (auto), or ask with mpc",
        )


def check_publication(query: Query) -> None:
    """Hold a query whose answer everybody is to see against what may be shown to everybody.

    That is how many people there are and how single attributes are distributed, with noise, of a crowd as
    large as the catalogue speaks of, from an engine whose opened answer others can check.

    Raises:
        QueryRefusedError: it asks for anything else.
    """
    if query.epsilon is None:
        raise QueryRefusedError("what is shown to everybody must have noise", _ASK_WITH_NOISE)
    if query.floor < LEAST_PUBLISHED_FLOOR:
        raise QueryRefusedError(
            "what is shown to everybody is about a large crowd only",
            f"ask for a crowd of at least {LEAST_PUBLISHED_FLOOR} people",
        )
    is_narrowed = bool(query.narrowing) or query.join is not None or bool(query.windows)
    if is_narrowed or not query.kinds <= PUBLISHED_KINDS:
        raise QueryRefusedError(
            "only counts and distributions of single attributes of everybody are shown to everybody",
            "ask for distributions (histogram), without groups, conditions, windows or a second data set",
        )
    if query.engine not in PUBLISHED_ENGINES:
        raise QueryRefusedError(
            f"others cannot check an answer of the engine {query.engine.value!r}",
            "leave the choice of the engine open (auto), or ask with mpc",
        )


def _name(kind: StatisticKind) -> str:
    return kind.value.replace("_", " ")


def _check_amount(kind: StatisticKind, given: int, bounds: Bounds, what: str) -> None:
    least, most = bounds
    if least <= given <= most:
        return
    if most == 0:
        raise QueryRefusedError(f"{_name(kind)} has no {what.removeprefix('as its ')}", "leave that out")
    raise QueryRefusedError(
        f"{_name(kind)} needs {least} to {most} {what}, got {given}",
        f"name {least} to {most} {what.removeprefix('as its ')}" if most > least else f"name {least} {what}",
    )
