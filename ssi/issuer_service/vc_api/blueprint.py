"""The end points themselves: parse, call, answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, request

from crypto.encoding import Json, canonical_json
from crypto.errors import CryptoError, MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields
from ssi.data_integrity.credentials import Verification
from ssi.data_integrity.selective_suites import SELECTIVE_SUITES
from ssi.data_integrity.signature_suites import SIGNATURE_SUITES
from ssi.did.did_web import Fetch
from ssi.did.resolve import Resolver
from ssi.errors import CredentialError, UnresolvableError
from ssi.issuer_service.vc_api.checking import Checking
from ssi.issuer_service.vc_api.configuration import configuration_of
from ssi.issuer_service.vc_api.errors import RequestError
from ssi.issuer_service.vc_api.issuing import Issuing
from ssi.issuer_service.vc_api.problems import refused, true, untrue
from ssi.issuer_service.vc_api.requests import PURPOSES, Ask
from ssi.issuer_service.vc_api.statuses import Statuses
from ssi.issuer_service.vc_api.suites import DEFAULT, Suite, suites_of

_JSON: Final = "application/json"


@dataclass(frozen=True)
class VcApiSettings:
    """The seed of the keys, the address of the service, and how the documents of others are fetched."""

    seed: bytes = field(repr=False)
    url: str
    fetch: Fetch
    now: Callable[[], datetime]
    random: RandomBytes = random_bytes


def create_vc_api(settings: VcApiSettings) -> Blueprint:
    """The blueprint of the VC-API, with `/vc-api/<slug>` before each path and without."""
    blueprint = Blueprint("vc_api", __name__)
    endpoints = _Endpoints(settings)
    for prefix in ("", "/vc-api/<slug>"):
        for path, view in endpoints.asked():
            blueprint.post(prefix + path, endpoint=f"{view.__name__}{'_of' if prefix else ''}")(view)
    blueprint.get("/vc-api/<slug>/status-lists/<purpose>")(endpoints.status_list)
    blueprint.post("/vc-api/<slug>/status-lists/<purpose>/publish")(endpoints.publish)
    blueprint.get("/vc-api/configuration")(endpoints.configuration)
    blueprint.register_error_handler(CredentialError, refused)
    blueprint.register_error_handler(CryptoError, refused)
    return blueprint


class _Endpoints:
    """One method for each end point."""

    def __init__(self, settings: VcApiSettings) -> None:
        self._settings = settings
        self._suites: Mapping[str, Suite] = suites_of(settings.seed)
        self._statuses = Statuses(settings.url, settings.random)
        self._issuing = Issuing(self._suites, self._statuses, settings.random, settings.now)
        verification = Verification(
            Resolver(settings.fetch),
            suites={**SIGNATURE_SUITES, **SELECTIVE_SUITES},
            inline_contexts=True,
            self_asserted=True,
        )
        self._checking = Checking(verification, self._fetch_list, settings.now)

    def asked(self) -> Iterable[tuple[str, Callable[..., Response]]]:
        """What is asked by POST."""
        return (
            ("/credentials/issue", self.issue),
            ("/credentials/derive", self.derive),
            ("/credentials/verify", self.verify),
            ("/credentials/status", self.set_status),
            ("/presentations/verify", self.verify_presentation),
            ("/presentations/prove", self.present),
            ("/presentations", self.create_presentation),
        )

    def issue(self, slug: str = DEFAULT) -> Response:
        """201 with the credential."""
        issued = self._issuing.issue(self._known(slug), Ask.read(request.get_data(), "credential"))
        return _answer({"verifiableCredential": issued}, HTTPStatus.CREATED)

    def derive(self, slug: str = DEFAULT) -> Response:
        """201 with the part of a credential that the pointers select."""
        self._known(slug)
        derived = self._issuing.derive(Ask.read(request.get_data(), "verifiableCredential"))
        return _answer({"verifiableCredential": derived}, HTTPStatus.CREATED)

    def present(self, slug: str = DEFAULT) -> Response:
        """201 with the presentation."""
        signed = self._issuing.present(self._known(slug), Ask.read(request.get_data(), "presentation"))
        return _answer({"verifiablePresentation": signed}, HTTPStatus.CREATED)

    def create_presentation(self, slug: str = DEFAULT) -> Response:
        """The same, by its older path."""
        return self.present(slug)

    def verify(self, slug: str = DEFAULT) -> Response:
        """200, or 400 and why not."""
        self._known(slug)
        try:
            ask = Ask.read(request.get_data(), "verifiableCredential", "credential")
            return true(self._checking.credential(ask))
        except (CredentialError, CryptoError) as error:
            return untrue(error)

    def verify_presentation(self, slug: str = DEFAULT) -> Response:
        """200, or 400 and why not; under `presentation` also one that nobody signed."""
        self._known(slug)
        try:
            ask = Ask.read(request.get_data(), "verifiablePresentation", "presentation")
            signed = Fields.parse(request.get_data(), "request").has("verifiablePresentation")
            check = self._checking.presentation if signed else self._checking.unsigned
            return true(check(ask))
        except (CredentialError, CryptoError) as error:
            return untrue(error)

    def set_status(self, slug: str = DEFAULT) -> Response:
        """200 once a status is changed; `status` is true or "1" unless it says otherwise."""
        self._known(slug)
        try:
            body = Fields.parse(request.get_data(), "request")
            entry = body.any("credentialStatus")
            said = body.any("status") if body.has("status") else True
            for each in entry if isinstance(entry, list) else [entry]:
                self._issuing.set_status(
                    body.any("credentialId"), each, value=said not in (False, "0", 0, "false")
                )
        except MalformedError as error:
            raise RequestError(str(error)) from error
        return _answer({}, HTTPStatus.OK)

    def status_list(self, slug: str, purpose: str) -> Response:
        """The list, as a credential that its issuer signed now."""
        try:
            document = self._list(self._known(slug), purpose)
        except RequestError as error:
            response = refused(error)
            response.status_code = HTTPStatus.NOT_FOUND.value
            return response
        response = _answer(document, HTTPStatus.OK)
        response.headers["Cache-Control"] = "no-cache"
        return response

    def publish(self, slug: str, purpose: str) -> Response:
        """204: what the list says is always what was set last."""
        self._list(self._known(slug), purpose)
        return Response(status=HTTPStatus.NO_CONTENT.value)

    def configuration(self) -> Response:
        """Which end points there are."""
        return _answer(configuration_of(self._suites, self._settings.url), HTTPStatus.OK)

    def _known(self, slug: str) -> str:
        if slug not in self._suites:
            raise RequestError(f"{slug[:80]!r} is none of {', '.join(self._suites)}")
        return slug

    def _list(self, slug: str, purpose: str) -> dict[str, Any]:
        if purpose not in PURPOSES:
            raise RequestError(f"{purpose[:80]!r} is none of {', '.join(PURPOSES)}")
        suite, now = self._suites[slug], self._settings.now()
        return suite.publish(self._statuses.credential(suite, purpose, now=now), now=now)

    def _fetch_list(self, url: str, *, max_bytes: int) -> bytes:
        """A list of ours without asking ourselves over the network, one of others by the allowed fetch."""
        place = self._statuses.place_of(url)
        if place is None:
            return self._settings.fetch(url, max_bytes=max_bytes)
        try:
            return canonical_json(self._list(self._known(place[0]), place[1]))
        except RequestError as error:
            raise UnresolvableError(f"there is no such list here: {error}") from error


def _answer(document: Json, status: HTTPStatus) -> Response:
    response = Response(canonical_json(document), status.value, content_type=_JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
