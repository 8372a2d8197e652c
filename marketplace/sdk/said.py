"""How does the command say what it found or what went wrong? One line and its remedy, or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from consent.errors import QueryRefusedError, TermsError
from crypto.encoding import Json
from crypto.errors import CryptoError
from marketplace.sdk.errors import (
    EnrolmentError,
    FeeBackError,
    KeyFileError,
    LyingNodeError,
    LyingWalletError,
    NodesContradictError,
    OfferRefusedError,
    OrderFailedError,
    OrderFileError,
    ProofRefusedError,
    ResultRefusedError,
    SdkError,
    SpoiltSumError,
    StillRunningError,
)
from ssi.errors import CredentialError, DataSetError, RegistryError, UnknownDataSetError
from ssi.hosting.errors import HostingError
from ssi.http.errors import PeerError, RefusedByPeerError


class Exit(IntEnum):
    """The exit statuses of the command; 2 is a wrong use of it."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_YET = 3
    UNREACHABLE = 4
    FAILED = 5


_REMEDIES: tuple[tuple[type[Exception], Exit, str], ...] = (
    (StillRunningError, Exit.NOT_YET, "wait again; an order goes on by itself and is not charged twice"),
    (FeeBackError, Exit.FAILED, "the people are paid and the market's fee is back; order the sum again"),
    (OrderFailedError, Exit.FAILED, "the money is back in your account; order again"),
    (ProofRefusedError, Exit.REFUSED, "do not rely on this file; ask whoever gave it to you for another"),
    (LyingNodeError, Exit.REFUSED, "renew your key file and register again before your next order"),
    (NodesContradictError, Exit.REFUSED, "do not use this answer; tell the operator of the market"),
    (LyingWalletError, Exit.REFUSED, "have it looked into with: buyer score dispute REQUEST"),
    (SpoiltSumError, Exit.REFUSED, "have it looked into with: buyer sum dispute ORDER"),
    (OfferRefusedError, Exit.REFUSED, "do not ask under this offer; choose another one from the list"),
    (ResultRefusedError, Exit.REFUSED, "do not use this answer; it was not confirmed and nobody is paid"),
    (KeyFileError, Exit.REFUSED, "name your key file with --keys, or make one with: buyer keys new FILE"),
    (OrderFileError, Exit.REFUSED, "name a file that was written by: buyer order"),
    (EnrolmentError, Exit.REFUSED, "ask the register of organisations for a new credential"),
    (QueryRefusedError, Exit.REFUSED, "change the question as it says"),
    (TermsError, Exit.REFUSED, "change the weights; what can be weighed says: buyer score weigh DATA_SET"),
    (UnknownDataSetError, Exit.REFUSED, "see what there is with: buyer catalogue"),
    (DataSetError, Exit.REFUSED, "name columns that the data set has"),
    (
        RegistryError,
        Exit.REFUSED,
        "check the file behind --authority; it has to be the authority's own key",
    ),
    (CredentialError, Exit.REFUSED, "ask the register of organisations for a new credential"),
    (PeerError, Exit.UNREACHABLE, "check the address and try again; repeating is harmless"),
    (HostingError, Exit.REFUSED, "check the file's name and mode"),
    (CryptoError, Exit.REFUSED, "check the file that you named"),
    (SdkError, Exit.REFUSED, "do as it says, then try again"),
)
_BY_STATUS: Mapping[int, tuple[Exit, str]] = {
    401: (Exit.REFUSED, "make a new key on the organisation's page and name its file with --api-key-file"),
    402: (Exit.REFUSED, "put money into the account, or accept a smaller question"),
    403: (Exit.REFUSED, "register your organisation, or use a key with the scope that is named"),
    404: (Exit.REFUSED, "check the id; orders of other accounts are not shown"),
    409: (Exit.NOT_YET, "look at the order again; what you asked does not fit its state or price"),
    422: (Exit.REFUSED, "change the question as it says"),
    429: (Exit.NOT_YET, "wait a while and try again"),
    503: (Exit.UNREACHABLE, "try again in a few minutes"),
}
ERRORS = (*(kind for kind, _, _ in _REMEDIES),)
"""What the command turns into one line; everything else is a fault of ours."""


@dataclass(frozen=True)
class Failure:
    """What went wrong, in words, what to do about it, and the exit status."""

    message: str
    remedy: str
    status: Exit
    kind: str

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        """The failure behind an error of `ERRORS`."""
        kind = type(error).__name__.removesuffix("Error")
        if isinstance(error, RefusedByPeerError) and error.status in _BY_STATUS:
            status, remedy = _BY_STATUS[error.status]
            said = error.problem.sentence if error.problem else str(error)
            return cls(_one_line(said), remedy, status, kind)
        status, remedy = next((code, text) for known, code, text in _REMEDIES if isinstance(error, known))
        culprits = getattr(error, "culprits", ())
        blamed = f" (to blame: {', '.join(culprits)})" if culprits else ""
        return cls(_one_line(f"{error}{blamed}"), remedy, status, kind)

    def to_text(self) -> str:
        """One line."""
        return f"Error: {self.message}. Remedy: {self.remedy}."

    def to_json(self) -> str:
        """One line of JSON."""
        return json_line({"error": self.message, "remedy": self.remedy, "kind": self.kind})


def json_line(document: Json) -> str:
    """A document on one line."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
