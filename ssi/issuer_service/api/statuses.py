"""Which status tells which error of this service."""

from http import HTTPStatus

from crypto.errors import MalformedError
from ssi.device.errors import (
    BackdatedBatchError,
    ForkedStreamError,
    MalformedBatchError,
    MissingBatchError,
    ReplayedBatchError,
)
from ssi.errors import CredentialError, ExpiredError, RegistryError, RevokedError, UntrustedIssuerError
from ssi.http.errors import PeerError
from ssi.issuer_service.errors import (
    BatchConflictError,
    ForbiddenError,
    MappingRefusedError,
    NotOfferedError,
    RecordRefusedError,
    StatusConflictError,
    StoppedDeviceError,
    TableRefusedError,
    UnauthorisedError,
    UnknownEntryError,
    UnknownThingError,
)

STATUS: dict[type[Exception], HTTPStatus] = {
    MalformedError: HTTPStatus.BAD_REQUEST,
    UnauthorisedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    UnknownEntryError: HTTPStatus.NOT_FOUND,
    UnknownThingError: HTTPStatus.NOT_FOUND,
    NotOfferedError: HTTPStatus.NOT_FOUND,
    StatusConflictError: HTTPStatus.CONFLICT,
    BatchConflictError: HTTPStatus.CONFLICT,
    RecordRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    CredentialError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MalformedBatchError: HTTPStatus.BAD_REQUEST,
    UntrustedIssuerError: HTTPStatus.FORBIDDEN,
    ExpiredError: HTTPStatus.FORBIDDEN,
    RevokedError: HTTPStatus.FORBIDDEN,
    StoppedDeviceError: HTTPStatus.FORBIDDEN,
    ReplayedBatchError: HTTPStatus.CONFLICT,
    MissingBatchError: HTTPStatus.CONFLICT,
    ForkedStreamError: HTTPStatus.CONFLICT,
    BackdatedBatchError: HTTPStatus.CONFLICT,
    RegistryError: HTTPStatus.SERVICE_UNAVAILABLE,
    PeerError: HTTPStatus.BAD_GATEWAY,
    TableRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MappingRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
