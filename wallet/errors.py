"""What can go wrong in a wallet, by what the person or the caller can do about it."""

from enum import StrEnum


class Trouble(StrEnum):
    """Why a record was not collected; the screens have words for each in every language."""

    NOT_A_LINK = "not a link"
    UNREADABLE_OFFER = "unreadable offer"
    FOREIGN_OFFER = "offer of another issuer"
    UNKNOWN_WAY = "unknown way of collecting"
    USED_UP = "link used up"
    WRONG_CODE = "wrong code"
    CODE_MISSING = "code missing"
    LINK_UNKNOWN = "nothing fetched"
    INSECURE = "address that is not asked"
    UNKNOWN_ANSWER = "answer that was not asked for"
    OTHER_SERVER = "answer of another server"
    DECLINED = "declined at the issuer"
    SIGN_IN_FAILED = "sign-in failed"
    HELD_BACK = "held back by the issuer"
    BEING_MADE = "still being made"
    LOST_TURN = "no longer known at the issuer"
    NOT_LET_IN = "wallet not let in"
    SAID_NO = "refused by the issuer"
    NOT_ENCRYPTED = "answer not encrypted"
    METADATA_ALTERED = "metadata not signed by the issuer"
    UNFIT_ANSWER = "answer that cannot be used"
    UNREACHABLE = "issuer not reachable"


class WalletError(Exception):
    """Any failure of this folder; the message is written for the person unless its kind says otherwise."""

    trouble: Trouble | None = None


class LoginTakenError(WalletError):
    """A wallet with this login name exists already: choose another name."""


class WeakPasswordError(WalletError):
    """The password or the login name cannot be accepted; `field` says which, the message what to change."""

    def __init__(self, message: str, field: str = "password") -> None:
        super().__init__(message)
        self.field = field


class WrongPasswordError(WalletError):
    """The login name and the password do not open a wallet; which of the two is wrong is never told."""


class WrongPasskeyError(WalletError):
    """A passkey does not open this wallet, was not made for this site, or its answer does not hold."""


class RecoveryError(WalletError):
    """The words are no recovery code, or not that of a wallet with this name; which, is never told."""


class ExportError(WalletError):
    """A wallet cannot be written to one file, or a file is not that of a wallet; the message says which."""


class ReceiptError(WalletError):
    """A file is no agreement file; the message says what is wrong with it."""


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
    COPIES_DIFFER = "copies that say something else"
    UNPROVEN_ISSUER = "issuer's key cannot be found"


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


class ObjectedError(WalletError):
    """What is to go on allows something that the person objects to; the message has the remedy."""


class PartnerError(WalletError):
    """An issuer, the marketplace, a node or the list of verified organisations did not do its part."""


class PartnerRefusedError(PartnerError):
    """A partner said no; the message has its reason, and a retry will not help."""


class PartnerUnreachableError(PartnerError):
    """A partner does not answer now; nothing is lost, and a retry may help."""


class PartnerFaultError(PartnerError):
    """A partner answered with something that does not hold: not as promised, or not signed as it must be."""


class PodTrouble(StrEnum):
    """Why a pod did not do what it was asked; `wallet.domain.pod_trouble` has words for each."""

    NOT_AN_ADDRESS = "not an address"
    INSECURE = "address that is not asked"
    NOT_A_POD = "not a pod"
    NO_ISSUER = "no place to sign in"
    UNSAFE_SIGN_IN = "sign-in without the protections"
    UNKNOWN_ANSWER = "answer that was not asked for"
    OTHER_SERVER = "answer of another server"
    DECLINED = "declined at the sign-in"
    UNPROVEN = "sign-in that does not hold"
    OTHER_PERSON = "signed in as somebody else"
    NOT_CONNECTED = "no pod is connected"
    ENDED = "sign-in that has run out"
    NOT_ALLOWED = "not allowed"
    NOT_FOUND = "not found"
    MOVED = "moved"
    FULL = "no space left"
    TOO_LARGE = "too large"
    TAKEN = "changed in the meantime"
    ALTERED = "not what was written"
    UNFIT_ANSWER = "answer that cannot be used"
    UNREACHABLE = "not reachable"


