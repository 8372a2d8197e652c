"""What the registry office refuses, by what the caller can do about it."""

from enum import StrEnum


class IssuerError(Exception):
    """Any refusal of this service."""


class UnknownEntryError(IssuerError):
    """No record has this id; nothing is assumed instead."""


class NotOfferedError(IssuerError):
    """This issuer does not issue that kind of credential."""


class RecordRefusedError(IssuerError):
    """A record not as its schema says; the message names the place and the remedy, never the value."""


class TableRefusedError(IssuerError):
    """A file that cannot be read as a table of records; the message says what to do with it."""


class MappingRefusedError(IssuerError):
    """It is not clear which column holds which value; nothing is guessed when a batch starts."""


class UnknownThingError(IssuerError):
    """No template, batch, webhook, event or API key has this id."""


class BatchConflictError(IssuerError):
    """A batch or template cannot go there from where it is."""


class StoppedDeviceError(IssuerError):
    """The office takes nothing more from this device."""


class ForbiddenError(IssuerError):
    """The API key is in force, but not for this."""


class NotDeliveredError(IssuerError):
    """A letter or an event did not arrive; the message is short and holds no address and no secret."""


class StatusConflictError(IssuerError):
    """The standing cannot change that way; revoked is final."""


class UnauthorisedError(IssuerError):
    """The API key or the password is missing or wrong; the two are not told apart."""


class TooManyAttemptsError(IssuerError):
    """Sign-in is closed for a while after too many wrong passwords."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class SettingsError(IssuerError):
    """The issuer's directory is missing, incomplete or readable by others."""


class ErrorCode(StrEnum):
    """Error names as the standards spell them.

    RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 9449 §5 and §8, RFC 9396 §5, OpenID4VCI 1.0 §8.3.1.2, §9.3
    and §11.3.
    """

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    INVALID_DETAILS = "invalid_authorization_details"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    USE_DPOP_NONCE = "use_dpop_nonce"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 — the name of an error
    INSUFFICIENT_SCOPE = "insufficient_scope"
    INVALID_CREDENTIAL_REQUEST = "invalid_credential_request"
    UNKNOWN_CONFIGURATION = "unknown_credential_configuration"
    UNKNOWN_IDENTIFIER = "unknown_credential_identifier"
    INVALID_PROOF = "invalid_proof"
    INVALID_NONCE = "invalid_nonce"
    INVALID_ENCRYPTION = "invalid_encryption_parameters"
    DENIED = "credential_request_denied"
    INVALID_TRANSACTION = "invalid_transaction_id"
    INVALID_NOTIFICATION_ID = "invalid_notification_id"
    INVALID_NOTIFICATION = "invalid_notification_request"


class ProtocolRefusalError(IssuerError):
    """A wallet's request that the protocol refuses, with the standard's name for the reason.

    The description is printable ASCII without quotes and backslashes (OpenID4VCI 1.0 §8.3.1.2).
    """

    def __init__(self, code: ErrorCode, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
