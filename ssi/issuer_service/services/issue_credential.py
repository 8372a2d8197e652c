"""Sign a record for the wallet that proves it may have it (OpenID4VCI 1.0 §8)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from crypto.encoding import Json
from crypto.randomness import RandomBytes
from crypto.signing import VerifyingKey
from ssi.issuance import (
    IssuerKey,
    Organisation,
    Subject,
    Terms,
    issue_credential,
    issue_organisation_credential,
)
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Delivery, Entry, Standing, StatusPlace
from ssi.issuer_service.domain.key_proof import KeyProof, verify_key_proof
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.domain.status_positions import position
from ssi.issuer_service.errors import ErrorCode, NotOfferedError, ProtocolRefusalError
from ssi.issuer_service.services.ports import Books, Register
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH
from ssi.record import Record
from ssi.status_list import StatusReference

_Sign = Callable[[Subject, Terms], str]


@dataclass(frozen=True)
class CredentialRequest:
    """What a wallet asks for: one kind of credential, bound to the key that made the proof."""

    configuration_id: str
    proof: str = field(repr=False)


@dataclass(frozen=True)
class Office:
    """In whose name credentials are signed: key, address, what is issued, and how long status lists are."""

    issuer: IssuerKey
    url: str
    catalogue: Catalogue
    status_list_size: int


class IssueCredential:
    """Issues each waiting record once."""

    def __init__(self, books: Books, secrets: IssuerSecrets, office: Office, random: RandomBytes) -> None:
        self._books = books
        self._secrets = secrets
        self._office = office
        self._random = random

    def __call__(self, token: str, asked: CredentialRequest, *, now: datetime) -> str:
        """The credential, with all its disclosures. Token, challenge and record are used up together.

        1. The token is ours and in force.
        2. The configuration exists, and the token is for it.
        3. The key proof holds, and its challenge is ours and fresh.
        4. The record waits for delivery and is valid.
        5. Nobody used the token or the challenge meanwhile; a place in a status list is taken.

        Raises:
            ProtocolRefusalError: `invalid_token` (1, 5), `unknown_credential_configuration` or
                `insufficient_scope` (2), `invalid_proof` or `invalid_nonce` (3, 5),
                `credential_request_denied` (4).
        """
        entry, values = self._waiting(fingerprint(token), asked.configuration_id, now)  # 1, 2
        proof = verify_key_proof(asked.proof, audience=self._office.url, now=now)  # 3
        nonce_end = self._secrets.open_nonce(proof.nonce, now=now)
        if values is None or entry.standing is not Standing.VALID or not entry.covers(now):  # 4
            raise _refused(ErrorCode.DENIED, "the issuer holds this credential back: ask the issuer")
        # The commitment takes milliseconds; it is made before the one writer's place is taken.
        sign = self._prepare(self._office.catalogue.get(entry.configuration), values)
        with self._books.writing() as register:  # 5
            self._use_up(register, token, proof, nonce_end)
            if register.entries.get(entry.credential_id) != entry:
                raise _refused(ErrorCode.DENIED, "the record changed at this moment: ask for a new link")
            place = self._take_place(register)
            register.entries.collected(entry.credential_id, place, now)
            register.offers.close([entry.credential_id])
            return sign(self._subject(entry, proof.holder_key), self._terms(entry, place, now))

    def _waiting(
        self, token: bytes, configuration_id: str, now: datetime
    ) -> tuple[Entry, Mapping[str, Json] | None]:
        with self._books.reading() as register:
            grant = register.offers.granted(token)
            if grant is None or now >= grant.expires_at:
                raise _refused(ErrorCode.INVALID_TOKEN, "the access token is unknown, used or expired")
            entry = register.entries.get(grant.credential_id)
            values = register.entries.values(grant.credential_id)
        try:
            self._office.catalogue.get(configuration_id)
        except NotOfferedError as error:
            raise _refused(ErrorCode.UNKNOWN_CONFIGURATION, "no such credential is issued here") from error
        if entry.configuration != configuration_id:
            raise _refused(ErrorCode.INSUFFICIENT_SCOPE, "the access token is for another credential")
        return entry, values if entry.delivery is Delivery.WAITING else None

    def _prepare(self, configuration: Configuration, values: Mapping[str, Json]) -> _Sign:
        issuer = self._office.issuer
        if configuration.numbers is None:
            organisation = Organisation(**cast("dict[str, str]", dict(values)))
            return lambda subject, terms: issue_organisation_credential(
                organisation, subject, issuer=issuer, terms=terms
            )
        record = Record.commit(configuration.numbers, values, self._random)
        return lambda subject, terms: issue_credential(
            record, subject, issuer=issuer, terms=terms, random=self._random
        )

    def _use_up(self, register: Register, token: str, proof: KeyProof, nonce_end: datetime) -> None:
        if register.offers.granted(fingerprint(token)) is None:
            raise _refused(ErrorCode.INVALID_TOKEN, "the access token was used at this moment")
        if not register.offers.use_nonce(fingerprint(proof.nonce), nonce_end):
            raise _refused(ErrorCode.INVALID_NONCE, "the nonce was used before: fetch a fresh one")

    def _take_place(self, register: Register) -> StatusPlace:
        number, ordinal, size = register.status_lists.allocate(self._office.status_list_size)
        return StatusPlace(number, position(self._secrets.position_seed(number), ordinal, size))

    def _subject(self, entry: Entry, holder_key: VerifyingKey) -> Subject:
        return Subject(self._secrets.handle(entry.configuration, entry.external_id), holder_key)

    def _terms(self, entry: Entry, place: StatusPlace, now: datetime) -> Terms:
        uri = f"{self._office.url}{STATUS_LISTS_PATH}{place.list_number}"
        return Terms(StatusReference(uri, place.index), issued_at=now, expires_at=entry.expires_at)


def _refused(code: ErrorCode, description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(code, description)
