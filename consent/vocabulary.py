"""Which words do consents use? Purposes, recipients, statistics, engines, statuses, tied to W3C DPV 2.3.

The Data Privacy Vocabulary (https://w3id.org/dpv, version 2.3) gives the IRIs. Where it has no term, the
term is ours, in the namespace `MARKET_NAMESPACE`, with the DPV term above it named.
"""

from enum import Enum
from typing import Final

from crypto.engine import PROFILES, EngineKind, EngineProfile

DPV_NAMESPACE = "https://w3id.org/dpv#"
DPV_PREFIX = "dpv:"
MARKET_NAMESPACE = "urn:argonauta:vocabulary:"


class Purpose(Enum):
    """Why somebody asks, as a DPV purpose; the value is the compact IRI."""

    RESEARCH_AND_DEVELOPMENT = "dpv:ResearchAndDevelopment"
    ACADEMIC_RESEARCH = "dpv:AcademicResearch"
    SCIENTIFIC_RESEARCH = "dpv:ScientificResearch"
    NON_COMMERCIAL_RESEARCH = "dpv:NonCommercialResearch"
    COMMERCIAL_RESEARCH = "dpv:CommercialResearch"
    PERSONNEL_HIRING = "dpv:PersonnelHiring"
    SERVICE_OPTIMISATION = "dpv:ServiceOptimisation"
    PUBLIC_BENEFIT = "dpv:PublicBenefit"

    @property
    def iri(self) -> str:
        """The full IRI."""
        return DPV_NAMESPACE + self.value.removeprefix(DPV_PREFIX)

    @property
    def broader(self) -> "Purpose | None":
        """The purpose above this one in DPV, where it is one of ours (`skos:broader`)."""
        return Purpose.RESEARCH_AND_DEVELOPMENT if self in _KINDS_OF_RESEARCH else None

    @property
    def lineage(self) -> "frozenset[Purpose]":
        """This purpose and those above it in DPV: allowing any of them allows this one."""
        return _LINEAGES[self]

    @property
    def related(self) -> "frozenset[Purpose]":
        """This purpose, those above it and those below it: what it may stand for, or be part of."""
        return _RELATED[self]

    def falls_under(self, allowed: "Purpose") -> bool:
        """Whether allowing `allowed` allows this purpose: it is the same one, or one below it in DPV."""
        return allowed in self.lineage

    @classmethod
    def from_iri(cls, iri: str) -> "Purpose":
        """The purpose of a full IRI.

        Raises:
            ValueError: no purpose of ours has it.
        """
        if not iri.startswith(DPV_NAMESPACE):
            raise ValueError(iri)
        return cls(DPV_PREFIX + iri.removeprefix(DPV_NAMESPACE))


_KINDS_OF_RESEARCH = frozenset(
    {
        Purpose.ACADEMIC_RESEARCH,
        Purpose.SCIENTIFIC_RESEARCH,
        Purpose.NON_COMMERCIAL_RESEARCH,
        Purpose.COMMERCIAL_RESEARCH,
    }
)


GENERAL_INTEREST: Final = frozenset(
    {
        Purpose.ACADEMIC_RESEARCH,
        Purpose.SCIENTIFIC_RESEARCH,
        Purpose.NON_COMMERCIAL_RESEARCH,
        Purpose.PUBLIC_BENEFIT,
    }
)
"""What data altruism may be for (Regulation (EU) 2022/868 art. 2(16)); no other purpose is below them."""

DATA_ALTRUISM: Final = "dpv:DataAltruism"
"""The DPV purpose that stands beside those of who wants nothing in return; nobody can ask for it."""

ALTRUISM_FORM: Final = "eu-dga:EUDataAltruismConsentForm"


def _lineage(purpose: Purpose) -> frozenset[Purpose]:
    above = purpose.broader
    return frozenset({purpose}) if above is None else _lineage(above) | {purpose}


_LINEAGES = {purpose: _lineage(purpose) for purpose in Purpose}
_RELATED = {
    purpose: _LINEAGES[purpose] | {each for each, above in _LINEAGES.items() if purpose in above}
    for purpose in Purpose
}


