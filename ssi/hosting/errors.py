"""What can go wrong in running a process, by what its operator can do about it."""


class HostingError(Exception):
    """Any failure of this folder."""


class DatabaseAddressError(HostingError, ValueError):
    """A database address of a kind that is not supported; the message says which are."""


class DatabaseUnavailableError(HostingError):
    """The database does not answer, or cannot keep anything now: it is away, locked, or its disk is full.

    Whether a transaction that was about to end was kept is not known; to do the same again is the caller's
    way to find out.
    """

    def __init__(self) -> None:
        super().__init__(
            "the database cannot be used now; what was sent last may or may not have been kept: send the same"
            " again in a minute, it counts once"
        )


class CertificateError(HostingError, ValueError):
    """A certificate or its key that cannot be read or does not fit the other."""


class ReadableByOthersError(HostingError):
    """A file of secrets whose mode lets others on the machine at it; the message says how to shut it."""
