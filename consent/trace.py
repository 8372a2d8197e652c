"""Why was a use permitted or refused? Each rule with what it asks for and what was seen.

A trace is evaluated with the rules of `consent.decision`, on demand, and its decision is theirs. It is an
audit entry: as a document it can be logged, and read again by whoever has it. Reading refuses a trace whose
decision does not follow from its findings, or a finding from its two sides where those tell
(`consent.trace_check`), so a logged one says one thing only. It does not tell whether a rule was left out:
whoever has the policy evaluates again. `consent.trace_wording` says it in sentences.

It holds names, numbers of people and budgets, never a value of an attribute, and not the category or the
range by which people were chosen. Whose policy it was and what was left of her budget is personal: a trace is
for her and for whoever has to account for the use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from consent.decision import RULES, facts_of
from consent.odrl import PROFILE
from consent.odrl_prohibition import prohibition_json
from consent.policy import Policy, Refusal, Use
from consent.prohibition import MOST_PROHIBITIONS, MOST_TERMS, Facts, Operand, Prohibition
from consent.query import MAX_NAME
from consent.shown import SHOWN, Shown, shown_json, shown_right, shown_seen
from consent.trace_check import is_of_permission, is_of_prohibition, is_of_state, satisfied
from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

MAX_TEXT = 500
_MOST_RULES = len(RULES) + MOST_PROHIBITIONS + 4


class RuleKind(StrEnum):
    """Which part of a policy a rule belongs to."""

    STATE = "state"
    PROHIBITION = "prohibition"
    PERMISSION = "permission"


@dataclass(frozen=True)
class Finding:
    """One constraint as it was evaluated.

    `seen` is None where the fact is not known, which satisfies nothing that is allowed and everything that is
    forbidden, and where there is none: an exact answer has no epsilon to be compared.
    """

    operand: str
    operator: str
    right: Shown
    seen: Shown
    is_satisfied: bool

    def to_json(self) -> dict[str, Json]:
        """The finding as a document: the constraint as in the policy, and beside it what was seen."""
        return {
            "leftOperand": self.operand,
            "operator": self.operator,
            "rightOperand": shown_json(self.right),
            "seen": shown_json(self.seen),
            "satisfied": self.is_satisfied,
        }


@dataclass(frozen=True)
class Judged:
    """One rule: its constraints, and what its refusal is called."""

    kind: RuleKind
    refusal: Refusal
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the use keeps to it: a prohibition is broken where all its constraints are met."""
        all_met = all(each.is_satisfied for each in self.findings)
        return not all_met if self.kind is RuleKind.PROHIBITION else all_met


