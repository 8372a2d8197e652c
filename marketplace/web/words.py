"""The words of the screens: levels of protection, purposes, units, states, and refusals without jargon.

The house's rules speak to people and programs alike, so they name attributes by their codes and protection by
its parameter. On a screen the same refusals name what stands on the form.
"""

import re
from decimal import Decimal

from consent.query import decimal_text
from consent.vocabulary import Engine, Purpose, RecipientKind
from marketplace.domain.job import JobState
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet
from ssi.errors import DataSetError

PURPOSES = {
    Purpose.ACADEMIC_RESEARCH: "Academic research",
    Purpose.SCIENTIFIC_RESEARCH: "Scientific research",
    Purpose.NON_COMMERCIAL_RESEARCH: "Non-commercial research",
    Purpose.COMMERCIAL_RESEARCH: "Commercial research",
    Purpose.PUBLIC_BENEFIT: "Public benefit",
    Purpose.SERVICE_OPTIMISATION: "Improving a service",
    Purpose.PERSONNEL_HIRING: "Hiring",
}
ORGANISATIONS = {
    RecipientKind.UNIVERSITY: "University",
    RecipientKind.HOSPITAL: "Hospital",
    RecipientKind.RESEARCH_INSTITUTE: "Research institute",
    RecipientKind.PUBLIC_BODY: "Public body",
    RecipientKind.COMPANY: "Company",
    RecipientKind.INSURER: "Insurer",
}
EXACT = "exact"
LEVELS = {
    "0.2": ("Utmost protection", "Very much noise: for thousands of people."),
    "0.5": ("Very strong protection", "Much noise: for large crowds."),
    "1": ("Strong protection", "The usual choice."),
    "2": ("Medium protection", "Less noise; fewer people allow it."),
    "4": ("Light protection", "Little noise; few people allow it."),
    EXACT: (
        "No noise: the exact answer",
        "Only numbers that every record holds, and only people who allowed exact answers.",
    ),
}
ENGINES = {
    Engine.AUTO: (
        "The way that reaches most people",
        "The page of the price says which way that is, and who could see a record then.",
    ),
    Engine.MPC: (
        "By shared records",
        "Answers everything. Any two of the three nodes together could open a record.",
    ),
    Engine.ADDITIVE: (
        "By records that only all three nodes could open",
        "For counts, sums, averages, spreads, distributions and relations of numbers. Noise is larger, "
        "because each node adds its own. What is multiplied or checked takes a fourth party that deals out "
        "random numbers: with any one node it could open what goes into that. A plain sum is not checked: "
        "one node could give a wrong one unnoticed.",
    ),
    Engine.PAILLIER: (
        "By adding up under encryption",
        "For counts, sums, averages, spreads and distributions. Any two of the three nodes together could "
        "open what was encrypted.",
    ),
}
"""The ways of computing that a question can ask for; only people who allow the way take part."""

_UNITS = {
    "1": "",
    "a": "years",
    "d": "days",
    "h": "hours",
    "mm[Hg]": "mmHg",
    "kg/m2": "kg/m²",
    "/min": "per minute",
    "min": "minutes",
    "Cel": "°C",
}
_STATES = {
    JobState.QUEUED: ("waiting for the nodes", "note"),
    JobState.ADMITTED: ("under way", "note"),
    JobState.RUNNING: ("being computed", "note"),
    JobState.RELEASED: ("answer ready", "good"),
    JobState.SETTLED: ("answer ready, all paid", "good"),
    JobState.FAILED: ("failed", "bad"),
    JobState.REFUNDED: ("failed, money returned", "bad"),
}
_QUOTED = re.compile(r"'([A-Za-z0-9_/#]+)'")
_PLAINLY = (
    ("ask with an epsilon such as 1.0", "choose a protection with noise"),
    ("with a larger epsilon", "with a lighter protection"),
    (" (histogram)", ""),
    (" (count)", ""),
    ("without squares and products", "without spreads and relations"),
    (" (with)", ""),
    (" (auto)", ""),
    ("a public attribute", "something that is shown with the offer"),
    ("attribute", "part of the record"),
)


def unit_text(unit: str) -> str:
    """A UCUM unit as people write it; an unknown one is shown as it is."""
    return _UNITS.get(unit, unit)


def values_text(attribute: Attribute) -> str:
    """The values that an attribute can take: "−4 to 4", "60 to 260 mmHg", or the labels of its categories."""
    if attribute.kind is Kind.CATEGORY:
        return ", ".join(category.label["en"] for category in attribute.categories)
    least, most = (
        f"{edge.normalize():f}".replace("-", "−") for edge in (attribute.minimum, attribute.maximum)
    )
    return f"{least} to {most} {unit_text(attribute.unit)}".rstrip()


def level_text(epsilon: Decimal | None) -> str:
    """How an answer is protected, in the words of the form."""
    level = EXACT if epsilon is None else decimal_text(epsilon)
    return LEVELS[level][0] if level in LEVELS else "Protection of your own choice"


def state_words(state: JobState) -> tuple[str, str]:
    """Where a job stands, and the tone in which to say so."""
    return _STATES[state]


def plainly(text: str, data_set: DataSet) -> str:
    """A refusal of the house's rules in the words of the form, with labels in place of codes."""

    def label(found: re.Match[str]) -> str:
        try:
            return f"“{data_set.attribute(found[1]).label['en']}”"
        except DataSetError:
            return found[0]

    said = _QUOTED.sub(label, text)
    for technical, plain in _PLAINLY:
        said = said.replace(technical, plain)
    return said


def sentence(text: str) -> str:
    """A message of the services as a sentence."""
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "?", "!")) else f"{whole}."


def refusal_text(reason: str) -> str:
    """A node's reason for refusing, which is a code of its interface, for an operator's eyes."""
    return sentence(reason.replace("_", " ")).removesuffix(".")
