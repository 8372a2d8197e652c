"""Credentials whose parts can be shown, the same in every run, and how they are derived and verified."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from crypto.bbs.keys import derive_key
from ssi.data_integrity import bbs_2023, ecdsa_sd_2023
from ssi.data_integrity.cryptosuite import Cryptosuite, ProofMaker
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.secure import add_proof
from ssi.data_integrity.selective.cbor import Cbor, decode_cbor
from ssi.data_integrity.selective.proof_value import write_proof_value
from ssi.did.did_key import did_key, did_key_method
from ssi.did.multibase import decode_base64url
from ssi.did.public_key import KeyType, PublicKey
from tests.ssi.data_integrity.signed import unsigned
from tests.ssi.did.keys import p256_signer
from tests.ssi.parties import NOW, random_of

BBS_KEY = derive_key(b"\x21" * 32)
CHALLENGE = b"challenge of the market"
MANDATORY = ("/issuer", "/validFrom")
SUBJECT = {
    "type": "Person",
    "alumniOf": {"name": "The School of Examples", "founded": 1901, "motto": ["learn", "teach"]},
    "degree": [
        {"type": "BachelorDegree", "name": "Arithmetic", "grade": 1.5},
        {"type": "BachelorDegree", "name": "Geometry", "grade": 2},
        {"type": "BachelorDegree", "name": "Music", "grade": 2},
    ],
}
SHOWN = (
    "/credentialSubject/alumniOf/name",
    "/credentialSubject/alumniOf/motto/1",
    "/credentialSubject/degree/1/grade",
    "/validUntil",
)


@dataclass(frozen=True)
class Party:
    """An issuer with a key of one suite, and a holder and a verifier for its credentials."""

    name: str
    key: PublicKey
    maker: Callable[[tuple[str, ...], str], ProofMaker]
    derive: Callable[[Mapping[str, Any], Sequence[str]], dict[str, Any]]
    suite: Cryptosuite
    verify_base_proof: Callable[[Mapping[str, Any], Mapping[str, Any], PublicKey], None]

    def issue(
        self,
        document: Mapping[str, Any] | None = None,
        mandatory: tuple[str, ...] = MANDATORY,
        seed: str = "0",
    ) -> dict[str, Any]:
        """A credential with a base proof."""
        options = ProofOptions(did_key_method(self.key), created=NOW)
        document = self.document() if document is None else document
        return add_proof(document, self.maker(mandatory, seed), options)

    def document(self, **members: Any) -> dict[str, Any]:
        """A credential about an alumna, not yet signed."""
        return unsigned(did_key(self.key), **{"credentialSubject": deepcopy(SUBJECT), **members})

    def verify(self, credential: Mapping[str, Any], key: PublicKey | None = None) -> Mapping[str, Any]:
        """The document of a derived proof."""
        document = {name: value for name, value in credential.items() if name != "proof"}
        return self.suite.verify(document, credential["proof"], key or self.key)

    def verify_base(self, credential: Mapping[str, Any], key: PublicKey | None = None) -> None:
        """A holder's check of what she received."""
        document = {name: value for name, value in credential.items() if name != "proof"}
        self.verify_base_proof(document, credential["proof"], key or self.key)


BBS = Party(
    name=bbs_2023.NAME,
    key=PublicKey(KeyType.BLS12_381_G2, BBS_KEY.public.encode()),
    maker=lambda mandatory, seed: bbs_2023.Bbs2023Maker(BBS_KEY, mandatory, random_of(f"bbs {seed}")),
    derive=lambda credential, pointers: bbs_2023.derive(credential, pointers, presentation_header=CHALLENGE),
    suite=bbs_2023.Bbs2023(CHALLENGE),
    verify_base_proof=bbs_2023.verify_base_proof,
)
ECDSA = Party(
    name=ecdsa_sd_2023.NAME,
    key=p256_signer("selective").public_key,
    maker=lambda mandatory, seed: ecdsa_sd_2023.EcdsaSd2023Maker(
        p256_signer("selective"), mandatory, random_of(f"ecdsa {seed}")
    ),
    derive=ecdsa_sd_2023.derive,
    suite=ecdsa_sd_2023.EcdsaSd2023(),
    verify_base_proof=ecdsa_sd_2023.verify_base_proof,
)
PARTIES = (BBS, ECDSA)


@cache
def issued(party: Party) -> dict[str, Any]:
    """A credential about an alumna with a base proof."""
    return party.issue()


@cache
def derived(party: Party) -> dict[str, Any]:
    """What she shows of it."""
    return party.derive(issued(party), SHOWN)


def parts_of(credential: Mapping[str, Any]) -> list[Any]:
    """The parts of a proof value."""
    parts: Any = decode_cbor(decode_base64url(credential["proof"]["proofValue"])[3:])
    return list(parts)


def with_parts(credential: Mapping[str, Any], parts: Sequence[Cbor]) -> dict[str, Any]:
    """The credential with these parts in its proof value."""
    header = decode_base64url(credential["proof"]["proofValue"])[:3]
    return {**credential, "proof": {**credential["proof"], "proofValue": write_proof_value(header, parts)}}
