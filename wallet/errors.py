"""What can go wrong in a wallet, by what the person or the caller can do about it."""

from enum import StrEnum


class WalletError(Exception):
    """Any failure of this folder; the message is written for the person unless its kind says otherwise."""


class LoginTakenError(WalletError):
    """A wallet with this login name exists already: choose another name."""


class WeakPasswordError(WalletError):
    """The password or the login name cannot be accepted; `field` says which, the message what to change."""

    def __init__(self, message: str, field: str = "password") -> None:
        super().__init__(message)
        self.field = field


class WrongPasswordError(WalletError):
    """The login name and the password do not open a wallet; which of the two is wrong is never told."""


class TooManyAttemptsError(WalletError):
    """Too many wrong passwords in a row: wait, then try again."""


class NotInWalletError(WalletError):
    """This wallet holds no such record, consent or draft, whether or not another wallet does."""


class LinkError(WalletError):
    """What was pasted is not a link that adds a record."""


class CodeNeededError(WalletError):
    """The issuer asks for the code that it sent separately, or the code given is wrong."""


class Doubt(StrEnum):
    """Why a credential was refused: each reason is one step of the verification."""

    UNREADABLE = "unreadable"
    UNTRUSTED_ISSUER = "untrusted issuer"
    ALTERED = "altered"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OTHER_KEY = "other holder key"
    UNKNOWN_DATA_SET = "unknown data set"
    WRONG_COMMITMENT = "commitment does not open"
    STATUS_UNKNOWN = "status cannot be checked"


class RefusedCredentialError(WalletError):
    """A credential did not pass the verification and was not kept; `doubt` names the step."""

    def __init__(self, message: str, doubt: Doubt) -> None:
        super().__init__(message)
        self.doubt = doubt


class ChoiceError(WalletError):
    """What was chosen cannot be offered; `field` names the choice, the message the remedy."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class PartnerError(WalletError):
    """An issuer, the marketplace, a node or the list of verified organisations did not do its part."""


class PartnerRefusedError(PartnerError):
    """A partner said no; the message has its reason, and a retry will not help."""


class PartnerUnreachableError(PartnerError):
    """A partner does not answer now; nothing is lost, and a retry may help."""


class PartnerFaultError(PartnerError):
    """A partner answered with something that does not hold: not as promised, or not signed as it must be."""


class LogForkedError(WalletError):
    """The public log contradicts what this wallet saw before: it shrank or was rewritten."""


class DamagedError(WalletError):
    """Something in the wallet was altered, moved or cut off from outside; restore it from a backup."""


class ConflictError(WalletError):
    """Somebody else changed the same thing at the same time: look again, then repeat."""
