"""What an issuer refused, in the wallet's words: the error codes of the standards and what follows from them.

RFC 6749 §5.2, RFC 6750 §3.1, RFC 9449 §5, OpenID4VCI 1.0 §8.3.1.2 and §9.3. The free text that comes with a
code is not shown: it is written for programmers, in one language, by whoever answers.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from ssi.http.errors import OfferError, PeerError, RefusedByPeerError, UnreachablePeerError
from wallet.domain.collecting_trouble import trouble, trouble_with
from wallet.errors import Trouble

_ERROR_IN_CHALLENGE: Final = re.compile(r'error="([!-~]{1,100}?)"')
_TROUBLES: Final[Mapping[str, Trouble]] = {
    "access_denied": Trouble.DECLINED,
    "credential_request_denied": Trouble.HELD_BACK,
    "invalid_transaction_id": Trouble.LOST_TURN,
    "invalid_client": Trouble.NOT_LET_IN,
    "unauthorized_client": Trouble.NOT_LET_IN,
    "invalid_token": Trouble.LOST_TURN,
}


def error_code(refusal: RefusedByPeerError) -> str | None:
    """The error code in an answer: in its JSON body, or in the challenge of its header."""
    try:
        return Fields.parse(refusal.body, "refusal").text("error", max_length=100)
    except MalformedError:
        found = _ERROR_IN_CHALLENGE.search(header(refusal.headers, "WWW-Authenticate") or "")
        return found[1] if found else None


def header(headers: Mapping[str, str], name: str) -> str | None:
    """A header of an answer, whose names are written in any case (RFC 9110 §5.1)."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


@contextmanager
def asking_the_issuer() -> Iterator[None]:
    """Name every failure of a block that asks an issuer something.

    Raises:
        LinkError, CodeNeededError: it does not take the link or the code for the record it offered.
        PartnerUnreachableError: it gave no answer, or cannot answer now.
        PartnerRefusedError: it said no.
        PartnerFaultError: its answer is not as promised.
    """
    try:
        yield
    except OfferError as error:
        raise trouble_with(error) from error
    except UnreachablePeerError as error:
        raise trouble(Trouble.UNREACHABLE) from error
    except RefusedByPeerError as error:
        busy = error.status == HTTPStatus.TOO_MANY_REQUESTS
        if busy or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise trouble(Trouble.UNREACHABLE) from error
        raise trouble(_TROUBLES.get(error_code(error) or "", Trouble.SAID_NO)) from error
    except (PeerError, CryptoError) as error:
        raise trouble(Trouble.UNFIT_ANSWER) from error
