"""What did one person consent to, and did she sign it?

A consent record is signed by the holder key of the credential it is about, as a JWS of type
`consent-record+jwt`: the JSON-LD record of `record_document`, and beside it the members that machines check.
Reading is by writing again: a payload is accepted only if it is, byte for byte in canonical JSON, what this
code writes for the consent it found in it. Nothing in a record can therefore say more, less or otherwise than
what is enforced.

Where the policy lets the record be joined with another one, a join proof for each such data set stands beside
it (`consent.joining`).

The history is append-only. What was signed begins with the moment of consent; a withdrawal is a document of
its own of type `consent-withdrawal+jwt`, signed by the same key, and adds one entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache

from consent.decision import decide
from consent.errors import ConsentError, MismatchError, TermsError
from consent.joining import PROOF_BYTES, JoinClaim, verify_join
from consent.odrl import from_odrl, offer_of
from consent.policy import Permitted, Policy, Refused, Use
from consent.record_document import NOTICE_PREFIX, Notice, StatusChange, record_document
from consent.record_form import (
    GAPS,
    MAX_LANGUAGE,
    Own,
    RecordForm,
    moment_in,
    own_texts,
    rules_of,
)
from consent.signed import MAX_ID, is_consent_id, read_consent_id, read_digest, read_signed
from consent.vocabulary import ConsentStatus
from crypto.encoding import Json, b64url_decode, b64url_encode, canonical_json, digest_of, sha256
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.errors import CredentialError, DataSetError, UnknownDataSetError
from ssi.jws import parse_jws, sign_jws

CONSENT_TYP = "consent-record+jwt"
WITHDRAWAL_TYP = "consent-withdrawal+jwt"
MAX_STATUSES = 2
MOST_FORMS = 1000
"""How many are remembered, of about 10 KB each."""


@dataclass(frozen=True)
class ConsentRecord:
    """One consent: whose, to what, about which inputs, after which notice, and what became of it.

    `subject` is the pairwise handle in the credential, `controller` the marketplace that answers to the
    person, `credential_digest` names the credential and `inputs_digest` the sealed shares. `join_proofs` has
    for each data set that the policy allows to join with the signature of its join key, in base64url.
    """

    consent_id: str
    subject: str
    controller: str
    policy: Policy
    credential_digest: str
    inputs_digest: str
    notice: Notice
    history: tuple[StatusChange, ...]
    join_proofs: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse a history that is none.

        Raises:
            TermsError: it does not begin with the consent, or anything but one later withdrawal follows; or
                there is not one join proof for each data set to join with.
        """
        if not is_consent_id(self.consent_id):
            raise TermsError("expected a consent id of the form urn:uuid:…")
        if set(self.join_proofs) != {each.data_set for each in self.policy.joins}:
            raise TermsError("expected one join proof for each data set to join with")
        if self.history[:1] != (StatusChange(ConsentStatus.GIVEN, self.policy.given_at),):
            raise TermsError("a history begins when the consent is given")
        later = self.history[1:]
        if len(later) > 1 or any(change.status is not ConsentStatus.WITHDRAWN for change in later):
            raise TermsError("only one withdrawal can follow a consent")
        if any(change.at < self.policy.given_at or change.at.microsecond for change in later):
            raise TermsError("a consent is withdrawn after it was given, at a whole second")

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the consent was withdrawn, None if it was not."""
        return self.history[1].at if len(self.history) > 1 else None

    @cached_property
    def digest(self) -> str:
        """The digest by which receipts name this state of the record."""
        return digest_of(self.to_json())

    def status(self, now: datetime) -> ConsentStatus:
        """Where the consent stands at a moment."""
        if self.withdrawn_at is not None:
            return ConsentStatus.WITHDRAWN
        return ConsentStatus.EXPIRED if now >= self.policy.valid_until else ConsentStatus.GIVEN

    def decide(self, use: Use, *, now: datetime) -> Permitted | Refused:
        """Decide whether this consent permits a use at a moment; see `consent.decision.decide`."""
        return decide(self.policy, use, now=now, withdrawn_at=self.withdrawn_at)

    def join_claim(self, other: str) -> JoinClaim:
        """What the join proof for another data set must be about."""
        return JoinClaim(
            self.consent_id, self.credential_digest, self.controller, self.policy.data_set, other
        )

    def withdraw(self, at: datetime) -> "ConsentRecord":
        """The record with its withdrawal. Withdrawing again changes nothing: the first moment stays.

        Raises:
            TermsError: the withdrawal is before the consent.
        """
        if self.withdrawn_at is not None:
            return self
        return replace(self, history=(*self.history, StatusChange(ConsentStatus.WITHDRAWN, at)))

    def to_json(self) -> dict[str, Json]:
        """What is signed and stored: the JSON-LD record, and beside it the members that machines check."""
        return {
            "record": record_document(
                self.consent_id,
                self.policy,
                subject=self.subject,
                controller=self.controller,
                told=(self.notice, self.history),
            ),
            "consent_id": self.consent_id,
            "credential_digest": self.credential_digest,
            "inputs_digest": self.inputs_digest,
            "status_history": [
                {"status": change.status.value, "at": utc_text(change.at)} for change in self.history
            ],
            **({"join_proofs": dict(self.join_proofs)} if self.join_proofs else {}),
        }

    @classmethod
    def from_json(
        cls, document: object, where: str = "consent", *, raw: bytes | None = None
    ) -> "ConsentRecord":
        """Read what `to_json` wrote; `raw` are the bytes that the document was read from, if they are known.

        Raises:
            MalformedError: it is not, in every byte of its canonical form, what `to_json` writes.
            TermsError: its terms or its history contradict themselves.
        """
        if isinstance(document, Mapping):
            written = canonical_json(document) if raw is None else raw
            known = _by_form(document, written)
            if known is not None:
                return known._named_by(written)
        record = _read(Fields.of(document, where))
        try:
            rewritten = canonical_json(record.to_json())
        except (UnknownDataSetError, DataSetError) as error:
            raise MalformedError(f"{where}: {error}") from error
        if rewritten != canonical_json(document):
            raise MalformedError(f"{where}: the record says something else than the consent it stands for")
        return record._named_by(rewritten)

    def _named_by(self, written: bytes) -> "ConsentRecord":
        """The same record, with the digest of what it is in canonical JSON: it is not written again."""
        vars(self)["digest"] = b64url_encode(sha256(written))
        return self


@dataclass(frozen=True)
class Withdrawal:
    """That a consent ended, and when."""

    consent_id: str
    at: datetime


def sign_consent(record: ConsentRecord, key: SigningKey) -> str:
    """Sign a record with the holder key of its credential.

    Raises:
        UnknownDataSetError: the policy is about a data set that is not known here.
        DataSetError: the policy names an attribute that the data set does not have.
    """
    return sign_jws(record.to_json(), key, typ=CONSENT_TYP)


def verify_consent(
    token: str, holder_key: VerifyingKey, *, subject: str, credential_digest: str, inputs_digest: str
) -> ConsentRecord:
    """The record that the holder of a credential signed about that credential and these inputs.

    1. The holder key signed it, as a consent. 2. It is well-formed and consistent. 3. It is as it was given:
    a withdrawal comes by its own document. 4. It is about this person's handle, credential and inputs.
    5. Each join proof is by the join key that the policy names, about this very consent.

    Raises:
        MalformedError: it is not a consent record, or says something else than what it stands for.
        SignatureError: another key signed it or a join proof, or a byte was changed.
        TermsError: its terms contradict themselves.
        MismatchError: it is about another person, credential or inputs, or not as it was given.
    """
    fields = read_signed(token, holder_key, typ=CONSENT_TYP, where="consent")
    optional = [name for name in _OPTIONAL_MEMBERS if fields.has(name)]
    document = {name: fields.any(name) for name in (*_MEMBERS, *optional)}
    record = ConsentRecord.from_json(document, raw=b64url_decode(token.split(".")[1]))
    fields.done()
    if record.withdrawn_at is not None:
        raise MismatchError("consent: expected the record as it was given, got one with a withdrawal")
    named = (record.subject, record.credential_digest, record.inputs_digest)
    for what, got, expected in zip(
        _BINDINGS, named, (subject, credential_digest, inputs_digest), strict=True
    ):
        if got != expected:
            raise MismatchError(f"consent: it is about another {what}")
    for each in record.policy.joins:
        proof = b64url_decode(record.join_proofs[each.data_set])
        verify_join(record.join_claim(each.data_set), each.handle, proof)
    return record


def sign_withdrawal(consent_id: str, at: datetime, key: SigningKey) -> str:
    """Sign that a consent ends, with the key that signed the consent."""
    return sign_jws({"consent_id": consent_id, "withdrawn_at": utc_text(at)}, key, typ=WITHDRAWAL_TYP)


def verify_withdrawal(token: str, holder_key: VerifyingKey) -> Withdrawal:
    """The withdrawal that the holder key signed. It carries no deadline: a withdrawal never runs out.

    Raises:
        MalformedError: it is not a withdrawal.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, holder_key, typ=WITHDRAWAL_TYP, where="withdrawal")
    withdrawal = Withdrawal(read_consent_id(fields), fields.moment("withdrawn_at"))
    fields.done()
    return withdrawal


