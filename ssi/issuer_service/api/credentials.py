"""Hand records in, find them, and change their standing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Response, g, jsonify, request

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.issuer_service.api.credential_documents import CredentialDocuments, entry_document
from ssi.issuer_service.api.operation import Answer, Operation, schema
from ssi.issuer_service.api.record_schemas import MAX_BATCH
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Sought, Standing
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.domain.submission import (
    MAX_EXTERNAL_ID,
    Submission,
    read_external_id,
    read_submission,
)
from ssi.issuer_service.errors import IssuerError, RecordRefusedError
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.change_status import ChangeStatus
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.register_records import Change, Registered, RegisterRecords
from ssi.issuer_service.services.renew_offer import RenewOffer
from ssi.issuer_service.services.send_link import SendLink

_MAX_VERSIONS = 200
_MAX_REF = 100
_UNKNOWN = (HTTPStatus.NOT_FOUND,)
_CONFLICT = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@dataclass(frozen=True)
class CredentialServices:
    """The use cases behind these endpoints."""

    catalogue: Catalogue
    register: RegisterRecords
    hand_over: HandOver
    look_up: LookUp
    change_status: ChangeStatus
    renew_offer: RenewOffer
    send_link: SendLink
    operations: Operations
    status_ttl: timedelta
    now: Callable[[], datetime]


class CredentialEndpoints:
    """One method for each endpoint: parse, call, answer."""

    def __init__(self, services: CredentialServices) -> None:
        self._services = services
        self._documents = CredentialDocuments(services.hand_over, services.status_ttl)

    def operations(self) -> list[Operation]:
        """The endpoints with their descriptions."""
        one = "/credentials/{credential_id}"
        told = Answer(
            "The record, without its values, and by when its status is known everywhere.",
            schema("CredentialStatus"),
        )
        registered = schema("Registered")
        new_or_known = {
            HTTPStatus.CREATED: Answer("A new or corrected record, with its link.", registered),
            HTTPStatus.OK: Answer("The record is known, unchanged.", registered),
        }
        refused = (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
        return [
            Operation(
                "POST",
                "/credentials",
                "issueCredential",
                "Hand one record in",
                self.issue,
                Scope.ISSUE,
                new_or_known,
                body=schema("Record"),
                refusals=refused,
            ),
            Operation(
                "POST",
                "/credentials/batch",
                "issueCredentials",
                f"Hand up to {MAX_BATCH} records in; each is answered by itself",
                self.issue_batch,
                Scope.ISSUE,
                {HTTPStatus.OK: Answer("One result for each record, in order.", schema("Results"))},
                body=schema("Records"),
            ),
            Operation(
                "POST",
                "/credentials/search",
                "findCredentials",
                "Every version of a person's records, newest first",
                self.find,
                Scope.READ,
                {HTTPStatus.OK: Answer("What was found.", schema("Credentials"))},
                body=schema("CredentialSearch"),
                refusals=_UNKNOWN,
            ),
            Operation(
                "GET",
                one,
                "getCredential",
                "One record",
                self.show,
                Scope.READ,
                {HTTPStatus.OK: told},
                refusals=_UNKNOWN,
            ),
            Operation(
                "POST",
                f"{one}/status",
                "changeStatus",
                "Revoke, suspend or reinstate, with a reason",
                self.change_status,
                Scope.STATUS,
                {HTTPStatus.OK: told},
                body=schema("StatusChange"),
                refusals=(*_CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
            ),
        ]

    def issue(self) -> tuple[Response, HTTPStatus]:
        """201 for a new or corrected record, 200 for one that is known already."""
        submission = read_submission(Fields.parse(request.get_data(), "record"), self._services.catalogue)
        answer = self._register([submission])[0]
        self._services.operations.registered([answer], by=g.acting)
        if isinstance(answer, IssuerError):
            raise answer
        known = answer.change is Change.UNCHANGED
        return jsonify(self._documents.registered(answer)), HTTPStatus.OK if known else HTTPStatus.CREATED

    def issue_batch(self) -> Response:
        """One result for each record, in order; the good ones are issued whatever becomes of the others."""
        fields = Fields.parse(request.get_data(), "batch")
        records = fields.entries("records", least=1, most=MAX_BATCH)
        fields.done()
        read = [self._read(record, row) for row, record in enumerate(records)]
        accepted = [submission for submission in read if isinstance(submission, Submission)]
        answers = iter(self._register(accepted) if accepted else [])
        results = [next(answers) if isinstance(each, Submission) else each for each in read]
        self._services.operations.registered(results, by=g.acting)
        return jsonify(
            results=[{"row": row, **self._documents.result(each)} for row, each in enumerate(results)]
        )

    def find(self) -> Response:
        """Every version of a person's records, newest first. Asked in a body: addresses are logged."""
        fields = Fields.parse(request.get_data(), "search")
        external_id = read_external_id(fields.text("external_id", max_length=MAX_EXTERNAL_ID))
        configuration = fields.text("data_set", max_length=_MAX_REF) if fields.has("data_set") else None
        fields.done()
        if configuration is not None:
            self._services.catalogue.get(configuration)
        sought = Sought(external_id=external_id, configuration=configuration, limit=_MAX_VERSIONS)
        found = self._services.look_up.search(sought)
        return jsonify(credentials=[entry_document(entry) for entry in found.entries], total=found.total)

    def show(self, credential_id: str) -> Response:
        """One record by its id, as events name it."""
        detail = self._services.look_up.detail(credential_id, now=self._services.now())
        return jsonify(self._documents.status(detail))

    def change_status(self, credential_id: str) -> Response:
        """Revoke, suspend or reinstate, with a reason."""
        fields = Fields.parse(request.get_data(), "status")
        standing = fields.choice("status", Standing)
        reason = fields.text("reason", max_length=1000)
        fields.done()
        now = self._services.now()
        entry = self._services.change_status(credential_id, standing, reason=reason, by=g.acting, now=now)
        self._services.operations.status_changed(entry, by=g.acting)
        return jsonify(self._documents.status(self._services.look_up.detail(credential_id, now=now)))

    def _register(self, submissions: Sequence[Submission]) -> list[Registered | RecordRefusedError]:
        return self._services.register(submissions, by=g.acting, now=self._services.now())

    def _read(self, record: Json, row: int) -> Submission | Exception:
        try:
            return read_submission(Fields.of(record, f"records[{row}]"), self._services.catalogue)
        except (MalformedError, IssuerError) as error:
            return error
