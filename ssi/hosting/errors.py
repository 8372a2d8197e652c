"""What can go wrong in running a process, by what its operator can do about it."""


class HostingError(Exception):
    """Any failure of this folder."""


class DatabaseAddressError(HostingError, ValueError):
    """A database address of a kind that is not supported; the message says which are."""


class CertificateError(HostingError, ValueError):
    """A certificate or its key that cannot be read or does not fit the other."""