def unverified_consent_id(token: str) -> str:
    """The consent that a consent or withdrawal claims to be about: only for finding the key to verify it.

    Raises:
        MalformedError: not a signed token that names a consent.
    """
    return read_consent_id(Fields(parse_jws(token, "token").payload, "token"))


def unverified_inputs_digest(token: str) -> str:
    """The inputs that a consent claims to be about: only for verifying it where nothing else names them.

    Raises:
        MalformedError: not a signed token that names inputs.
    """
    return read_digest(Fields(parse_jws(token, "token").payload, "token"), "inputs_digest")


_MEMBERS = ("record", "consent_id", "credential_digest", "inputs_digest", "status_history")
_OPTIONAL_MEMBERS = ("join_proofs",)
_BINDINGS = ("person", "credential", "set of sealed inputs")


def _read(fields: Fields) -> ConsentRecord:
    document = fields.section("record")
    (process,) = document.objects("dpv:hasProcess", least=1, most=1)
    (policy,) = process.entries("odrl:hasPolicy", least=1, most=1)
    (subject,) = document.objects("dpv:hasDataSubject", least=1, most=1)
    (controller,) = document.texts("dpv:hasDataController", least=1, most=1)
    (notice,) = document.objects("dpv:hasNotice", least=1, most=1)
    return ConsentRecord(
        consent_id=read_consent_id(fields),
        subject=subject.text("@id", max_length=MAX_ID),
        controller=controller,
        policy=from_odrl(policy, f"{process.where}.policy"),
        credential_digest=read_digest(fields, "credential_digest"),
        inputs_digest=read_digest(fields, "inputs_digest"),
        notice=_read_notice(notice),
        history=tuple(
            StatusChange(change.choice("status", ConsentStatus), change.moment("at"))
            for change in fields.objects("status_history", least=1, most=MAX_STATUSES)
        ),
        join_proofs=_read_join_proofs(fields),
    )


