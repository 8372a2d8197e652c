"""Which parts of a kept agreement hold, which do not, and why?

Every key comes from the trust registry or from the credential that an issuer of it signed, never from the
file. A part that does not hold costs itself and no other, so that who reads the findings sees all of them at
once. What no file can show: that nothing was left out of it, such as a later end of the agreement.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from consent.agreement_kinds import Agreed, AgreementKind, Used, kind_of_agreement
from consent.errors import ConsentError, MismatchError
from consent.kept_agreement import MAX_TOKEN, KeptAgreement, says_the_same
from consent.log import Entry, InclusionProof
from consent.pause import verify_pause
from consent.receipt import verify_deletion_receipt
from consent.receipt_credential import verify_deletion_credential, verify_status_credential
from consent.record import verify_withdrawal
from consent.record_document import Notice
from consent.status_receipt import AgreementNamed, StatusReceipt, is_chain
from consent.vocabulary import ConsentStatus
from crypto.encoding import Json
from crypto.errors import CryptoError, MalformedError, ProofError, SignatureError
from crypto.reading import Fields
from ssi.credential import RecordCredential, verify_record
from ssi.errors import AlteredCredentialError, CredentialError, UnknownNodeError, UntrustedIssuerError
from ssi.jws import parse_jws
from ssi.trust import TrustRegistry

OFFER_KIND: Final = "offer"


class Part(StrEnum):
    """What is looked at, in this order."""

    AGREEMENT = "agreement"
    WORDS = "words"
    RECEIPT = "receipt"
    LOG = "log"
    STATUS = "status"
    PAUSE = "pause"
    WITHDRAWAL = "withdrawal"
    DELETION = "deletion"
    USE = "use"


class Fault(StrEnum):
    """Why a part does not hold."""

    ABSENT = "absent"
    UNREADABLE = "unreadable"
    SIGNATURE = "signature"
    OTHER = "other"
    NOT_LOGGED = "not logged"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Finding:
    """One part; without a fault it holds. `about` names a node or a use, `detail` is for who repairs it."""

    part: Part
    fault: Fault | None = None
    about: str = ""
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return self.fault is None


@dataclass(frozen=True)
class Examination:
    """All findings. `agreed`, `ended_at`, `paused` and `uses` are what holds, for being told."""

    findings: tuple[Finding, ...]
    agreed: Agreed | None = None
    ended_at: datetime | None = None
    paused: bool = False
    uses: tuple[Used, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything holds, and nothing that every agreement has is missing."""
        return all(each.holds for each in self.findings)


def examine(kept: KeptAgreement, registry: TrustRegistry) -> Examination:
    """Look at every part.

    1. The agreement is signed by the key of the credential, which an issuer of the registry signed and which
    it trusted when it was given; what stands in the clear beside it is what was signed, and it was given to
    this marketplace. 2. The words are those that it names. 3. The marketplace signed that it holds exactly
    it. 4. The log holds that. 5. What was said about pausing and ending is by the same key and about it.
    6. Each node deleted what it held of it. 7. Each use was receipted and logged. 8. The receipts for its
    statuses are the marketplace's, from the first on without a gap, and none tells of an end that is not in
    the file.
    """
    return _Look(kept, registry).all()


