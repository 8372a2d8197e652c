"""What can go wrong with the foreign library, by what the caller can do about it."""

from ssi.errors import CredentialError


class LegacyError(CredentialError):
    """Nothing is known about the credential, because the library that reads it gave no answer."""


class LegacySupportMissingError(LegacyError):
    """The library is not installed: install the extra `legacy`."""


class LegacyTimeoutError(LegacyError):
    """The library took longer than it is given; the document may have been made for that."""


class LegacyCrashError(LegacyError):
    """The process of the library ended or babbled; it is started anew for the next question."""