def _by_form(document: Mapping[str, object], raw: bytes) -> ConsentRecord | None:
    """The record, if it fits a form, which is then all that has to be checked (`consent.record_form`)."""
    found = own_texts(document)
    form = None if found is None else _form_of(found[1])
    if found is None or form is None or form.filled(found[0]) != raw:
        return None
    own = found[0]
    given_at, valid_until = moment_in(own.given_at), moment_in(own.valid_until)
    if given_at is None or valid_until is None:
        return None
    try:
        return _record_of(own, replace(form.policy, given_at=given_at, valid_until=valid_until))
    except TermsError:
        return None  # the long way says what is wrong


@lru_cache(maxsize=MOST_FORMS)
def _form_of(key: str) -> RecordForm | None:
    """The form of these rules, if there is one."""
    rules = rules_of(key)
    if rules is None:
        return None
    try:
        policy = from_odrl(offer_of(*rules))
        written = canonical_json(_record_of(GAPS, policy).to_json())
    except (CryptoError, ConsentError, CredentialError):
        return None
    return None if policy.joins else RecordForm.of(policy, written.decode())


def _record_of(own: Own, policy: Policy) -> ConsentRecord:
    return ConsentRecord(
        own.consent_id,
        own.subject,
        own.controller,
        policy,
        own.credential_digest,
        own.inputs_digest,
        Notice(own.notice, own.language),
        (StatusChange(ConsentStatus.GIVEN, policy.given_at),),
    )


def _read_join_proofs(fields: Fields) -> dict[str, str]:
    if not fields.has("join_proofs"):
        return {}
    section, named = fields.section("join_proofs"), fields.any("join_proofs")
    proofs: dict[str, str] = {}
    for other in named if isinstance(named, Mapping) else ():
        section.binary(other, length=PROOF_BYTES)
        proofs[other] = section.text(other)
    return proofs


def _read_notice(fields: Fields) -> Notice:
    digest = fields.text("@id", max_length=MAX_ID).removeprefix(NOTICE_PREFIX)
    try:
        b64url_decode(digest, length=32)
    except MalformedError as error:
        raise MalformedError(f"{fields.where}.@id: expected {NOTICE_PREFIX} and a digest") from error
    return Notice(digest, fields.text("dct:language", max_length=MAX_LANGUAGE))
