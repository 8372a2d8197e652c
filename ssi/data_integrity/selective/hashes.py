"""What is hashed before it is signed: the settings of a proof, and the statements nobody may leave out."""

from collections.abc import Iterable, Mapping
from typing import Any

from crypto.encoding import sha256
from ssi.linked_data.canonical import Canonicalizer

HASH_BYTES = 32


def hash_settings(
    document: Mapping[str, Any], proof: Mapping[str, Any], canonical: Canonicalizer | None = None
) -> bytes:
    """The SHA-256 digest of everything in a proof but its value, read with the contexts of its document.

    Data Integrity ECDSA Cryptosuites v1.0 §3.6.3, §3.6.4.

    Raises:
        CredentialError: the settings are no JSON-LD without data loss; see `ssi.linked_data`.
    """
    settings = {name: value for name, value in proof.items() if name != "proofValue"}
    forms = Canonicalizer() if canonical is None else canonical
    dataset = forms.canonicalize({**settings, "@context": document.get("@context")})
    return sha256(dataset.text.encode("utf-8"))


def hash_mandatory(lines: Iterable[str]) -> bytes:
    """The SHA-256 digest of mandatory statements (`hashMandatoryNQuads`, §3.4.18)."""
    return sha256("".join(lines).encode("utf-8"))
