"""Make the vectors of `crypto.paillier` anew: `PYTHONPATH=. python tests/vectors/make_paillier_vectors.py`.

Keys of 512 bits protect nothing; they keep the vectors short. Keys of real size take a minute to draw and are
made with the argument `keys`. Ciphertexts are computed here by the formula of the papers with Python's own
`pow`; what has no other formula is written down as it was first made, so that a change shows.
"""

import json
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from crypto.paillier.aggregation import Aggregator
from crypto.paillier.contribution import Contribution, contribute
from crypto.paillier.encryption import Encryptor
from crypto.paillier.key_generation import generate
from crypto.paillier.keys import Profile, PublicKey
from crypto.paillier.one_hot import contribute_one_hot
from crypto.paillier.partial_decryption import decrypt_partially
from crypto.paillier.phe_format import PheKey, write_encrypted, write_public_key
from crypto.paillier.private_key import PrivateKey
from crypto.paillier.schema import QuerySchema
from crypto.paillier.threshold import KeyShare, ThresholdKey, deal
from crypto.randomness import RandomBytes, expand, random_below, stream

FOLDER = Path(__file__).parent / "paillier"
MADE_BY = "python tests/vectors/make_paillier_vectors.py"
Document = dict[str, object]

SEED = bytes(range(50, 82))
TEST_BITS = 512
REAL_BITS = (2048, 3072)
CONTEXT = b"the digest of an aggregate"
NAMES = tuple(expand(SEED, f"contributor {number}", 32) for number in range(3))


def documents() -> dict[str, Document]:
    """All vectors by name, but for keys of real size."""
    made = {
        **{f"key_{profile}_{TEST_BITS}": key_document(profile, TEST_BITS) for profile in Profile},
        **{f"encryption_{profile}": encryption(profile) for profile in Profile},
        "sum": plain_sum(),
        "one_hot": one_hot(),
        "threshold": threshold(),
        **bad_keys(),
        **bad_contributions(),
        **bad_aggregates(),
        **bad_threshold(),
        **bad_schemas(),
        **bad_phe(),
    }
    return {name: {"made_by": MADE_BY, **document} for name, document in made.items()}


def real_keys() -> dict[str, Document]:
    """Keys of real size by name."""
    return {
        f"key_{profile}_{bits}": {"made_by": f"{MADE_BY} keys", **key_document(profile, bits)}
        for profile in Profile
        for bits in REAL_BITS
    }


