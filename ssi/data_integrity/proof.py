"""What does a proof say? Its settings, as values and as they stand in it (Data Integrity 1.0 §2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.did.document import Purpose
from ssi.errors import ProofError
from ssi.linked_data.quads import is_absolute_iri
from ssi.timestamps import read_timestamp

PROOF_TYPE: Final = "DataIntegrityProof"
MAX_PROOFS: Final = 10
_MAX_TEXT: Final = 2_000
_MAX_LISTED: Final = 20


@dataclass(frozen=True)
class ProofOptions:
    """The settings that whoever makes a proof decides; moments are written in UTC, in whole seconds.

    `domain` says for whom the proof is made, `challenge` answers a verifier's question, `nonce` makes a proof
    one of its kind. `previous_proof` lists the ids of the proofs that this one signs too.
    """

    verification_method: str
    purpose: Purpose = Purpose.ASSERTION
    created: datetime | None = None
    expires: datetime | None = None
    domain: tuple[str, ...] = ()
    challenge: str | None = None
    nonce: str | None = None
    id: str | None = None
    previous_proof: tuple[str, ...] = ()

    def to_json(self, cryptosuite: str) -> dict[str, Any]:
        """The proof of this suite, as yet without its value."""
        members: dict[str, Any] = {
            "id": self.id,
            "type": PROOF_TYPE,
            "cryptosuite": cryptosuite,
            "created": utc_text(self.created) if self.created else None,
            "expires": utc_text(self.expires) if self.expires else None,
            "verificationMethod": self.verification_method,
            "proofPurpose": self.purpose.value,
            "domain": _one_or_all(self.domain),
            "challenge": self.challenge,
            "nonce": self.nonce,
            "previousProof": _one_or_all(self.previous_proof),
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True)
class UnverifiedProof:
    """A proof whose form is right and whose truth is unknown; `document` is all that stands in it."""

    cryptosuite: str
    verification_method: str
    purpose: Purpose
    created: datetime | None
    expires: datetime | None
    domain: frozenset[str]
    challenge: str | None
    id: str | None
    previous_proof: tuple[str, ...]
    document: Mapping[str, Any] = field(repr=False, hash=False)

    @property
    def did(self) -> str:
        """The DID of the verification method."""
        return self.verification_method.partition("#")[0]


def read_proofs(document: Mapping[str, Any]) -> tuple[UnverifiedProof, ...]:
    """The proofs of a secured document, one or up to `MAX_PROOFS`.

    Raises:
        ProofError: there is none, or one misses what it must say or is of another type.
    """
    found = document.get("proof")
    listed = list(found) if isinstance(found, Sequence) and not isinstance(found, str) else [found]
    if not 0 < len(listed) <= MAX_PROOFS or found is None:
        raise ProofError(f"expected 1 to {MAX_PROOFS} proofs in the document")
    try:
        return tuple(_read(proof, f"proof[{index}]") for index, proof in enumerate(listed))
    except MalformedError as error:
        raise ProofError(str(error)) from error


def _read(proof: Any, where: str) -> UnverifiedProof:
    fields = Fields.of(proof, where)
    if None in proof.values():
        raise MalformedError(f"{where}: a member is null: leave it out")
    if fields.text("type", max_length=_MAX_TEXT) != PROOF_TYPE:
        raise MalformedError(f"{fields.where}.type: expected {PROOF_TYPE}")
    return UnverifiedProof(
        cryptosuite=fields.text("cryptosuite", max_length=_MAX_TEXT),
        verification_method=_url(fields, "verificationMethod"),
        purpose=fields.choice("proofPurpose", Purpose),
        created=_moment(fields, "created"),
        expires=_moment(fields, "expires"),
        domain=frozenset(_texts(fields, "domain")),
        challenge=fields.text("challenge", max_length=_MAX_TEXT) if fields.has("challenge") else None,
        id=_url(fields, "id") if fields.has("id") else None,
        previous_proof=_texts(fields, "previousProof"),
        document=dict(proof),
    )


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    """A text or a list of them."""
    if not fields.has(name):
        return ()
    if isinstance(fields.any(name), str):
        return (fields.text(name, max_length=_MAX_TEXT),)
    return fields.texts(name, least=1, most=_MAX_LISTED, max_length=_MAX_TEXT)


def _url(fields: Fields, name: str) -> str:
    text = fields.text(name, max_length=_MAX_TEXT)
    if not is_absolute_iri(text):
        raise MalformedError(f"{fields.where}.{name}: expected a URL")
    return text


def _moment(fields: Fields, name: str) -> datetime | None:
    return read_timestamp(fields.any(name), f"{fields.where}.{name}") if fields.has(name) else None


def _one_or_all(texts: tuple[str, ...]) -> str | list[str] | None:
    return list(texts) if len(texts) > 1 else next(iter(texts), None)
