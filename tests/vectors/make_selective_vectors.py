"""Make the vectors of both selective suites: `PYTHONPATH=. python tests/vectors/make_selective_vectors.py`.

For bbs-2023 and ecdsa-sd-2023 a credential with its base proof, a derived one, and tamperings of it, each
with the error that must come of it. Keys and randomness are expanded from seeds, so the bytes are the same in
every run.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from crypto.bbs.keys import derive_key
from crypto.randomness import stream
from crypto.signing import generate_es256
from ssi.data_integrity import bbs_2023, ecdsa_sd_2023
from ssi.data_integrity.cryptosuite import ProofMaker
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.secure import add_proof
from ssi.data_integrity.selective.cbor import decode_cbor
from ssi.data_integrity.selective.proof_value import write_proof_value
from ssi.data_integrity.signers import KeySigner
from ssi.did.did_key import did_key, did_key_method
from ssi.did.multibase import decode_base64url, encode_base64url
from ssi.did.public_key import KeyType, PublicKey

FOLDER = Path(__file__).parent / "selective"
MADE_BY = "python tests/vectors/make_selective_vectors.py"
SOURCE = "Data Integrity BBS Cryptosuites v1.0, Data Integrity ECDSA Cryptosuites v1.0"
Document = dict[str, Any]
Change = Callable[[Document], object]

SEED = b"\x51" * 32
HEADER = b"challenge"
MANDATORY = ("/issuer", "/validFrom")
SELECTIVE = ("/credentialSubject/degree/0", "/credentialSubject/alumniOf/name")
HEADER_BYTES = 3
IDENTITY = b"\xc0" + bytes(47)


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**dict(_bbs()), **dict(_ecdsa())}
    return {name: {"source": SOURCE, "made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _bbs() -> Iterator[tuple[str, Document]]:
    secret = derive_key(SEED)
    key = PublicKey(KeyType.BLS12_381_G2, secret.public.encode())
    base = _issued(key, bbs_2023.Bbs2023Maker(secret, MANDATORY, stream(SEED, "base")))
    derived = bbs_2023.derive(base, SELECTIVE, presentation_header=HEADER, random=stream(SEED, "derived"))
    good = {"suite": "bbs-2023", "presentation_header": HEADER.hex()}
    yield "bbs_2023_base", {**good, "selective": [*SELECTIVE], "credential": base}
    yield "bbs_2023", {**good, "credential": derived}
    changes: Mapping[str, tuple[str, Change]] = {
        **_changes(labels=1, mandatory=2),
        "selective_index": ("AlteredCredentialError", _part(3, lambda indexes: [*indexes[:-1], 99])),
        "duplicate_index": ("ProofError", _part(3, lambda indexes: [*indexes, indexes[-1]])),
        "presentation_header": ("AlteredCredentialError", _part(4, lambda header: header + b"x")),
        "identity_point": (
            "AlteredCredentialError",
            _part(0, lambda proof: IDENTITY + proof[48:]),
        ),
        "scalar_over_order": ("AlteredCredentialError", _part(0, lambda proof: proof[:-32] + b"\xff" * 32)),
        "holder_binding_header": ("ProofError", _raw(lambda raw: raw[:2] + b"\x05" + raw[3:])),
        "base_proof": ("ProofError", lambda document: document.update(deepcopy(base))),
    }
    yield from _refused("bbs_2023", {**good, "credential": derived}, changes)


def _ecdsa() -> Iterator[tuple[str, Document]]:
    signer = KeySigner(generate_es256(stream(SEED, "issuer")))
    base = _issued(signer.public_key, ecdsa_sd_2023.EcdsaSd2023Maker(signer, MANDATORY, stream(SEED, "base")))
    derived = ecdsa_sd_2023.derive(base, SELECTIVE)
    good = {"suite": "ecdsa-sd-2023"}
    yield "ecdsa_sd_2023_base", {**good, "selective": [*SELECTIVE], "credential": base}
    yield "ecdsa_sd_2023", {**good, "credential": derived}
    changes: Mapping[str, tuple[str, Change]] = {
        **_changes(labels=3, mandatory=4),
        "signatures_exchanged": ("AlteredCredentialError", _part(2, lambda signatures: signatures[::-1])),
        "signature_missing": ("AlteredCredentialError", _part(2, lambda signatures: signatures[:-1])),
        "signature_short": ("ProofError", _part(2, lambda signatures: [signatures[0][:-1], *signatures[1:]])),
        "proof_key": ("AlteredCredentialError", _part(1, lambda key: key[:2] + _other_key())),
        "duplicate_index": ("ProofError", _part(4, lambda indexes: [*indexes, indexes[-1]])),
        "base_proof": ("ProofError", lambda document: document.update(deepcopy(base))),
    }
    yield from _refused("ecdsa_sd_2023", {**good, "credential": derived}, changes)


def _changes(*, labels: int, mandatory: int) -> Mapping[str, tuple[str, Change]]:
    altered = "AlteredCredentialError"
    return {
        "statement": (altered, lambda document: document["credentialSubject"]["degree"][0].update(name="x")),
        "statement_added": (altered, lambda document: document["credentialSubject"].update(name="x")),
        "statement_left_out": (altered, lambda document: document["credentialSubject"].pop("degree")),
        "mandatory_left_out": (altered, lambda document: document.pop("validFrom")),
        "proof_setting": (altered, lambda document: document["proof"].update(created="2020-01-01T00:00:00Z")),
        "null_member": ("DataLossError", lambda document: document.update(name=None)),
        "mandatory_index": (altered, _part(mandatory, lambda indexes: indexes[1:])),
        "label_twice": (altered, _part(labels, lambda known: dict.fromkeys(known, known[0]))),
        "label_missing": (altered, _part(labels, lambda known: {0: known[0]})),
        "cut_off": ("ProofError", _raw(lambda raw: raw[:-1])),
        "byte_added": ("ProofError", _raw(lambda raw: raw + b"\x00")),
        "huge_array": ("ProofError", _raw(lambda raw: raw[:3] + b"\x9b" + b"\xff" * 8)),
        "tagged": ("ProofError", _raw(lambda raw: raw[:3] + b"\xd8\x40" + raw[3:])),
    }


def _issued(key: PublicKey, maker: ProofMaker) -> Document:
    document: Document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/examples/v2",
        ],
        "type": ["VerifiableCredential", "AlumniCredential"],
        "issuer": did_key(key),
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "type": "Person",
            "alumniOf": {"name": "The School of Examples", "motto": "learn"},
            "degree": [{"name": "Arithmetic", "grade": 1.5}, {"name": "Music", "grade": 2}],
        },
    }
    return add_proof(document, maker, ProofOptions(did_key_method(key)))


def _refused(
    name: str, good: Document, changes: Mapping[str, tuple[str, Change]]
) -> Iterator[tuple[str, Document]]:
    for tampering, (error, change) in changes.items():
        document = deepcopy(good)
        change(document["credential"])
        yield f"bad_{name}_{tampering}", {**document, "error": error}


def _part(place: int, change: Callable[[Any], Any]) -> Change:
    def apply(document: Document) -> None:
        raw = decode_base64url(document["proof"]["proofValue"])
        parts: Any = decode_cbor(raw[HEADER_BYTES:])
        parts[place] = change(parts[place])
        document["proof"]["proofValue"] = write_proof_value(raw[:HEADER_BYTES], parts)

    return apply


def _raw(change: Callable[[bytes], bytes]) -> Change:
    def apply(document: Document) -> None:
        raw = decode_base64url(document["proof"]["proofValue"])
        document["proof"]["proofValue"] = encode_base64url(change(raw))

    return apply


def _other_key() -> bytes:
    return PublicKey.of(generate_es256(stream(SEED, "another")).public).raw


if __name__ == "__main__":
    write(FOLDER)