def write(made: dict[str, Document]) -> None:
    """Write one file for each vector."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in made.items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def random_for(label: str) -> RandomBytes:
    return stream(SEED, label)


@cache
def private_key(profile: Profile, bits: int = TEST_BITS) -> PrivateKey:
    return generate(profile, random_for(f"key {profile} {bits}"), bits=bits)


def key_document(profile: Profile, bits: int) -> Document:
    key = private_key(profile, bits)
    return {
        "source": "P = 2pp' + 1 and h = -y^(2p'q') (Ma, Han, Lei 2021), or safe primes (DJN 2010)",
        "profile": str(profile),
        "bits": bits,
        "private": key.encode().hex(),
        "public": key.public.encode().hex(),
        "key_id": key.public.key_id.hex(),
    }


def encryption(profile: Profile) -> Document:
    public = private_key(profile).public
    random = random_for(f"encryption {profile}")
    plaintexts = (0, 1, 2**64, int(public.n) - 1, random_below(int(public.n), random))
    cases = []
    for plaintext in plaintexts:
        exponent = random_below(1 << public.exponent_bits, random)
        cases.append(
            {
                "plaintext": f"{plaintext:x}",
                "exponent": f"{exponent:x}",
                "ciphertext": f"{textbook(public, plaintext, exponent):x}",
            }
        )
    return {"source": "c = (1 + mn) (h^n)^r mod n^2", "base": f"key_{profile}_{TEST_BITS}", "cases": cases}


def textbook(public: PublicKey, plaintext: int, exponent: int) -> int:
    n, h = int(public.n), int(public.h)
    return (1 + plaintext * n) * pow(h, n * exponent, n * n) % (n * n)


def sum_schema() -> QuerySchema:
    key_id = private_key(Profile.SUBGROUP).public.key_id
    return QuerySchema("vector/sum", key_id, bins=5, value_bits=8, most_contributors=1000, signed=True)


def one_hot_schema() -> QuerySchema:
    key_id = private_key(Profile.SUBGROUP).public.key_id
    return QuerySchema("vector/one-hot", key_id, bins=4, value_bits=1, most_contributors=3, one_hot=True)


def plain_sum() -> Document:
    public, schema = private_key(Profile.SUBGROUP).public, sum_schema()
    values = ((-128, 0, 127, 5, -1), (1, 2, 3, 4, 5), (0, 0, 0, -7, 100))
    encryptor = Encryptor(public)
    contributions = [
        contribute(schema, row, name, encryptor, random_for(f"sum {place}"))
        for place, (row, name) in enumerate(zip(values, NAMES, strict=True))
    ]
    sums = [sum(column) for column in zip(*values, strict=True)]
    return {"source": "packed signed sums", **run(schema, contributions, sums)}


def one_hot() -> Document:
    return {"source": "one-hot contributions with proofs", **run(one_hot_schema(), voters(), [0, 1, 0, 2])}


@cache
def voters() -> tuple[Contribution, ...]:
    encryptor, schema = Encryptor(private_key(Profile.SUBGROUP).public, expected=100), one_hot_schema()
    return tuple(
        contribute_one_hot(schema, place, name, encryptor, random_for(f"one-hot {name.hex()}"))
        for place, name in zip((3, 1, 3), NAMES, strict=True)
    )


def run(schema: QuerySchema, contributions: Sequence[Contribution], sums: list[int]) -> Document:
    public = private_key(Profile.SUBGROUP).public
    aggregator = Aggregator(public, schema)
    aggregator.receive_batch({each.contributor: each.encode() for each in contributions}, random_for("check"))
    aggregate = aggregator.publish(Encryptor(public), random_for("publish"))
    return {
        "base": f"key_subgroup_{TEST_BITS}",
        "schema": schema.encode().decode(),
        "contributions": [each.encode().hex() for each in contributions],
        "aggregate": aggregate.encode().hex(),
        "sums": sums,
    }


@cache
def shared_key() -> tuple[ThresholdKey, tuple[KeyShare, ...]]:
    return deal(private_key(Profile.DJN), random_for("dealer"), threshold=3, decryptors=5)


def threshold() -> Document:
    key, shares = shared_key()
    plaintext = 2**200 + 17
    ciphertext = Encryptor(key.public).encrypt(plaintext, random_for("threshold"))
    partials = [
        decrypt_partially(share, ciphertext, random_for(f"decryptor {share.index}"), context=CONTEXT)
        for share in shares
    ]
    return {
        "source": "Shoup 2000, Fouque-Poupard-Stern 2000, Damgard-Jurik 2001",
        "base": f"key_djn_{TEST_BITS}",
        "key": key.encode().hex(),
        "shares": [share.encode().hex() for share in shares],
        "context": CONTEXT.hex(),
        "ciphertext": ciphertext.encode().hex(),
        "partials": [partial.encode(key).hex() for partial in partials],
        "plaintext": f"{plaintext:x}",
    }


def bad_keys() -> dict[str, Document]:
    subgroup, djn = private_key(Profile.SUBGROUP), private_key(Profile.DJN)
    public, length = subgroup.public.encode(), subgroup.public.modulus_bytes
    n, h = int(subgroup.public.n), int(subgroup.public.h)
    head = public[:4]

    def key_of(modulus: int, base: int) -> bytes:
        return head + modulus.to_bytes(length, "big") + base.to_bytes(length, "big")

    cases: dict[str, tuple[str, bytes]] = {
        "bad_public_version": ("public", b"\x02" + public[1:]),
        "bad_public_profile": ("public", public[:1] + b"\x02" + public[2:]),
        "bad_public_truncated": ("public", public[:-1]),
        "bad_public_bits": ("public", public[:2] + (520).to_bytes(2, "big") + public[4:] + b"\x00\x00"),
        "bad_public_even": ("public", key_of(n - 1, h)),
        "bad_public_three_modulo_four": ("public", key_of(n + 2, h)),
        "bad_public_short_modulus": ("public", key_of(n >> 1, h)),
        "bad_public_square": ("public", key_of(int(subgroup.first.prime) ** 2, h % 2**500)),
        "bad_public_h_one": ("public", key_of(n, 1)),
        "bad_public_h_minus_one": ("public", key_of(n, n - 1)),
        "bad_public_h_jacobi": ("public", key_of(n, _jacobi_minus_one(subgroup))),
        "bad_public_h_not_coprime": ("public", key_of(n, int(subgroup.first.prime))),
        "bad_private_h_square": ("private", _with_base(subgroup, n - h)),
        "bad_private_h_square_djn": ("private", _with_base(djn, int(djn.public.n) - int(djn.public.h))),
        "bad_private_h_full_group": ("private", _with_base(subgroup, n - 4)),
        "bad_private_same_prime_twice": ("private", _with_primes(subgroup, second=int(subgroup.first.prime))),
        "bad_private_not_prime": ("private", _with_primes(subgroup, second=int(subgroup.second.prime) - 4)),
        "bad_private_order": ("private", _flip(subgroup.encode(), 4 + length + 3)),
        "bad_private_profile": ("private", subgroup.encode()[:1] + b"\x01" + subgroup.encode()[2:]),
        "bad_private_safe_profile": ("private", djn.encode()[:1] + b"\x00" + djn.encode()[2:]),
    }
    return {name: _bad(reads, raw, "MalformedError") for name, (reads, raw) in cases.items()}


def bad_contributions() -> dict[str, Document]:
    public, length = private_key(Profile.SUBGROUP).public, private_key(Profile.SUBGROUP).public.modulus_bytes
    good, other = voters()[0].encode(), voters()[1].encode()
    start, n = 97, int(public.n)
    end = start + 2 * length
    prime = int(private_key(Profile.SUBGROUP).first.prime)

    def with_unit(unit: int) -> bytes:
        return good[:start] + unit.to_bytes(length, "big") + good[start + length :]

    cases: dict[str, tuple[bytes, str]] = {
        "bad_contribution_version": (b"\x02" + good[1:], "MalformedError"),
        "bad_contribution_truncated": (good[:-1], "MalformedError"),
        "bad_contribution_without_proof": (good[:end], "MalformedError"),
        "bad_contribution_of_another_key": (_flip(good, 1), "ShareError"),
        "bad_contribution_of_another_query": (_flip(good, 33), "ShareError"),
        "bad_contribution_of_another_sender": (other, "ShareError"),
        "bad_contribution_unit_zero": (with_unit(0), "OutOfRangeError"),
        "bad_contribution_unit_not_reduced": (with_unit(n + 1), "OutOfRangeError"),
        "bad_contribution_unit_not_coprime": (with_unit(prime), "OutOfRangeError"),
        "bad_contribution_log_not_reduced": (
            good[: start + length] + n.to_bytes(length, "big") + good[end:],
            "OutOfRangeError",
        ),
        "bad_contribution_other_plaintext": (_flip(good, end - 1), "ProofError"),
        "bad_contribution_other_blinding": (with_unit(int(voters()[1].ciphertext.unit)), "ProofError"),
        "bad_contribution_proof_of_another": (good[:end] + other[end:], "ProofError"),
        "bad_contribution_proof_version": (good[:end] + b"\x02" + good[end + 1 :], "MalformedError"),
        "bad_contribution_proof_branches": (good[: end + 2] + b"\x03" + good[end + 3 :], "MalformedError"),
        "bad_contribution_proof_challenge": (_flip(good, end + 3 + 2 * length), "ProofError"),
        "bad_contribution_proof_response": (_flip(good, -1), "ProofError"),
    }
    return {
        name: {**_bad("contribution", raw, error), "schema": one_hot_schema().encode().decode()}
        for name, (raw, error) in cases.items()
    }


def bad_aggregates() -> dict[str, Document]:
    good = bytes.fromhex(str(one_hot()["aggregate"]))
    cases: dict[str, tuple[bytes, str]] = {
        "bad_aggregate_truncated": (good[:-1], "MalformedError"),
        "bad_aggregate_of_another_key": (_flip(good, 1), "ShareError"),
        "bad_aggregate_of_another_query": (_flip(good, 33), "ShareError"),
        "bad_aggregate_transcript": (_flip(good, 65), "ProofError"),
        "bad_aggregate_count": (_flip(good, 101), "ProofError"),
        "bad_aggregate_count_beyond_crowd": (good[:101] + b"\x04" + good[102:], "MalformedError"),
        "bad_aggregate_other_sum": (_flip(good, 102 + 127), "ProofError"),
        "bad_aggregate_proof": (_flip(good, -1), "ProofError"),
    }
    base = {
        "schema": one_hot_schema().encode().decode(),
        "contributions": [each.encode().hex() for each in voters()],
    }
    return {name: {**_bad("aggregate", raw, error), **base} for name, (raw, error) in cases.items()}


def bad_threshold() -> dict[str, Document]:
    good = threshold()
    partials = [bytes.fromhex(partial) for partial in _texts(good["partials"])]
    shares = [bytes.fromhex(share) for share in _texts(good["shares"])]
    key = bytes.fromhex(str(good["key"]))
    cases: dict[str, tuple[str, bytes, str]] = {
        "bad_threshold_key_truncated": ("threshold_key", key[:-1], "MalformedError"),
        "bad_threshold_key_threshold_zero": ("threshold_key", key[:1] + b"\x00" + key[2:], "MalformedError"),
        "bad_threshold_key_threshold_beyond": (
            "threshold_key",
            key[:1] + b"\x06" + key[2:],
            "MalformedError",
        ),
        "bad_threshold_key_profile": ("threshold_key", key[:4] + b"\x00" + key[5:], "MalformedError"),
        "bad_share_value": ("share", _flip(shares[0], -1), "MalformedError"),
        "bad_share_index": ("share", shares[0][:1] + b"\x02" + shares[0][2:], "MalformedError"),
        "bad_share_index_zero": ("share", shares[0][:1] + b"\x00" + shares[0][2:], "MalformedError"),
        "bad_partial_value": ("partial", _flip(partials[0], 100), "ProtocolError"),
        "bad_partial_challenge": ("partial", _flip(partials[0], 2 + 128), "ProtocolError"),
        "bad_partial_response": ("partial", _flip(partials[0], -1), "ProtocolError"),
        "bad_partial_of_another": ("partial", partials[0][:1] + b"\x02" + partials[0][2:], "ProtocolError"),
        "bad_partial_index": ("partial", partials[0][:1] + b"\x06" + partials[0][2:], "MalformedError"),
        "bad_partial_truncated": ("partial", partials[0][:-1], "MalformedError"),
    }
    return {name: _bad(reads, raw, error) for name, (reads, raw, error) in cases.items()}


def bad_schemas() -> dict[str, Document]:
    good = sum_schema().encode()
    swaps: dict[str, tuple[bytes, bytes]] = {
        "bad_schema_space": (b'"bins":5', b'"bins": 5'),
        "bad_schema_version": (b'"version":1', b'"version":2'),
        "bad_schema_bins_zero": (b'"bins":5', b'"bins":0'),
        "bad_schema_value_bits": (b'"value_bits":8', b'"value_bits":65'),
        "bad_schema_crowd": (b'"most_contributors":1000', b'"most_contributors":0'),
        "bad_schema_one_hot_of_bytes": (b'"one_hot":false', b'"one_hot":true'),
        "bad_schema_unknown_member": (b'"bins":5', b'"bins":5,"bits":5'),
        "bad_schema_key_id": (b'"key_id":"', b'"key_id":"AA'),
    }
    return {
        name: _bad("schema", good.replace(old, new), "MalformedError") for name, (old, new) in swaps.items()
    }


def bad_phe() -> dict[str, Document]:
    public = private_key(Profile.SUBGROUP).public
    value = textbook(public, 7, 12345)
    key, number = write_public_key(public), write_encrypted(value, -32)
    cases: dict[str, tuple[str, bytes, str]] = {
        "bad_phe_key_type": ("phe_key", key.replace(b"DAJ", b"RSA"), "MalformedError"),
        "bad_phe_key_algorithm": ("phe_key", key.replace(b"PAI-GN1", b"PAI-GN2"), "MalformedError"),
        "bad_phe_key_even": ("phe_key", write_public_key(PheKey(int(public.n) - 1)), "MalformedError"),
        "bad_phe_ciphertext_exponent": (
            "phe_ciphertext",
            number.replace(b'"e":-32', b'"e":-31'),
            "MalformedError",
        ),
        "bad_phe_ciphertext_sign": ("phe_ciphertext", number.replace(b'"v":"', b'"v":"-'), "MalformedError"),
        "bad_phe_ciphertext_zero": ("phe_ciphertext", write_encrypted(0, -32), "OutOfRangeError"),
        "bad_phe_ciphertext_beyond": (
            "phe_ciphertext",
            write_encrypted(int(public.n_squared), -32),
            "OutOfRangeError",
        ),
        "bad_phe_ciphertext_not_coprime": (
            "phe_ciphertext",
            write_encrypted(int(public.n), -32),
            "OutOfRangeError",
        ),
    }
    return {name: _bad(reads, raw, error) for name, (reads, raw, error) in cases.items()}


def _bad(reads: str, raw: bytes, error: str) -> Document:
    return {"reads": reads, "bytes": raw.hex(), "error": error}


def _flip(raw: bytes, index: int) -> bytes:
    changed = bytearray(raw)
    changed[index] ^= 1
    return bytes(changed)


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


def _with_base(key: PrivateKey, h: int) -> bytes:
    raw = key.encode()
    return raw[: -key.public.modulus_bytes] + h.to_bytes(key.public.modulus_bytes, "big")


def _with_primes(key: PrivateKey, *, second: int) -> bytes:
    raw, length = key.encode(), key.public.modulus_bytes // 2
    return raw[: 4 + length] + second.to_bytes(length, "big") + raw[4 + 2 * length :]


def _jacobi_minus_one(key: PrivateKey) -> int:
    """The least number that is a square modulo one of the primes only."""
    p, q = int(key.first.prime), int(key.second.prime)
    return next(x for x in range(2, 1000) if (pow(x, p // 2, p) == 1) != (pow(x, q // 2, q) == 1))


if __name__ == "__main__":
    write(real_keys() if sys.argv[1:] == ["keys"] else documents())
