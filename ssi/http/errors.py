"""What can go wrong between two parties, by what the caller can do about it."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from ssi.http.problem import Problem


class ExchangeError(Exception):
    """Any failure of a request between two parties."""


class PeerError(ExchangeError):
    """The other party did not give the answer that was asked for."""


class UnreachablePeerError(PeerError):
    """No answer: whether the request was carried out is not known; ask again later.

    A peer that refuses our certificate may look like this too, since TLS 1.3 lets it hang up without a word.
    """


class UntrustedPeerError(PeerError):
    """The other end does not hold the pinned certificate, or refuses ours; asking again is no use."""


class GarbledAnswerError(PeerError):
    """An answer that is too long, not of the promised form, or points elsewhere."""


class RedirectedError(GarbledAnswerError):
    """The answer says that what was asked for lies elsewhere; nobody goes there."""


class OverlongAnswerError(GarbledAnswerError):
    """The answer is longer than was put up with; the rest of it was not read."""


class RefusedByPeerError(PeerError):
    """The peer answered with a status of 400 or above; `problem` is what it said, where it said something.

    `headers` and `body` are those of its answer, for protocols that say in their own way what is amiss.
    """

    def __init__(
        self,
        peer: str,
        status: int,
        problem: Problem | None,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes = b"",
    ) -> None:
        said = problem.sentence if problem else HTTPStatus(status).phrase if status in _KNOWN else "refused"
        super().__init__(f"{peer} answered {status}: {said}")
        self.status = status
        self.problem = problem
        self.headers = headers
        self.body = body


class OfferError(ExchangeError):
    """An offered credential was not collected, for a reason that lies in the link or the code."""


class NotAnOfferLinkError(OfferError):
    """What was pasted is not a link to a credential offer; copy the whole link."""


class MalformedOfferError(OfferError):
    """The offer behind a link cannot be read; its issuer must fix it."""


class UnknownGrantError(OfferError):
    """The offer asks for a way of collecting that is not known here, such as a sign-in at the issuer."""


class ForeignOfferError(OfferError):
    """The offer names another issuer than the one whose link led to it; do not follow it."""


class UsedOfferError(OfferError):
    """The link was used before or has run out; ask the issuer for a new one."""


class TransactionCodeError(OfferError):
    """The code that the issuer sent apart from the link is missing or wrong; too many wrong ones lock it."""


class RequestProofError(ExchangeError):
    """A request carries no fresh proof that its sender holds the key; the message says what is amiss."""


class TooManyRequestsError(ExchangeError):
    """More proofs arrived within a minute than can be told apart from replays; try again in a minute."""


_KNOWN = frozenset(int(status) for status in HTTPStatus)
