"""What do the papers of one contribution say today: the issuer's credential and the person's consent?

Signatures are checked when the contribution arrives; what they came to is kept (`kept_papers`). They are
checked again when the registry says something else of the issuer than it did then, for example another key.
That the issuer is trusted now, and that nothing has run out, is looked at for every job.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from consent.contribution import NodeContribution
from consent.errors import ConsentError
from consent.policy import Policy
from consent.record import ConsentRecord, unverified_inputs_digest, verify_consent
from crypto.encoding import b64url_encode, digest_of, sha256
from crypto.errors import CryptoError
from marketplace.mpc_node.errors import StorageAlteredError
from marketplace.mpc_node.kept_papers import (
    KeptPapers,
    KeptRow,
    PapersForm,
    PublicAttributes,
    Terms,
    Unpacked,
    joins_of,
    without_own,
)
from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.contributions import ContributionStore, StoredContribution
from marketplace.mpc_node.storage.kept import KeptPapersStore, StoredPapers
from ssi.credential import RecordCredential, verify_record
from ssi.errors import CredentialError, ExpiredError, RegistryError
from ssi.trust import TrustRegistry


@dataclass(frozen=True)
class Papers:
    """A credential that verified, showing public attributes, and the consent that its holder signed.

    `consent_digest` is the base64url SHA-256 of what she signed, without the signature: of one ES256
    signature anybody can make a second one for the same words.
    """

    credential: RecordCredential = field(repr=False)
    record: ConsentRecord = field(repr=False)
    consent_digest: str

    @cached_property
    def public(self) -> dict[str, str]:
        """The public attributes that the presentation shows, by name."""
        return {name: str(value) for name, value in self.credential.claims.items()}

    @cached_property
    def digest(self) -> str:
        """The digest of all that a computation depends on besides shares: consent, inputs, attributes."""
        return digest_of({"consent": self.consent_digest, "public": self.public})


@dataclass(frozen=True)
class Unfit:
    """Papers that do not count now, and why."""

    consent_id: str
    handle: str
    reason: CredentialError | StorageAlteredError


Read = KeptPapers | Unfit


def verify_papers(contribution: NodeContribution, registry: TrustRegistry, *, now: datetime) -> Papers:
    """The papers that came with a contribution, after checking both signatures.

    Raises:
        CredentialError: the credential does not verify under the registry.
        CryptoError: the consent is no consent, or the holder of the credential did not sign it.
        ConsentError: the consent contradicts itself or is about another person, credential or inputs.
    """
    credential = verify_record(contribution.presentation, registry, now=now)
    record = verify_consent(
        contribution.consent,
        credential.holder_key,
        subject=credential.handle,
        credential_digest=credential.digest,
        inputs_digest=contribution.inputs_digest,
    )
    return Papers(credential, record, _digest_of_signed(contribution.consent))


def packing(form: PapersForm, registry: TrustRegistry, *, now: datetime) -> Callable[[Papers], KeptRow]:
    """What gives the short form of papers that were verified under this registry at this moment."""
    shortening = _Shortening(_Trusted(registry, now))
    return lambda papers: form.pack(shortening.of(papers))


class PapersOnFile:
    """The papers of stored contributions, as they count under the registry of the day.

    `registry` gives the registry as it stands.
    """

    def __init__(
        self,
        registry: Callable[[], TrustRegistry],
        contributions: ContributionStore,
        kept: KeptPapersStore,
        form: PapersForm,
    ) -> None:
        self.registry = registry
        self._contributions = contributions
        self._kept = kept
        self._form = form

    def packing(self, registry: TrustRegistry, *, now: datetime) -> Callable[[Papers], KeptRow]:
        """What gives the short form of papers that were verified under this registry at this moment."""
        return packing(self._form, registry, now=now)

    def read(self, ids: Mapping[str, object], *, now: datetime) -> Iterator[list[Read]]:
        """The papers of those of these people who are held here, some at a time, in any order.

        Raises:
            RegistryError: the registry has run out, so nobody's word counts.
        """
        registry = self.registry()
        reading = _Reading(self._kept, self._form, _Trusted(registry, now))
        seen: set[str] = set()
        for rows in self._kept.read(ids):
            seen.update(row[0] for row in rows)
            read, stale = reading.believed(rows)
            yield [*read, *self._anew(stale, registry, now)]
        yield from (
            self._anew(batch, registry, now)
            for batch in batches(consent_id for consent_id in ids if consent_id not in seen)
        )

    def _anew(self, ids: Sequence[str], registry: TrustRegistry, now: datetime) -> list[Read]:
        """Verify papers again, and keep what it came to."""
        read: list[Read] = []
        kept: list[KeptRow] = []
        shortening = _Shortening(_Trusted(registry, now))
        for batch in batches(ids):
            for stored in self._contributions.find(batch).values():
                try:
                    papers = shortening.of(_verified_again(stored, registry, now))
                except RegistryError:
                    raise
                except (CredentialError, StorageAlteredError) as error:
                    read.append(Unfit(stored.consent_id, stored.handle, error))
                    continue
                kept.append(self._form.pack(papers))
                read.append(papers)
        if kept:
            self._kept.put(kept)
        return read


@dataclass
class _Reading:
    """One reading of many short forms; what they have in common is read once."""

    kept: KeptPapersStore
    form: PapersForm
    trusted: "_Trusted"
    _terms: dict[bytes, Terms] = field(default_factory=dict)
    _public: dict[bytes, PublicAttributes] = field(default_factory=dict)

    def believed(self, rows: Sequence[StoredPapers]) -> tuple[list[Read], list[str]]:
        """The papers whose short form holds, or why they do not count; and who must be verified again."""
        read: list[Read] = []
        stale: list[str] = []
        unpacked: list[Unpacked] = []
        for consent_id, handle, papers in rows:
            try:
                one = self.form.unpack(consent_id, handle, papers)
            except StorageAlteredError as error:
                read.append(Unfit(consent_id, handle, error))
                continue
            if one is None:
                stale.append(consent_id)
            else:
                unpacked.append(one)
        self._learn({terms_digest for _, terms_digest, _ in unpacked})
        for head, terms_digest, public in unpacked:
            terms = self._terms.get(terms_digest)
            if terms is None or not self.trusted.says_the_same(terms):
                stale.append(head[0])
            else:
                read.append(self.trusted.checked(KeptPapers(*head, terms, self._shown(public))))
        return read, stale

    def _learn(self, digests: set[bytes]) -> None:
        """Read the terms that are new; those that are not there as they were written stay unknown."""
        new = digests - self._terms.keys()
        if new:
            for digest, raw in self.kept.terms(new).items():
                with suppress(CryptoError, ConsentError):  # another version wrote them
                    self._terms[digest] = Terms.decode(raw)

    def _shown(self, raw: bytes) -> PublicAttributes:
        known = self._public.get(raw)
        if known is None:
            known = self._public[raw] = PublicAttributes.decode(raw)
        return known


@dataclass
class _Trusted:
    """What the registry says of issuers at one moment, asked once for each."""

    registry: TrustRegistry
    now: datetime
    _digests: dict[str, str] = field(default_factory=dict)
    _errors: dict[str, CredentialError | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seconds = int(self.now.timestamp())

    def digest(self, issuer: str) -> str:
        """The digest of all that the registry says of an issuer.

        Raises:
            CredentialError: the issuer is not trusted now.
        """
        error = self._error(issuer)
        if error is not None:
            raise error
        return self._digests[issuer]

    def says_the_same(self, terms: Terms) -> bool:
        """Whether papers under these terms need no new look: the registry says what it said, or nothing."""
        error = self._error(terms.issuer)
        return error is not None or self._digests[terms.issuer] == terms.issuer_digest

    def checked(self, papers: KeptPapers) -> Read:
        """The papers, if their issuer is trusted and the credential has not run out."""
        error = self._error(papers.terms.issuer)
        if error is None and self._seconds >= papers.expires_at:
            error = ExpiredError("the credential has run out")
        return papers if error is None else Unfit(papers.consent_id, papers.handle, error)

    def _error(self, issuer: str) -> CredentialError | None:
        if issuer not in self._errors:
            try:
                self._digests[issuer] = issuer_digest(self.registry, issuer, now=self.now)
            except RegistryError:
                raise
            except CredentialError as error:
                self._errors[issuer] = error
            else:
                self._errors[issuer] = None
        return self._errors[issuer]


def issuer_digest(registry: TrustRegistry, issuer: str, *, now: datetime) -> str:
    """The digest of all that the registry says of an issuer.

    Raises:
        CredentialError: the issuer is not trusted now.
    """
    return digest_of(registry.issuer(issuer, now=now).to_json())


@dataclass(frozen=True)
class _Shortening:
    """Makes the short form of papers, one value of terms for all who say the same."""

    trusted: _Trusted
    _terms: dict[tuple[str, str, Policy], Terms] = field(default_factory=dict)

    def of(self, papers: Papers) -> KeptPapers:
        credential, policy = papers.credential, papers.record.policy
        alike = without_own(policy)
        terms = self._terms.get((credential.issuer, credential.status.uri, alike))
        if terms is None:
            digest = self.trusted.digest(credential.issuer)
            terms = Terms(credential.issuer, digest, credential.status.uri, alike)
            self._terms[credential.issuer, credential.status.uri, alike] = terms
        return KeptPapers(
            papers.record.consent_id,
            credential.handle,
            papers.digest,
            papers.record.inputs_digest,
            int(policy.given_at.timestamp()),
            int(policy.valid_until.timestamp()),
            int(credential.expires_at.timestamp()),
            credential.status.index,
            joins_of(policy),
            terms,
            PublicAttributes(papers.public),
        )


def _verified_again(stored: StoredContribution, registry: TrustRegistry, now: datetime) -> Papers:
    credential = verify_record(stored.presentation, registry, now=now)
    try:
        record = verify_consent(
            stored.consent,
            credential.holder_key,
            subject=credential.handle,
            credential_digest=credential.digest,
            inputs_digest=unverified_inputs_digest(stored.consent),
        )
    except (CryptoError, ConsentError) as error:
        raise StorageAlteredError("a stored consent does not verify") from error
    papers = Papers(credential, record, _digest_of_signed(stored.consent))
    found = (record.consent_id, credential.handle, papers.digest)
    if found != (stored.consent_id, stored.handle, stored.body_digest):
        raise StorageAlteredError("stored papers are those of another contribution")
    return papers


def _digest_of_signed(token: str) -> str:
    return b64url_encode(sha256(token.rpartition(".")[0].encode()))
