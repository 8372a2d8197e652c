"""The credential issuer's endpoints: challenges, credentials now or later, and notifications."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from crypto.encoding import Json
from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.encryption import JWT_MEDIA_TYPE, RequestDecryption, ResponseEncryption
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.openid4vci.doors import Doors
from ssi.issuer_service.openid4vci.requests import credential_request, deferred_request, notification
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.desk import Delivered
from ssi.issuer_service.services.issue_credential import Deferred, IssueCredential
from ssi.issuer_service.services.take_notice import TakeNotice

INTERVAL_SECONDS = 60
"""How long a wallet is asked to wait before it comes back: an officer decides in minutes at best."""


@dataclass(frozen=True)
class CredentialServices:
    """The use cases behind these endpoints."""

    doors: Doors
    secrets: IssuerSecrets
    issue: IssueCredential
    take_notice: TakeNotice
    decryption: RequestDecryption
    operations: Operations
    nonce_lifetime: timedelta
    random: RandomBytes
    now: Callable[[], datetime]


class CredentialEndpoints:
    """One method for each endpoint: parse, call, answer."""

    def __init__(self, services: CredentialServices) -> None:
        self._services = services

    def add_to(self, protocol: Blueprint) -> None:
        """Add the routes."""
        protocol.post("/nonce")(self.nonce)
        protocol.post("/credential")(self.credential)
        protocol.post("/deferred-credential")(self.deferred)
        protocol.post("/notification")(self.notify)

    def nonce(self) -> Response:
        """A fresh challenge (§7)."""
        services = self._services
        return jsonify(
            c_nonce=services.secrets.nonce(
                now=services.now(), lifetime=services.nonce_lifetime, random=services.random
            )
        )

    def credential(self) -> Response:
        """Credentials for an access token and proofs of the holder's keys (§8)."""
        presented = self._services.doors.holder()
        request = credential_request(self._services.decryption)
        issued = self._services.issue(presented, request.asked, now=self._services.now())
        return self._answer(issued, request.encryption)

    def deferred(self) -> Response:
        """Credentials that were not ready when they were asked for (§9)."""
        presented = self._services.doors.holder()
        request = deferred_request(self._services.decryption)
        issued = self._services.issue.collect(presented, request.transaction_id, now=self._services.now())
        return self._answer(issued, request.encryption, notifiable=False)

    def notify(self) -> tuple[str, HTTPStatus]:
        """What a wallet tells about a delivery (§11)."""
        presented = self._services.doors.holder()
        told = notification()
        self._services.take_notice(
            presented, told.notification_id, told.event, told.description, now=self._services.now()
        )
        self._services.operations.noticed(told.event)
        return "", HTTPStatus.NO_CONTENT

    def _answer(
        self, issued: Delivered | Deferred, encryption: ResponseEncryption | None, *, notifiable: bool = True
    ) -> Response:
        status = HTTPStatus.OK
        document: dict[str, Json]
        if isinstance(issued, Deferred):
            status = HTTPStatus.ACCEPTED
            document = {"transaction_id": issued.transaction_id, "interval": INTERVAL_SECONDS}
        else:
            self._services.operations.issued(issued.configuration_id)
            document = {
                "credentials": [{"credential": credential} for credential in issued.credentials],
            }
            # §9.2 lets a deferred answer name a notification; a library that many wallets are made of refuses
            # one that does.
            if notifiable:
                document["notification_id"] = issued.notification_id
        if encryption is None:
            response = jsonify(document)
        else:
            response = Response(encryption.encrypt(document), content_type=JWT_MEDIA_TYPE)
        response.status_code = status
        return response
