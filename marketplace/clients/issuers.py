"""How the marketplace talks to an organisation's own sign-in: OpenID Connect Core 1.0, code flow with PKCE.

The owner of an account names the address, so it is a stranger's: it is asked over https and at public
addresses only, at the address that was judged, without redirects and with bounds on time and length
(`ssi.http.client`). What it says about who signed in is checked in `id_token.py`. Authlib writes the requests
and reads the answers; it reaches nothing but through `_Guarded`.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import quote, urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from requests import Response

from crypto.encoding import Json, parse_json
from crypto.errors import CryptoError
from crypto.reading import Fields
from marketplace.clients.id_token import Expected, check_id_token, signed_in_at
from marketplace.clients.issuer_metadata import Provider, configuration_of, read_provider, safe_address
from marketplace.domain.member import FRESH
from marketplace.domain.sign_in import MAX_TEXT, Institution, Returned, Shown, Visit
from marketplace.errors import SignInRefusedError, SignInSettingError
from ssi.http.address import is_public, origin_of, path_of
from ssi.http.client import Answer, Body, Client, Limits
from ssi.http.errors import ExchangeError, RefusedByPeerError

SCOPE: Final = "openid email profile"
KEPT_MOST: Final = timedelta(minutes=10)
"""How long what a provider says about itself is taken as said, where its own headers name no shorter time."""
_MOST_KEPT: Final = 1_000
_ANEW: Final = {"prompt": "login", "max_age": str(int(FRESH.total_seconds()))}
"""Asks a provider to have somebody show again who she is, and to say when she did (Core §3.1.2.1)."""
LIMITS: Final = Limits(connect_seconds=5.0, read_seconds=5.0, total_seconds=10.0, answer_bytes=256 * 1024)
_FORM: Final = "application/x-www-form-urlencoded"
_UNREACHABLE: Final = "Your organisation’s sign-in does not answer as it should. Please try again later."
_UNPROVEN: Final = "Your organisation’s sign-in did not prove who you are. Please begin again."
_STOPPED: Final = "You did not sign in at your organisation, or it does not let you use this market."


@dataclass(frozen=True)
class HttpIssuers:
    """`services.sign_in_ports.Issuers` over HTTP; with `loopback`, for development, on this machine too."""

    clock: Callable[[], datetime]
    loopback: bool = False
    limits: Limits = LIMITS
    _kept: dict[str, tuple[Provider, datetime]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def check(self, issuer: str) -> None:
        """Return only if an address is one of a provider that can be used."""
        try:
            self._asked_provider(issuer)
        except (ExchangeError, CryptoError) as error:
            raise SignInSettingError(
                "This address does not answer as the sign-in of an organisation does. Copy it exactly from "
                "your organisation’s settings.",
                "issuer",
            ) from error

    def page_for(self, institution: Institution, visit: Visit) -> str:
        """The address at the organisation where somebody signs in, with PKCE by S256 (RFC 7636)."""
        with _refusing(_UNREACHABLE):
            provider = self._provider(institution.issuer)
            client = self._client(provider, institution, None, visit)
            page, _ = client.create_authorization_url(
                provider.authorization_endpoint,
                state=visit.state,
                code_verifier=visit.verifier,
                nonce=visit.nonce,
                **({} if visit.meant is None else _ANEW),
            )
        return str(page)

    def redeem(self, institution: Institution, secret: str, visit: Visit, returned: Returned) -> Shown:
        """Who signed in there.

        1. The answer comes from the issuer that was asked (RFC 9207 §2.4). 2. It has a code. 3. The code
        gives an ID token. 4. That proves who it is, for this visit. 5. What it leaves out comes from the
        same issuer, about the same person.
        """
        with _refusing(_UNPROVEN):
            provider = self._provider(institution.issuer)
            if returned.issuer is None and provider.names_itself:  # 1
                raise SignInRefusedError(_UNPROVEN)
            if returned.issuer is not None and returned.issuer != provider.issuer:
                raise SignInRefusedError(_UNPROVEN)
            if returned.error is not None or not returned.code:  # 2
                raise SignInRefusedError(_STOPPED)
            client = self._client(provider, institution, secret, visit)
            tokens = client.fetch_token(
                provider.token_endpoint,
                grant_type="authorization_code",
                code=returned.code,
                code_verifier=visit.verifier,
                redirect_uri=visit.redirect_uri,
            )
            answer = Fields.of(dict(tokens), "tokens")  # 3
            access_token = answer.text("access_token", max_length=20_000)
            expected = Expected(provider.issuer, institution.client_id, visit.nonce, access_token)
            token = answer.text("id_token", max_length=50_000)
            claims = check_id_token(token, self._get(provider.jwks_uri), expected, now=self.clock())  # 4
            at = signed_in_at(claims, now=self.clock())
            return _shown(self._completed(provider, claims, access_token), provider.issuer, at)  # 5

    def _completed(self, provider: Provider, claims: Fields, access_token: str) -> Fields:
        """The claims, and where they name no address those of the userinfo endpoint (Core §5.3.2)."""
        if claims.has("email") or provider.userinfo_endpoint is None:
            return claims
        told = self._get(provider.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})
        about = Fields.of(told, "userinfo")
        if about.text("sub", max_length=MAX_TEXT) != claims.text("sub", max_length=MAX_TEXT):
            raise SignInRefusedError(_UNPROVEN)
        return about

    def _provider(self, issuer: str) -> Provider:
        """What a provider says about itself: asked, or heard not long ago. A failure is not kept."""
        provider, until = self._kept.get(issuer, (None, None))
        if provider is not None and until is not None and self.clock() < until:
            return provider
        return self._asked_provider(issuer)

    def _asked_provider(self, issuer: str) -> Provider:
        safe_address(issuer, loopback=self.loopback)
        answer = self._answer(configuration_of(issuer))
        provider = read_provider(answer.json(), issuer, loopback=self.loopback)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[issuer] = (provider, self.clock() + kept_for(answer.headers))
        return provider

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> Json:
        return self._answer(address, headers).json()

    def _answer(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        told = {"Accept": "application/json", **(headers or {})}
        return self._asking(address).send("GET", path_of(address), headers=told, repeatable=True)

    def _client(
        self, provider: Provider, institution: Institution, secret: str | None, visit: Visit
    ) -> OAuth2Client:
        client = OAuth2Client(
            _Guarded(self._asking),
            client_id=institution.client_id,
            client_secret=secret,
            token_endpoint_auth_method=provider.authentication,
            scope=SCOPE,
            redirect_uri=visit.redirect_uri,
            code_challenge_method="S256",
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return client

    def _asking(self, address: str) -> Client:
        limits = Limits(
            self.limits.connect_seconds,
            self.limits.read_seconds,
            self.limits.total_seconds,
            self.limits.answer_bytes,
            self._may_reach,
        )
        safe_address(address, loopback=self.loopback)
        return Client(origin_of(address) or "", limits=limits)

    def _may_reach(self, address: str) -> bool:
        parsed = ip_address(address)
        here = (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
        return (self.loopback and here) or is_public(address)


def kept_for(headers: Mapping[str, str]) -> timedelta:
    """How long an answer may be kept by its own headers (RFC 9111 §5.2.2), at most `KEPT_MOST`."""
    named = {name.lower(): text for name, text in headers.items()}
    told = [each.strip().lower() for each in named.get("cache-control", "").split(",")]
    if {"no-store", "no-cache"} & set(told):
        return timedelta(0)
    for each in told:
        name, _, seconds = each.partition("=")
        if name == "max-age":
            return timedelta(seconds=_seconds(seconds.strip('"')) - _seconds(named.get("age", "")))
    return KEPT_MOST


def _seconds(text: str) -> int:
    """A number of seconds in a header, at most `KEPT_MOST`; what is none counts as none."""
    most = int(KEPT_MOST.total_seconds())
    return min(int(text[:9]), most) if text.isascii() and text.isdigit() else 0


@dataclass
class _Guarded:
    """What Authlib takes for a session of `requests`: it posts forms, through our own client and no other."""

    asking: Callable[[str], Client]

    def post(self, url: str, *, data: dict[str, str], headers: dict[str, str], auth: Any) -> Response:
        """Post a form, and hand back a refusal as an answer too: Authlib reads what it says."""
        _, told, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        told.pop("Content-Type", None)
        client = self.asking(url)
        answer = Response()
        try:
            heard = client.send("POST", path_of(url), body=Body(body.encode(), _FORM), headers=told)
            answer.status_code, answer._content = heard.status, heard.body
        except RefusedByPeerError as error:
            answer.status_code, answer._content = error.status, error.body
        finally:
            client.close()
        parse_json(answer.content)  # strict: Authlib's own reading takes a name that stands there twice
        return answer


@contextmanager
def _refusing(words: str) -> Iterator[None]:
    """Whatever an issuer does wrong, in words for whoever signs in; its own words are never shown."""
    try:
        yield
    except (ExchangeError, CryptoError, OAuth2Error, OSError, ValueError) as error:
        raise SignInRefusedError(words) from error


def _basic(client: Any, method: str, uri: str, headers: dict[str, str], body: str) -> tuple[str, Any, str]:
    """HTTP Basic with both parts encoded (RFC 6749 §2.3.1), which Authlib leaves out."""
    pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
    return uri, {**headers, "Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, body


def _shown(claims: Fields, issuer: str, at: datetime | None) -> Shown:
    return Shown(
        issuer=issuer,
        subject=claims.text("sub", max_length=MAX_TEXT),
        email=_maybe(claims, "email"),
        email_verified=claims.has("email_verified") and claims.any("email_verified") is True,
        name=_maybe(claims, "name"),
        at=at,
    )


def _maybe(claims: Fields, name: str) -> str | None:
    told = claims.any(name) if claims.has(name) else None
    return told if isinstance(told, str) and len(told) <= 4 * MAX_TEXT else None
