"""What an institution's own system calls: hand records in, find them, change their standing.

JSON under `/api/v1`, each request with `Authorization: Bearer <API key>`. Errors are problem documents
(RFC 9457) that name the attribute, what is expected and what to do; they never repeat a value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify, request

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.http import problems
from ssi.http.problem import Problem
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Entry, Sought, Standing
from ssi.issuer_service.domain.submission import (
    MAX_EXTERNAL_ID,
    Submission,
    read_external_id,
    read_submission,
)
from ssi.issuer_service.errors import (
    IssuerError,
    NotOfferedError,
    RecordRefusedError,
    StatusConflictError,
    UnauthorisedError,
    UnknownEntryError,
)
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.change_status import ChangeStatus
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.register_records import Change, Registered, RegisterRecords
from ssi.issuer_service.services.sign_in import ApiKeys

MAX_BATCH = 1000
_MAX_VERSIONS = 200
STATUS: dict[type[Exception], HTTPStatus] = {
    MalformedError: HTTPStatus.BAD_REQUEST,
    UnauthorisedError: HTTPStatus.UNAUTHORIZED,
    UnknownEntryError: HTTPStatus.NOT_FOUND,
    NotOfferedError: HTTPStatus.NOT_FOUND,
    StatusConflictError: HTTPStatus.CONFLICT,
    RecordRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


@dataclass(frozen=True)
class ApiServices:
    """The use cases behind the API."""

    catalogue: Catalogue
    keys: ApiKeys
    register: RegisterRecords
    hand_over: HandOver
    look_up: LookUp
    change_status: ChangeStatus
    operations: Operations
    now: Callable[[], datetime]


def create_api(services: ApiServices) -> Blueprint:
    """The blueprint of `/api/v1`."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    problems.register(api, STATUS)
    _Endpoints(services).add_to(api)

    @api.before_request
    def authenticate() -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise UnauthorisedError("expected the header 'Authorization: Bearer <API key>'")
        g.acting = f"key {services.keys.verify(key.strip())}"

    @api.after_request
    def challenge(response: Response) -> Response:
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Bearer realm="issuer"'
        return response

    return api


class _Endpoints:
    """One method for each endpoint: parse, call, answer."""

    def __init__(self, services: ApiServices) -> None:
        self._services = services

    def add_to(self, api: Blueprint) -> None:
        api.post("/credentials")(self.issue)
        api.post("/credentials/batch")(self.issue_batch)
        api.get("/credentials")(self.find)
        api.post("/credentials/<credential_id>/status")(self.change_status)

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
        """Every version of a person's records, newest first, in one data set or in all."""
        external_id = read_external_id(request.args.get("external_id", "")[: MAX_EXTERNAL_ID + 1])
        configuration = request.args.get("data_set")
        if configuration is not None:
            self._services.catalogue.get(configuration)
        sought = Sought(external_id=external_id, configuration=configuration, limit=_MAX_VERSIONS)
        found = self._services.look_up.search(sought)
        return jsonify(credentials=[_entry(entry) for entry in found.entries], total=found.total)

    def change_status(self, credential_id: str) -> Response:
        """Revoke, suspend or reinstate, with a reason."""
        fields = Fields.parse(request.get_data(), "status")
        standing = fields.choice("status", Standing)
        reason = fields.text("reason", max_length=1000)
        fields.done()
        now = self._services.now()
        entry = self._services.change_status(credential_id, standing, reason=reason, by=g.acting, now=now)
        self._services.operations.status_changed(entry, by=g.acting)
        return jsonify(_entry(entry))

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
        if registered.offer is None:
            return document
        handover = self._services.hand_over(registered.offer)
        document["offer_uri"] = handover.offer_uri
        document["offer_expires_at"] = utc_text(handover.expires_at)
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