@dataclass(frozen=True)
class Trace:
    """All rules of a policy held against one use at a moment.

    `reasons` are those of `consent.decision.decide`, in order; none where the use was permitted.
    """

    query_digest: str
    at: datetime
    rules: tuple[Judged, ...]

    @property
    def reasons(self) -> tuple[Refusal, ...]:
        """Why it was refused."""
        return tuple(dict.fromkeys(each.refusal for each in self.rules if not each.holds))

    @property
    def broken(self) -> tuple[Judged, ...]:
        """The rules that the use does not keep to."""
        return tuple(each for each in self.rules if not each.holds)

    def to_json(self) -> dict[str, Json]:
        """The trace as a document, to be logged in its canonical bytes."""
        return {
            "profile": PROFILE,
            "at": utc_text(self.at),
            "query_digest": self.query_digest,
            "reasons": [each.value for each in self.reasons],
            "rules": [
                {
                    "rule": each.kind.value,
                    "reason": each.refusal.value,
                    "constraint": [finding.to_json() for finding in each.findings],
                }
                for each in self.rules
            ],
        }

    @classmethod
    def from_json(cls, document: object, where: str = "trace") -> "Trace":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form, a rule compares what is not
                compared so, a finding does not follow from what was asked and seen, or the reasons do not
                follow from the findings.
        """
        fields = Fields.of(document, where)
        if fields.text("profile", max_length=MAX_TEXT) != PROFILE:
            raise MalformedError(f"{where}.profile: expected {PROFILE}")
        rules = fields.objects("rules", least=1, most=_MOST_RULES)
        trace = cls(
            fields.text("query_digest", max_length=MAX_NAME),
            fields.moment("at"),
            tuple(map(_read_rule, rules)),
        )
        reasons = fields.texts("reasons", most=len(Refusal), max_length=MAX_NAME)
        fields.done()
        if reasons != tuple(each.value for each in trace.reasons):
            raise MalformedError(f"{where}.reasons: expected those that follow from the rules")
        return trace


def trace(
    policy: Policy,
    use: Use,
    *,
    now: datetime,
    withdrawn_at: datetime | None = None,
    paused: bool = False,
) -> Trace:
    """Evaluate every rule and keep what was seen; the decision is that of `consent.decision.decide`."""
    state = _state(policy, now, is_withdrawn=withdrawn_at is not None, is_paused=paused)
    rules = (*state, *_forbidden(policy, use), *_allowed(policy, use))
    return Trace(use.query.digest, now.replace(microsecond=0), rules)


def _state(policy: Policy, now: datetime, *, is_withdrawn: bool, is_paused: bool) -> Iterator[Judged]:
    moment = utc_text(now)
    begun = Finding("dateTime", "gteq", utc_text(policy.given_at), moment, now >= policy.given_at)
    running = Finding("dateTime", "lt", utc_text(policy.valid_until), moment, now < policy.valid_until)
    standing = Finding("mk:withdrawn", "eq", "false", _truth(is_withdrawn), not is_withdrawn)
    going = Finding("mk:paused", "eq", "false", _truth(is_paused), not is_paused)
    for refusal, finding in (
        (Refusal.NOT_YET_VALID, begun),
        (Refusal.EXPIRED, running),
        (Refusal.WITHDRAWN, standing),
        (Refusal.PAUSED, going),
    ):
        yield Judged(RuleKind.STATE, refusal, (finding,))


def _truth(holds: bool) -> str:
    return "true" if holds else "false"


def _forbidden(policy: Policy, use: Use) -> Iterator[Judged]:
    facts = facts_of(policy, use)
    ordered = sorted(
        policy.prohibitions, key=lambda each: canonical_json(prohibition_json(each, policy.data_set))
    )
    for each in ordered:
        yield Judged(RuleKind.PROHIBITION, Refusal.PROHIBITED, tuple(_met(each, facts, policy.data_set)))


def _met(prohibition: Prohibition, facts: Facts, data_set: str) -> Iterator[Finding]:
    for each in prohibition.ordered:
        seen = facts(each.operand, each.operator)
        yield Finding(
            each.operand.value,
            each.operator.value,
            shown_right(each, data_set),
            shown_seen(each.operand, seen, data_set),
            each.is_met_by(seen),
        )


def _allowed(policy: Policy, use: Use) -> Iterator[Judged]:
    for operand, rule in RULES.items():
        sides = SHOWN[operand]
        right = sides.right(policy, use)
        if right is not None:
            holds = rule.is_satisfied(policy, use)
            finding = Finding(operand, sides.operator, right, sides.seen(policy, use), holds)
            yield Judged(RuleKind.PERMISSION, rule.refusal, (finding,))


def _read_rule(fields: Fields) -> Judged:
    kind = fields.choice("rule", RuleKind)
    refusal = fields.choice("reason", Refusal)
    most = len(Operand) if kind is RuleKind.PROHIBITION else 1
    constraints = fields.objects("constraint", least=1, most=most)
    fields.done()
    return Judged(kind, refusal, tuple(_read_finding(each, kind, refusal) for each in constraints))


_KNOWN: Final = {
    RuleKind.STATE: is_of_state,
    RuleKind.PROHIBITION: is_of_prohibition,
    RuleKind.PERMISSION: is_of_permission,
}


def _read_finding(fields: Fields, kind: RuleKind, refusal: Refusal) -> Finding:
    finding = Finding(
        fields.text("leftOperand", max_length=MAX_NAME),
        fields.text("operator", max_length=MAX_NAME),
        _read_shown(fields, "rightOperand"),
        _read_shown(fields, "seen"),
        fields.boolean("satisfied"),
    )
    fields.done()
    if not _KNOWN[kind](finding.operand, finding.operator, refusal):
        raise MalformedError(f"{fields.where}: not a constraint of this part of a policy with this reason")
    is_forbidding = kind is RuleKind.PROHIBITION
    holds = satisfied(
        finding.operand, finding.operator, finding.right, finding.seen, is_forbidding=is_forbidding
    )
    if holds is not None and holds is not finding.is_satisfied:
        raise MalformedError(f"{fields.where}.satisfied: expected what follows from what was asked and seen")
    return finding


def _read_shown(fields: Fields, name: str) -> Shown:
    found = fields.any(name)
    if found is None:
        return None
    if isinstance(found, str):
        return fields.text(name, max_length=MAX_TEXT)
    return fields.texts(name, most=MOST_TERMS, max_length=MAX_TEXT)
