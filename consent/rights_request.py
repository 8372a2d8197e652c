"""Which right does a person use about an agreement of hers, and did its own key say so?

A request is a JWS of type `rights-request+jwt`, signed by the key that signed the agreement (GDPR art. 12, 15
to 18, 20, 21). It names nothing but the agreement: who receives it learns no more of her than the agreement
tells, unless she writes more into the text. The id is made by her wallet: the same id with the same token is
the same request.

Erasure and objection end the agreement; the withdrawal that does so goes with the request, and is signed as
every withdrawal is.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from consent.errors import MismatchError, TermsError
from consent.signed import MAX_ID, is_consent_id, read_consent_id, read_signed
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import parse_jws, sign_jws

RIGHTS_TYP: Final = "rights-request+jwt"
MAX_REQUEST: Final = 8000
"""Characters of a signed request."""

MAX_WORDS: Final = 500
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GDPR: Final = "https://w3id.org/dpv/legal/eu/gdpr#"


class Right(StrEnum):
    """What a person may ask of whoever processes her data."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"

    @property
    def article(self) -> int:
        """The article of the GDPR."""
        return _ARTICLES[self]

    @property
    def iri(self) -> str:
        """The DPV 2.3 term."""
        return f"{_GDPR}A{self.article}"

    @property
    def ends_agreement(self) -> bool:
        """Whether nothing may be computed under the agreement any more: it has to be withdrawn."""
        return self in {Right.ERASURE, Right.OBJECTION}


_ARTICLES = {
    Right.ACCESS: 15,
    Right.RECTIFICATION: 16,
    Right.ERASURE: 17,
    Right.RESTRICTION: 18,
    Right.PORTABILITY: 20,
    Right.OBJECTION: 21,
}


@dataclass(frozen=True)
class RightsRequest:
    """One request. `words` may be empty, and has at most 500 characters; they stay out of ``repr``."""

    request_id: str
    marketplace: str
    consent_id: str
    right: Right
    words: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a request that is none.

        Raises:
            TermsError: an id has another form, or the words are too long or hold NUL.
        """
        if not _UUID.fullmatch(self.request_id):
            raise TermsError("expected the id of a request to be a UUID in small letters")
        if not is_consent_id(self.consent_id):
            raise TermsError("expected the id of an agreement")
        if len(self.words) > MAX_WORDS or "\x00" in self.words:
            raise TermsError(f"expected at most {MAX_WORDS} characters, and no NUL")

    def __repr__(self) -> str:
        """The request without its words."""
        return f"RightsRequest({self.request_id!r}, {self.consent_id!r}, {self.right.value!r})"

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "request_id": self.request_id,
            "marketplace": self.marketplace,
            "consent_id": self.consent_id,
            "right": self.right.value,
            "words": self.words or None,
            "at": utc_text(self.at),
        }


def sign_rights_request(request: RightsRequest, key: SigningKey) -> str:
    """Sign a request, with the key that signed the agreement."""
    return sign_jws(request.to_json(), key, typ=RIGHTS_TYP)


def verify_rights_request(token: str, holder_key: VerifyingKey, *, marketplace: str) -> RightsRequest:
    """The request that the holder key signed for this marketplace.

    Raises:
        MalformedError: it is no such request.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: its id is none.
        MismatchError: it is for another marketplace.
    """
    fields = read_signed(token, holder_key, typ=RIGHTS_TYP, where="rights request")
    request = RightsRequest(
        request_id=fields.text("request_id", max_length=MAX_ID),
        marketplace=fields.text("marketplace", max_length=MAX_ID),
        consent_id=read_consent_id(fields),
        right=fields.choice("right", Right),
        words=fields.text("words", max_length=MAX_WORDS) if fields.has("words") else "",
        at=fields.moment("at"),
    )
    fields.done()
    if request.marketplace != marketplace:
        raise MismatchError("rights request: it is for another marketplace")
    return request


def unverified_agreement(token: str) -> str:
    """The agreement that a request claims to be about: only for finding the key to verify it.

    Raises:
        MalformedError: not a signed token that names an agreement.
    """
    return read_consent_id(Fields(parse_jws(token, "rights request").payload, "rights request"))
