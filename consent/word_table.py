"""What does a language have to say? The form of the tables of words."""

from collections.abc import Mapping
from dataclasses import dataclass

from consent.estimate import Withheld
from consent.policy import Refusal
from consent.vocabulary import ConsentStatus, Purpose, RecipientKind, StatisticGroup, StatisticKind


@dataclass(frozen=True)
class Words:
    """Everything that differs between languages."""

    joiner: str
    quoted: str
    months: tuple[str, ...]
    date: str
    thousands: str
    decimal_point: str
    euros: str
    lower_labels: bool
    recipients: Mapping[RecipientKind, str]
    purposes: Mapping[Purpose, str]
    statistics: Mapping[StatisticKind, str]
    groups: Mapping[StatisticGroup, str]
    computed: Mapping[StatisticKind, str]
    refusals: Mapping[Refusal, str]
    withheld: Mapping[Withheld, str]
    statuses: Mapping[ConsentStatus, str]
    sentences: Mapping[str, str]
