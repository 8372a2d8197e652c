"""What do the papers of one contribution say today: the issuer's credential and the person's consent?

They are checked when the contribution arrives and again for every job, because trust ends: an issuer leaves
the registry, a key is replaced, a credential runs out.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from consent.contribution import NodeContribution
from consent.errors import ConsentError
from consent.job import MOST_CONTRIBUTIONS
from consent.record import ConsentRecord, verify_consent
from crypto.encoding import b64url_encode, digest_of, sha256
from crypto.errors import CryptoError
from marketplace.mpc_node.errors import StorageAlteredError
from marketplace.mpc_node.storage.contributions import StoredContribution
from ssi.credential import RecordCredential, verify_record
from ssi.errors import ExpiredError
from ssi.jws import parse_jws
from ssi.trust import TrustRegistry

MOST_REMEMBERED = MOST_CONTRIBUTIONS
"""As many as one job can be about: 6 KB each."""


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


class PapersOnFile:
    """The papers of stored contributions, checked against the registry of the day.

    What was verified is remembered for as long as the registry says the same of the issuer, keys and all, so
    that signatures are checked once for each contribution and not once for each job or for each day. Times,
    and that the issuer is trusted, are looked at every time. `registry` gives the registry as it stands.
    """

    def __init__(self, registry: Callable[[], TrustRegistry], *, most: int = MOST_REMEMBERED) -> None:
        self.registry = registry
        self._most = most
        self._lock = threading.Lock()
        self._known_under: TrustRegistry | None = None
        self._known: dict[str, Papers] = {}

    def check(self, stored: StoredContribution, *, now: datetime) -> Papers:
        """The papers of a stored contribution, if its credential still counts now.

        Raises:
            CredentialError: the issuer is not trusted any more, or the credential ran out.
        """
        registry = self.registry()
        papers = self._remembered(registry).get(stored.body_digest)
        if papers is None:
            papers = _read(stored, registry, now)
            self.remember(registry, papers, digest=stored.body_digest)
        registry.issuer(papers.credential.issuer, now=now)
        if now >= papers.credential.expires_at:
            raise ExpiredError("the credential has run out")
        return papers

    def remember(self, registry: TrustRegistry, papers: Papers, *, digest: str) -> None:
        """Keep papers that were verified under this registry; `digest` is theirs."""
        known = self._remembered(registry)
        if len(known) < self._most:
            known[digest] = papers

    def forget(self, digest: str) -> None:
        """Drop papers whose contribution was withdrawn."""
        with self._lock:
            self._known.pop(digest, None)

    def _remembered(self, registry: TrustRegistry) -> dict[str, Papers]:
        with self._lock:
            if self._known_under is not registry:
                before = self._known_under.issuers if self._known_under else ()
                same = {entry.id for entry in registry.issuers if entry in before}
                kept = [each for each in self._known.items() if each[1].credential.issuer in same]
                self._known = dict(kept)
                self._known_under = registry
            return self._known


def _read(stored: StoredContribution, registry: TrustRegistry, now: datetime) -> Papers:
    credential = verify_record(stored.presentation, registry, now=now)
    # The consent's signature was verified before it was stored, under the same holder key.
    try:
        record = ConsentRecord.from_json(parse_jws(stored.consent, "consent").payload)
    except (CryptoError, ConsentError) as error:
        raise StorageAlteredError(f"the stored consent {stored.consent_id} cannot be read") from error
    return Papers(credential, record, _digest_of_signed(stored.consent))


def _digest_of_signed(token: str) -> str:
    return b64url_encode(sha256(token.rpartition(".")[0].encode()))