@dataclass
class _Look:
    kept: KeptAgreement
    registry: TrustRegistry

    def all(self) -> Examination:
        try:
            kind, credential, agreed = self._agreement()  # 1
        except _FAULTS as error:
            return Examination((_finding(Part.AGREEMENT, error), *self._rest_unknown()))
        findings = [Finding(Part.AGREEMENT)]
        findings.append(_tried(Part.WORDS, lambda: self._words(agreed)))  # 2
        findings.append(_tried(Part.RECEIPT, lambda: self._receipt(kind, agreed)))  # 3
        findings.append(_tried(Part.LOG, lambda: self._log(agreed)))  # 4
        findings += self._statuses(agreed)  # 8
        paused, ended_at = self._said(credential, agreed, findings)  # 5
        findings += self._deletions(agreed)  # 6
        uses = tuple(self._uses(kind, agreed, findings))  # 7
        return Examination(tuple(findings), agreed, ended_at, paused, uses)

    def _rest_unknown(self) -> Iterator[Finding]:
        """Without an agreement that holds there is nothing that the other parts could be held against."""
        kept = self.kept
        absent = {Part.WORDS: kept.words, Part.RECEIPT: kept.receipt}
        return (Finding(part, Fault.ABSENT) for part, there in absent.items() if there is None)

    def _agreement(self) -> tuple[AgreementKind, RecordCredential, Agreed]:
        kind = kind_of_agreement(self.kept.signed)
        if self.kept.credential is None:
            raise _AbsentError("the credential whose key signed it is missing")
        given_at = _unverified_moment(self.kept.signed)
        credential = verify_record(self.kept.credential, self.registry, now=given_at)
        agreed = kind.agreed(self.kept.signed, credential)
        if not says_the_same(self.kept):
            raise SignatureError("agreement: the record in the clear is not the one that was signed")
        if agreed.given_at != given_at:
            raise MalformedError("agreement: it names two moments at which it was given")
        if agreed.controller != self.registry.marketplace.id:
            raise MismatchError("agreement: it was given to another marketplace")
        return kind, credential, agreed

    def _words(self, agreed: Agreed) -> None:
        words = _there(self.kept.words)
        if Notice.of(words, agreed.notice.language) != agreed.notice:
            raise SignatureError("words: not those that the agreement names")

    def _receipt(self, kind: AgreementKind, agreed: Agreed) -> None:
        receipt, _ = _logged(self.kept.receipt, "receipt")
        received = kind.received(receipt, self.registry.marketplace.verifying_key)
        if (received.consent_id, received.digest) != (agreed.consent_id, agreed.digest):
            raise MismatchError("receipt: it is for another agreement")

    def _log(self, agreed: Agreed) -> None:
        _, log = _logged(self.kept.receipt, "receipt")
        entry, _ = self._proven(log)
        told = (entry.kind, entry.body.get("consent_id"), entry.body.get("consent_digest"))
        if told != (OFFER_KIND, agreed.consent_id, agreed.digest):
            raise MismatchError("log entry: it is about another agreement")

    def _statuses(self, agreed: Agreed) -> list[Finding]:
        receipts: list[StatusReceipt] = []

        def look(document: Json) -> None:
            receipt = verify_status_credential(document, self.registry.marketplace.verifying_key)
            receipts.append(receipt)
            if receipt.agreement != AgreementNamed(agreed.consent_id, agreed.digest, agreed.controller):
                raise MismatchError("status receipt: it is for another agreement")
            _require_moments(receipt, agreed)
            if not is_chain(receipts):
                raise MismatchError("status receipt: it does not continue the one before")
            if receipt.status is ConsentStatus.WITHDRAWN and self.kept.withdrawal is None:
                raise _AbsentError("the agreement was ended, but the word that ended it is missing")

        return [
            _tried(Part.STATUS, partial(look, document), str(number))
            for number, document in enumerate(self.kept.statuses, start=1)
        ]

    def _said(
        self, credential: RecordCredential, agreed: Agreed, findings: list[Finding]
    ) -> tuple[bool, datetime | None]:
        paused, ended_at, key = False, None, credential.holder_key
        try:
            if self.kept.pause is not None:
                said = verify_pause(self.kept.pause, key)
                _require(said.consent_id, agreed, "pause")
                paused = said.paused
                findings.append(Finding(Part.PAUSE))
        except _FAULTS as error:
            findings.append(_finding(Part.PAUSE, error))
        try:
            if self.kept.withdrawal is not None:
                withdrawal = verify_withdrawal(self.kept.withdrawal, key)
                _require(withdrawal.consent_id, agreed, "withdrawal")
                ended_at = withdrawal.at
                findings.append(Finding(Part.WITHDRAWAL))
        except _FAULTS as error:
            findings.append(_finding(Part.WITHDRAWAL, error))
        return paused, ended_at

    def _deletions(self, agreed: Agreed) -> list[Finding]:
        keys = {node.id: node.verifying_key for node in self.registry.nodes}

        def look(node_id: str, token: str) -> None:
            if node_id not in keys:
                raise UnknownNodeError(f"the trust registry names no node {node_id[:200]!r}")
            named = {"node_id": node_id, "consent_id": agreed.consent_id}
            said = verify_deletion_receipt(token, keys[node_id], **named)
            document = self.kept.deletion_credentials.get(node_id)
            if document is not None and verify_deletion_credential(document, keys[node_id], **named) != said:
                raise MismatchError("deletion credential: it says something else than the receipt")

        alone = sorted(set(self.kept.deletion_credentials) - set(self.kept.deletions))
        return [
            *(
                _tried(Part.DELETION, partial(look, node, token), node)
                for node, token in sorted(self.kept.deletions.items())
            ),
            *(Finding(Part.DELETION, Fault.ABSENT, node, "its signed receipt is missing") for node in alone),
        ]

    def _uses(self, kind: AgreementKind, agreed: Agreed, findings: list[Finding]) -> Iterator[Used]:
        for number, document in enumerate(self.kept.uses, start=1):
            about = str(number)
            try:
                token, log = _logged(document, f"use {number}")
                used = kind.used(token, self.registry.marketplace.verifying_key)
                about = used.name
                _require(used.consent_id, agreed, "use")
                entry, index = self._proven(log)
                if any(entry.body.get(name) != value for name, value in used.entry.items()):
                    raise MismatchError("log entry: it is about another use")
                if index != used.log_index:
                    raise ProofError("log entry: it stands elsewhere than the receipt says")
            except _FAULTS as error:
                findings.append(_finding(Part.USE, error, about))
            else:
                findings.append(Finding(Part.USE, about=about))
                yield used

    def _proven(self, log: Fields) -> tuple[Entry, int]:
        """The entry and its place, after its proof was checked."""
        if not log.has("entry"):
            raise _AbsentError("the log's entry is missing")
        entry = Entry.from_fields(log.section("entry"))
        proof = InclusionProof.from_json(log.any("proof"), f"{log.where}.proof")
        market = self.registry.marketplace
        proof.verify_entry(entry, market.id, market.verifying_key)
        return entry, proof.index


