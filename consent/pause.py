"""Did a person pause a consent, or go on with it? Her latest signed word about it says so.

A pause is no withdrawal: the consent, the shares and what was earned stay, and no new computation uses it
until she goes on (GDPR art. 18: processing is restricted). The statement is a JWS of type
`consent-pause+jwt`, signed by the key that signed the consent, so that it cannot stand for a withdrawal, nor
a withdrawal for it.

Statements about one consent have a strictly increasing sequence. Whoever keeps the latest one keeps its
sequence with it and lets `is_news` judge the next: an earlier statement that is played back changes nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from consent.errors import OvertakenError
from consent.signed import read_consent_id, read_signed
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import parse_jws, sign_jws

PAUSE_TYP: Final = "consent-pause+jwt"
MAX_STATEMENT: Final = 4000
"""Characters of a signed statement."""

MOST_SEQUENCE: Final = 2**53 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS: Final = 1000


@dataclass(frozen=True)
class PauseStatement:
    """That a consent is paused from a moment on, or not any more; `sequence` is 1 to 2^53 - 1."""

    consent_id: str
    paused: bool
    sequence: int
    at: datetime

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "consent_id": self.consent_id,
            "paused": self.paused,
            "sequence": self.sequence,
            "at": utc_text(self.at),
        }


def sign_pause(statement: PauseStatement, key: SigningKey) -> str:
    """Sign a statement, with the key that signed the consent."""
    return sign_jws(statement.to_json(), key, typ=PAUSE_TYP)


def verify_pause(token: str, holder_key: VerifyingKey) -> PauseStatement:
    """The statement that the holder key signed; whether a later one is known is for `is_news` to say.

    Raises:
        MalformedError: it is no such statement.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, holder_key, typ=PAUSE_TYP, where="pause")
    statement = PauseStatement(
        read_consent_id(fields),
        fields.boolean("paused"),
        fields.integer("sequence", least=1, most=MOST_SEQUENCE),
        fields.moment("at"),
    )
    fields.done()
    return statement


def unverified_paused_consent(token: str) -> str:
    """The consent that a statement claims to be about: only for finding the key to verify it.

    Raises:
        MalformedError: not a signed token that names a consent.
    """
    return read_consent_id(Fields(parse_jws(token, "pause").payload, "pause"))


def is_news(statement: PauseStatement, *, sequence: int, paused: bool) -> bool:
    """Whether a statement comes after the latest one known, False if it is the same again.

    `sequence` and `paused` are those of the latest one: 0 and False where nothing was said yet.

    Raises:
        OvertakenError: a later statement is known, or this one contradicts the one of its sequence.
    """
    if statement.sequence == sequence and statement.paused is paused:
        return False
    if statement.sequence <= sequence:
        raise OvertakenError(f"expected a sequence above {sequence}, got {statement.sequence}")
    return True


def next_sequence(last: int, now: datetime) -> int:
    """The sequence of the next statement: above the last one, and not below the milliseconds since 1970.

    So a wallet that was restored from an older copy, and does not know its last statements, is heard as well.
    """
    return max(last + 1, int((now - _EPOCH).total_seconds() * _MILLISECONDS))
