"""A buyer publishes an answer that it bought: a data set in a CKAN, with the numbers and how they came about.

    publisher = CkanPublisher.connect("https://data.city.example", api_token)
    address = publisher.publish(result, Publication("exam-scores-2026", "Exam scores", "city", "cc-by"))

Only answers with noise are published. What is worked out of such an answer costs nobody any more privacy, so
it may be compared with whatever else is published; an exact answer held against another one could give away
the one person by whom their crowds differ. How many people there were is said as the query's floor, because
the exact number is no part of the answer. What was withheld is written as withheld.

The data set is made as a draft, filled, and only then shown; if that breaks off, the draft is deleted.
"""

import csv
import io
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from urllib3 import encode_multipart_formdata

from consent.estimate import Estimate
from consent.joining import asked_about
from consent.query import decimal_text
from consent.wording import describe_query
from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.sdk.errors import SdkError
from marketplace.sdk.result import OpenedResult
from ssi.http.client import Body, Client, Limits
from ssi.http.errors import PeerError, RefusedByPeerError

LIMITS: Final = Limits(connect_seconds=5.0, read_seconds=30.0, total_seconds=120.0, answer_bytes=2_000_000)
COLUMNS: Final = (
    *("group", "statistic", "attribute", "part"),
    *("value", "low95", "high95", "noise_sd", "withheld"),
)
MAX_TITLE: Final = 200
_ACTION: Final = "/api/3/action/"
_NAME: Final = re.compile(r"[a-z0-9_-]{2,100}")
_CONFLICT: Final = 409


class PublicationError(SdkError):
    """The answer was not published, for the reason in the message; no part of it can be seen."""


class ExactAnswerError(PublicationError):
    """An exact answer: what is published must have noise."""


class NameTakenError(PublicationError):
    """The CKAN has a data set of this name already; choose another one."""


@dataclass(frozen=True)
class Publication:
    """How the data set is called: its name in addresses, its title, the organisation that owns it, a licence.

    Raises:
        PublicationError: the name is not of CKAN's form, or the title is empty or too long.
    """

    name: str
    title: str
    owner_org: str
    license_id: str = "notspecified"
    notes: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise PublicationError("a name has 2 to 100 of the characters a-z, 0-9, _ and -")
        if not 0 < len(self.title) <= MAX_TITLE:
            raise PublicationError(f"a title has 1 to {MAX_TITLE} characters")


@dataclass(frozen=True)
class CkanPublisher:
    """Publishes into one CKAN, with the token of somebody who may."""

    client: Client = field(repr=False)

    @classmethod
    def connect(cls, url: str, api_token: str) -> "CkanPublisher":
        """A publisher for the CKAN at an address.

        Raises:
            PeerError: not an https address, or one on another machine over plain http.
        """
        return cls(Client(url, headers={"Authorization": api_token}, limits=LIMITS))

    def publish(self, result: OpenedResult, about: Publication) -> str:
        """Publish an answer, and return the address of its data set.

        Raises:
            ExactAnswerError: it has no noise.
            NameTakenError: there is a data set of this name.
            PublicationError: the CKAN did not do as it was asked.
        """
        if result.query.epsilon is None:
            raise ExactAnswerError("only answers with noise are published; order it with noise")
        files = {"answer.csv": csv_of(result).encode(), "method.json": canonical_json(method_of(result))}
        package_id = self._create(about, result)
        try:
            for name, content in files.items():
                self._upload(package_id, name, content)
            self._act("package_patch", {"id": package_id, "state": "active"})
        except PublicationError:
            with suppress(PublicationError):
                self._act("package_delete", {"id": package_id})
            raise
        return f"{self.client.base_url}/dataset/{about.name}"

    def _create(self, about: Publication, result: OpenedResult) -> str:
        document: dict[str, Json] = {
            "name": about.name,
            "title": about.title,
            "owner_org": about.owner_org,
            "license_id": about.license_id,
            "notes": about.notes or _notes(result),
            "state": "draft",
        }
        found = self._act("package_create", document)
        try:
            return found.text("id", max_length=200)
        except MalformedError as error:
            raise PublicationError(f"the CKAN's answer is not understood: {error}") from error

    def _upload(self, package_id: str, name: str, content: bytes) -> None:
        kind = name.rpartition(".")[2]
        content_type = {"csv": "text/csv", "json": "application/json"}[kind]
        parts: list[tuple[str, str | tuple[str, bytes, str]]] = [
            ("package_id", package_id),
            ("name", name),
            ("format", kind.upper()),
            ("upload", (name, content, content_type)),
        ]
        raw, media_type = encode_multipart_formdata(parts)
        self._send("resource_create", Body(raw, media_type))

    def _act(self, action: str, document: Mapping[str, Json]) -> Fields:
        return self._send(action, Body(canonical_json(dict(document))))

    def _send(self, action: str, body: Body) -> Fields:
        """What an action answered.

        Raises:
            NameTakenError: it says that an address is in use.
            PublicationError: it refused, could not be reached, or answered with something else.
        """
        try:
            answer = self.client.send("POST", _ACTION + action, body=body).json()
            fields = Fields.of(answer, action)
            if not fields.boolean("success"):
                raise PublicationError(f"the CKAN did not carry out {action}")
            found = fields.any("result")
            return Fields(found if isinstance(found, dict) else {}, action)
        except RefusedByPeerError as error:
            raise _refusal(action, error) from error
        except (PeerError, MalformedError) as error:
            raise PublicationError(f"{action}: {error}") from error


def csv_of(result: OpenedResult) -> str:
    """The numbers of an answer, one in each line; what was withheld has its reason and no number."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in result.answer.rows:
        for estimate in row.estimates:
            writer.writerow([row.group or "", *_cells(estimate)])
    for group in result.answer.withheld_groups:
        writer.writerow([group, *[""] * (len(COLUMNS) - 2), "too_few_people"])
    return written.getvalue()


def method_of(result: OpenedResult) -> dict[str, Json]:
    """How an answer came about: what was asked, how it was protected, who computed it.

    By its order, the question is found in the market's public log.
    """
    query = result.query
    return {
        "question": query.to_json(),
        "people": {"at_least": query.floor},
        "protection": {
            "method": "differential privacy",
            "epsilon": None if query.epsilon is None else decimal_text(query.epsilon),
            "interval95": "the error of the added noise; not that of drawing these people from others",
        },
        "computed_by": list(result.nodes),
        "engine": query.chosen_engine.value,
        "order": result.order_id,
    }


def _cells(estimate: Estimate) -> list[str]:
    low, high = estimate.interval95 or (None, None)
    return [
        estimate.kind.value,
        estimate.attribute or "",
        estimate.label or "",
        *map(_number, (estimate.value, low, high, estimate.noise_sd)),
        "" if estimate.withheld is None else estimate.withheld.value,
    ]


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _notes(result: OpenedResult) -> str:
    question = describe_query(result.query, asked_about(result.query), "en")
    return (
        f"{question}.\n\nComputed over at least {result.query.floor} people's data that nobody could look "
        "at, with noise that hides each of them. `answer.csv` has the numbers with the error of the noise, "
        "`method.json` says how they came about."
    )


def _refusal(action: str, error: RefusedByPeerError) -> PublicationError:
    """What a refusal says: never its own words, which may be a page of anybody's."""
    if error.status == _CONFLICT and action == "package_create" and b'"name"' in error.body:
        return NameTakenError("the CKAN refuses the name; it is taken or not allowed there")
    return PublicationError(f"{action}: the CKAN answered with status {error.status}")