class RecipientKind(Enum):
    """What kind of organisation asks; the value stands in organisation credentials (claim `kind`)."""

    UNIVERSITY = "university"
    HOSPITAL = "hospital"
    RESEARCH_INSTITUTE = "research_institute"
    PUBLIC_BODY = "public_body"
    COMPANY = "company"
    INSURER = "insurer"

    @property
    def iri(self) -> str:
        """The full IRI, in our namespace: DPV has no kinds of organisation this fine."""
        return f"{MARKET_NAMESPACE}{self.value}"

    @property
    def broader_iri(self) -> str:
        """The DPV 2.3 kind of organisation above it."""
        return DPV_NAMESPACE + _DPV_ORGANISATIONS[self]


_DPV_ORGANISATIONS = {
    RecipientKind.UNIVERSITY: "AcademicScientificOrganisation",
    RecipientKind.HOSPITAL: "Organisation",
    RecipientKind.RESEARCH_INSTITUTE: "AcademicScientificOrganisation",
    RecipientKind.PUBLIC_BODY: "GovernmentalOrganisation",
    RecipientKind.COMPANY: "ForProfitOrganisation",
    RecipientKind.INSURER: "ForProfitOrganisation",
}


class StatisticKind(Enum):
    """What is computed over a crowd; `consent.menu` says what each of them needs."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    VARIANCE = "variance"
    STANDARD_DEVIATION = "sd"
    HISTOGRAM = "histogram"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    MEDIAN = "median"
    QUANTILES = "quantiles"
    TOP_CATEGORIES = "top_categories"
    COVARIANCE = "covariance"
    CORRELATION = "correlation"
    LINEAR_REGRESSION = "linear_regression"
    LOGISTIC_REGRESSION = "logistic_regression"
    K_MEANS = "k_means"


class StatisticGroup(Enum):
    """How people find their way among the statistics: what an answer of this group tells."""

    AMOUNTS = "amounts"
    RANGES = "ranges"
    RELATIONS = "relations"
    GROUPS = "groups"

    @property
    def kinds(self) -> tuple[StatisticKind, ...]:
        """The statistics of this group, in their order."""
        return _KINDS_OF_GROUP[self]


_KINDS_OF_GROUP = {
    StatisticGroup.AMOUNTS: (
        StatisticKind.COUNT,
        StatisticKind.SUM,
        StatisticKind.MEAN,
        StatisticKind.VARIANCE,
        StatisticKind.STANDARD_DEVIATION,
        StatisticKind.HISTOGRAM,
    ),
    StatisticGroup.RANGES: (
        StatisticKind.MINIMUM,
        StatisticKind.MAXIMUM,
        StatisticKind.MEDIAN,
        StatisticKind.QUANTILES,
    ),
    StatisticGroup.RELATIONS: (
        StatisticKind.COVARIANCE,
        StatisticKind.CORRELATION,
        StatisticKind.LINEAR_REGRESSION,
        StatisticKind.LOGISTIC_REGRESSION,
    ),
    StatisticGroup.GROUPS: (StatisticKind.TOP_CATEGORIES, StatisticKind.K_MEANS),
}


class Engine(Enum):
    """By which way of computing an answer is made; they differ in who would have to collude to see a row."""

    AUTO = "auto"
    MPC = EngineKind.REPLICATED.value
    ADDITIVE = EngineKind.ADDITIVE.value
    PAILLIER = EngineKind.AGGREGATION.value
    FUNCTIONAL = EngineKind.FUNCTIONAL.value

    @property
    def profile(self) -> EngineProfile | None:
        """Who must collude, what it shows and what it costs; `AUTO`, the open choice, has none."""
        return None if self is Engine.AUTO else PROFILES[EngineKind(self.value)]


class ConsentStatus(Enum):
    """Where a consent stands, as a DPV consent status; the value is the compact IRI."""

    GIVEN = "dpv:ConsentGiven"
    WITHDRAWN = "dpv:ConsentWithdrawn"
    EXPIRED = "dpv:ConsentExpired"
