"""Is it true, and was it not taken back? Credentials and presentations of every form, with their statuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ssi.bitstring_status_list import BitstringEntry, read_list
from ssi.credential_status import MAX_LIST_BYTES, open_list
from ssi.data_integrity.bbs_2023 import Bbs2023
from ssi.data_integrity.credentials import Verification, VerifiedCredential, verify_credential
from ssi.data_integrity.presentations import VerifiedPresentation, verify_presentation
from ssi.data_integrity.secure import Expectation
from ssi.did.did_web import Fetch
from ssi.did.document import Purpose
from ssi.errors import (
    CredentialError,
    MalformedCredentialError,
    ProofError,
    UnresolvableError,
)
from ssi.issuer_service.vc_api.documents import check_meaning
from ssi.issuer_service.vc_api.errors import StatusRetrievalError, StatusVerificationError
from ssi.issuer_service.vc_api.requests import ENTRY, Ask
from ssi.issuer_service.vc_api.wrapped import (
    is_wrapped,
    open_any_credential,
    verify_wrapped_presentation,
)
from ssi.linked_data.canonical import Canonicalizer
from ssi.vc_jose.credentials import verify_token
from ssi.vc_jose.envelopes import check_envelope_contexts, token_in
from ssi.vc_jose.presentations import verify_enveloped_presentation, verify_presentation_token
from ssi.vcdm.members import types
from ssi.vcdm.presentation import (
    ENVELOPED_CREDENTIAL_TYPE,
    ENVELOPED_PRESENTATION_TYPE,
    Envelope,
    read_envelope,
    read_presentation,
)


@dataclass(frozen=True)
class Checking:
    """Verifies with every suite; status lists are fetched through `fetch`."""

    verification: Verification
    fetch: Fetch
    now: Callable[[], datetime]

    def credential(self, ask: Ask) -> list[str]:
        """Return, for a credential that holds, what could not be checked about it.

        Raises:
            CredentialError: it does not hold, or was taken back.
        """
        verification = self._with_header(ask)
        return self._check(self._verified(ask, verification), verification)

    def presentation(self, ask: Ask) -> list[str]:
        """Return, for a presentation that holds with all that is in it, what could not be checked.

        Raises:
            CredentialError: it does not hold, or one of its credentials does not or was taken back.
        """
        verification = self._with_header(ask)
        expectation = ask.expectation(Purpose.AUTHENTICATION)
        document = ask.document
        if isinstance(document, str):
            shown = verify_presentation_token(document, expectation, verification, now=self.now())
        elif _is(ask.credential, ENVELOPED_PRESENTATION_TYPE):
            shown = self._enveloped(ask.credential, expectation, verification)
        else:
            check_meaning(document)
            shown = verify_presentation(
                document,
                expectation,
                verification,
                now=self.now(),
                open_envelope=lambda envelope: self._open(envelope, verification),
            )
        return [warning for inner in shown.credentials for warning in self._check(inner, verification)]

    def unsigned(self, ask: Ask) -> list[str]:
        """Return, for a presentation that nobody signed, what could not be checked about its credentials.

        Raises:
            ProofError: it has a proof, and so is not asked about here.
            CredentialError: as `presentation`.
        """
        verification = self._with_header(ask)
        if "proof" in ask.credential:
            raise ProofError("a presentation with a proof is asked about as verifiablePresentation")
        model = read_presentation(ask.credential)
        check_meaning(ask.credential)
        forms = Canonicalizer()  # one bound on the work for all of them
        found = [
            verify_credential(inner, verification, now=self.now(), canonical=forms)
            for inner in model.credentials
        ]
        found += [self._open(envelope, verification) for envelope in model.envelopes]
        return [warning for inner in found for warning in self._check(inner, verification)]

    def _verified(self, ask: Ask, verification: Verification) -> VerifiedCredential:
        if isinstance(ask.document, str):
            return verify_token(ask.document, verification, now=self.now())
        if _is(ask.credential, ENVELOPED_CREDENTIAL_TYPE):
            check_envelope_contexts(ask.credential)
            envelope = read_envelope(ask.credential, ENVELOPED_CREDENTIAL_TYPE, "credential")
            return self._open(envelope, verification)
        expectation = ask.expectation(Purpose.ASSERTION)
        check_meaning(ask.credential)
        return verify_credential(ask.credential, verification, now=self.now(), expectation=expectation)

    def _enveloped(
        self, document: Mapping[str, Any], expectation: Expectation, verification: Verification
    ) -> VerifiedPresentation:
        check_envelope_contexts(document)
        token = token_in(read_envelope(document, ENVELOPED_PRESENTATION_TYPE, "presentation"))
        if is_wrapped(token, "vp"):
            return verify_wrapped_presentation(token, expectation, verification, now=self.now())
        return verify_enveloped_presentation(document, expectation, verification, now=self.now())

    def _open(self, envelope: Envelope, verification: Verification) -> VerifiedCredential:
        return open_any_credential(envelope, verification, now=self.now())

    def _check(self, credential: VerifiedCredential, verification: Verification) -> list[str]:
        check_meaning(credential.document, credential.model)
        warnings = []
        for status in credential.model.statuses:
            if ENTRY in status.types:
                self._check_status(credential, BitstringEntry.read(dict(status.document), "credentialStatus"))
            else:
                warnings.append(f"credentialStatus: nobody asked about a status of type {status.types[0]}")
        warnings += [
            f"credentialSchema: {schema.id} was not looked at" for schema in credential.model.schemas
        ]
        return warnings

    def _check_status(self, credential: VerifiedCredential, entry: BitstringEntry) -> None:
        try:
            raw = self.fetch(entry.list_url, max_bytes=MAX_LIST_BYTES)
        except UnresolvableError as error:
            raise StatusRetrievalError(f"the status list cannot be had: {error}") from error
        try:
            found = open_list(
                raw, self.verification, url=entry.list_url, issuer=credential.issuer, now=self.now()
            )
        except CredentialError as error:
            raise StatusVerificationError(f"the status list does not hold: {error}") from error
        read_list(found.document).require_valid(entry)

    def _with_header(self, ask: Ask) -> Verification:
        """The verification, with the presentation header that bbs-2023 proofs must answer."""
        header = ask.text("presentationHeader")
        if header is None:
            return self.verification
        bbs = Bbs2023(presentation_header=header.encode())
        return replace(self.verification, suites={**self.verification.suites, bbs.name: bbs})


def _is(document: Mapping[str, Any], type_: str) -> bool:
    try:
        return type_ in types(document, "document")
    except MalformedCredentialError:
        return False
