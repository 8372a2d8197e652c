"""Turns what can go wrong on the wire into what a person can do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from crypto.errors import MalformedError
from ssi.http.errors import PeerError, RefusedByPeerError, UnreachablePeerError
from wallet.errors import PartnerFaultError, PartnerRefusedError, PartnerUnreachableError

_TOO_MANY = 429
_SERVER_ERROR = 500


@contextmanager
def talking_to(partner: str) -> Iterator[None]:
    """Name the partner in every failure; the block asks it something.

    Raises:
        PartnerUnreachableError: it gave no answer.
        PartnerRefusedError: it said no.
        PartnerFaultError: it is not who it should be, or answered something that was not promised.
    """
    try:
        yield
    except UnreachablePeerError as error:
        raise unreachable(partner) from error
    except RefusedByPeerError as error:
        if error.status == _TOO_MANY or error.status >= _SERVER_ERROR:
            raise unreachable(partner) from error
        said = f": {error.problem.sentence}" if error.problem else "."
        raise PartnerRefusedError(f"{partner} said no{said}") from error
    except (PeerError, MalformedError) as error:
        raise PartnerFaultError(f"{partner} gave an answer that cannot be used.") from error


def unreachable(partner: str) -> PartnerUnreachableError:
    """The error for a partner that cannot help now."""
    return PartnerUnreachableError(f"{partner} cannot be reached now. Nothing is lost; try again later.")