class _AbsentError(ConsentError):
    """A part that should be there is missing."""


_FAULTS = (CryptoError, ConsentError, CredentialError)


def _fault_of(error: Exception) -> Fault:
    match error:
        case _AbsentError():
            return Fault.ABSENT
        case SignatureError() | AlteredCredentialError():
            return Fault.SIGNATURE
        case MismatchError():
            return Fault.OTHER
        case ProofError():
            return Fault.NOT_LOGGED
        case UnknownNodeError() | UntrustedIssuerError():
            return Fault.STRANGER
        case _:
            return Fault.UNREADABLE


def _finding(part: Part, error: Exception, about: str = "") -> Finding:
    return Finding(part, _fault_of(error), about, str(error))


def _tried(part: Part, look: Callable[[], None], about: str = "") -> Finding:
    try:
        look()
    except _FAULTS as error:
        return _finding(part, error, about)
    return Finding(part, about=about)


def _there(text: str | None) -> str:
    if text is None:
        raise _AbsentError("it is missing")
    return text


def _logged(document: object, where: str) -> tuple[str, Fields]:
    """The receipt of a document, and what says where it is logged."""
    if document is None:
        raise _AbsentError(f"{where}: missing")
    fields = Fields.of(document, where)
    return fields.text("receipt", max_length=MAX_TOKEN), fields.section("log")


def _require_moments(receipt: StatusReceipt, agreed: Agreed) -> None:
    """Only the marketplace says when an end was handed in; the other moments are the agreement's own."""
    told = {ConsentStatus.GIVEN: agreed.given_at, ConsentStatus.EXPIRED: agreed.valid_until}
    if any(told.get(change.status, change.at) != change.at for change in receipt.history):
        raise MismatchError("status receipt: it names other moments than the agreement")


def _require(consent_id: str, agreed: Agreed, where: str) -> None:
    if consent_id != agreed.consent_id:
        raise MismatchError(f"{where}: it is about another agreement")


def _unverified_moment(signed: str) -> datetime:
    """When an agreement claims to have been given; it is compared with what was signed afterwards."""
    record = Fields(parse_jws(signed, "agreement").payload, "agreement").section("record")
    (notice,) = record.objects("dpv:hasNotice", least=1, most=1)
    return notice.moment("dct:date")
