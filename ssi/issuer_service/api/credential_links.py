"""Make the link of a record anew, or have it sent."""

from http import HTTPStatus

from flask import Response, jsonify, request

from crypto.reading import Fields
from ssi.issuer_service.api.credential_documents import CredentialDocuments, entry_document
from ssi.issuer_service.api.credentials import CredentialServices
from ssi.issuer_service.api.operation import Answer, Operation, schema
from ssi.issuer_service.domain.mail_address import MAX_ADDRESS
from ssi.issuer_service.domain.scope import Scope

_CONFLICT = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class LinkEndpoints:
    """One method for each endpoint: parse, call, answer."""

    def __init__(self, services: CredentialServices) -> None:
        self._services = services
        self._documents = CredentialDocuments(services.hand_over, services.status_ttl)

    def operations(self) -> list[Operation]:
        """The endpoints with their descriptions."""
        one = "/credentials/{credential_id}"
        offered = Answer("The record with its new link.", schema("Offered"))
        return [
            Operation(
                "POST",
                f"{one}/offer",
                "renewOffer",
                "Make a new link and code; earlier ones stop working",
                self.renew,
                Scope.ISSUE,
                {HTTPStatus.OK: offered},
                refusals=_CONFLICT,
            ),
            Operation(
                "POST",
                f"{one}/letter",
                "sendLink",
                "Send the link by e-mail; the code goes another way",
                self.send_link,
                Scope.ISSUE,
                {HTTPStatus.ACCEPTED: Answer("The letter will be sent.", schema("LetterQueued"))},
                body=schema("LetterRequest"),
                refusals=_CONFLICT,
            ),
        ]

    def renew(self, credential_id: str) -> Response:
        """A new link and code, always with a transaction code."""
        now = self._services.now()
        offer = self._services.renew_offer(credential_id, now=now)
        entry = self._services.look_up.detail(credential_id, now=now).entry
        return jsonify({**entry_document(entry), **self._documents.offer(offer)})

    def send_link(self, credential_id: str) -> tuple[Response, HTTPStatus]:
        """Queue a letter with the link."""
        fields = Fields.parse(request.get_data(), "letter")
        address = fields.text("email", max_length=MAX_ADDRESS)
        fields.done()
        letter = self._services.send_link(credential_id, address, now=self._services.now())
        return jsonify(letter_id=letter.letter_id, state=letter.state.value), HTTPStatus.ACCEPTED
