"""Hand records in, find them, change their standing, hand their links over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Response, g, jsonify, request

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.http import problems
from ssi.http.problem import Problem
from ssi.issuer_service.api.operation import Answer, Operation, schema
from ssi.issuer_service.api.schemas import MAX_BATCH
from ssi.issuer_service.api.statuses import STATUS
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Entry, Offer, Sought, Standing
from ssi.issuer_service.domain.mail_address import MAX_ADDRESS
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
from ssi.issuer_service.services.look_up import Detail, LookUp
from ssi.issuer_service.services.publish_status import known_by
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
        offered = Answer("The record with its new link.", schema("Offered"))
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

    def issue(self) -> tuple[Response, HTTPStatus]:
        """201 for a new or corrected record, 200 for one that is known already."""
        submission = read_submission(Fields.parse(request.get_data(), "record"), self._services.catalogue)
        answer = self._register([submission])[0]
        self._services.operations.registered([answer], by=g.acting)
        if isinstance(answer, IssuerError):
            raise answer
        known = answer.change is Change.UNCHANGED
        return jsonify(self._registered(answer)), HTTPStatus.OK if known else HTTPStatus.CREATED

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
        return jsonify(results=[{"row": row, **self._result(each)} for row, each in enumerate(results)])

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
        return jsonify(credentials=[_entry(entry) for entry in found.entries], total=found.total)

    def show(self, credential_id: str) -> Response:
        """One record by its id, as events name it."""
        return self._status(self._services.look_up.detail(credential_id, now=self._services.now()))

    def change_status(self, credential_id: str) -> Response:
        """Revoke, suspend or reinstate, with a reason."""
        fields = Fields.parse(request.get_data(), "status")
        standing = fields.choice("status", Standing)
        reason = fields.text("reason", max_length=1000)
        fields.done()
        now = self._services.now()
        entry = self._services.change_status(credential_id, standing, reason=reason, by=g.acting, now=now)
        self._services.operations.status_changed(entry, by=g.acting)
        return self._status(self._services.look_up.detail(credential_id, now=now))

    def renew(self, credential_id: str) -> Response:
        """A new link and code, always with a transaction code."""
        now = self._services.now()
        offer = self._services.renew_offer(credential_id, now=now)
        entry = self._services.look_up.detail(credential_id, now=now).entry
        return jsonify({**_entry(entry), **self._offer(offer)})

    def send_link(self, credential_id: str) -> tuple[Response, HTTPStatus]:
        """Queue a letter with the link."""
        fields = Fields.parse(request.get_data(), "letter")
        address = fields.text("email", max_length=MAX_ADDRESS)
        fields.done()
        letter = self._services.send_link(credential_id, address, now=self._services.now())
        return jsonify(letter_id=letter.letter_id, state=letter.state.value), HTTPStatus.ACCEPTED

    def _register(self, submissions: Sequence[Submission]) -> list[Registered | RecordRefusedError]:
        return self._services.register(submissions, by=g.acting, now=self._services.now())

    def _read(self, record: Json, row: int) -> Submission | Exception:
        try:
            return read_submission(Fields.of(record, f"records[{row}]"), self._services.catalogue)
        except (MalformedError, IssuerError) as error:
            return error

    def _result(self, result: Registered | Exception) -> dict[str, Json]:
        if isinstance(result, Registered):
            return self._registered(result)
        status = next(status for kind, status in STATUS.items() if isinstance(result, kind))
        problem = Problem(
            status=status.value,
            title=status.phrase,
            detail=str(result),
            kind=problems.kind_of(type(result)),
        )
        return {"error": problem.to_json()}

    def _registered(self, registered: Registered) -> dict[str, Json]:
        document = {"change": registered.change.value, **_entry(registered.entry)}
        return document if registered.offer is None else {**document, **self._offer(registered.offer)}

    def _status(self, detail: Detail) -> Response:
        ttl = self._services.status_ttl
        document = {**_entry(detail.entry), "propagation_seconds": int(ttl.total_seconds())}
        if detail.changes:
            changed_at = detail.changes[-1].changed_at
            document["status_changed_at"] = utc_text(changed_at)
            document["known_everywhere_at"] = utc_text(known_by(changed_at, ttl))
        return jsonify(document)

    def _offer(self, offer: Offer) -> dict[str, Json]:
        handover = self._services.hand_over(offer)
        document: dict[str, Json] = {
            "offer_uri": handover.offer_uri,
            "claim_code": handover.claim_code,
            "offer_expires_at": utc_text(handover.expires_at),
        }
        if handover.transaction_code is not None:
            document["tx_code"] = handover.transaction_code
        return document


def _entry(entry: Entry) -> dict[str, Json]:
    document: dict[str, Json] = {
        "credential_id": entry.credential_id,
        "data_set": entry.configuration,
        "external_id": entry.external_id,
        "version": entry.version,
        "status": entry.standing.value,
        "delivery": entry.delivery.value,
        "created_at": utc_text(entry.created_at),
        "expires_at": utc_text(entry.expires_at),
    }
    if entry.collected_at is not None:
        document["collected_at"] = utc_text(entry.collected_at)
    return document
