"""How does a consent record look in the vocabulary of DPV 2.3?

JSON-LD conforming to the DPV-27560 profile for consent records under the GDPR (ISO/IEC TS 27560:2023; the
profile IRI is that of §2 of the guide, whose examples give two). Every relation is an array: the guide's own
examples repeat keys, of which a JSON reader keeps only the last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.odrl import to_offer
from consent.policy import Policy
from consent.vocabulary import ALTRUISM_FORM, DATA_ALTRUISM, ConsentStatus, RecipientKind
from crypto.encoding import Json, b64url_encode, sha256
from crypto.reading import utc_text
from ssi.attribute import Sensitivity
from ssi.dataset import data_set

RECORD_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
CONTEXT = ("https://w3id.org/dpv/2.3", "urn:argonauta:context:1")
NOTICE_PREFIX = "urn:argonauta:notice:sha-256:"
_RIGHTS = ("eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A17", "eu-gdpr:A20", "eu-gdpr:A77")
_MEASURES = ("dpv:SecureMultiPartyComputation", "dpv:DifferentialPrivacy")
_STATUS_TYPES: dict[ConsentStatus, list[Json]] = {
    ConsentStatus.GIVEN: [ConsentStatus.GIVEN.value, "dpv:ExplicitlyExpressedConsent"],
    ConsentStatus.WITHDRAWN: [ConsentStatus.WITHDRAWN.value],
    ConsentStatus.EXPIRED: [ConsentStatus.EXPIRED.value],
}


@dataclass(frozen=True)
class Notice:
    """The words the person agreed to, by digest and language, so that the exact text can be shown later."""

    digest: str
    language: str

    @classmethod
    def of(cls, text: str, language: str) -> "Notice":
        """The notice of a plain text: the SHA-256 of language, line feed and text in UTF-8, in base64url."""
        return cls(b64url_encode(sha256(f"{language}\n{text}".encode())), language)


@dataclass(frozen=True)
class StatusChange:
    """A status and the moment, in whole seconds of UTC, from which it holds."""

    status: ConsentStatus
    at: datetime


def record_document(
    consent_id: str,
    policy: Policy,
    *,
    subject: str,
    controller: str,
    told: tuple[Notice, Sequence[StatusChange]],
) -> dict[str, Json]:
    """Write a consent record; `told` is the notice shown and the history of the consent since.

    Raises:
        UnknownDataSetError: the policy is about a data set that is not known here.
    """
    notice, history = told
    return {
        "@context": list(CONTEXT),
        "@id": consent_id,
        "@type": "dpv:ConsentRecord",
        "dct:identifier": consent_id,
        "dct:conformsTo": RECORD_PROFILE,
        "dpv:hasDataSubject": [{"@id": subject}],
        "dpv:hasDataController": [controller],
        "dpv:hasDataProcessor": list(policy.node_ids),
        "dpv:hasJurisdiction": ["loc:EU"],
        "dpv:hasApplicableLaw": ["eu-gdpr:GDPR"],
        "dpv:hasLegalBasis": _legal_bases(policy),
        "dpv:hasProcess": [_process(consent_id, policy)],
        "dpv:hasNotice": [notice_relation(notice, policy.given_at)],
        "dpv:hasConsentControl": [
            {"@type": ["dpv:WithdrawConsent"], "dpv:isExercisedAt": f"/consents/{consent_id}/withdrawal"}
        ],
        "dpv:hasRight": [{"@type": ["dpv:DataSubjectRight", right]} for right in _RIGHTS],
        "dpv:hasConsentStatus": [status_relation(change) for change in history],
    }


def notice_relation(notice: Notice, shown_at: datetime) -> dict[str, Json]:
    """The notice that was shown at a moment."""
    return {
        "@id": NOTICE_PREFIX + notice.digest,
        "@type": "dpv:ConsentNotice",
        "dct:language": notice.language,
        "dct:date": utc_text(shown_at),
    }


def _process(consent_id: str, policy: Policy) -> dict[str, Json]:
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": [
            *sorted(purpose.value for purpose in policy.purposes),
            *([DATA_ALTRUISM] if policy.altruism else []),
        ],
        "dpv:hasProcessing": [
            "dpv:Aggregate",
            *(["dpv:Combine"] if policy.joins else []),
            *(["dpv:MakeAvailable"] if policy.publication else []),
        ],
        "dpv:hasPersonalData": [_personal_data(policy.data_set, name) for name in sorted(policy.attributes)],
        "dpv:hasRecipient": recipient_relations(policy.recipient_kinds),
        "dpv:hasTechnicalMeasure": list(_MEASURES),
        **({"dpv:hasOrganisationalMeasure": [ALTRUISM_FORM]} if policy.altruism else {}),
        "dpv:hasStorageCondition": [storage_relation(policy.valid_until)],
        "odrl:hasPolicy": [to_offer(policy, consent_id)],
    }


def _personal_data(ref: str, name: str) -> dict[str, Json]:
    return {
        "dct:identifier": f"{ref}#{name}",
        "skos:broader": _category(data_set(ref).attribute(name).sensitivity),
        "dpv:hasNecessity": "dpv:Required",
        "dpv:hasDataSource": "dpv:DataSubjectDataSource",
    }


def _category(sensitivity: Sensitivity) -> str:
    return "dpv:SpecialCategoryPersonalData" if sensitivity is Sensitivity.HEALTH else "dpv:PersonalData"


def _legal_bases(policy: Policy) -> list[Json]:
    described = data_set(policy.data_set)
    special = any(described.attribute(name).sensitivity is Sensitivity.HEALTH for name in policy.attributes)
    return ["eu-gdpr:A6-1-a-explicit-consent", *(["eu-gdpr:A9-2-a"] if special else [])]


def recipient_relations(kinds: Iterable[RecipientKind]) -> list[Json]:
    """The kinds of recipients, in the order of their names."""
    return [
        {"@id": kind.iri, "skos:broader": kind.broader_iri}
        for kind in sorted(kinds, key=lambda kind: kind.value)
    ]


def storage_relation(until: datetime) -> dict[str, Json]:
    """How long data are kept: until a moment."""
    duration: Json = {"@type": "dpv:UntilTimeDuration", "rdf:value": utc_text(until)}
    return {"@type": "dpv:StorageDuration", "dpv:hasDuration": [duration]}


def status_relation(change: StatusChange) -> dict[str, Json]:
    """A status, and since when it holds."""
    return {
        "@type": _STATUS_TYPES[change.status],
        "dpv:isIndicatedBy": "dpv:DataSubject",
        "dpv:isIndicatedAtTime": utc_text(change.at),
    }
