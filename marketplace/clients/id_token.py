"""Who signed in? What an ID token must prove before it is believed (OpenID Connect Core §3.1.3.7)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from crypto.encoding import Json, parse_json
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of, seconds_of

ALGORITHMS: Final = ("ES256", "ES384", "EdDSA", "RS256", "PS256")
_KEY_TYPES: Final = frozenset({"EC", "OKP", "RSA"})
_MOST_KEYS: Final = 100
_MOST_AUDIENCES: Final = 20
_MAX_SUBJECT: Final = 255
_MAX_AGE_SECONDS: Final = 600
"""A token that answers a fresh code was made just now; an older one was lying about somewhere."""


@dataclass(frozen=True)
class Expected:
    """What a token has to be for: this issuer, this market there, this visit, and the token beside it."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)


def check_id_token(token: str, keys: Json, expected: Expected, *, now: datetime) -> Fields:
    """The claims, if these steps hold.

    1. Its signature is by a key that the issuer publishes now, by an algorithm for signatures that we chose.
    2. It names this issuer, this market as its audience (and as the party it was made for, where it has other
    audiences), this visit, and the access token beside it. 3. It is of now. 4. It is about somebody.

    Raises:
        MalformedError: a step fails.
    """
    try:
        header, claims = _verified(token, keys)  # 1
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        }
        params = {
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        }
        moment, skew = seconds_of(now), int(CLOCK_SKEW.total_seconds())
        CodeIDToken(claims, header, options, params).validate(now=moment, leeway=skew)  # 2, 3
        fields = Fields.of(claims, "id_token")
        _check_audience(fields, expected.client_id)
        until = fields.integer("exp", least=0, most=MAX_MOMENT)
        since = fields.integer("iat", least=0, most=MAX_MOMENT)
        if until <= moment or not moment - _MAX_AGE_SECONDS <= since <= moment + skew:
            raise MalformedError("id_token: not of now")
        subject = fields.text("sub", max_length=_MAX_SUBJECT)
        if not subject.isascii() or not subject.isprintable():  # 4
            raise MalformedError("id_token.sub: cannot be read")
    except (JoseError, CryptoError, ValueError, TypeError, KeyError, AttributeError) as error:
        # The libraries let plain errors through on some malformed headers, keys and claims.
        raise MalformedError("id_token: it does not hold") from error
    return fields


def signed_in_at(claims: Fields, *, now: datetime) -> datetime | None:
    """When she last showed the issuer who she is (Core §2, `auth_time`); None where it does not say.

    A clock that runs ahead by no more than the skew means now; nothing is added to a clock that runs behind.

    Raises:
        MalformedError: it is no moment, or one to come.
    """
    if not claims.has("auth_time"):
        return None
    seconds = claims.integer("auth_time", least=0, most=MAX_MOMENT)
    if seconds > seconds_of(now + CLOCK_SKEW):
        raise MalformedError("id_token.auth_time: not yet")
    return min(moment_of(seconds), now.replace(microsecond=0))


def _verified(token: str, keys: Json) -> tuple[dict[str, Any], dict[str, Any]]:
    # Keys for anything but signatures are not even read: a shared secret that everybody can fetch is none.
    named = Fields.of(keys, "keys").entries("keys", most=_MOST_KEYS)
    usable: list[Any] = [key for key in named if isinstance(key, dict) and key.get("kty") in _KEY_TYPES]
    verified = jws.deserialize_compact(
        token, KeySet.import_key_set({"keys": usable}), algorithms=list(ALGORITHMS)
    )
    claims = parse_json(verified.payload)
    if not isinstance(claims, dict):
        raise MalformedError("id_token: expected an object")
    return dict(verified.headers()), claims


def _check_audience(fields: Fields, client_id: str) -> None:
    """Return only if the token is for this market; one for others as well has to say whom it was made for."""
    told = fields.any("aud")
    named = told if isinstance(told, list) else [told]
    if client_id not in named or len(named) > _MOST_AUDIENCES:
        raise MalformedError("id_token.aud: somebody else")
    if (len(named) > 1 or fields.has("azp")) and fields.text("azp") != client_id:
        raise MalformedError("id_token.azp: somebody else")
