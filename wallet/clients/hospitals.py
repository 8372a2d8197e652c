"""How a wallet reads from hospitals: SMART App Launch 2.2 (standalone, public client, PKCE), FHIR R4 search.

A person types the address, so it is a stranger's: it is asked over https and at public addresses only
(`openid4vci.outside`), with bounds on time and length. What a server says of itself is checked before anybody
is sent there: PKCE by S256, and one origin for signing in, tokens and their end. A token for reading goes to
the origin that the person named and to no other, whatever links a page has.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from time import sleep
from typing import Final
from urllib.parse import urlencode, urlsplit

from crypto.encoding import parse_json
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from ssi.http.address import is_local, origin_of, path_of, same_origin
from ssi.http.client import Body, Client, Limits
from ssi.http.errors import PeerError, RefusedByPeerError, UnreachablePeerError
from wallet.clients.hospital_answers import (
    access_of,
    doors_of,
    entries_of,
    search_of,
    texts_of,
    wait_seconds,
)
from wallet.clients.openid4vci.authorization import FORM, challenge_of, page_with
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.openid4vci.refusals import error_code, header
from wallet.domain.clock import Clock
from wallet.domain.hospital import Access, Doors, Hospital, Visit, allows_reading, patient_id
from wallet.errors import LinkError, PullError, PullTrouble
from wallet.services.hospital_ports import Page

PAGES: Final = Limits(
    connect_seconds=5.0, read_seconds=30.0, total_seconds=60.0, answer_bytes=8 * 1024 * 1024
)
_CONFIGURATION: Final = "/.well-known/smart-configuration"
_FHIR_JSON: Final = "application/fhir+json"
_MOST_LINK: Final = 4_000


@dataclass(frozen=True)
class HospitalClient:
    """`services.hospital_ports.HospitalServers`; in `development` this machine is asked in the clear."""

    outside: Outside
    clock: Clock
    development: bool = False
    wait: Callable[[float], None] = sleep

    def doors(self, address: str) -> Doors:
        """What a server says of itself.

        1. It has an address that may be asked, without a query or a fragment.
        2. It lets a person sign in by herself, without a secret of the wallet's, and with PKCE by S256.
        3. Signing in, tokens and their end lie at one origin, over https.
        """
        parts = urlsplit(address)
        if origin_of(address) is None or parts.query or parts.fragment:  # 1
            raise PullError(PullTrouble.NO_SERVER, "expected an address such as https://fhir.example/r4")
        with self._asking(PullTrouble.NO_SERVER):
            path = f"{parts.path.rstrip('/')}{_CONFIGURATION}"
            answer = self._to(address).get_json(path, headers={"Accept": "application/json"})
            fields = Fields.of(answer, "configuration")
            able = fields.texts("capabilities", most=200)
            methods = texts_of(fields, "code_challenge_methods_supported")
            doors = doors_of(fields, able)
        if "S256" not in methods or "launch-standalone" not in able or "client-public" not in able:  # 2
            raise PullError(PullTrouble.INSECURE, "it does not take wallets that sign in with S256")
        for door in (doors.authorize, doors.token, doors.revoke):  # 3
            if door is not None and not self._is_safe(door, doors.token):
                raise PullError(
                    PullTrouble.INSECURE, "its sign-in lies at addresses that do not fit together"
                )
        return doors

    def page_for(self, hospital: Hospital, visit: Visit) -> str:
        """The address of the page where the person signs in (SMART App Launch 2.2, 2.0.9)."""
        parameters = {
            "response_type": "code",
            "client_id": hospital.client_id,
            "redirect_uri": visit.redirect_uri,
            "scope": " ".join(hospital.scopes),
            "state": visit.state,
            "aud": hospital.address,
            "code_challenge": challenge_of(visit.verifier),
            "code_challenge_method": "S256",
        }
        return page_with(hospital.doors.authorize, parameters)

    def redeem(self, hospital: Hospital, visit: Visit, code: str, now: datetime) -> Access:
        """The right to read, for the code that the browser brought back."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": visit.redirect_uri,
            "code_verifier": visit.verifier,
        }
        with self._asking(PullTrouble.UNFIT_ANSWER):
            fields = self._token(hospital, form)
            return access_of(fields, now, patient_id(fields.text("patient", max_length=64)))

    def renewed(self, hospital: Hospital, access: Access, now: datetime) -> Access:
        """A new token for one that has run out; the server may give a new one for the next time."""
        if access.refresh_token is None:
            raise PullError(PullTrouble.SIGN_IN_AGAIN)
        form = {"grant_type": "refresh_token", "refresh_token": access.refresh_token}
        with self._asking(PullTrouble.UNFIT_ANSWER):
            fields = self._token(hospital, form)
            if fields.has("patient") and fields.text("patient") != access.patient:
                raise MalformedError("token.patient: of somebody else than before")
            return access_of(fields, now, access.patient, access.refresh_token)

    def revoke(self, hospital: Hospital, access: Access) -> bool:
        """End a right by the token that lasts longer (RFC 7009); where it cannot be told, nobody waits."""
        address = hospital.doors.revoke
        if address is None:
            return False
        form = {"token": access.refresh_token or access.access_token, "client_id": hospital.client_id}
        try:
            with self._asking(PullTrouble.UNFIT_ANSWER):
                self._to(address).send("POST", path_of(address), body=Body(urlencode(form).encode(), FORM))
        except PullError:
            return False
        return True

    def observations(
        self, hospital: Hospital, access: Access, since: datetime | None, following: str | None
    ) -> Page:
        """A page of the patient's observations."""
        address = following or search_of(hospital, access, since)
        if not same_origin(hospital.address, address):
            raise PullError(PullTrouble.UNFIT_ANSWER, "its next page lies at another address")
        headers = {"Accept": _FHIR_JSON, "Authorization": f"Bearer {access.access_token}"}
        with self._asking(PullTrouble.UNFIT_ANSWER):
            raw = self._to(hospital.address).get_bytes(path_of(address), headers=headers)
            bundle = Fields.of(parse_json(raw, max_bytes=len(raw)), "page")
            if bundle.text("resourceType") != "Bundle" or bundle.text("type") != "searchset":
                raise MalformedError("page: expected a Bundle of what a search found")
            return Page(entries_of(bundle), self._following(hospital, bundle), len(raw))

    def rest(self, seconds: float) -> None:
        """Let so much time pass."""
        self.wait(seconds)

    def _following(self, hospital: Hospital, bundle: Fields) -> str | None:
        """Where the next page is, which is asked nowhere but at the same origin."""
        if not bundle.has("link"):
            return None
        found = [
            link.text("url", max_length=_MOST_LINK)
            for link in bundle.objects("link", most=20)
            if link.text("relation", max_length=100) == "next"
        ]
        if len(found) > 1:
            raise MalformedError("page.link: expected one next page")
        if found and not same_origin(hospital.address, found[0]):
            raise MalformedError("page.link: the next page lies at another address")
        return found[0] if found else None

    def _token(self, hospital: Hospital, form: Mapping[str, str]) -> Fields:
        address = hospital.doors.token
        body = Body(urlencode({**form, "client_id": hospital.client_id}).encode(), FORM)
        answer = self._to(address).send("POST", path_of(address), body=body)
        fields = Fields.of(answer.json(), "token")
        if fields.text("token_type", max_length=20).lower() != "bearer":
            raise MalformedError("token.token_type: expected Bearer")
        if not allows_reading(fields.text("scope", max_length=10_000)):
            raise PullError(PullTrouble.REFUSED, "the right to read was not given")
        return fields

    def _to(self, address: str) -> Client:
        try:
            return self.outside.to(address)
        except LinkError as error:
            raise PullError(PullTrouble.INSECURE, "the address is not https, or lies in a network") from error

    def _is_safe(self, address: str, other: str) -> bool:
        may = urlsplit(address).scheme == "https" or (self.development and is_local(address))
        return may and same_origin(address, other) and not urlsplit(address).fragment

    @contextmanager
    def _asking(self, unfit: PullTrouble) -> Iterator[None]:
        """Name every failure of a block that asks a server something; `unfit` is an answer that is none."""
        try:
            yield
        except UnreachablePeerError as error:
            raise PullError(PullTrouble.UNREACHABLE) from error
        except RefusedByPeerError as error:
            raise self._refusal(error, unfit) from error
        except (PeerError, CryptoError) as error:
            raise PullError(unfit, str(error)[:200]) from error

    def _refusal(self, error: RefusedByPeerError, unfit: PullTrouble) -> PullError:
        wait = wait_seconds(header(error.headers, "Retry-After"), self.clock())
        if error.status == HTTPStatus.TOO_MANY_REQUESTS or (
            wait and error.status == HTTPStatus.SERVICE_UNAVAILABLE
        ):
            return PullError(PullTrouble.BUSY, wait_seconds=wait)
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return PullError(PullTrouble.UNREACHABLE, f"status {error.status}")
        if error.status == HTTPStatus.UNAUTHORIZED or error_code(error) == "invalid_grant":
            return PullError(PullTrouble.SIGN_IN_AGAIN)
        if error.status == HTTPStatus.FORBIDDEN or error_code(error) in _SAYS_NO:
            return PullError(PullTrouble.REFUSED, f"status {error.status}")
        return PullError(unfit, f"status {error.status}")


_SAYS_NO: Final = frozenset({"access_denied", "invalid_client", "unauthorized_client", "invalid_scope"})
