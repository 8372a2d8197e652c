"""Make the vectors of `crypto` anew: `PYTHONPATH=. python tests/vectors/make_crypto_vectors.py`.

Everything is derived from constants, so a second run changes nothing; a test compares. Good vectors are named
by their scheme. Bad ones are named by the tampering and hold what was tampered with and the error that must
come of it, by class and, where a party is to blame, by culprits.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.commitments import commit, generators
from crypto.curve import ORDER, hash_to_point
from crypto.merkle import Frontier, consistency_proof, inclusion_proof, leaf_hash, root
from crypto.noise import discrete_gaussian, discrete_laplace
from crypto.randomness import RandomBytes, expand, stream
from crypto.sealing import SealingKey
from crypto.sealing_suite import HYBRID_VERSION
from crypto.sharing.integer_masked import Component, split
from crypto.sharing.replicated import ROLES, encode_bundle
from crypto.signing import generate_ed25519, generate_es256

FOLDER = Path(__file__).parent / "crypto"
X_WING = Path(__file__).parent / "x_wing_draft.json"
MADE_BY = "python tests/vectors/make_crypto_vectors.py"
Document = dict[str, object]

SEED = bytes(range(100, 132))
DOMAIN = "argonauta/vector/1"
BITS = (1, 8, 20, 64)
VALUES = (1, 0, 654321, 2**64 - 1)
BLINDING = int.from_bytes(hashlib.sha256(b"blinding").digest(), "big") % ORDER
X25519_KEM, HYBRID_KEM = 0x0020, 0x647A
CONTEXT = b'{"use":"argonauta vector"}'
GOLDILOCKS = 2**64 - 2**32 + 1
SEALED_TEXT = b"components of a record"
RFC_6962_LEAVES = (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)  # fmt: skip


def documents() -> dict[str, Document]:
    """All vectors by name."""
    good = {
        "expansion": expansion(),
        "signatures": signatures(),
        "hpke": hpke(),
        "hpke_hybrid": hpke_hybrid(),
        "commitment": commitment(),
        "integer_masked": integer_masked(),
        "merkle": merkle(),
        "noise": noise(),
    }
    bad = {**bad_components(), **bad_proofs(), **bad_envelopes(), **bad_sealing_keys()}
    return {name: {"made_by": MADE_BY, **document} for name, document in {**good, **bad}.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def expansion() -> Document:
    cases = [(label, length) for label in ("", "a", "ab") for length in (0, 1, 40)]
    return {
        "source": "SHAKE256 (FIPS 202) over length-prefixed label and seed",
        "seed": SEED.hex(),
        "cases": [{"label": label, "output": expand(SEED, label, length).hex()} for label, length in cases],
    }


def signatures() -> Document:
    keys = {
        "es256": generate_es256(stream(SEED, "es256")),
        "ed25519": generate_ed25519(stream(SEED, "ed25519")),
    }
    return {
        "source": "RFC 6979 (ES256) and RFC 8032 (Ed25519), both deterministic",
        "message": SEALED_TEXT.hex(),
        "seed": SEED.hex(),
        "cases": [
            {
                "label": label,
                "jwk": dict(key.public.to_jwk()),
                "thumbprint": key.public.thumbprint(),
                "signature": key.sign(SEALED_TEXT).hex(),
            }
            for label, key in keys.items()
        ],
    }


def hpke() -> Document:
    key = SealingKey.from_bytes(expand(SEED, "recipient", 32))
    sealed = hpke_seal(
        expand(SEED, "ephemeral", 32), key.public.to_bytes(), SEALED_TEXT, info=CONTEXT, aad=b"", key_bytes=32
    )
    return {
        "source": "RFC 9180 §4 to §6 written out in the script, base mode with a chosen ephemeral key",
        "key": key.to_bytes().hex(),
        "context": CONTEXT.hex(),
        "plaintext": SEALED_TEXT.hex(),
        "sealed": sealed.hex(),
    }


def hpke_hybrid() -> Document:
    return {
        "source": "X-Wing's own vector for the shared secret; RFC 9180 §5 and §6 written out in the script",
        "key": (HYBRID_VERSION + bytes.fromhex(_x_wing()["seed"])).hex(),
        "public_key_sha256": _x_wing()["public_key_sha256"],
        "context": CONTEXT.hex(),
        "plaintext": SEALED_TEXT.hex(),
        "sealed": _hybrid_envelope().hex(),
    }


def bad_envelopes() -> dict[str, Document]:
    sealed, key = _hybrid_envelope(), HYBRID_VERSION + bytes.fromhex(_x_wing()["seed"])
    cases = {
        "bad_envelope_version": b"\x03" + sealed[1:],
        "bad_envelope_without_version": sealed[1:],
        "bad_envelope_lattice_part": _flip(sealed, 1),
        "bad_envelope_curve_part": _flip(sealed, 1 + 1088),
        "bad_envelope_ciphertext": _flip(sealed, 1 + 1120),
        "bad_envelope_tag": _flip(sealed, len(sealed) - 1),
        "bad_envelope_truncated": sealed[:-1],
        "bad_envelope_of_the_other_suite": bytes.fromhex(str(hpke()["sealed"])),
    }
    return {
        name: {"key": key.hex(), "context": CONTEXT.hex(), "sealed": raw.hex(), "error": "SealError"}
        for name, raw in cases.items()
    }


def bad_sealing_keys() -> dict[str, Document]:
    key = SealingKey.from_bytes(HYBRID_VERSION + bytes.fromhex(_x_wing()["seed"]))
    public, private = key.public.to_bytes(), key.to_bytes()
    publics = {
        "bad_sealing_key_version": b"\x01" + public[1:],
        "bad_sealing_key_truncated": public[:-1],
        "bad_sealing_key_without_version": public[1:],
        "bad_sealing_key_coefficient": public[:1] + b"\xff" * 2 + public[3:],
        "bad_sealing_key_small_order": public[:-32] + bytes(32),
        "bad_sealing_key_curve_of_small_order": b"\x01" + bytes(31),
    }
    privates = {
        "bad_sealing_key_private_version": b"\x01" + private[1:],
        "bad_sealing_key_private_truncated": private[:16],
        "bad_sealing_key_private_too_long": private + b"\x00",
    }
    tampered: dict[str, Document] = {}
    for read, cases in (("public", publics), ("private", privates)):
        for name, raw in cases.items():
            tampered[name] = {"read": read, "bytes": raw.hex(), "error": "MalformedError"}
    return tampered


def hpke_seal(
    ephemeral: bytes, to: bytes, plaintext: bytes, *, info: bytes, aad: bytes, key_bytes: int
) -> bytes:
    """HPKE written out, to seal with a chosen ephemeral key: DHKEM(X25519), HKDF-SHA256, AES-GCM."""
    secret = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = secret.public_key().public_bytes_raw()
    kem = b"KEM" + X25519_KEM.to_bytes(2, "big")
    eae_prk = _extract(kem, b"", b"eae_prk", secret.exchange(X25519PublicKey.from_public_bytes(to)))
    shared_secret = _expand(kem, eae_prk, b"shared_secret", enc + to, 32)
    suite = _suite(X25519_KEM, {16: 1, 32: 2}[key_bytes])
    return enc + _encrypt(suite, shared_secret, plaintext, info=info, aad=aad, key_bytes=key_bytes)


def _hybrid_envelope() -> bytes:
    info = b"argonauta envelope v2|" + hashlib.sha256(CONTEXT).digest()
    shared_secret = bytes.fromhex(_x_wing()["shared_secret"])
    suite = _suite(HYBRID_KEM, 2)
    body = _encrypt(suite, shared_secret, SEALED_TEXT, info=info, aad=b"", key_bytes=32)
    return HYBRID_VERSION + bytes.fromhex(_x_wing()["ciphertext"]) + body


def _x_wing() -> dict[str, str]:
    document: dict[str, str] = json.loads(X_WING.read_text(encoding="utf-8"))
    return document


def _suite(kem: int, aead: int) -> bytes:
    return b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (kem, 0x0001, aead))


def _encrypt(
    suite: bytes, shared_secret: bytes, plaintext: bytes, *, info: bytes, aad: bytes, key_bytes: int
) -> bytes:
    context = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    prk = _extract(suite, shared_secret, b"secret", b"")
    key = _expand(suite, prk, b"key", context, key_bytes)
    nonce = _expand(suite, prk, b"base_nonce", context, 12)
    return AESGCM(key).encrypt(nonce, plaintext, aad)


def commitment() -> Document:
    bases = generators(DOMAIN, len(VALUES))
    return {
        "source": "vector Pedersen commitment over secp256k1, generators by ElligatorSwift",
        "domain": DOMAIN,
        "generators": [point.to_bytes().hex() for point in bases.values],
        "blinding_generator": bases.blinding.to_bytes().hex(),
        "hashed": [hash_to_point(DOMAIN, index).to_bytes().hex() for index in range(3)],
        "values": [str(value) for value in VALUES],
        "blinding": hex(BLINDING),
        "commitment": commit(VALUES, BLINDING, domain=DOMAIN).to_bytes().hex(),
    }


def integer_masked() -> Document:
    components = _components()
    return {
        "source": "integer masking with 64 statistical bits; bundles of replicated sharing",
        "domain": DOMAIN,
        "bits": list(BITS),
        "values": [str(value) for value in VALUES],
        "blinding": hex(BLINDING),
        "seed": SEED.hex(),
        "components": [
            {
                "values": [str(value) for value in component.values],
                "blinding": hex(component.blinding),
                "encoded": component.encode().hex(),
                "commitment": component.commitment(DOMAIN).to_bytes().hex(),
                "ring": [str(value % 2**64) for value in component.values],
                "field": [str(value % GOLDILOCKS) for value in component.values],
            }
            for component in components
        ],
        "bundles": [encode_bundle(role, components).hex() for role in ROLES],
    }


def bad_components() -> dict[str, Document]:
    third = _components()[2]
    wide = (third.values[0], third.values[1], 1 << BITS[2], third.values[3])
    deep = (-(1 << (BITS[0] + 65)), *third.values[1:])
    encoded, bundle = third.encode(), encode_bundle(1, _components())
    cases: dict[str, tuple[bytes, str]] = {
        "bad_component_out_of_range": (Component(BITS, wide, third.blinding).encode(), "ShareError"),
        "bad_component_below_range": (Component(BITS, deep, third.blinding).encode(), "ShareError"),
        "bad_component_blinding_not_reduced": (encoded[:-32] + ORDER.to_bytes(32, "big"), "MalformedError"),
        "bad_component_truncated": (encoded[:-1], "MalformedError"),
        "bad_component_version": (b"\x02" + encoded[1:], "MalformedError"),
        "bad_component_kind": (encoded[:1] + b"\x02" + encoded[2:], "MalformedError"),
    }
    tampered: dict[str, Document] = {
        name: {"decode": "component", "bits": list(BITS), "bytes": raw.hex(), "error": error}
        for name, (raw, error) in cases.items()
    }
    explicit_first = bytes((1, 1)) + len(encoded).to_bytes(4, "big") + encoded * 2
    bundles = {
        "bad_bundle_of_another_role": (bundle, 0, "MalformedError"),
        "bad_bundle_explicit_where_seeded": (explicit_first, 1, "MalformedError"),
        "bad_bundle_truncated": (bundle[:20], 1, "MalformedError"),
        "bad_bundle_version": (b"\x02" + bundle[1:], 1, "MalformedError"),
        "bad_bundle_length_of_first": (bundle[:5] + b"\x21" + bundle[6:], 1, "MalformedError"),
        "bad_bundle_too_long": (bundle + b"\x00", 1, "MalformedError"),
        "bad_bundle_blinding_not_reduced": (bundle[:-32] + b"\xff" * 32, 1, "MalformedError"),
        "bad_bundle_out_of_range": (
            bundle[: -len(encoded)] + Component(BITS, wide, third.blinding).encode(),
            1,
            "ShareError",
        ),
        "bad_bundle_below_range": (
            bundle[: -len(encoded)] + Component(BITS, deep, third.blinding).encode(),
            1,
            "ShareError",
        ),
    }
    for name, (raw, role, error) in bundles.items():
        document: Document = {"decode": "bundle", "role": role, "bits": list(BITS), "bytes": raw.hex()}
        tampered[name] = {**document, "error": error}
    return tampered


def merkle() -> Document:
    leaves = [bytes.fromhex(leaf) for leaf in RFC_6962_LEAVES]
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return {
        "source": "the eight leaves of the RFC 6962 reference implementation; RFC 9162 §2.1",
        "leaves": [leaf.hex() for leaf in leaves],
        "roots": [root(leaves[:size]).hex() for size in range(len(leaves) + 1)],
        "inclusion": [[_hexes(inclusion_proof(i, leaves[:n])) for i in range(n)] for n in range(9)],
        "consistency": [[_hexes(consistency_proof(i, leaves[:n])) for i in range(n + 1)] for n in range(9)],
    }


def bad_proofs() -> dict[str, Document]:
    leaves = [bytes.fromhex(leaf) for leaf in RFC_6962_LEAVES]
    path, tree = inclusion_proof(5, leaves[:7]), root(leaves[:7])
    link, old = consistency_proof(3, leaves[:7]), root(leaves[:3])
    paths = {
        "bad_inclusion_sibling": (5, [_flip(path[0], 0), *path[1:]]),
        "bad_inclusion_index": (4, path),
        "bad_inclusion_too_long": (5, [*path, bytes(32)]),
        "bad_inclusion_too_short": (5, path[:-1]),
    }
    links = {
        "bad_consistency_hash": (old, [*link[:-1], _flip(link[-1], 0)]),
        "bad_consistency_old_root": (root(leaves[1:4]), link),
        "bad_consistency_too_long": (old, [*link, bytes(32)]),
        "bad_consistency_too_short": (old, link[:-1]),
        "bad_consistency_empty": (old, []),
    }
    inclusion: dict[str, Document] = {
        name: {
            "verify": "inclusion",
            "leaf_hash": leaf_hash(leaves[5]).hex(),
            "index": index,
            "size": 7,
            "root": tree.hex(),
            "proof": _hexes(proof),
            "error": "ProofError",
        }
        for name, (index, proof) in paths.items()
    }
    consistency: dict[str, Document] = {
        name: {
            "verify": "consistency",
            "old_size": 3,
            "new_size": 7,
            "old_root": earlier.hex(),
            "new_root": tree.hex(),
            "proof": _hexes(proof),
            "error": "ProofError",
        }
        for name, (earlier, proof) in links.items()
    }
    return {**inclusion, **consistency}


def noise() -> Document:
    variances, scales = (Fraction(1, 3), Fraction(4), Fraction(10**12, 7)), (1, 50)
    gaussian = {str(variance): _draws(partial(discrete_gaussian, variance)) for variance in variances}
    laplace = {str(scale): _draws(partial(discrete_laplace, scale)) for scale in scales}
    return {
        "source": "Canonne, Kamath, Steinke 2020, algorithms 1 to 3",
        "seed": SEED.hex(),
        "gaussian": gaussian,
        "laplace": laplace,
    }


def _draws(draw: Callable[[RandomBytes], int]) -> list[int]:
    random = stream(SEED, "noise")
    return [draw(random) for _ in range(16)]


def _components() -> tuple[Component, Component, Component]:
    return split(VALUES, BITS, BLINDING, stream(SEED, "split"))


def _hexes(hashes: Sequence[bytes]) -> list[str]:
    return [hashed.hex() for hashed in hashes]


def _flip(raw: bytes, index: int) -> bytes:
    changed = bytearray(raw)
    changed[index] ^= 1
    return bytes(changed)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # One block of HKDF-Expand is all that these lengths need.
    block = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\x01"
    return hmac.digest(key, block, "sha256")[:length]


if __name__ == "__main__":
    write(FOLDER)
