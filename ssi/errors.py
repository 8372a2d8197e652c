"""What can go wrong with credentials, by what the caller can do about it."""


class CredentialError(Exception):
    """Any failure of this folder."""


class MalformedCredentialError(CredentialError, ValueError):
    """A credential, presentation or status list without the promised form; its sender must fix it."""


class AlteredCredentialError(CredentialError):
    """What is here is not what was signed, or not for this key, audience or moment; do not use it."""


class UntrustedIssuerError(CredentialError):
    """The issuer does not count for this type of credential now; only the trust authority can change that."""


class UnknownIssuerError(UntrustedIssuerError):
    """The trust registry names no such issuer, or no such key of it."""


class UnknownNodeError(CredentialError, LookupError):
    """The trust registry names no such computation node, or not for this moment."""


class RegistryError(CredentialError):
    """The trust registry itself cannot be used: altered, contradictory or out of date; fetch a newer one."""


class NotYetValidError(CredentialError):
    """Issued in the future, as far as this clock knows; check the clocks."""


class ExpiredError(CredentialError):
    """The time it was valid for is over; ask for a newer one."""


class RevokedError(CredentialError):
    """The issuer took the credential back for good."""


class SuspendedError(RevokedError):
    """The issuer has put the credential on hold; it may count again later."""


class UnknownDataSetError(CredentialError, LookupError):
    """There is no data set of this name and version."""


class DataSetError(CredentialError, ValueError):
    """A data-set file or a record that breaks its rules; the message names the attribute and the remedy."""
