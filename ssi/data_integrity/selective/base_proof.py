"""Which proof of a credential is derived from?"""

from collections.abc import Mapping
from typing import Any

from ssi.data_integrity.proof import read_proofs
from ssi.errors import MalformedCredentialError, ProofError


def base_proof_of(
    credential: Mapping[str, Any], cryptosuite: str
) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """A credential without its proofs, and its one proof of this suite.

    Raises:
        ProofError: it has no such proof or several, or one of its proofs is none.
        MalformedCredentialError: it is no JSON object.
    """
    if not isinstance(credential, Mapping):
        raise MalformedCredentialError("expected a JSON object")
    proofs = [proof for proof in read_proofs(credential) if proof.cryptosuite == cryptosuite]
    if len(proofs) != 1:
        raise ProofError(f"expected one {cryptosuite} proof to derive from, got {len(proofs)}")
    document = {name: value for name, value in credential.items() if name != "proof"}
    return document, proofs[0].document
