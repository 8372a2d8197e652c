"""Give the holder of a record an Open Badge of it: she shows the record, and gets what she showed as a badge.

The values of a record leave the office with its delivery, so that a badge can say only what its holder brings
back: what she does not disclose, and what has no place in a badge, is not in it. A badge is for showing. It
names the key of the credential as its holder, hides nothing, and links whoever sees both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crypto.encoding import Json
from crypto.errors import CryptoError, MalformedError
from crypto.randomness import RandomBytes
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.credential_payload import CREDENTIAL_TYP
from ssi.dataset import DataSet
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.errors import CredentialError
from ssi.issuance import IssuerKey
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Entry, Standing, StatusPlace
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.ports import Books
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH
from ssi.issuer_service.services.sign_badges import SignBadges
from ssi.jws import parse_jws
from ssi.key_binding import Challenge, verify_key_binding
from ssi.open_badges import Award, badge_document
from ssi.sd_jwt import UnverifiedSdJwt, parse_sd_jwt

_ID_BYTES = 16
_WHERE = "presentation"
_MAX_LIST = 2**31


@dataclass(frozen=True)
class _Shown:
    """A record of ours that its holder showed just now: what she disclosed, her key, where it stands."""

    claims: Mapping[str, Json]
    holder_key: VerifyingKey
    place: StatusPlace
    nonce: str


class GiveBadge:
    """Makes badges of records that their holders show."""

    def __init__(  # noqa: PLR0913 — in whose name, of what, and where it is kept
        self,
        books: Books,
        secrets: IssuerSecrets,
        catalogue: Catalogue,
        *,
        issuer: IssuerKey,
        url: str,
        sign: SignBadges,
        random: RandomBytes,
    ) -> None:
        self._books = books
        self._secrets = secrets
        self._catalogue = catalogue
        self._issuer = issuer
        self._url = url
        self._sign = sign
        self._random = random

    def __call__(self, presentation: str, *, now: datetime) -> dict[str, Any]:
        """The badge of a record that is shown to this office with a fresh challenge of its own.

        1. The credential is one that this office signed, shown just now by who holds its key, for this
           office, with a challenge of ours that is not used.
        2. Its record is valid, and its template lets people have a badge.
        3. What is disclosed makes a badge.

        Raises:
            ProtocolRefusalError: `invalid_proof` or `invalid_nonce` (1), `credential_request_denied` (2),
                `invalid_credential_request` (3).
        """
        shown = self._shown(presentation, now)  # 1
        end = self._secrets.open_nonce(shown.nonce, now=now)  # 1
        with self._books.writing() as register:
            if not register.offers.use_nonce(fingerprint(shown.nonce), end):  # 1
                raise _refused(ErrorCode.INVALID_NONCE, "the nonce was used before: fetch a fresh one")
            entry = register.entries.at(shown.place)
        if entry is None or entry.standing is not Standing.VALID or not entry.covers(now):  # 2
            raise _refused(ErrorCode.DENIED, "the record does not count now: ask the issuer")
        document = self._document(entry, shown, now)  # 2, 3
        return self._sign.badge(document, shown.place, now=now)

    def _shown(self, presentation: str, now: datetime) -> _Shown:
        try:
            unverified = parse_sd_jwt(presentation, _WHERE)
            claims = unverified.verify(self._issuer.key.public, typ=CREDENTIAL_TYP).claims
            fields = Fields.of(claims, _WHERE)
            holder_key = VerifyingKey.from_jwk(_object(fields.section("cnf").any("jwk")))
            nonce = _nonce(unverified)
            verify_key_binding(unverified, holder_key, Challenge(self._url, nonce), now=now)
            return _Shown(claims, holder_key, self._place(fields), nonce)
        except CryptoError as error:
            raise _refused(
                ErrorCode.INVALID_PROOF, f"the record is not shown as it should be: {error}"
            ) from error

    def _place(self, fields: Fields) -> StatusPlace:
        status = fields.section("status").section("status_list")
        prefix = f"{self._url}{STATUS_LISTS_PATH}"
        uri = status.text("uri")
        number = uri.removeprefix(prefix)
        if not uri.startswith(prefix) or not (number.isascii() and number.isdecimal()):
            raise MalformedError(f"{_WHERE}.status: no list of this office")
        return StatusPlace(int(number[:9]), status.integer("idx", least=0, most=_MAX_LIST - 1))

    def _document(self, entry: Entry, shown: _Shown, now: datetime) -> dict[str, Any]:
        numbers = self._catalogue.get(entry.configuration).numbers
        if entry.achievement is None or numbers is None:
            raise _refused(ErrorCode.DENIED, "there is no badge of this record")
        award = Award(
            id=UUID(bytes=self._random(_ID_BYTES), version=4).urn,
            achievement_id=entry.achievement.id,
            name=entry.achievement.name,
            criteria=numbers.about["en"],
            holder=did_jwk(PublicKey.of(shown.holder_key)),
            awarded_at=now,
            valid_until=entry.expires_at,
        )
        try:
            return badge_document(
                numbers, _values(numbers, shown.claims), issuer=self._sign.issuer, award=award
            )
        except CredentialError as error:
            raise _refused(ErrorCode.INVALID_CREDENTIAL_REQUEST, f"that makes no badge: {error}") from error


def _values(numbers: DataSet, claims: Mapping[str, Json]) -> dict[str, Json]:
    return {each.name: claims[each.name] for each in numbers.attributes if each.name in claims}


def _nonce(unverified: UnverifiedSdJwt) -> str:
    if unverified.key_binding is None:
        raise MalformedError(f"{_WHERE}: expected one bound to its holder's key")
    binding = parse_jws(unverified.key_binding, _WHERE)
    return Fields(binding.payload, _WHERE).text("nonce", max_length=200)


def _object(value: Json) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise MalformedError(f"{_WHERE}.cnf.jwk: expected an object")
    return value


def _refused(code: ErrorCode, description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(code, description)
