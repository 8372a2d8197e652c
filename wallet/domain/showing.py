"""One request to show something, from its first sight to its end: what is kept of it, how it may change.

While it waits, the request itself is kept, to be verified again when it is answered. An answer is kept before
it is sent, so that what could not be delivered can be delivered again as it is: a request gets one answer,
whatever happens on the way. When it is over, what stays is who asked, when, which claims by their
names, and what came of it; no value of a claim, no presentation, no nonce.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from wallet.domain.showing_asker import Asker
from wallet.domain.shown_record import MOST_NAMES, ShownRecord
from wallet.errors import TooLargeError

WAITS = timedelta(hours=1)
"""For how long a request can be answered after it was opened, whatever the asker says."""
MAX_OBJECT = 400_000
MAX_FORM = 2_000_000
MOST_RECORDS = 100
_MOST_OPENINGS = 1_000_000


class Stage(StrEnum):
    """How far a request came. `unsent`: answered, and it is not known whether the answer arrived."""

    WAITING = "waiting"
    UNSENT = "unsent"
    SHOWN = "shown"
    DECLINED = "declined"
    REFUSED = "refused"

    @property
    def is_over(self) -> bool:
        """Whether nothing can be done about it any more."""
        return self in {Stage.SHOWN, Stage.DECLINED, Stage.REFUSED}


@dataclass(frozen=True)
class AskedWith:
    """A request as it came: a signed object, or parameters that nobody signed; and the nonce sent for it."""

    client_id: str
    token: str | None = field(default=None, repr=False)
    parameters: Mapping[str, Json] = field(default_factory=dict, repr=False, hash=False)
    wallet_nonce: str | None = field(default=None, repr=False)

    def to_document(self) -> dict[str, Json]:
        """The request as a document to be sealed."""
        return {
            "client_id": self.client_id,
            "token": self.token,
            "parameters": dict(self.parameters),
            "wallet_nonce": self.wallet_nonce,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "AskedWith":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        parameters = fields.any("parameters")
        if not isinstance(parameters, Mapping):
            raise MalformedError(f"{fields.where}.parameters: expected an object")
        asked = cls(
            client_id=fields.text("client_id"),
            token=fields.text("token", max_length=MAX_OBJECT) if fields.has("token") else None,
            parameters=parameters,
            wallet_nonce=fields.text("wallet_nonce") if fields.has("wallet_nonce") else None,
        )
        fields.done()
        return asked


@dataclass(frozen=True)
class Showing:
    """One request. `digest` is of all of it (`showing_digest`), `link_digest` of the link that led to it.

    `form` is an answer that may have to be sent again.

    `reason` is the asker's word for programs on why it did not accept the answer, `told` whether a decline
    reached it, `onward` where it sends the browser afterwards, `openings` how often its link was followed.
    """

    row_id: str
    digest: str
    link_digest: str
    opened_at: datetime
    asker: Asker
    asked: AskedWith | None = field(repr=False)
    response_uri: str = field(repr=False)
    stage: Stage = Stage.WAITING
    answered_at: datetime | None = None
    records: tuple[ShownRecord, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    reason: str | None = None
    told: bool = True
    onward: str | None = field(default=None, repr=False)
    openings: int = 1
    revision: int = 0

    def waits(self, now: datetime) -> bool:
        """Whether it can still be answered here; the last second is excluded."""
        return self.stage is Stage.WAITING and now < self.opened_at + WAITS

    def can_be_sent(self, now: datetime) -> bool:
        """Whether its answer is kept and can still be sent again; the last second is excluded."""
        return bool(self.form) and self.answered_at is not None and now < self.answered_at + WAITS

    def followed_again(self) -> "Showing":
        """After its link was followed once more."""
        return replace(self, openings=min(self.openings + 1, _MOST_OPENINGS))

    def opened_again(self, asked: AskedWith, asker: Asker, now: datetime) -> "Showing":
        """After the same request was opened once more; only one that waits begins anew."""
        again = self.followed_again()
        if self.stage is not Stage.WAITING:
            return again
        return replace(again, asked=asked, asker=asker, opened_at=now.replace(microsecond=0))

    def answered(self, form: Mapping[str, str], records: tuple[ShownRecord, ...], now: datetime) -> "Showing":
        """After its answer was made and before it is sent.

        Raises:
            TooLargeError: more than a wallet keeps, and reads back.
        """
        if (
            len(records) > MOST_RECORDS
            or any(len(record.claims) > MOST_NAMES for record in records)
            or any(len(text) > MAX_FORM for text in form.values())
        ):
            raise TooLargeError("This is more than can be shown at once. Nothing was shown.")
        return replace(
            self, stage=Stage.UNSENT, form=dict(form), records=records, answered_at=now, asked=None
        )

    def declined(self, now: datetime, *, told: bool) -> "Showing":
        """After the person decided to show nothing."""
        return replace(self, stage=Stage.DECLINED, answered_at=now, told=told, asked=None)

    def shown(self, onward: str | None) -> "Showing":
        """After the asker took the answer."""
        return replace(self, stage=Stage.SHOWN, form={}, reason=None, onward=onward)

    def refused(self, reason: str | None) -> "Showing":
        """After the asker did not accept the answer."""
        return replace(self, stage=Stage.REFUSED, form={}, reason=reason)

    def undelivered(self, reason: str | None) -> "Showing":
        """After the asker could not be reached, or could not judge the answer now."""
        return replace(self, reason=reason)

    def given_up(self) -> "Showing":
        """After its answer was thrown away; whether it had arrived stays unknown."""
        return replace(self, form={})

    def to_document(self) -> dict[str, Json]:
        """The request as a document to be sealed."""
        return {
            "digest": self.digest,
            "link_digest": self.link_digest,
            "opened_at": utc_text(self.opened_at),
            "asker": self.asker.to_document(),
            "asked": self.asked.to_document() if self.asked else None,
            "response_uri": self.response_uri,
            "stage": self.stage.value,
            "answered_at": utc_text(self.answered_at) if self.answered_at else None,
            "records": [record.to_document() for record in self.records],
            "form": dict(self.form),
            "reason": self.reason,
            "told": self.told,
            "onward": self.onward,
            "openings": self.openings,
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Showing":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "showing")
        showing = cls(
            row_id=row_id,
            digest=fields.text("digest"),
            link_digest=fields.text("link_digest"),
            opened_at=fields.moment("opened_at"),
            asker=Asker.from_fields(fields.section("asker")),
            asked=AskedWith.from_fields(fields.section("asked")) if fields.has("asked") else None,
            response_uri=fields.text("response_uri"),
            stage=fields.choice("stage", Stage),
            answered_at=fields.moment("answered_at") if fields.has("answered_at") else None,
            records=tuple(
                ShownRecord.from_fields(each) for each in fields.objects("records", most=MOST_RECORDS)
            ),
            form=_form(fields.any("form")),
            reason=fields.text("reason") if fields.has("reason") else None,
            told=fields.boolean("told"),
            onward=fields.text("onward") if fields.has("onward") else None,
            openings=fields.integer("openings", least=1, most=_MOST_OPENINGS),
            revision=revision,
        )
        fields.done()
        return showing


def _form(document: Json) -> dict[str, str]:
    if not isinstance(document, Mapping):
        raise MalformedError("showing.form: expected an object")
    return {name: Fields(document, "showing.form").text(name, max_length=MAX_FORM) for name in document}
