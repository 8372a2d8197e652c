"""Post an event to an address that somebody else chose, without being led anywhere or held up for long."""

from collections.abc import Mapping

from crypto.errors import MalformedError
from ssi.http.errors import PeerError
from ssi.http.outside_post import SECONDS, OutsidePost
from ssi.issuer_service.errors import NotDeliveredError


class WebhookPost:
    """Posts as `ssi.http.outside_post` says; with `loopback`, for development, to this machine as well."""

    def __init__(self, *, loopback: bool, seconds: float = SECONDS) -> None:
        self._post = OutsidePost(loopback=loopback, seconds=seconds)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of a 2xx answer.

        Raises:
            NotDeliveredError: the target is none to send to, does not answer in time, or answers otherwise; a
                redirect counts as that.
        """
        try:
            return self._post(url, body, headers)
        except MalformedError as error:
            raise NotDeliveredError(f"not sent: {error}") from error
        except PeerError as error:
            raise NotDeliveredError(str(error)) from error
