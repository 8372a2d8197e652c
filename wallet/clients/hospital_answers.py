"""What servers of hospitals answer, read strictly: configurations, tokens, pages, and how long to wait."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from wallet.clients.openid4vci.tokens import end_of, visible
from wallet.domain.hospital import (
    MAX_ADDRESS,
    READ_OBSERVATIONS,
    READ_OBSERVATIONS_BEFORE,
    Access,
    Doors,
    Hospital,
)

_ON_ONE_PAGE: Final = 200
_MOST_ENTRIES: Final = 20_000
_MOST_WAIT: Final = 24 * 3600
_SECONDS: Final = re.compile(r"[0-9]{1,6}")


def doors_of(fields: Fields, able: tuple[str, ...]) -> Doors:
    """Where a person signs in, and where tokens come from and end.

    Raises:
        MalformedError: it does not say.
    """
    older = "permission-v2" not in able and "permission-v1" in able
    return Doors(
        authorize=fields.text("authorization_endpoint", max_length=MAX_ADDRESS),
        token=fields.text("token_endpoint", max_length=MAX_ADDRESS),
        revoke=_optional(fields, "revocation_endpoint"),
        observations=READ_OBSERVATIONS_BEFORE if older else READ_OBSERVATIONS,
        issuer=_optional(fields, "issuer") or "",
        names_itself=_is_true(fields, "authorization_response_iss_parameter_supported"),
    )


def access_of(fields: Fields, now: datetime, patient: str, refresh_token: str | None = None) -> Access:
    """The right in an answer to a code, or to an earlier token, which stays where no new one came.

    Raises:
        MalformedError: a token that is none, or no time.
    """
    return Access(
        access_token=visible(fields, "access_token"),
        ends_at=end_of(fields, now),
        patient=patient,
        refresh_token=visible(fields, "refresh_token") if fields.has("refresh_token") else refresh_token,
    )


def search_of(hospital: Hospital, access: Access, since: datetime | None) -> str:
    """The address of the first page of a patient's observations, since a moment where one is given."""
    asked = {"patient": access.patient, "_count": str(_ON_ONE_PAGE)}
    if since is not None:
        asked["_lastUpdated"] = f"ge{utc_text(since)}"
    return f"{hospital.address}/Observation?{urlencode(asked)}"


def entries_of(bundle: Fields) -> tuple[Mapping[str, Any], ...]:
    """The entries of a page, unverified.

    Raises:
        MalformedError: they are no list of objects, or too many.
    """
    if not bundle.has("entry"):
        return ()
    entries: list[Json] = bundle.entries("entry", most=_MOST_ENTRIES)
    if not all(isinstance(each, dict) for each in entries):
        raise MalformedError("page.entry: expected objects")
    return tuple(each for each in entries if isinstance(each, dict))


def wait_seconds(told: str | None, now: datetime) -> int:
    """How long a server wants to be left alone (RFC 9110 §10.2.3); 0 where it does not say."""
    if told is None:
        return 0
    if _SECONDS.fullmatch(told.strip()):
        return min(int(told), _MOST_WAIT)
    try:
        until = parsedate_to_datetime(told)
        return max(0, min(int((until - now).total_seconds()) + 1, _MOST_WAIT))
    except (TypeError, ValueError, OverflowError):
        return 0


def _optional(fields: Fields, name: str) -> str | None:
    return fields.text(name, max_length=MAX_ADDRESS) if fields.has(name) else None


def texts_of(fields: Fields, name: str) -> tuple[str, ...]:
    """A list of texts that may be missing."""
    return fields.texts(name, most=50) if fields.has(name) else ()


def _is_true(fields: Fields, name: str) -> bool:
    return fields.has(name) and fields.boolean(name)
