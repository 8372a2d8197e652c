"""How does a policy look to other data spaces? As an ODRL offer or agreement in the form of DSP 2025-1.

The Dataspace Protocol 2025-1 (`negotiation/contract-schema.json`) keeps a subset of ODRL 2.2 in which an
action is a plain string, so that everything a person allows stands in constraints of one permission, and
everything she forbids in prohibitions (`consent.odrl_prohibition`). The operands `purpose` and `dateTime` are
ODRL's; those with the prefix `mk:` are of our profile `PROFILE`.

Reading is strict: exactly the constraints of the profile, each once, with its own operator, in any order.
A constraint we do not know is a condition we cannot keep, so a policy that has one is refused as a whole.
Some constraints stand only where they say something: engines other than `mpc` alone, that the nodes must
check each other's arithmetic, with which data sets the record may be joined (`health/1#` and the join
handle), from which countries somebody may ask, by which attributes people may be chosen (none of them is an
empty list), how often the record may be computed on, that it is given as data altruism, and that answers may
be shown to everybody. Policies from before there was a choice keep their form and mean the same.
Two members of our profile depart from plain ODRL: a purpose on the right also stands for the purposes below
it in DPV, and the three nodes are three constraints, because JSON-LD arrays have no order.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import TypeVar

from consent.country import is_place
from consent.joining import HANDLE_BYTES, MOST_JOINS, Joining
from consent.odrl_prohibition import ACTION, prohibitions_json, read_prohibitions
from consent.policy import MOST_COMPENSATION_CENTS, MOST_RUNS, NODES, Policy
from consent.prohibition import MOST_PROHIBITIONS, MOST_TERMS
from consent.query import MAX_NAME, MOST_FLOOR, decimal_text, read_decimal
from consent.vocabulary import MARKET_NAMESPACE, Engine, Purpose, RecipientKind, StatisticKind
from crypto.encoding import Json, b64url_decode
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

CONTEXT = ("https://w3id.org/dspace/2025/1/context.jsonld",)
PROFILE = f"{MARKET_NAMESPACE}odrl-analytics:1"
MAX_ID = 500

E = TypeVar("E", bound=Enum)

_OPERATORS = {
    "purpose": "isAnyOf",
    "mk:attribute": "isAnyOf",
    "mk:recipientKind": "isAnyOf",
    "mk:recipient": "isNoneOf",
    "mk:statistic": "isAnyOf",
    "mk:crowd": "gteq",
    "mk:exact": "eq",
    "mk:epsilonPerQuery": "lteq",
    "mk:epsilonTotal": "lteq",
    "mk:compensationCents": "gteq",
    "mk:node0": "eq",
    "mk:node1": "eq",
    "mk:node2": "eq",
    "mk:givenAt": "eq",
    "dateTime": "lt",
}
"""The one operator of each operand, in the order in which they are written."""

_OPTIONAL_OPERATORS = {
    "mk:engine": "isAnyOf",
    "mk:verifiedOnly": "eq",
    "mk:join": "isAnyOf",
    "mk:recipientCountry": "isAnyOf",
    "mk:filter": "isAnyOf",
    "mk:runs": "lteq",
    "mk:altruism": "eq",
    "mk:publication": "eq",
}
"""Those that are left out where they would say what holds anyway."""

_PLAIN_ENGINES = frozenset({Engine.MPC})


def to_offer(policy: Policy, offer_id: str) -> dict[str, Json]:
    """Write a policy as a DSP offer, open to anybody who meets its constraints."""
    return {
        "@context": list(CONTEXT),
        "@id": offer_id,
        "@type": "Offer",
        "profile": PROFILE,
        "permission": [_permission(policy)],
        **_forbidding(prohibitions_json(policy.prohibitions, policy.data_set)),
    }


def offer_of(constraints: list[Json], prohibitions: list[Json]) -> dict[str, Json]:
    """An offer with these constraints and prohibitions, of which `from_odrl` tells if they are a policy."""
    return {
        "@context": list(CONTEXT),
        "@id": "offer",
        "@type": "Offer",
        "profile": PROFILE,
        "permission": [{"action": ACTION, "constraint": constraints}],
        **_forbidding(prohibitions),
    }


def _forbidding(prohibitions: list[Json]) -> dict[str, Json]:
    return {"prohibition": prohibitions} if prohibitions else {}


def to_agreement(
    policy: Policy, agreement_id: str, *, assigner: str, assignee: str, agreed_at: datetime
) -> dict[str, Json]:
    """Write a policy as a DSP agreement between the person (`assigner`) and one buyer (`assignee`)."""
    return {
        **to_offer(policy, agreement_id),
        "@type": "Agreement",
        "target": f"urn:argonauta:dataset:{policy.data_set}",
        "assigner": assigner,
        "assignee": assignee,
        "timestamp": utc_text(agreed_at),
    }


def from_odrl(document: object, where: str = "policy") -> Policy:
    """Read the policy in an offer or agreement that `to_offer` or `to_agreement` wrote.

    Raises:
        MalformedError: it is not of that form, or has a member, rule, operand or operator we do not know.
        TermsError: its terms contradict themselves.
    """
    fields = Fields.of(document, where)
    if fields.entries("@context") != list(CONTEXT) or fields.text("profile") != PROFILE:
        raise MalformedError(f"{where}: expected a policy of the profile {PROFILE}")
    fields.text("@id", max_length=MAX_ID)
    target = _read_parties(fields)
    (permission,) = fields.objects("permission", least=1, most=1)
    # A member that is there must say something: null would be nothing forbidden where something was meant.
    is_forbidding = isinstance(document, Mapping) and "prohibition" in document
    forbidden = fields.objects("prohibition", least=1, most=MOST_PROHIBITIONS) if is_forbidding else ()
    fields.done()
    policy = _read_permission(permission)
    if forbidden:
        policy = replace(policy, prohibitions=read_prohibitions(forbidden, policy.data_set))
    if target not in {None, f"urn:argonauta:dataset:{policy.data_set}"}:
        raise MalformedError(f"{where}.target: another data set than in the permission")
    return policy


def _permission(policy: Policy) -> dict[str, Json]:
    nodes = {f"mk:node{role}": node for role, node in enumerate(policy.node_ids)}
    operands: dict[str, Json] = {
        "purpose": sorted(purpose.iri for purpose in policy.purposes),
        "mk:attribute": sorted(f"{policy.data_set}#{name}" for name in policy.attributes),
        "mk:recipientKind": sorted(kind.value for kind in policy.recipient_kinds),
        "mk:recipient": sorted(policy.excluded_recipients),
        "mk:statistic": sorted(kind.value for kind in policy.statistics),
        "mk:crowd": str(policy.crowd_floor),
        "mk:exact": "true" if policy.exact_allowed else "false",
        "mk:epsilonPerQuery": decimal_text(policy.epsilon_per_query),
        "mk:epsilonTotal": decimal_text(policy.epsilon_total),
        "mk:compensationCents": str(policy.compensation_cents),
        **nodes,
        "mk:givenAt": utc_text(policy.given_at),
        "dateTime": utc_text(policy.valid_until),
    }
    if policy.engines != _PLAIN_ENGINES:
        operands["mk:engine"] = sorted(engine.value for engine in policy.engines)
    if policy.joins:
        operands["mk:join"] = [f"{each.data_set}#{each.handle}" for each in sorted(policy.joins)]
    if policy.recipient_countries:
        operands["mk:recipientCountry"] = sorted(policy.recipient_countries)
    if policy.filters is not None:
        operands["mk:filter"] = sorted(f"{policy.data_set}#{name}" for name in policy.filters)
    if policy.runs is not None:
        operands["mk:runs"] = str(policy.runs)
    operands |= {name: "true" for name, holds in _marks(policy).items() if holds}
    constraints: list[Json] = [
        {"leftOperand": name, "operator": operator, "rightOperand": operands[name]}
        for name, operator in (_OPERATORS | _OPTIONAL_OPERATORS).items()
        if name in operands
    ]
    return {"action": ACTION, "constraint": constraints}


def _marks(policy: Policy) -> dict[str, bool]:
    return {
        "mk:verifiedOnly": policy.verified_only,
        "mk:altruism": policy.altruism,
        "mk:publication": policy.publication,
    }


def _read_parties(fields: Fields) -> str | None:
    kind = fields.text("@type", max_length=MAX_NAME)
    if kind == "Offer":
        return None
    if kind != "Agreement":
        raise MalformedError(f"{fields.where}.@type: expected Offer or Agreement")
    for party in ("assigner", "assignee"):
        fields.text(party, max_length=MAX_ID)
    fields.moment("timestamp")
    return fields.text("target", max_length=MAX_ID)


def _read_permission(permission: Fields) -> Policy:
    if permission.text("action", max_length=MAX_NAME) != ACTION:
        raise MalformedError(f"{permission.where}.action: expected {ACTION!r}")
    most = len(_OPERATORS) + len(_OPTIONAL_OPERATORS)
    constraints = permission.objects("constraint", least=len(_OPERATORS), most=most)
    permission.done()
    # One reader over all right operands: their names are the left operands, each known and each once.
    operands = dict(map(_read_constraint, constraints))
    if len(operands) != len(constraints):
        raise MalformedError(f"{permission.where}: a constraint stands twice")
    read = Fields(operands, permission.where)
    data_set, attributes = _read_attributes(read)
    policy = Policy(
        data_set=data_set,
        attributes=attributes,
        purposes=_read_terms(read, "purpose", Purpose.from_iri),
        recipient_kinds=_read_terms(read, "mk:recipientKind", RecipientKind),
        statistics=_read_terms(read, "mk:statistic", StatisticKind),
        crowd_floor=_read_count(read, "mk:crowd", most=MOST_FLOOR),
        exact_allowed=read.choice("mk:exact", _truth),
        epsilon_per_query=read_decimal(read, "mk:epsilonPerQuery"),
        epsilon_total=read_decimal(read, "mk:epsilonTotal"),
        compensation_cents=_read_count(read, "mk:compensationCents", most=MOST_COMPENSATION_CENTS),
        node_ids=tuple(read.text(f"mk:node{role}", max_length=MAX_NAME) for role in range(NODES)),
        given_at=read.moment("mk:givenAt"),
        valid_until=read.moment("dateTime"),
        excluded_recipients=frozenset(read.texts("mk:recipient", max_length=MAX_ID)),
        engines=_read_engines(read),
        verified_only=_read_mark(read, "mk:verifiedOnly"),
        joins=_read_joins(read),
        recipient_countries=_read_countries(read),
        filters=_read_filters(read, data_set),
        runs=_read_count(read, "mk:runs", most=MOST_RUNS) if read.has("mk:runs") else None,
        altruism=_read_mark(read, "mk:altruism"),
        publication=_read_mark(read, "mk:publication"),
    )
    read.done()
    return policy


def _read_engines(read: Fields) -> frozenset[Engine]:
    if not read.has("mk:engine"):
        return _PLAIN_ENGINES
    engines = _read_terms(read, "mk:engine", Engine)
    if engines == _PLAIN_ENGINES:
        raise MalformedError(f"{read.where}.mk:engine: this holds anyway and is left out")
    return engines


def _read_mark(read: Fields, name: str) -> bool:
    if not read.has(name):
        return False
    if not read.choice(name, _truth):
        raise MalformedError(f"{read.where}.{name}: this holds anyway and is left out")
    return True


def _read_joins(read: Fields) -> frozenset[Joining]:
    if not read.has("mk:join"):
        return frozenset()
    texts = read.texts("mk:join", least=1, most=MOST_JOINS, max_length=MAX_NAME)
    return frozenset(_read_joining(text, f"{read.where}.mk:join") for text in texts)


def _read_joining(text: str, where: str) -> Joining:
    data_set, mark, handle = text.partition("#")
    try:
        b64url_decode(handle, length=HANDLE_BYTES)
    except MalformedError as error:
        raise MalformedError(f"{where}: expected a data set, # and a join handle") from error
    if not (data_set and mark):
        raise MalformedError(f"{where}: expected a data set, # and a join handle")
    return Joining(data_set, handle)


def _read_countries(read: Fields) -> frozenset[str]:
    if not read.has("mk:recipientCountry"):
        return frozenset()
    texts = read.texts("mk:recipientCountry", least=1, most=MOST_TERMS)
    if not all(map(is_place, texts)):
        raise MalformedError(
            f"{read.where}.mk:recipientCountry: expected countries or regions that there are"
        )
    return frozenset(texts)


def _read_filters(read: Fields, data_set: str) -> frozenset[str] | None:
    if not read.has("mk:filter"):
        return None
    named = [text.rpartition("#") for text in read.texts("mk:filter")]
    if not all(before == data_set and name for before, _, name in named):
        raise MalformedError(f"{read.where}.mk:filter: expected attributes of {data_set}")
    return frozenset(name for _, _, name in named)


def _read_constraint(constraint: Fields) -> tuple[str, Json]:
    name = constraint.text("leftOperand", max_length=MAX_NAME)
    if constraint.text("operator", max_length=MAX_NAME) != (_OPERATORS | _OPTIONAL_OPERATORS).get(name):
        raise MalformedError(f"{constraint.where}: unknown operand or operator")
    value = constraint.any("rightOperand")
    constraint.done()
    if value is None:
        raise MalformedError(f"{constraint.where}.rightOperand: expected something to compare with")
    return name, value


def _read_attributes(read: Fields) -> tuple[str, frozenset[str]]:
    named = [text.rpartition("#") for text in read.texts("mk:attribute", least=1)]
    data_sets = {data_set for data_set, _, _ in named}
    if len(data_sets) != 1 or not all(data_set and name for data_set, _, name in named):
        raise MalformedError(f"{read.where}.mk:attribute: expected attributes of one data set")
    return data_sets.pop(), frozenset(name for _, _, name in named)


def _read_terms(read: Fields, name: str, parse: Callable[[str], E]) -> frozenset[E]:
    return frozenset(_parsed(read.texts(name, least=1), parse, f"{read.where}.{name}"))


def _parsed(texts: Iterable[str], parse: Callable[[str], E], where: str) -> Iterable[E]:
    for text in texts:
        try:
            yield parse(text)
        except ValueError as error:
            raise MalformedError(f"{where}: unknown value {text[:80]!r}") from error


def _read_count(read: Fields, name: str, *, most: int) -> int:
    text = read.text(name, max_length=len(str(most)))
    if not (text.isascii() and text.isdigit()) or str(int(text)) != text or int(text) > most:
        raise MalformedError(f"{read.where}.{name}: expected a whole number up to {most}")
    return int(text)


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"
