"""What can be wrong with a log, by what an auditor can say about it."""


class AuditError(Exception):
    """The audit did not end well; `evidence` are the signed states that prove it, where they do."""

    def __init__(self, message: str, *, evidence: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.evidence = evidence


class UncheckedError(AuditError):
    """Nothing is known about the log: it could not be reached, or what is needed to judge it is missing."""


class UnsignedLogError(AuditError):
    """What is published is no state of this log, or the marketplace did not sign it."""


class UnconfirmedLogError(AuditError):
    """Too few nodes confirmed the published state, or too long ago."""


class TruncatedLogError(AuditError):
    """The log is shorter than a state that was published and confirmed before."""


class ForkedLogError(AuditError):
    """The log does not begin with a state that was published and confirmed before."""


class AlteredLogError(AuditError):
    """Entries or tiles that are served are not those of the signed state."""
