"""Issue what is asked for: a credential by the issuer of a suite, with a status where it is to have one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from crypto.randomness import RandomBytes
from ssi.bitstring_status_list import BitstringEntry
from ssi.data_integrity import bbs_2023, ecdsa_sd_2023
from ssi.data_integrity.credentials import with_proof_context
from ssi.data_integrity.presentations import make_presentation
from ssi.data_integrity.proof import ProofOptions
from ssi.did.document import Purpose
from ssi.errors import MalformedCredentialError, ProofError
from ssi.issuer_service.vc_api.documents import check_meaning
from ssi.issuer_service.vc_api.errors import RequestError
from ssi.issuer_service.vc_api.requests import ENTRY, PURPOSES, Ask, status_purpose
from ssi.issuer_service.vc_api.statuses import Statuses
from ssi.issuer_service.vc_api.suites import WITH_STATUS, SignedSuite, Suite, TokenSuite, issuer_of
from ssi.vc_jose.envelopes import in_envelope
from ssi.vc_jose.presentations import TYP as PRESENTATION_TOKEN
from ssi.vc_jose.presentations import make_presentation_token
from ssi.vcdm.credential import read_credential
from ssi.vcdm.presentation import ENVELOPED_PRESENTATION_TYPE

_DERIVE: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    ecdsa_sd_2023.NAME: ecdsa_sd_2023.derive,
    bbs_2023.NAME: bbs_2023.derive,
}
_ALWAYS: Final[Mapping[str, tuple[str, ...]]] = {WITH_STATUS: PURPOSES[:1]}
_STATUS: Final = "credentialStatus"
_UUID_BYTES: Final = 16


@dataclass(frozen=True)
class Issuing:
    """Signs, derives and takes back."""

    suites: Mapping[str, Suite]
    statuses: Statuses
    random: RandomBytes
    now: Callable[[], datetime]

    def issue(self, slug: str, ask: Ask) -> dict[str, Any]:
        """A credential as asked, issued by the issuer of this suite, whatever URL it names as its issuer.

        Raises:
            RequestError: a request that is not of the VC-API.
            CredentialError: the credential breaks its data model or cannot be secured.
        """
        suite = self.suites[slug]
        model = read_credential(ask.credential)
        document = _by(issuer_of(suite), ask.credential)
        _check_entries(document)
        document = self._with_status(document, slug, ask.statuses() or _ALWAYS.get(slug, ()))
        check_meaning(with_proof_context(document), model)
        return suite.issue(document, ask.pointers("mandatoryPointers"), now=self.now())

    def derive(self, ask: Ask) -> dict[str, Any]:
        """What the pointers select of a credential with a base proof.

        Raises:
            ProofError: no proof, or several, or of a suite that cannot select.
            CredentialError: as the suite says.
        """
        proof = ask.credential.get("proof")
        suite = proof.get("cryptosuite") if isinstance(proof, Mapping) else None
        if not isinstance(suite, str) or suite not in _DERIVE:
            raise ProofError(f"proof.cryptosuite: expected one of {', '.join(_DERIVE)}")
        more: dict[str, Any] = {}
        header = ask.text("presentationHeader")
        if header is not None and suite == bbs_2023.NAME:
            more["presentation_header"] = header.encode()
        return _DERIVE[suite](ask.credential, ask.pointers("selectivePointers") or (), **more)

    def present(self, slug: str, ask: Ask) -> dict[str, Any]:
        """A presentation signed by the issuer of this suite as its holder.

        Raises:
            RequestError: the suite makes no presentations.
            CredentialError: the presentation breaks its data model or names another holder.
        """
        suite = self.suites[slug]
        if isinstance(suite, TokenSuite):
            token = make_presentation_token(
                ask.credential,
                suite.signer,
                kid=suite.kid,
                audience=ask.text("domain"),
                nonce=ask.text("challenge"),
            )
            return in_envelope(token, PRESENTATION_TOKEN, ENVELOPED_PRESENTATION_TYPE)
        if not isinstance(suite, SignedSuite):
            raise RequestError(f"{slug} makes no presentations: take another suite")
        domain = ask.text("domain")
        options = ProofOptions(
            suite.kid,
            purpose=Purpose.AUTHENTICATION,
            created=self.now(),
            domain=() if domain is None else (domain,),
            challenge=ask.text("challenge"),
        )
        return make_presentation(ask.credential, suite.maker, options)

    def set_status(self, credential_id: object, entry: object, *, value: bool) -> None:
        """Take a credential back, put it on hold, or lift that.

        Raises:
            RequestError: no such credential, or another type of status.
        """
        if not isinstance(credential_id, str):
            raise RequestError("credentialId: expected the id of a credential")
        self.statuses.set(credential_id, status_purpose(entry, _STATUS), value=value)

    def _with_status(self, document: dict[str, Any], slug: str, purposes: tuple[str, ...]) -> dict[str, Any]:
        if not purposes:
            return document
        if "id" not in document:
            document = {**document, "id": UUID(bytes=self.random(_UUID_BYTES), version=4).urn}
        entries = [self.statuses.add(document["id"], slug, purpose) for purpose in purposes]
        present = document.get(_STATUS, [])
        entries = [*(present if isinstance(present, list) else [present]), *entries]
        return {**document, _STATUS: entries[0] if len(entries) == 1 else entries}


def _by(issuer: str, document: Mapping[str, Any]) -> dict[str, Any]:
    said = document["issuer"]
    return {**document, "issuer": {**said, "id": issuer} if isinstance(said, Mapping) else issuer}


def _check_entries(document: Mapping[str, Any]) -> None:
    """Refuse status entries that no verifier could read, or that call the list itself an entry (§2.1)."""
    present = document.get(_STATUS, [])
    for place, entry in enumerate(present if isinstance(present, list) else [present]):
        if isinstance(entry, Mapping) and entry.get("type") == ENTRY:
            read = BitstringEntry.read(dict(entry), f"{_STATUS}[{place}]")
            if entry.get("id") == read.list_url:
                raise MalformedCredentialError(f"{_STATUS}[{place}].id: it is the address of the list")
