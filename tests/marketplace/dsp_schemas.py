"""What messages of the Dataspace Protocol 2025-1 have to look like, written down from its text for tests.

Members that the protocol requires, with their types and fixed values; what it leaves open is left open.
"""

from typing import Any

from jsonschema import Draft201909Validator

CONTEXT = "https://w3id.org/dspace/2025/1/context.jsonld"
TEXT = {"type": "string"}
OPERATORS = (
    "eq gt gteq lteq hasPart isA isAllOf isAnyOf isNoneOf isPartOf lt term-lteq neq".split()  # noqa: SIM905
)
NEGOTIATION_STATES = "REQUESTED OFFERED ACCEPTED AGREED VERIFIED FINALIZED TERMINATED".split()  # noqa: SIM905
TRANSFER_STATES = "REQUESTED STARTED TERMINATED COMPLETED SUSPENDED".split()  # noqa: SIM905

IN_CONTEXT = {"type": "array", "items": TEXT, "contains": {"const": CONTEXT}}
REASONS = {"type": "array", "minItems": 1}


def some(entry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": entry, "minItems": 1}


def an_object(
    required: dict[str, Any], optional: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    properties = required | (optional or {})
    return {"type": "object", "properties": properties, "required": list(required), **more}


CONSTRAINT = an_object(
    {
        "leftOperand": TEXT,
        "operator": {"enum": OPERATORS},
        "rightOperand": {"type": ["string", "object", "array"]},
    }
)
RULE = an_object({"action": TEXT}, {"constraint": {"type": "array", "items": CONSTRAINT}})
POLICY = {
    "@id": TEXT,
    "profile": {"type": ["string", "array"]},
    "permission": some(RULE),
    "prohibition": some(RULE),
    "obligation": some(RULE),
}
SAYS_SOMETHING = {"anyOf": [{"required": ["permission"]}, {"required": ["prohibition"]}]}
CATALOGUE_OFFER = an_object(
    {"@id": TEXT, "@type": {"const": "Offer"}}, POLICY, **SAYS_SOMETHING, **{"not": {"required": ["target"]}}
)
MESSAGE_OFFER = an_object(
    {"@id": TEXT, "@type": {"const": "Offer"}, "target": TEXT}, POLICY, **SAYS_SOMETHING
)
AGREEMENT = an_object(
    {
        "@id": TEXT,
        "@type": {"const": "Agreement"},
        "target": TEXT,
        "assigner": TEXT,
        "assignee": TEXT,
        "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    },
    POLICY,
    **SAYS_SOMETHING,
)
SERVICE = an_object({"@id": TEXT, "@type": {"const": "DataService"}, "endpointURL": TEXT})
DISTRIBUTION = an_object({"format": TEXT, "accessService": {"anyOf": [TEXT, SERVICE]}})
DATA_SET = {"@id": TEXT, "hasPolicy": some(CATALOGUE_OFFER), "distribution": some(DISTRIBUTION)}


def message(kind: str, required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    named = {"@context": IN_CONTEXT, "@type": {"const": kind}, "providerPid": TEXT, "consumerPid": TEXT}
    return an_object(named | required, optional)


SCHEMAS = {
    "VersionResponse": an_object(
        {
            "protocolVersions": some(
                an_object(
                    {
                        "version": TEXT,
                        "path": {"type": "string", "pattern": "^/"},
                        "binding": {"const": "HTTPS"},
                    },
                    {"auth": an_object({"protocol": TEXT, "version": TEXT}), "serviceId": TEXT},
                )
            )
        }
    ),
    "Catalog": an_object(
        {
            "@context": IN_CONTEXT,
            "@id": TEXT,
            "@type": {"const": "Catalog"},
            "participantId": TEXT,
            "dataset": some(an_object(DATA_SET)),
            "service": some(SERVICE),
        }
    ),
    "Dataset": an_object({"@context": IN_CONTEXT, **DATA_SET}),
    "CatalogError": an_object(
        {"@context": IN_CONTEXT, "@type": {"const": "CatalogError"}}, {"code": TEXT, "reason": REASONS}
    ),
    "ContractNegotiation": message("ContractNegotiation", {"state": {"enum": NEGOTIATION_STATES}}),
    "ContractNegotiationError": message("ContractNegotiationError", {}, {"code": TEXT, "reason": REASONS}),
    "ContractOfferMessage": message("ContractOfferMessage", {"offer": MESSAGE_OFFER}),
    "ContractAgreementMessage": message(
        "ContractAgreementMessage", {"agreement": AGREEMENT, "callbackAddress": TEXT}
    ),
    "ContractNegotiationEventMessage": message(
        "ContractNegotiationEventMessage", {"eventType": {"enum": ["ACCEPTED", "FINALIZED"]}}
    ),
    "ContractNegotiationTerminationMessage": message(
        "ContractNegotiationTerminationMessage", {}, {"code": TEXT, "reason": REASONS}
    ),
    "TransferProcess": message("TransferProcess", {"state": {"enum": TRANSFER_STATES}}),
    "TransferError": message("TransferError", {}, {"code": TEXT, "reason": REASONS}),
    "TransferStartMessage": message(
        "TransferStartMessage",
        {},
        {
            "dataAddress": an_object(
                {"@type": {"const": "DataAddress"}, "endpointType": TEXT, "endpoint": TEXT}
            )
        },
    ),
    "TransferTerminationMessage": message(
        "TransferTerminationMessage", {}, {"code": TEXT, "reason": REASONS}
    ),
}


def require_valid(kind: str, document: object) -> None:
    """Fail with the first thing that is not as the protocol says."""
    Draft201909Validator(SCHEMAS[kind]).validate(document)
