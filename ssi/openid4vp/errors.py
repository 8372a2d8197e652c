"""What can go wrong between a verifier and a wallet, with the words that each tells the other."""

from enum import StrEnum
from typing import Final

from ssi.errors import CredentialError

MAX_DETAIL: Final = 400


class ErrorCode(StrEnum):
    """What a wallet answers when it does not present anything (OpenID4VP 1.0 §8.5, RFC 6749 §4.1.2.1)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    ACCESS_DENIED = "access_denied"
    VP_FORMATS_NOT_SUPPORTED = "vp_formats_not_supported"
    INVALID_REQUEST_URI_METHOD = "invalid_request_uri_method"
    INVALID_TRANSACTION_DATA = "invalid_transaction_data"
    WALLET_UNAVAILABLE = "wallet_unavailable"


class Reason(StrEnum):
    """Why a verifier does not accept an answer; for programs. `SENTENCES` says the same to people."""

    MALFORMED_RESPONSE = "malformed_response"
    NOT_DECRYPTABLE = "not_decryptable"
    ENCRYPTION_MISSING = "encryption_missing"
    WRONG_STATE = "wrong_state"
    WALLET_REFUSED = "wallet_refused"
    UNKNOWN_QUERY_ID = "unknown_query_id"
    TOO_MANY_PRESENTATIONS = "too_many_presentations"
    UNSUPPORTED_FORMAT = "unsupported_format"
    MALFORMED_CREDENTIAL = "malformed_credential"
    UNTRUSTED_ISSUER = "untrusted_issuer"
    INVALID_CREDENTIAL_SIGNATURE = "invalid_credential_signature"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    STATUS_UNAVAILABLE = "status_unavailable"
    HOLDER_BINDING_MISSING = "holder_binding_missing"
    INVALID_HOLDER_SIGNATURE = "invalid_holder_signature"
    WRONG_NONCE = "wrong_nonce"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_SD_HASH = "wrong_sd_hash"
    BOUND_IN_FUTURE = "bound_in_future"
    BOUND_TOO_LONG_AGO = "bound_too_long_ago"
    WRONG_TRANSACTION_DATA = "wrong_transaction_data"
    QUERY_NOT_SATISFIED = "query_not_satisfied"
    SESSION_EXPIRED = "session_expired"
    SESSION_USED = "session_used"


SENTENCES: Final = {
    Reason.MALFORMED_RESPONSE: "The wallet's answer does not have the agreed form.",
    Reason.NOT_DECRYPTABLE: "The wallet's answer was not encrypted to the key of this request.",
    Reason.ENCRYPTION_MISSING: "The wallet answered in the open though the request asked for encryption.",
    Reason.WRONG_STATE: "The answer belongs to another request.",
    Reason.WALLET_REFUSED: "The wallet or its owner declined the request.",
    Reason.UNKNOWN_QUERY_ID: "The wallet sent a credential that nobody asked for.",
    Reason.TOO_MANY_PRESENTATIONS: "The wallet sent several credentials where one was asked for.",
    Reason.UNSUPPORTED_FORMAT: "The credential has a format that cannot be checked here.",
    Reason.MALFORMED_CREDENTIAL: "The credential does not have the form of its kind.",
    Reason.UNTRUSTED_ISSUER: "The issuer of the credential does not count for it here.",
    Reason.INVALID_CREDENTIAL_SIGNATURE: "The issuer's signature does not fit the credential.",
    Reason.NOT_YET_VALID: "The credential is not valid yet.",
    Reason.EXPIRED: "The credential has expired; ask its issuer for a new one.",
    Reason.REVOKED: "The issuer has taken the credential back.",
    Reason.SUSPENDED: "The issuer has put the credential on hold.",
    Reason.STATUS_UNAVAILABLE: "The issuer cannot be asked now whether the credential still counts.",
    Reason.HOLDER_BINDING_MISSING: "The wallet did not prove that the credential is its own.",
    Reason.INVALID_HOLDER_SIGNATURE: "The proof of the holder was made with another key.",
    Reason.WRONG_NONCE: "The proof of the holder answers another question.",
    Reason.WRONG_AUDIENCE: "The proof of the holder was made for somebody else.",
    Reason.WRONG_SD_HASH: "The proof of the holder is about other claims than those shown.",
    Reason.BOUND_IN_FUTURE: "The proof of the holder is dated in the future; check the device's clock.",
    Reason.BOUND_TOO_LONG_AGO: "The proof of the holder is too old; try again.",
    Reason.WRONG_TRANSACTION_DATA: "The wallet did not confirm the transaction that was asked about.",
    Reason.QUERY_NOT_SATISFIED: "The answer lacks a credential or a claim that was asked for.",
    Reason.SESSION_EXPIRED: "The request has expired; start again.",
    Reason.SESSION_USED: "The request was answered already; start again.",
}


class QueryError(CredentialError, ValueError):
    """A query that is not DCQL, or contradicts itself; who wrote it must fix it."""


class RequestRefusedError(CredentialError):
    """A wallet does not answer this request; `code` is what it tells the verifier."""

    def __init__(self, code: ErrorCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class PresentationRefusedError(CredentialError):
    """A verifier does not accept this answer; `reason` says why, the message where and what.

    The wallet may have chosen words of `detail`: it is cut to `MAX_DETAIL` characters, and what does not
    print, such as control characters, lone surrogates and marks that turn text around, becomes a space.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = "".join(sign if sign.isprintable() else " " for sign in detail[:MAX_DETAIL])
        super().__init__(f"{SENTENCES[reason]} ({self.detail})")
