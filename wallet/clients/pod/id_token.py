"""Who signed in? What an ID token must prove before it is believed (OpenID Connect Core §3.1.3.7)."""

from datetime import datetime
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, seconds_of
from wallet.domain.pod import PodSignIn
from wallet.domain.pod_trouble import pod_trouble
from wallet.errors import PodTrouble

ALGORITHMS: Final = ("ES256", "ES384", "EdDSA", "RS256", "PS256")
_KEY_TYPES: Final = frozenset({"EC", "OKP", "RSA"})
_SKEW_SECONDS: Final = int(CLOCK_SKEW.total_seconds())
_MOST_KEYS: Final = 100
_MAX_TEXT: Final = 4_000


def check_id_token(token: str, keys: Json, sign_in: PodSignIn, *, issuer: str, now: datetime) -> None:
    """Return only if these steps hold.

    1. Its signature is by a key of the server that the profile names, by an algorithm for signatures.
    2. It names this server, this wallet, and this request.
    3. It is of now.
    4. It is about the person whose profile named this server (Solid-OIDC §8.1).

    Raises:
        PodError: `UNPROVEN` for the first three, `OTHER_PERSON` for the fourth.
    """
    try:
        claims = Fields.of(_verified(token, keys), "id_token")  # 1
        _check_names(claims, sign_in, issuer)  # 2
        _check_time(claims, seconds_of(now))  # 3
        person = claims.text("webid" if claims.has("webid") else "sub", max_length=_MAX_TEXT)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        # joserfc lets plain errors through on some malformed headers and keys.
        raise pod_trouble(PodTrouble.UNPROVEN) from error
    if person != sign_in.place.webid:  # 4
        raise pod_trouble(PodTrouble.OTHER_PERSON)


def _verified(token: str, keys: Json) -> Json:
    # Keys for anything but signatures are not even read: a shared secret that everybody can fetch is none.
    named = Fields.of(keys, "keys").entries("keys", most=_MOST_KEYS)
    usable: list[Any] = [key for key in named if isinstance(key, dict) and key.get("kty") in _KEY_TYPES]
    key_set = KeySet.import_key_set({"keys": usable})
    verified = jws.deserialize_compact(token, key_set, algorithms=list(ALGORITHMS))
    return parse_json(verified.payload)


def _check_names(claims: Fields, sign_in: PodSignIn, issuer: str) -> None:
    client_id = sign_in.request.client_id
    audience = claims.any("aud")
    named = audience if isinstance(audience, list) else [audience]
    if claims.text("iss", max_length=_MAX_TEXT) != issuer or client_id not in named:
        raise MalformedError("id_token: of another server, or for somebody else")
    if claims.has("azp") and claims.text("azp", max_length=_MAX_TEXT) != client_id:
        raise MalformedError("id_token: for somebody else")
    if claims.text("nonce", max_length=_MAX_TEXT) != sign_in.nonce:
        raise MalformedError("id_token: of another request")


def _check_time(claims: Fields, now: int) -> None:
    until = claims.integer("exp", least=0, most=MAX_MOMENT)
    since = claims.integer("iat", least=0, most=MAX_MOMENT)
    if until <= now - _SKEW_SECONDS or since > now + _SKEW_SECONDS:
        raise MalformedError("id_token: not of now")
