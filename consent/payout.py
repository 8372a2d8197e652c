"""Who asks to be paid what she earned, to which account, and did every agreement's own key say so?

A payout is asked for with one token for each agreement, a JWS of type `payout-request+jwt` signed by the key
that signed the agreement. All of them name the same payout, payee, moment and total, so that none can be
taken out, put into another payout or paid to somebody else. The id is made by the person's wallet: the same
id with the same tokens is the same request.

NOTE: who receives the tokens learns that these agreements are of one payee, and her account.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from consent.errors import MismatchError, TermsError
from consent.order import MOST_CENTS
from consent.signed import MAX_ID, read_consent_id, read_signed
from crypto.encoding import Json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import parse_jws, sign_jws

PAYOUT_TYP: Final = "payout-request+jwt"
MOST_LINES: Final = 200
MAX_NAME: Final = 70
"""Characters of a payee's name, as SEPA takes it (pain.001.001.09, Max140Text, 70 by the rulebook)."""

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MODULUS = 97


@dataclass(frozen=True)
class Payee:
    """Who is paid, and to which account. Neither stands in ``repr``."""

    name: str = field(repr=False)
    iban: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no bank would take.

        Raises:
            TermsError: the name is empty, too long or has control characters, or the account number is none.
        """
        if not 0 < len(self.name.strip()) <= MAX_NAME or not self.name.isprintable():
            raise TermsError(f"expected a name of 1 to {MAX_NAME} characters")
        if not _IBAN.fullmatch(self.iban) or not _checks(self.iban):
            raise TermsError(
                "expected an account number (IBAN, ISO 13616) without spaces, with its check digits"
            )

    @classmethod
    def typed(cls, name: str, iban: str) -> "Payee":
        """A payee as people write one: with spaces, and in small letters.

        Raises:
            TermsError: as above.
        """
        return cls(" ".join(name.split()), "".join(iban.split()).upper())


@dataclass(frozen=True)
class PayoutLine:
    """What one agreement has to give."""

    consent_id: str
    amount_cents: int


@dataclass(frozen=True)
class PayoutRequest:
    """A whole request; the lines are in the order of their agreements."""

    payout_id: str
    marketplace: str
    payee: Payee
    lines: tuple[PayoutLine, ...]
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a request that is none.

        Raises:
            TermsError: the id is no UUID, there are no lines or too many, an agreement stands twice, or an
                amount is not positive.
        """
        named = [line.consent_id for line in self.lines]
        if not _UUID.fullmatch(self.payout_id):
            raise TermsError("expected the id of a payout to be a UUID in small letters")
        if not 0 < len(named) <= MOST_LINES or len(set(named)) != len(named):
            raise TermsError(f"expected 1 to {MOST_LINES} agreements, each once")
        if any(not 0 < line.amount_cents <= MOST_CENTS for line in self.lines):
            raise TermsError("expected amounts of at least one cent")

    @property
    def total_cents(self) -> int:
        """What is to be paid in all."""
        return sum(line.amount_cents for line in self.lines)

    def payload(self, line: PayoutLine) -> dict[str, Json]:
        """What the key of one agreement signs."""
        return {
            "payout_id": self.payout_id,
            "marketplace": self.marketplace,
            "payee": {"name": self.payee.name, "iban": self.payee.iban},
            "at": utc_text(self.at),
            "total_cents": self.total_cents,
            "agreements": len(self.lines),
            "consent_id": line.consent_id,
            "amount_cents": line.amount_cents,
        }

    @property
    def digest(self) -> str:
        """What tells two requests of one id apart."""
        return digest_of({line.consent_id: self.payload(line) for line in self.lines})


def sign_payout(request: PayoutRequest, key_of: Callable[[str], SigningKey]) -> tuple[str, ...]:
    """One token for each line, each signed with the key of its agreement."""
    return tuple(
        sign_jws(request.payload(line), key_of(line.consent_id), typ=PAYOUT_TYP) for line in request.lines
    )


def verify_payout(
    tokens: Sequence[str], key_of: Callable[[str], VerifyingKey], *, marketplace: str
) -> PayoutRequest:
    """The request that the tokens make together.

    1. Each is signed by the key of the agreement that it names. 2. All of them say the same but for their
    agreement and amount. 3. They are all that there are, and their amounts make the total. 4. It is for this
    marketplace.

    Raises:
        MalformedError: a token is none.
        SignatureError: another key signed one, or a byte was changed.
        TermsError: the request is none, such as one with an account number that there is not.
        MismatchError: the tokens do not belong together, or are for another marketplace.
    """
    if not 0 < len(tokens) <= MOST_LINES:
        raise MalformedError(f"payout: expected 1 to {MOST_LINES} signed lines, got {len(tokens)}")
    read = [_read(token, key_of) for token in tokens]  # 1
    shared = read[0][0]
    if any(other != shared for other, _ in read):  # 2
        raise MismatchError("payout: the signed lines do not belong together")
    payout_id, named, payee, at, total, agreements = shared
    lines = tuple(sorted((line for _, line in read), key=lambda line: line.consent_id))
    request = PayoutRequest(payout_id, named, payee, lines, at)
    if (request.total_cents, len(lines)) != (total, agreements):  # 3
        raise MismatchError("payout: lines were taken out or put in")
    if named != marketplace:  # 4
        raise MismatchError("payout: it is for another marketplace")
    return request


_Shared = tuple[str, str, Payee, datetime, int, int]


def _read(token: str, key_of: Callable[[str], VerifyingKey]) -> tuple[_Shared, PayoutLine]:
    claimed = read_consent_id(Fields(parse_jws(token, "payout").payload, "payout"))
    fields = read_signed(token, key_of(claimed), typ=PAYOUT_TYP, where="payout")
    told = fields.section("payee")
    payee = Payee(told.text("name", max_length=MAX_NAME), told.text("iban", max_length=MAX_NAME))
    told.done()
    shared = (
        fields.text("payout_id", max_length=MAX_ID),
        fields.text("marketplace", max_length=MAX_ID),
        payee,
        fields.moment("at"),
        fields.integer("total_cents", least=1, most=MOST_CENTS * MOST_LINES),
        fields.integer("agreements", least=1, most=MOST_LINES),
    )
    line = PayoutLine(read_consent_id(fields), fields.integer("amount_cents", least=1, most=MOST_CENTS))
    fields.done()
    return shared, line


def _checks(iban: str) -> bool:
    """ISO/IEC 7064, MOD 97-10 over the number with its first four characters at the end."""
    return int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % _MODULUS == 1
