"""What only these end points refuse, by what the caller can do about it."""

from ssi.errors import CredentialError


class RequestError(CredentialError, ValueError):
    """A request that is not of the VC-API; the message names the member."""


class StatusRetrievalError(CredentialError):
    """The status list of a credential cannot be had now; ask again later."""


class StatusVerificationError(CredentialError):
    """What lies where the status list should be is not a list that the issuer of the credential signed."""
