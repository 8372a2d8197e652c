"""Which error is answered with which HTTP status? One table for all JSON interfaces and screens."""

from http import HTTPStatus

from consent.errors import ConsentError, OvertakenError, QueryRefusedError
from crypto.errors import CryptoError, MalformedError, SignatureError
from marketplace.errors import (
    ConflictError,
    InsufficientFundsError,
    NotAllowedError,
    RefusedError,
    TooManyAttemptsError,
    TooManyNegotiationsError,
    TooManyPlansError,
    TooManyQuestionsError,
    TooManySessionsError,
    UnknownError,
    WrongCredentialsError,
)
from ssi.errors import CredentialError, RegistryError, UnknownDataSetError, UnknownNodeError
from ssi.hosting.errors import DatabaseUnavailableError
from ssi.http.errors import PeerError, RequestProofError, TooManyRequestsError

STATUS: dict[type[Exception], HTTPStatus] = {
    WrongCredentialsError: HTTPStatus.UNAUTHORIZED,
    RequestProofError: HTTPStatus.UNAUTHORIZED,
    TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyNegotiationsError: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyPlansError: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyQuestionsError: HTTPStatus.TOO_MANY_REQUESTS,
    TooManySessionsError: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyRequestsError: HTTPStatus.TOO_MANY_REQUESTS,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    UnknownError: HTTPStatus.NOT_FOUND,
    UnknownDataSetError: HTTPStatus.NOT_FOUND,
    UnknownNodeError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConflictError: HTTPStatus.CONFLICT,
    InsufficientFundsError: HTTPStatus.PAYMENT_REQUIRED,
    RefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    QueryRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    OvertakenError: HTTPStatus.CONFLICT,
    ConsentError: HTTPStatus.UNPROCESSABLE_ENTITY,
    CredentialError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SignatureError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MalformedError: HTTPStatus.BAD_REQUEST,
    CryptoError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RegistryError: HTTPStatus.SERVICE_UNAVAILABLE,
    PeerError: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Flask takes the entry of the nearest class, so a kind stands here only where it differs from its base."""
