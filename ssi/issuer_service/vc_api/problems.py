"""Why not? Errors by the names that the standards give them, as problem documents (RFC 9457).

VC Data Model 2.0 §7.2, Data Integrity 1.0 §4.7, Controlled Identifiers 1.0 §3.5, Bitstring Status List 1.0
§3.5. What no standard names gets a name of this project.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import Response

from crypto.encoding import Json, canonical_json
from crypto.errors import CryptoError
from ssi.errors import (
    AlteredCredentialError,
    ChallengeError,
    CredentialError,
    DataLossError,
    DomainError,
    ExpiredError,
    GraphTooComplexError,
    IdentifierError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
    RevokedError,
    StatusListLengthError,
    StatusPurposeError,
    StatusRangeError,
    UnresolvableError,
    VerificationMethodError,
)
from ssi.http.problem import MEDIA_TYPE, Problem
from ssi.http.problems import kind_of
from ssi.issuer_service.vc_api.errors import (
    RequestError,
    StatusRetrievalError,
    StatusVerificationError,
)

_DATA_MODEL: Final = "https://www.w3.org/TR/vc-data-model#"
_SECURITY: Final = "https://w3id.org/security#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"
_KINDS: Final[Sequence[tuple[type[Exception], str]]] = (  # the first that fits counts
    (RequestError, f"{_DATA_MODEL}PARSING_ERROR"),
    (StatusRetrievalError, f"{_STATUS}STATUS_RETRIEVAL_ERROR"),
    (StatusVerificationError, f"{_STATUS}STATUS_VERIFICATION_ERROR"),
    (StatusListLengthError, f"{_STATUS}STATUS_LIST_LENGTH_ERROR"),
    (StatusRangeError, f"{_DATA_MODEL}RANGE_ERROR"),
    (StatusPurposeError, f"{_STATUS}STATUS_VERIFICATION_ERROR"),
    (RevokedError, ""),
    (DomainError, f"{_SECURITY}INVALID_DOMAIN_ERROR"),
    (ChallengeError, f"{_SECURITY}INVALID_CHALLENGE_ERROR"),
    (DataLossError, f"{_SECURITY}DATA_LOSS_DETECTION_ERROR"),
    (GraphTooComplexError, f"{_SECURITY}PROOF_TRANSFORMATION_ERROR"),
    (NotYetValidError, f"{_DATA_MODEL}RANGE_ERROR"),
    (ExpiredError, f"{_DATA_MODEL}RANGE_ERROR"),
    (VerificationMethodError, f"{_SECURITY}INVALID_VERIFICATION_METHOD"),
    (IdentifierError, f"{_SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"),
    (UnresolvableError, f"{_SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"),
    (ProofError, f"{_SECURITY}PROOF_VERIFICATION_ERROR"),
    (AlteredCredentialError, f"{_SECURITY}PROOF_VERIFICATION_ERROR"),
    (MalformedCredentialError, f"{_DATA_MODEL}MALFORMED_VALUE_ERROR"),
    (CryptoError, f"{_DATA_MODEL}CRYPTOGRAPHIC_SECURITY_ERROR"),
)


def problem_of(error: Exception) -> Problem:
    """The problem document of an error of ours."""
    kind = next((kind for class_, kind in _KINDS if isinstance(error, class_)), "") or kind_of(type(error))
    name = kind.rpartition("#")[2].rpartition(":")[2]
    return Problem(status=HTTPStatus.BAD_REQUEST.value, title=name, detail=str(error) or None, kind=kind)


def refused(error: CredentialError | CryptoError) -> Response:
    """A request that was not carried out: one problem document."""
    return _answer(problem_of(error).to_json(), HTTPStatus.BAD_REQUEST, MEDIA_TYPE)


def untrue(error: CredentialError | CryptoError) -> Response:
    """A verification that failed, and why, in both spellings that verifiers' clients look for."""
    problem = problem_of(error).to_json()
    document: dict[str, Json] = {"verified": False, "problemDetails": [problem], "errors": [problem]}
    return _answer(document, HTTPStatus.BAD_REQUEST, "application/json")


def true(warnings: Sequence[str]) -> Response:
    """A verification that succeeded, and what could not be checked."""
    document: dict[str, Json] = {
        "verified": True,
        "problemDetails": [],
        "warnings": list(warnings),
        "errors": [],
    }
    return _answer(document, HTTPStatus.OK, "application/json")


def _answer(document: dict[str, Json], status: HTTPStatus, content_type: str) -> Response:
    response = Response(canonical_json(document), status.value, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
