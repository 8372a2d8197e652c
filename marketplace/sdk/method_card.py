"""How was an answer made? One card for the methods part of a paper, made from what was verified.

Nothing on it is typed by hand: the question and the noise come from the computation that the nodes signed,
who would have to collude from the description of the way of computing, and the limits from both.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

from consent.answer import Answer
from consent.computation import Computation
from consent.joining import asked_about
from consent.query import Query, decimal_text
from consent.wording import describe_query, explain_withheld, purpose_text
from crypto.encoding import Json
from marketplace.sdk.proof_check import VerifiedProof
from marketplace.sdk.result import OpenedResult
from marketplace.sdk.table import group_text

LANGUAGE = "en"
_BANDS = (10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 1_000_000)
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1d2733}"
    "dt{font-weight:600;margin-top:.8rem}dd{margin:0}li{margin:.2rem 0}"
)


@dataclass(frozen=True)
class MethodCard:
    """What was computed, on whom, how exact it is, who could have seen a record, and what it cannot say."""

    question: str
    purpose: str
    data: str
    people: str
    protection: str
    noise: tuple[str, ...]
    intervals: str
    computed_by: tuple[str, ...]
    who_must_collude: str
    shown_by_design: tuple[str, ...]
    withheld: tuple[str, ...]
    limits: tuple[str, ...]
    order_id: str

    def to_json(self) -> dict[str, Json]:
        """The card for programs."""
        members: Mapping[str, str | tuple[str, ...]] = vars(self)
        return {name: list(each) if isinstance(each, tuple) else each for name, each in members.items()}

    def to_text(self) -> str:
        """The card as plain text."""
        lines = ["HOW THIS ANSWER WAS MADE", ""]
        for title, said in self._titled():
            lines += [f"{title}:", *(f"  {each}" for each in said), ""]
        return "\n".join(lines)

    def to_html(self) -> str:
        """The card as a page of its own, without scripts and without anything from elsewhere."""
        parts = "".join(f"<dt>{escape(title)}</dt><dd>{_html(said)}</dd>" for title, said in self._titled())
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f"<title>How this answer was made</title><style>{_STYLE}</style></head>"
            f"<body><main><h1>How this answer was made</h1><dl>{parts}</dl></main></body></html>\n"
        )

    def _titled(self) -> list[tuple[str, Sequence[str]]]:
        said: list[tuple[str, Sequence[str]]] = [
            ("What was computed", [self.question]),
            ("For", [self.purpose]),
            ("From", [self.data]),
            ("On whom", [self.people]),
            ("Protection", [self.protection]),
            ("Noise", self.noise),
            ("Intervals", [self.intervals]),
            ("Computed by", self.computed_by),
            ("Who would have to collude", [self.who_must_collude]),
            ("Known by design", self.shown_by_design),
            ("Withheld", self.withheld),
            ("What this cannot say", self.limits),
            ("Order", [self.order_id]),
        ]
        return [(title, each) for title, each in said if each]


def method_card(answered: OpenedResult | VerifiedProof) -> MethodCard:
    """The card of a verified answer, or of a verified proof."""
    query, computation = answered.query, answered.computation
    about, profile = asked_about(query), query.chosen_engine.profile
    return MethodCard(
        question=f"{describe_query(query, about, LANGUAGE)}.",
        purpose=purpose_text(query.purpose, LANGUAGE),
        data=f"{about.label[LANGUAGE]}: single records, each signed by the institution that made it",
        people=f"{people_band(answered.people)} people, each of whom agreed to this kind of question",
        protection=_protection(query),
        noise=_noise(computation),
        intervals=_intervals(query),
        computed_by=answered.nodes,
        who_must_collude="" if profile is None else profile.who_must_collude,
        shown_by_design=() if profile is None else profile.leaks_by_design,
        withheld=_withheld(query, answered.answer, computation),
        limits=_limits(query, "" if profile is None else profile.on_a_lie),
        order_id=answered.order_id,
    )


def people_band(people: int) -> str:
    """A number of people said coarsely, for a card that is passed on: "250 to 499"."""
    place = bisect_right(_BANDS, people)
    if place == 0:
        return f"fewer than {_BANDS[0]}"
    if place == len(_BANDS):
        return f"{_BANDS[-1]:,} or more"
    return f"{_BANDS[place - 1]:,} to {_BANDS[place] - 1:,}"


def _protection(query: Query) -> str:
    crowd = f"no number is over fewer than {query.floor} people"
    if query.epsilon is None:
        return f"No noise: the exact answer; {crowd}."
    spent = decimal_text(query.epsilon)
    return f"Random noise with a privacy cost of epsilon = {spent} for the whole question; {crowd}."


def _noise(computation: Computation) -> tuple[str, ...]:
    """One line for each measure that has noise, as the standard deviation of its sum."""
    return tuple(
        f"{each.name}: standard deviation {sqrt(each.noise_variance):.4g}"
        for each in computation.measures
        if each.noise_variance > 0
    )


def _intervals(query: Query) -> str:
    if query.epsilon is None:
        return "There is no noise, so no interval of it."
    return (
        "95 % intervals hold the number without noise in 95 of 100 answers. They are about the noise alone, "
        "not about the choice of people, unless a second interval is named “noise + sampling”."
    )


def _withheld(query: Query, answer: Answer | None, computation: Computation) -> tuple[str, ...]:
    about = asked_about(query)
    groups = tuple(
        f"{group_text(about, query, code)}: fewer than {computation.floor} people, so it was not computed"
        for code in computation.withheld
    )
    found = [] if answer is None else [each for row in answer.rows for each in row.estimates]
    reasons = {each.withheld for each in found if each.withheld is not None}
    return (*groups, *sorted(explain_withheld(each, LANGUAGE) for each in reasons))


def _limits(query: Query, on_a_lie: str) -> tuple[str, ...]:
    people = (
        "The people chose to take part and were not drawn at random: what holds for them need not hold for "
        "others."
    )
    exact = (
        ["Two exact answers about almost the same people must not be compared: the difference is a person."]
        if query.epsilon is None
        else []
    )
    return (people, *exact, *([on_a_lie] if on_a_lie else []))


def _html(said: Sequence[str]) -> str:
    if len(said) == 1:
        return escape(said[0])
    return f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in said)}</ul>"
