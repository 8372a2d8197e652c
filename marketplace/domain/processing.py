"""What is processed here, why, for whom and how is it protected?

The record of processing activities (GDPR 30) and the skeleton of an impact assessment (GDPR 35(7)), as values
and as JSON-LD in the terms of DPV 2.3.

Facts come from the data sets, the agreements in force and the trust registry. What only people can know or
decide is named as such and left open: a document with open questions is no finished one, and says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.record_document import recipient_relations
from consent.vocabulary import MARKET_NAMESPACE, Purpose, RecipientKind
from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.band import Band
from ssi.attribute import Sensitivity
from ssi.dataset import DataSet

CONTEXT: Final[dict[str, Json]] = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "mk": MARKET_NAMESPACE,
}
"""Written out, so that the document can be read without fetching anything."""


@dataclass(frozen=True)
class Measure:
    """A measure in force: its DPV term, and what it means here."""

    term: str
    words: str


@dataclass(frozen=True)
class Retention:
    """What is kept, and until when."""

    what: str
    until: str


@dataclass(frozen=True)
class Risk:
    """What may happen to people, and what stands against it. People say how likely and grave it is."""

    words: str
    against: str


MEASURES: Final = (
    Measure(
        "dpv:SecureMultiPartyComputation",
        "Answers are computed by several nodes, none of which sees a record.",
    ),
    Measure("dpv:SecretSharingSchemes", "Wallets split records before anything leaves them."),
    Measure("dpv:DifferentialPrivacy", "Noise is added inside the computation, and counted for each person."),
    Measure("dpv:EndToEndEncryption", "Shares are sealed to the nodes and results to the buyer."),
    Measure("dpv:EncryptionInTransfer", "TLS with pinned certificates between market and nodes."),
    Measure("dpv:EncryptionAtRest", "Names and accounts of payees, and what people write, are sealed."),
    Measure(
        "dpv:Pseudonymisation", "The market knows agreements by random names, each with a key of its own."
    ),
    Measure("dpv:DigitalSignatures", "Agreements, orders, withdrawals and results are signed."),
    Measure("dpv:UsageControl", "Each node decides by itself whether an agreement allows a computation."),
    Measure(
        "dpv:AccessControlMethod", "Operators see no personal data without a reason that is written down."
    ),
    Measure("dpv:ActivityMonitoring", "A public log that nodes cosign shows what was done."),
)
RETENTION: Final = (
    Retention("Sealed contributions", "until all nodes have them, or until the person withdraws"),
    Retention(
        "Shares at the nodes", "until the agreement ends or is withdrawn; each node signs that it deleted"
    ),
    Retention(
        "Entries of the log about an agreement",
        "text until it is withdrawn; a fingerprint that tells nothing stays",
    ),
    Retention("Name and account of a payee", "until the payout is paid or refused"),
    Retention("What a person writes in a request", "until the request is answered"),
    Retention(
        "Orders, books and registers of acts", "to be filled in: as long as the law on accounting asks"
    ),
)
RISKS: Final = (
    Risk(
        "Nodes work together and see records.",
        "Nodes of independent organisations; policies name who must collude.",
    ),
    Risk(
        "Answers that differ by few people are held against each other.",
        "Crowd floor in people, noise, a guard over answered queries.",
    ),
    Risk(
        "Somebody learns that a person has a record of this kind.",
        "Random names, bands instead of counts; the market itself knows who takes part.",
    ),
    Risk(
        "A payout ties agreements of one person together.",
        "Only the market learns it, by the person's own act; the payee is forgotten afterwards.",
    ),
    Risk(
        "A withdrawal is not heeded.",
        "Nodes check at admission and at release; the wallet tells them itself.",
    ),
    Risk(
        "Keys of the market or of a node are taken.",
        "Files that only the process can read; certificates pinned in the signed registry.",
    ),
)
OF_THE_RECORD: Final = (
    "Name and contact of the controller, its representative and its data protection officer (Art. 30(1)(a))",
    "Contracts with the operators of the nodes as processors, or as joint controllers (Art. 26, 28)",
    "Transfers to third countries, with the safeguards (Art. 30(1)(e))",
    "For how long orders, books and registers are kept (Art. 30(1)(f))",
)
OF_THE_ASSESSMENT: Final = (
    "Necessity and proportionality in relation to the purposes (Art. 35(7)(b))",
    "How likely and how grave each risk is, and which others there are (Art. 35(7)(c))",
    "Whether the measures are enough, and what is left (Art. 35(7)(d))",
    "The advice of the data protection officer (Art. 35(2))",
    "The views of the people concerned (Art. 35(9))",
    "Whether the authority has to be consulted first (Art. 36)",
    "Who decided, and when the assessment is looked at again (Art. 35(11))",
)


@dataclass(frozen=True)
class Processing:
    """What the agreements in force about one data set allow, together. People are a band, never a number."""

    data_set: DataSet
    people: Band
    purposes: tuple[Purpose, ...]
    recipients: tuple[RecipientKind, ...]
    columns: tuple[str, ...]
    until: datetime | None
    assessment: str | None

    @property
    def is_special(self) -> bool:
        """Whether the data are of a special category (Art. 9)."""
        return self.data_set.sensitivity is Sensitivity.HEALTH

    def to_json(self) -> dict[str, Json]:
        """The processing in DPV."""
        special = "dpv:SpecialCategoryPersonalData" if self.is_special else "dpv:PersonalData"
        bases = ["eu-gdpr:A6-1-a-explicit-consent", *(["eu-gdpr:A9-2-a"] if self.is_special else [])]
        return {
            "@id": f"mk:processing/{self.data_set.ref}",
            "@type": "dpv:Process",
            "dct:title": self.data_set.label["en"],
            "mk:people": self.people.text,
            "dpv:hasPurpose": _named(each.value for each in self.purposes),
            "dpv:hasProcessing": _named(["dpv:Aggregate"]),
            "dpv:hasPersonalData": [
                {"dct:identifier": f"{self.data_set.ref}#{name}", "skos:broader": {"@id": special}}
                for name in self.columns
            ],
            "dpv:hasRecipient": recipient_relations(self.recipients),
            "dpv:hasLegalBasis": _named(bases),
            "mk:agreementsEndBy": None if self.until is None else utc_text(self.until),
            "mk:assessment": self.assessment,
        }


@dataclass(frozen=True)
class Party:
    """Who takes part in the processing: an operator of a node, or the dealer."""

    party_id: str
    operator: str
    valid_until: datetime


@dataclass(frozen=True)
class ProcessingRecord:
    """Everything together, as of a moment."""

    marketplace_id: str
    name: str
    at: datetime
    processings: tuple[Processing, ...]
    processors: tuple[Party, ...]

    def to_json(self) -> dict[str, Json]:
        """The record of processing activities (Art. 30)."""
        return {
            "@context": CONTEXT,
            "@id": f"mk:records-of-processing/{utc_text(self.at)}",
            "@type": "dpv:RecordsOfActivities",
            "dct:created": utc_text(self.at),
            **self._house(),
            "dpv:hasProcess": [each.to_json() for each in self.processings],
            "mk:toBeFilledIn": list(OF_THE_RECORD),
        }

    def assessment_json(self, ref: str) -> dict[str, Json]:
        """The skeleton of the impact assessment of one of its data sets (Art. 35(7))."""
        return {
            "@context": CONTEXT,
            "@id": f"mk:impact-assessment/{ref}/{utc_text(self.at)}",
            "@type": "dpv:DPIA",
            "dct:created": utc_text(self.at),
            **self._house(),
            "dpv:hasProcess": [each.to_json() for each in self.processings if each.data_set.ref == ref],
            "dpv:hasRisk": [
                {"@type": "dpv:Risk", "dct:description": risk.words, "mk:against": risk.against}
                for risk in RISKS
            ],
            "mk:toBeFilledIn": [*OF_THE_ASSESSMENT, *OF_THE_RECORD],
        }

    def _house(self) -> dict[str, Json]:
        return {
            "dpv:hasDataController": [{"@id": self.marketplace_id, "dct:title": self.name}],
            "dpv:hasDataProcessor": [
                {"@id": f"mk:party/{each.party_id}", "dct:title": each.operator} for each in self.processors
            ],
            "dpv:hasTechnicalMeasure": [
                {"@id": each.term, "dct:description": each.words} for each in MEASURES
            ],
            "dpv:hasStorageCondition": [
                {"@type": "dpv:StorageCondition", "dct:title": each.what, "dct:description": each.until}
                for each in RETENTION
            ],
        }


def _named(terms: Iterable[str]) -> Sequence[Json]:
    return [{"@id": term} for term in terms]
