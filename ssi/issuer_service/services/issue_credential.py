"""Sign a record for the wallet that proves it may have it, now or later (OpenID4VCI 1.0 §8 and §9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from crypto.encoding import Json
from crypto.randomness import RandomBytes
from crypto.signing import VerifyingKey
from ssi.issuer_service.domain.entry import Delivery, Entry, Grant, Standing
from ssi.issuer_service.domain.key_proof import KeyProof, Proving, verify_attested_keys, verify_key_proof
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.domain.ticket import Ticket, TicketKind, draw_ticket
from ssi.issuer_service.errors import ErrorCode, NotOfferedError, ProtocolRefusalError
from ssi.issuer_service.services.access import Presented, unspent
from ssi.issuer_service.services.desk import Delivered, Desk, Office
from ssi.issuer_service.services.ports import Books, Register

_HELD_BACK = "the issuer holds this credential back: ask the issuer"


@dataclass(frozen=True)
class CredentialRequest:
    """What a wallet asks for: one kind of credential or one credential by its identifier, and proofs of keys.

    Either the key proofs stand in `proofs`, or one attestation of keys in `key_attestation`.
    """

    configuration_id: str | None = None
    proofs: tuple[str, ...] = field(default=(), repr=False)
    identifier: str | None = None
    key_attestation: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Deferred:
    """The record is on hold: come back with this ticket."""

    transaction_id: str = field(repr=False)


class IssueCredential:
    """Issues each waiting record once, for as many keys as are proved and allowed."""

    def __init__(self, books: Books, secrets: IssuerSecrets, office: Office, random: RandomBytes) -> None:
        self._books = books
        self._secrets = secrets
        self._office = office
        self._random = random
        self._desk = Desk(secrets, office, random)

    def __call__(
        self, presented: Presented, asked: CredentialRequest, *, now: datetime
    ) -> Delivered | Deferred:
        """The credentials, with all their disclosures. Token, challenges and record are used up together.

        1. The token is ours and in force, and the key it is bound to was proved.
        2. The configuration or the identifier exists, and the token is for it.
        3. The key proofs hold, each for a key of its own, and their challenges are ours and fresh.
        4. The record waits for delivery and is valid; one that is on hold is deferred if the office does
        that.
        5. Nobody used the token or a challenge meanwhile; places in a status list are taken.

        Raises:
            ProtocolRefusalError: `invalid_token` (1, 5), `unknown_credential_configuration`,
                `unknown_credential_identifier`, `invalid_credential_request` or `insufficient_scope` (2),
                `invalid_proof` or `invalid_nonce` (3, 5), `credential_request_denied` (4).
        """
        entry, values = self._waiting(presented, asked, now)  # 1, 2
        proofs = self._proofs(asked, now)  # 3
        ends = {proof.nonce: self._secrets.open_nonce(proof.nonce, now=now) for proof in proofs}
        keys = [proof.holder_key for proof in proofs]
        if values is None or not entry.covers(now) or entry.standing is Standing.REVOKED:  # 4
            raise _refused(ErrorCode.DENIED, _HELD_BACK)
        held = entry.standing is Standing.SUSPENDED
        if held and not self._office.defers_held:
            raise _refused(ErrorCode.DENIED, _HELD_BACK)
        prepared = self._desk.prepare(entry, values)
        with self._books.writing() as register:  # 5
            grant = unspent(register, presented, now=now)
            self._use_nonces(register, ends)
            _require_unchanged(register, entry)
            if held:
                return self._defer(register, grant, keys)
            return self._desk.deliver(register, entry, prepared, keys, now)

    def collect(self, presented: Presented, transaction_id: str, *, now: datetime) -> Delivered | Deferred:
        """What was deferred, if its record is no longer on hold; the same ticket if it still is (§9).

        Raises:
            ProtocolRefusalError: `invalid_token`; `invalid_transaction_id`, because the ticket is unknown,
                used or another credential's; `credential_request_denied`, because the record's time is over.
        """
        mark = fingerprint(transaction_id)
        with self._books.reading() as register:
            grant = unspent(register, presented, now=now)
            ticket = register.tickets.get(mark, TicketKind.TRANSACTION)
            entry = register.entries.get(grant.credential_id)
            values = register.entries.values(grant.credential_id)
        if ticket is None or ticket.credential_id != grant.credential_id or not ticket.good_at(now):
            raise _refused(ErrorCode.INVALID_TRANSACTION, "the transaction is unknown or was completed")
        if values is None or not entry.covers(now):
            raise _refused(ErrorCode.DENIED, _HELD_BACK)
        if entry.standing is Standing.SUSPENDED:
            return Deferred(transaction_id)
        keys = _kept_keys(ticket.document)
        prepared = self._desk.prepare(entry, values)
        with self._books.writing() as register:
            unspent(register, presented, now=now)
            _require_unchanged(register, entry)
            return self._desk.deliver(register, entry, prepared, keys, now)

    def _waiting(
        self, presented: Presented, asked: CredentialRequest, now: datetime
    ) -> tuple[Entry, Mapping[str, Json] | None]:
        with self._books.reading() as register:
            grant = unspent(register, presented, now=now)
            entry = register.entries.get(grant.credential_id)
            values = register.entries.values(grant.credential_id)
        if asked.identifier is not None:
            if not grant.by_identifier or asked.identifier != entry.credential_id:
                raise _refused(ErrorCode.UNKNOWN_IDENTIFIER, "the access token names no such credential")
        else:
            self._check_configuration(asked.configuration_id or "", grant, entry)
        return entry, values if entry.delivery is Delivery.WAITING else None

    def _check_configuration(self, configuration_id: str, grant: Grant, entry: Entry) -> None:
        try:
            self._office.catalogue.get(configuration_id)
        except NotOfferedError as error:
            raise _refused(ErrorCode.UNKNOWN_CONFIGURATION, "no such credential is issued here") from error
        if grant.by_identifier:
            raise _refused(
                ErrorCode.INVALID_CREDENTIAL_REQUEST,
                "the token response gave a credential_identifier: name it",
            )
        if entry.configuration != configuration_id:
            raise _refused(ErrorCode.INSUFFICIENT_SCOPE, "the access token is for another credential")

    def _proofs(self, asked: CredentialRequest, now: datetime) -> Sequence[KeyProof]:
        proving = Proving(self._office.url, self._office.providers, now)
        if asked.key_attestation is not None:
            proofs = verify_attested_keys(asked.key_attestation, proving)
        else:
            if len(asked.proofs) > self._office.batch_size:
                raise _refused(ErrorCode.INVALID_PROOF, f"at most {self._office.batch_size} proofs at once")
            proofs = tuple(verify_key_proof(proof, proving) for proof in asked.proofs)
        if len({proof.holder_key for proof in proofs}) != len(proofs):
            raise _refused(ErrorCode.INVALID_PROOF, "each proof must be of a key of its own")
        return proofs[: self._office.batch_size]

    def _use_nonces(self, register: Register, ends: Mapping[str, datetime]) -> None:
        for nonce, end in ends.items():
            if not register.offers.use_nonce(fingerprint(nonce), end):
                raise _refused(ErrorCode.INVALID_NONCE, "the nonce was used before: fetch a fresh one")

    def _defer(self, register: Register, grant: Grant, keys: Sequence[VerifyingKey]) -> Deferred:
        transaction_id = draw_ticket(self._random)
        credential_id = grant.credential_id
        offer = register.offers.of([credential_id]).get(credential_id)
        until = grant.expires_at if offer is None else offer.expires_at
        register.tickets.drop([credential_id], [TicketKind.TRANSACTION])
        kept: dict[str, Json] = {"keys": [dict(key.to_jwk()) for key in keys]}
        register.tickets.put(
            fingerprint(transaction_id), Ticket(TicketKind.TRANSACTION, until, kept, credential_id)
        )
        return Deferred(transaction_id)


def _require_unchanged(register: Register, entry: Entry) -> None:
    if register.entries.get(entry.credential_id) != entry:
        raise _refused(ErrorCode.DENIED, "the record changed at this moment: ask for a new link")


def _kept_keys(document: Mapping[str, Json]) -> list[VerifyingKey]:
    return [VerifyingKey.from_jwk(jwk) for jwk in cast("list[Mapping[str, object]]", document["keys"])]


def _refused(code: ErrorCode, description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(code, description)
