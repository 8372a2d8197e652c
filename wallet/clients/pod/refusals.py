"""What a pod or its sign-in refused, in the wallet's words. Their own free text is shown to nobody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from crypto.errors import CryptoError
from ssi.http.errors import (
    OverlongAnswerError,
    PeerError,
    RedirectedError,
    RefusedByPeerError,
    UnreachablePeerError,
)
from wallet.clients.openid4vci.refusals import error_code
from wallet.domain.pod_trouble import pod_trouble
from wallet.errors import LinkError, PodTrouble

_BY_CODE: Final[Mapping[str, PodTrouble]] = {
    "access_denied": PodTrouble.DECLINED,
    "invalid_grant": PodTrouble.ENDED,
    "invalid_client": PodTrouble.ENDED,
    "invalid_token": PodTrouble.ENDED,
}
_BY_STATUS: Final[Mapping[int, PodTrouble]] = {
    HTTPStatus.UNAUTHORIZED: PodTrouble.ENDED,
    HTTPStatus.FORBIDDEN: PodTrouble.NOT_ALLOWED,
    HTTPStatus.NOT_FOUND: PodTrouble.NOT_FOUND,
    HTTPStatus.GONE: PodTrouble.NOT_FOUND,
    HTTPStatus.CONFLICT: PodTrouble.TAKEN,
    HTTPStatus.PRECONDITION_FAILED: PodTrouble.TAKEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: PodTrouble.FULL,
    HTTPStatus.INSUFFICIENT_STORAGE: PodTrouble.FULL,
    HTTPStatus.TOO_MANY_REQUESTS: PodTrouble.UNREACHABLE,
}


@contextmanager
def asking_the_pod() -> Iterator[None]:
    """Name every failure of a block that asks a pod, or where its person signs in, for something.

    Raises:
        PodError: it did not do it; `cause` says why.
    """
    try:
        yield
    except LinkError as error:  # of `Outside`, which asks no address inside a network
        raise pod_trouble(PodTrouble.INSECURE) from error
    except UnreachablePeerError as error:
        raise pod_trouble(PodTrouble.UNREACHABLE) from error
    except RedirectedError as error:
        raise pod_trouble(PodTrouble.MOVED) from error
    except OverlongAnswerError as error:
        raise pod_trouble(PodTrouble.TOO_LARGE) from error
    except RefusedByPeerError as error:
        raise pod_trouble(_cause(error)) from error
    except (PeerError, CryptoError) as error:
        raise pod_trouble(PodTrouble.UNFIT_ANSWER) from error


def _cause(error: RefusedByPeerError) -> PodTrouble:
    by_code = _BY_CODE.get(error_code(error) or "")
    if by_code is not None:
        return by_code
    known = _BY_STATUS.get(error.status)
    if known is not None:
        return known
    busy = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return PodTrouble.UNREACHABLE if busy else PodTrouble.UNFIT_ANSWER
