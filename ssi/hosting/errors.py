"""What can go wrong in running a process, by what its operator can do about it."""


class HostingError(Exception):
    """Any failure of this folder."""


class DatabaseAddressError(HostingError, ValueError):
    """A database address of a kind that is not supported; the message says which are."""


class CertificateError(HostingError, ValueError):
    """A certificate or its key that cannot be read or does not fit the other."""


class ReadableByOthersError(HostingError):
    """A file of secrets whose mode lets others on the machine at it; the message says how to shut it."""
