"""Who signs what, and how? One issuer for each way of securing a credential, its key from one seed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from crypto.bbs.keys import SecretKey, generate_key
from crypto.randomness import stream
from crypto.signing import SigningKey, generate_ed25519, generate_es256
from ssi.data_integrity import bbs_2023, ecdsa_sd_2023
from ssi.data_integrity.bbs_2023 import Bbs2023Maker
from ssi.data_integrity.credentials import issue_credential
from ssi.data_integrity.cryptosuite import ProofMaker
from ssi.data_integrity.ecdsa_sd_2023 import EcdsaSd2023Maker
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.signature_suites import (
    ECDSA_JCS_2019,
    ECDSA_RDFC_2019,
    EDDSA_JCS_2022,
    EDDSA_RDFC_2022,
    SignatureMaker,
    SignatureSuite,
)
from ssi.data_integrity.signers import KeySigner, P384Signer, Signer
from ssi.did.did_key import did_key, did_key_method
from ssi.did.public_key import KeyType, PublicKey
from ssi.vc_jose.credentials import TYP as TOKEN
from ssi.vc_jose.credentials import issue_token
from ssi.vc_jose.envelopes import in_envelope
from ssi.vc_jose.selective import TYP as SELECTIVE_TOKEN
from ssi.vc_jose.selective import issue_selective_token
from ssi.vcdm.presentation import ENVELOPED_CREDENTIAL_TYPE

DEFAULT: Final = "eddsa-rdfc-2022"
WITH_STATUS: Final = "bitstring-status-list"
"""A suite like the default one whose credentials can always be taken back."""
SHOWN: Final = (
    "/issuer",
    "/validFrom",
    "/validUntil",
    "/issuanceDate",
    "/expirationDate",
    "/credentialStatus",
)
"""What every holder shows where the caller does not say: without it nobody can verify what is shown."""

Document = Mapping[str, Any]


class Suite(Protocol):
    """One way of securing credentials, with the key of its one issuer."""

    @property
    def slug(self) -> str:
        """Its name in paths."""
        ...

    @property
    def kid(self) -> str:
        """The verification method: a DID URL of the issuer."""
        ...

    @property
    def key(self) -> PublicKey:
        """The key that verifies."""
        ...

    def issue(self, document: Document, pointers: tuple[str, ...] | None, *, now: datetime) -> dict[str, Any]:
        """The secured credential, for its holder; `pointers` say what she cannot keep back.

        Raises:
            CredentialError: it breaks the data model, or cannot be transformed.
        """
        ...

    def publish(self, document: Document, *, now: datetime) -> dict[str, Any]:
        """A credential as everybody may read and verify it, such as a status list.

        Raises:
            CredentialError: as `issue`.
        """
        ...


class _OwnDid(ABC):
    """An issuer that is known by its key alone, as a did:key."""

    @property
    @abstractmethod
    def key(self) -> PublicKey:
        """The key that verifies."""

    @property
    def kid(self) -> str:
        """The verification method: a DID URL of the issuer."""
        return did_key_method(self.key)


class _Signing(_OwnDid):
    """One that signs with a key which a `Signer` keeps."""

    signer: Signer

    @property
    def key(self) -> PublicKey:
        """The key that verifies."""
        return self.signer.public_key


@dataclass(frozen=True)
class SignedSuite(_Signing):
    """Data integrity proofs that sign the whole of a credential."""

    slug: str
    signature: SignatureSuite
    signer: Signer = field(repr=False)

    @property
    def maker(self) -> SignatureMaker:
        """Makes its proofs."""
        return SignatureMaker(self.signature, self.signer)

    def issue(self, document: Document, pointers: tuple[str, ...] | None, *, now: datetime) -> dict[str, Any]:
        """The credential with a proof; there is nothing that pointers could choose."""
        return issue_credential(document, self.maker, ProofOptions(self.kid, created=now))

    def publish(self, document: Document, *, now: datetime) -> dict[str, Any]:
        """The same."""
        return self.issue(document, None, now=now)


@dataclass(frozen=True)
class EcdsaSdSuite(_Signing):
    """Base proofs of ecdsa-sd-2023."""

    slug: str
    signer: Signer = field(repr=False)

    def issue(self, document: Document, pointers: tuple[str, ...] | None, *, now: datetime) -> dict[str, Any]:
        """The credential with a base proof."""
        return _issue_base(document, EcdsaSd2023Maker(self.signer, _shown(document, pointers)), self.kid, now)

    def publish(self, document: Document, *, now: datetime) -> dict[str, Any]:
        """The credential with a derived proof that shows all of it."""
        return ecdsa_sd_2023.derive(self.issue(document, None, now=now), _members(document))


@dataclass(frozen=True)
class BbsSuite(_OwnDid):
    """Base proofs of bbs-2023."""

    slug: str
    seed: bytes = field(repr=False)

    @property
    def key(self) -> PublicKey:
        """The key that verifies."""
        return PublicKey(KeyType.BLS12_381_G2, self._key().public.encode())

    def issue(self, document: Document, pointers: tuple[str, ...] | None, *, now: datetime) -> dict[str, Any]:
        """The credential with a base proof; it tells no moment, by which its showings could be linked."""
        return _issue_base(document, Bbs2023Maker(self._key(), _shown(document, pointers)), self.kid, None)

    def publish(self, document: Document, *, now: datetime) -> dict[str, Any]:
        """The credential with a derived proof that shows all of it."""
        return bbs_2023.derive(self.issue(document, None, now=now), _members(document))

    def _key(self) -> SecretKey:
        return generate_key(random=stream(self.seed, self.slug))


@dataclass(frozen=True)
class TokenSuite(_Signing):
    """Credentials in tokens: `vc+jwt`, each in an envelope."""

    slug: str
    signer: Signer = field(repr=False)

    def issue(self, document: Document, pointers: tuple[str, ...] | None, *, now: datetime) -> dict[str, Any]:
        """The credential in a token, in an envelope."""
        token = issue_token(document, self.signer, kid=self.kid)
        return in_envelope(token, TOKEN, ENVELOPED_CREDENTIAL_TYPE)

    def publish(self, document: Document, *, now: datetime) -> dict[str, Any]:
        """The same."""
        return self.issue(document, None, now=now)


@dataclass(frozen=True)
class SelectiveTokenSuite(_OwnDid):
    """Credentials in tokens of which parts can be kept back: `vc+sd-jwt`, each in an envelope."""

    slug: str
    signing_key: SigningKey = field(repr=False)

    @property
    def key(self) -> PublicKey:
        """The key that verifies."""
        return PublicKey.of(self.signing_key.public)

    def issue(self, document: Document, pointers: tuple[str, ...] | None, *, now: datetime) -> dict[str, Any]:
        """The credential in a token; every claim about its subject can be kept back."""
        token = issue_selective_token(document, self.signing_key, kid=self.kid)
        return in_envelope(token, SELECTIVE_TOKEN, ENVELOPED_CREDENTIAL_TYPE)

    def publish(self, document: Document, *, now: datetime) -> dict[str, Any]:
        """The same, with all disclosures."""
        return self.issue(document, None, now=now)


def suites_of(seed: bytes) -> Mapping[str, Suite]:
    """All suites by their slugs; the same seed of 32 bytes gives the same issuers."""

    def ed25519(slug: str) -> Signer:
        return KeySigner(generate_ed25519(stream(seed, slug)))

    def p256(slug: str) -> KeySigner:
        return KeySigner(generate_es256(stream(seed, slug)))

    def p384(slug: str) -> Signer:
        return P384Signer.generate(stream(seed, slug))

    made: tuple[Suite, ...] = (
        SignedSuite(DEFAULT, EDDSA_RDFC_2022, ed25519(DEFAULT)),
        SignedSuite(WITH_STATUS, EDDSA_RDFC_2022, ed25519(WITH_STATUS)),
        SignedSuite("eddsa-jcs-2022", EDDSA_JCS_2022, ed25519("eddsa-jcs-2022")),
        SignedSuite("ecdsa-rdfc-2019", ECDSA_RDFC_2019, p256("ecdsa-rdfc-2019")),
        SignedSuite("ecdsa-rdfc-2019-p384", ECDSA_RDFC_2019, p384("ecdsa-rdfc-2019-p384")),
        SignedSuite("ecdsa-jcs-2019", ECDSA_JCS_2019, p256("ecdsa-jcs-2019")),
        SignedSuite("ecdsa-jcs-2019-p384", ECDSA_JCS_2019, p384("ecdsa-jcs-2019-p384")),
        EcdsaSdSuite("ecdsa-sd-2023", p256("ecdsa-sd-2023")),
        BbsSuite("bbs-2023", seed),
        TokenSuite("vc-jose", p256("vc-jose")),
        TokenSuite("vc-jose-es384", p384("vc-jose-es384")),
        TokenSuite("vc-jose-eddsa", ed25519("vc-jose-eddsa")),
        SelectiveTokenSuite("vc-sd-jwt", p256("vc-sd-jwt").key),
    )
    return {suite.slug: suite for suite in made}


def issuer_of(suite: Suite) -> str:
    """The DID of the issuer of a suite."""
    return did_key(suite.key)


def _issue_base(document: Document, maker: ProofMaker, kid: str, created: datetime | None) -> dict[str, Any]:
    return issue_credential(document, maker, ProofOptions(kid, created=created))


def _shown(document: Document, pointers: tuple[str, ...] | None) -> tuple[str, ...]:
    if pointers is not None:
        return pointers
    return tuple(pointer for pointer in SHOWN if pointer[1:] in document)


def _members(document: Document) -> list[str]:
    return [f"/{name}" for name in document if name not in {"@context", "id", "type"}]
