"""How does a receiver know that an event came from the market, is fresh, and did not come before?

    events = Receiver([secret])
    event = events.verify(request.headers, request.body)

The signatures are those of Standard Webhooks, version 1 (https://www.standardwebhooks.com): an HMAC with
SHA-256 over id, moment and body, compared in constant time. While a new secret takes the place of one, give
both. Events come at least once: an id that came before raises `AgainError`: answer 2xx and do nothing.
NOTE: the ids are remembered in this process only. Who has several keeps `event.number` with what it did.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.sdk.errors import SdkError
from marketplace.sdk.events import Event, read_event

TOLERANCE_SECONDS: Final = 300
MOST_BODY: Final = 65_536
MOST_REMEMBERED: Final = 10_000
_PREFIX: Final = "whsec_"
_VERSION: Final = "v1"
_MOST_SIGNATURES: Final = 10
_MOST_DIGITS: Final = 12


class WebhookRefusedError(SdkError):
    """A message that is not the market's, or not of now: answer it with 401 and do nothing."""


class AgainError(SdkError):
    """A message that came before: answer it with 2xx and do nothing."""


@dataclass
class Receiver:
    """Checks what comes to a webhook; `secrets` are as the market told them, the newest first."""

    secrets: Sequence[str] = field(repr=False)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict, init=False, repr=False)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Event:
        """The event of a message that is the market's, is fresh, and did not come before.

        Raises:
            WebhookRefusedError: no signature holds, or it is more than five minutes old or ahead; never told
                which secret was tried.
            AgainError: this id came before.
            MalformedError: the signature holds and the body is no event.
        """
        event = verify_message(self.secrets, headers, body, now=self.clock())
        named = _headers(headers)["webhook-id"]
        if named in self._seen:
            raise AgainError("this message came before")
        self._seen[named] = None
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return event


def verify_message(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Event:
    """The event of a message that is the market's and fresh, whether it came before or not.

    Raises:
        WebhookRefusedError, MalformedError: as for `Receiver.verify`.
    """
    told = _headers(headers)
    try:
        named, seconds, signed = (told[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as error:
        raise WebhookRefusedError("the headers of Standard Webhooks are missing") from error
    if len(body) > MOST_BODY:
        raise WebhookRefusedError(f"a message has at most {MOST_BODY} bytes")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= _MOST_DIGITS):
        raise WebhookRefusedError("the moment is no number of seconds")
    if not _holds(secrets, f"{named}.{seconds}.".encode() + body, signed):
        raise WebhookRefusedError("no signature holds")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
        raise WebhookRefusedError("the message is not of now")
    return read_event(Fields.of(parse_json(body), "event"))


def _holds(secrets: Sequence[str], signed: bytes, header: str) -> bool:
    """Whether any signature is by any secret; all are compared, each in constant time."""
    shown = [
        value.encode("ascii", "replace")
        for version, _, value in (each.partition(",") for each in header.split(" ")[:_MOST_SIGNATURES])
        if version == _VERSION
    ]
    made = [b64encode(hmac.new(_key(each), signed, sha256).digest()) for each in secrets]
    return sum(hmac.compare_digest(ours, theirs) for ours in made for theirs in shown) > 0


def _key(secret: str) -> bytes:
    try:
        return b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (Base64Error, ValueError) as error:
        raise MalformedError("secret: expected whsec_ and base64, as the market told it") from error


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
