"""Was what a person agreed to touched by a breach? A public notice that each wallet holds against its own.

The marketplace signs one notice for everybody, a JWS of type `breach-notice+jwt` (GDPR art. 34(1), (2)). It
names a data set and a span of time, and nobody: whose agreement it concerns is found by her own wallet, and
reading it tells the marketplace nothing, because all wallets read all notices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.errors import MismatchError, TermsError
from consent.signed import MAX_ID, read_signed
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

NOTICE_TYP: Final = "breach-notice+jwt"
MAX_NOTICE: Final = 70_000
"""Characters of a signed notice: enough for texts at their longest, each character escaped."""

MOST_NOTICES: Final = 100
MAX_WORDS: Final = 2000
MAX_DATA_SET: Final = 100


@dataclass(frozen=True)
class BreachNotice:
    """What happened, what may follow, what is done about it, and whom to ask, each in 1 to 2,000 characters.

    It concerns agreements about `data_set` (all, if it is None) that were in force at some moment from
    `since` to `until`, both included.
    """

    notice_id: str
    marketplace: str
    at: datetime
    what: str
    consequences: str
    measures: str
    contact: str
    since: datetime
    until: datetime
    data_set: str | None = None

    def __post_init__(self) -> None:
        """Refuse a span of time that ends before it begins.

        Raises:
            TermsError: it does.
        """
        if self.since > self.until:
            raise TermsError("the time of the breach ends before it begins")

    def concerns(self, data_set: str, *, given_at: datetime, ended_at: datetime) -> bool:
        """Whether an agreement that was in force from `given_at` until before `ended_at` is concerned."""
        named = self.data_set is None or self.data_set == data_set
        return named and given_at <= self.until and ended_at > self.since

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "notice_id": self.notice_id,
            "marketplace": self.marketplace,
            "at": utc_text(self.at),
            "what": self.what,
            "consequences": self.consequences,
            "measures": self.measures,
            "contact": self.contact,
            "since": utc_text(self.since),
            "until": utc_text(self.until),
            "data_set": self.data_set,
        }


def sign_notice(notice: BreachNotice, key: SigningKey) -> str:
    """Sign a notice, with the key that signs the marketplace's receipts."""
    return sign_jws(notice.to_json(), key, typ=NOTICE_TYP)


def verify_notice(token: str, key: VerifyingKey, *, marketplace: str) -> BreachNotice:
    """The notice that this marketplace signed.

    Raises:
        MalformedError: it is no such notice.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: its time ends before it begins.
        MismatchError: it is of another marketplace.
    """
    fields = read_signed(token, key, typ=NOTICE_TYP, where="notice")
    words = _words(fields)
    notice = BreachNotice(
        notice_id=fields.text("notice_id", max_length=MAX_ID),
        marketplace=fields.text("marketplace", max_length=MAX_ID),
        at=fields.moment("at"),
        since=fields.moment("since"),
        until=fields.moment("until"),
        data_set=fields.text("data_set", max_length=MAX_DATA_SET) if fields.has("data_set") else None,
        **words,
    )
    fields.done()
    if notice.marketplace != marketplace:
        raise MismatchError("notice: it is of another marketplace")
    return notice


def read_notices(answer: Mapping[str, Json] | object) -> tuple[str, ...]:
    """The signed notices in an answer of the marketplace, newest first; none of them is checked.

    Raises:
        MalformedError: the answer is of another form.
    """
    fields = Fields.of(answer, "answer")
    tokens = fields.texts("notices", most=MOST_NOTICES, max_length=MAX_NOTICE)
    fields.done()
    return tokens


def _words(fields: Fields) -> dict[str, str]:
    names = ("what", "consequences", "measures", "contact")
    return {name: fields.text(name, max_length=MAX_WORDS) for name in names}
