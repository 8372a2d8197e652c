"""What can be wrong with what a device says; each kind has a name, so that it can be told and counted."""

from ssi.errors import CredentialError


class DeviceError(CredentialError):
    """Something that a device vouches for is not to be relied on."""


class MalformedBatchError(DeviceError, ValueError):
    """A batch does not have its form, or is larger than a batch may be."""


class AlteredBatchError(DeviceError):
    """The key of the device did not sign this header, or the header does not cover these readings."""


class OutOfScopeError(DeviceError):
    """The device's credential does not say that it measures this, for this sensor, at this time."""


class ReplayedBatchError(DeviceError):
    """The stream already has the readings with these numbers."""


class MissingBatchError(DeviceError):
    """Readings between the last accepted batch and this one are missing."""


class ForkedStreamError(DeviceError):
    """The batch has the right place and follows on another batch than the one that was accepted."""


class BackdatedBatchError(DeviceError):
    """The batch tells of a time before what was accepted, or of one too long ago to be handed in now."""
