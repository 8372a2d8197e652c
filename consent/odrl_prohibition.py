"""How does what a person forbids look in an ODRL policy of DSP 2025-1, and how is it read?

A prohibition there is an action, which is ours, and a list of constraints. Terms have the same form as in the
permission: purposes are IRIs, attributes carry their data set (`exam/1#sex`). Reading is strict: a member, an
operand, an operator or a word that we do not know is something we could not refuse, so it is malformed.
"""

from collections.abc import Iterable
from decimal import Decimal

from consent.errors import TermsError
from consent.prohibition import (
    MOST_TERMS,
    NUMBERS,
    OPERATORS,
    TRUTHS,
    Constraint,
    Operand,
    Operator,
    Prohibition,
)
from consent.query import MAX_NAME, read_decimal
from consent.vocabulary import DPV_NAMESPACE, DPV_PREFIX, Purpose
from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields

ACTION = "aggregate"
_OF_DATA_SET = frozenset({Operand.ATTRIBUTE, Operand.FILTER})


def prohibitions_json(prohibitions: Iterable[Prohibition], data_set: str) -> list[Json]:
    """The prohibitions of a policy, in the order of their canonical bytes."""
    return sorted((prohibition_json(each, data_set) for each in prohibitions), key=canonical_json)


def prohibition_json(prohibition: Prohibition, data_set: str) -> dict[str, Json]:
    """One prohibition as DSP writes it."""
    return {
        "action": ACTION,
        "constraint": [
            each.to_json(lambda operand, text: written(operand, text, data_set))
            for each in prohibition.ordered
        ],
    }


def read_prohibitions(found: Iterable[Fields], data_set: str) -> frozenset[Prohibition]:
    """Read what `prohibitions_json` wrote, in any order.

    Raises:
        MalformedError: a member, operand, operator or term is not known, or something stands twice.
        TermsError: a prohibition says nothing, or two things of one operand.
    """
    read = [_read_prohibition(each, data_set) for each in found]
    if len(set(read)) != len(read):
        raise MalformedError("policy: a prohibition stands twice")
    return frozenset(read)


def _read_prohibition(fields: Fields, data_set: str) -> Prohibition:
    if fields.text("action", max_length=MAX_NAME) != ACTION:
        raise MalformedError(f"{fields.where}.action: expected {ACTION!r}")
    constraints = fields.objects("constraint", least=1, most=len(Operand))
    fields.done()
    read = [_read_constraint(each, data_set) for each in constraints]
    if len({each.operand for each in read}) != len(read):
        raise MalformedError(f"{fields.where}: a constraint stands twice")
    return Prohibition(frozenset(read))


def _read_constraint(fields: Fields, data_set: str) -> Constraint:
    operand = fields.choice("leftOperand", Operand)
    operator = fields.choice("operator", Operator)
    if operator not in OPERATORS[operand]:
        raise MalformedError(f"{fields.where}.operator: {operand.value} is not compared by {operator.value}")
    if operand in NUMBERS:
        right: frozenset[str] | Decimal = read_decimal(fields, "rightOperand")
    elif operand in TRUTHS:
        right = frozenset({fields.text("rightOperand", max_length=MAX_NAME)})
    else:
        texts = fields.texts("rightOperand", least=1, most=MOST_TERMS)
        right = frozenset(_read(operand, text, data_set, fields.where) for text in texts)
    fields.done()
    try:
        return Constraint(operand, operator, right)
    except TermsError as error:
        raise MalformedError(f"{fields.where}.rightOperand: {error}") from error


def written(operand: Operand, text: str, data_set: str) -> str:
    """A term of an operand as it stands in documents."""
    if operand is Operand.PURPOSE:
        return Purpose(text).iri
    return f"{data_set}#{text}" if operand in _OF_DATA_SET else text


def plain(operand: Operand, text: str) -> str:
    """A term of a document in the form that it has here; what is not of its form stays as it is."""
    if operand is Operand.PURPOSE:
        return text.replace(DPV_NAMESPACE, DPV_PREFIX, 1) if text.startswith(DPV_NAMESPACE) else text
    return text.rpartition("#")[2] if operand in _OF_DATA_SET else text


def _read(operand: Operand, text: str, data_set: str, where: str) -> str:
    if operand is Operand.PURPOSE:
        try:
            return Purpose.from_iri(text).value
        except ValueError as error:
            raise MalformedError(f"{where}: unknown purpose {text[:80]!r}") from error
    if operand not in _OF_DATA_SET:
        return text
    before, mark, name = text.rpartition("#")
    if before != data_set or not (mark and name):
        raise MalformedError(f"{where}: expected attributes of {data_set}")
    return name