class PodError(WalletError):
    """A pod, or the server at which its person signs in, did not do what it was asked; `cause` says why."""

    def __init__(self, cause: PodTrouble, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class LogForkedError(WalletError):
    """The public log contradicts what this wallet saw before: it shrank or was rewritten."""


class DamagedError(WalletError):
    """Something in the wallet was altered, moved or cut off from outside; restore it from a backup."""


class TooLargeError(WalletError):
    """Something is larger than what a wallet reads back, or holds a number that is; it was not kept."""


class UnfitReadingError(WalletError):
    """A measured value cannot be kept in a stream; nothing that came with it was kept either."""


class ConflictError(WalletError):
    """Somebody else changed the same thing at the same time: look again, then repeat."""


class AskDoubt(StrEnum):
    """Why a request to show something is not put before the person, or cannot be answered any more."""

    NOT_A_LINK = "not_a_link"
    NOT_FETCHED = "not_fetched"
    NOT_PROVED = "not_proved"
    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    OVER = "over"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_TRANSACTION = "unknown_transaction"
    TOO_MUCH = "too_much"
    ANSWERED = "answered"


class AskRefusedError(WalletError):
    """A request to show something was refused, and whoever asked was told nothing.

    `doubt` names the step; `detail` is what exactly was wrong, for whoever has to mend it.
    """

    def __init__(self, doubt: AskDoubt, detail: str = "") -> None:
        super().__init__(f"The request was not answered: {doubt.replace('_', ' ')}.")
        self.doubt = doubt
        self.detail = detail


class ShowChoiceError(WalletError):
    """What was chosen cannot be shown like that; `field` names the choice, the message the remedy."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class VerifierRefusedError(WalletError):
    """Whoever asked did not accept what was shown; `reason` is its word for programs, if it gave one."""

    def __init__(self, reason: str | None) -> None:
        super().__init__("What was shown was not accepted.")
        self.reason = reason


class LetterRefusedError(WalletError):
    """There is no such address, or it has another password; which, is never told."""


class LetterboxFullError(WalletError):
    """A letter is too large, or too much waits until its person opens her wallet."""


class StoppedError(WalletError):
    """Something that takes long was stopped by the person, or her wallet was locked meanwhile."""


class SourceTrouble(StrEnum):
    """Why a file was not taken in; `wallet.domain.source` has words for each in both languages."""

    OTHER_FORMAT = "not this format"
    DAMAGED = "damaged"
    TOO_LARGE = "too large"
    LOCKED = "locked"
    EMPTY = "nothing in it"
    UNKNOWN_UNIT = "unknown unit"
    IMPOSSIBLE_TIME = "impossible time"
    UNSAFE = "unsafe content"


class SourceError(WalletError):
    """A file, or one entry of it, cannot be read, and nothing of it is kept.

    `kind` is what the person can do something about, `place` where in the file it is ("line 12"; empty for
    the whole), `detail` what exactly is wrong. None of them repeats a measured value.
    """

    def __init__(self, kind: SourceTrouble, detail: str = "", place: str = "") -> None:
        super().__init__(": ".join(each for each in (place, kind.value, detail) if each))
        self.kind = kind
        self.detail = detail
        self.place = place


class PullTrouble(StrEnum):
    """Why a hospital's server was not read; the screens have words for each."""

    NO_SERVER = "no such server"
    INSECURE = "not asked safely"
    UNREACHABLE = "not reachable"
    BUSY = "busy"
    REFUSED = "refused"
    SIGN_IN_AGAIN = "sign in again"
    UNFIT_ANSWER = "answer that cannot be used"
    TOO_MUCH = "too much"


class PullError(WalletError):
    """A hospital's server was not read, and nothing of it was kept.

    `kind` is what the person can do something about, `detail` what exactly was wrong, for whoever has to mend
    it; neither repeats a value or a secret. `wait_seconds` is how long the server wants to be left alone.
    """

    def __init__(self, kind: PullTrouble, detail: str = "", *, wait_seconds: int = 0) -> None:
        super().__init__(": ".join(each for each in (kind.value, detail) if each))
        self.kind = kind
        self.detail = detail
        self.wait_seconds = wait_seconds
