"""How does an agreement look to a hospital? As a FHIR R4 Consent, with what is forbidden as nested denials.

Source: hl7.org/fhir/R4/consent.html. The permit names data, purposes, kinds of recipients and the time; each
prohibition is a `deny` below it. FHIR has no place for crowds, budgets and engines: the whole policy is named
by its profile and id, the words are attached as the person read them, and who wants to rely on it checks the
signed record. NOTE: the resource is a copy for reading; nothing signs it.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from consent.policy import Policy
from consent.prohibition import Operand, Operator, Prohibition
from consent.record_document import Notice
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import canonical_json
from crypto.reading import utc_text
from wallet.domain.fhir_codes import ACT_REASON, DPV, KINDS, PROFILE, RESEARCH, WRITTEN

MEDIA_TYPE: Final = "application/fhir+json"
_URI: Final = "urn:ietf:rfc:3986"
_SCOPES: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
_ACTIONS: Final = "http://terminology.hl7.org/CodeSystem/consentaction"
_ROLES: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


@dataclass(frozen=True)
class Exported:
    """What is told of an agreement; `subject` is the pairwise name that the partners know her by."""

    consent_id: str
    subject: str
    controller: str
    policy: Policy
    words: str
    notice: Notice
    ended_at: datetime | None


def fhir_consent(agreement: Exported, *, now: datetime) -> dict[str, Any]:
    """The Consent resource in JSON; it is inactive once the agreement has ended or run out."""
    policy = agreement.policy
    over = agreement.ended_at is not None or now >= policy.valid_until
    return {
        "resourceType": "Consent",
        "identifier": [_identifier(agreement.consent_id)],
        "status": "inactive" if over else "active",
        "scope": {"coding": [{"system": _SCOPES, "code": "research"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"identifier": _identifier(agreement.subject)},
        "dateTime": utc_text(policy.given_at),
        "organization": [{"identifier": _identifier(agreement.controller)}],
        "sourceAttachment": {
            "contentType": "text/plain; charset=utf-8",
            "language": agreement.notice.language,
            "data": base64.b64encode(agreement.words.encode()).decode("ascii"),
        },
        "policy": [{"uri": PROFILE}],
        "provision": _permit(policy, agreement.ended_at),
    }


def _identifier(uri: str) -> dict[str, str]:
    return {"system": _URI, "value": uri}


def _permit(policy: Policy, ended_at: datetime | None) -> dict[str, Any]:
    end = policy.valid_until if ended_at is None else min(ended_at, policy.valid_until)
    names = sorted(f"{policy.data_set}#{name}" for name in policy.attributes)
    denials = sorted(map(_denial, policy.prohibitions), key=canonical_json)
    return {
        "type": "permit",
        "period": {"start": utc_text(policy.given_at), "end": utc_text(end)},
        "actor": [_actor(kind) for kind in sorted(policy.recipient_kinds, key=lambda kind: kind.value)],
        "action": [{"coding": [{"system": _ACTIONS, "code": "use"}]}],
        "purpose": _purposes(policy.purposes),
        "code": [{"coding": [{"system": f"{PROFILE}:attribute", "code": name}]} for name in names],
        **({"provision": denials} if denials else {}),
    }


def _actor(kind: RecipientKind) -> dict[str, Any]:
    return {
        "role": {"coding": [{"system": _ROLES, "code": "IRCP"}]},
        "reference": {"type": "Organization", "identifier": {"system": KINDS, "value": kind.value}},
    }


def _purposes(purposes: Iterable[Purpose], *, exact: bool = False) -> list[dict[str, str]]:
    """Codings of v3 and of DPV; with `exact`, v3 only where its code covers nothing more."""
    chosen = sorted(purposes, key=lambda each: each.value)
    codes = {WRITTEN[each] for each in chosen if each in WRITTEN}
    if exact and not set(chosen) >= RESEARCH:
        codes -= {"HRESCH"}
    v3 = [{"system": ACT_REASON, "code": code} for code in sorted(codes)]
    return [*v3, *({"system": DPV, "code": each.value.partition(":")[2]} for each in chosen)]


def _denial(prohibition: Prohibition) -> dict[str, Any]:
    denial: dict[str, Any] = {"type": "deny"}
    for each in sorted(prohibition.constraints, key=lambda each: each.operand.value):
        plain = each.operator is Operator.IS_ANY_OF and isinstance(each.right, frozenset)
        right = sorted(each.right) if isinstance(each.right, frozenset) else [str(each.right)]
        if plain and each.operand is Operand.PURPOSE:
            denial["purpose"] = _purposes(map(Purpose, right), exact=True)
        elif plain and each.operand is Operand.RECIPIENT_KIND:
            denial["actor"] = [_actor(RecipientKind(text)) for text in right]
        else:
            said = f"{each.operand.value} {each.operator.value} {' '.join(right)}"
            denial.setdefault("code", []).append(
                {"coding": [{"system": PROFILE, "code": each.operand.value}], "text": said}
            )
    return denial
