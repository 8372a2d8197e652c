"""What can go wrong with consents, queries and the documents around them, by what the caller can do about it.

Signatures that do not verify and documents that cannot be read raise the kinds of `crypto.errors`
(`SignatureError`, `MalformedError`, `ProofError`); those of this folder are about what a document says.
"""


class ConsentError(Exception):
    """Any failure of this folder."""


class QueryRefusedError(ConsentError, ValueError):
    """A query that may not run as it stands.

    `reason` says why and `remedy` names a nearby query that may, both in words for the person who asks.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason = reason
        self.remedy = remedy


class TermsError(ConsentError, ValueError):
    """Terms that contradict themselves or leave their range: to be corrected by whoever drew them up."""


class MismatchError(ConsentError, ValueError):
    """Documents that do not belong together: another consent, job, node, order or inputs than named."""


class OvertakenError(ConsentError):
    """A statement that a later one of the same person has overtaken: the later one counts."""


class ExpiredDocumentError(ConsentError):
    """A document outside the time for which its signer meant it; a fresh one has to be asked for."""


class TooFewDifferError(ConsentError):
    """An exact answer that, held against those given before, would be about too few people."""


class UnwitnessedError(ConsentError):
    """Too few witnesses confirmed the state of a log, or too long ago; it may be shown with more later."""


class NoContradictionError(ConsentError):
    """Documents that do not contradict each other, each of which may well be genuine."""


class MissingPiecesError(ConsentError):
    """Pieces of a roll are not there, or not as they were signed; `digests` says which are to be sent."""

    def __init__(self, digests: tuple[str, ...]) -> None:
        super().__init__(f"{len(digests)} pieces of the roll are missing, the first is {digests[0]}")
        self.digests = digests
