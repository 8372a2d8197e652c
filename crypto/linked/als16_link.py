"""That a ciphertext for weighted scores holds what its issuer signed: ALS16 of a record or a part of it.

The ciphertext of `crypto.functional.als16` has one mask r for all places: r·G, r·h, and c_j = x_j·G + r·h_j
for every chosen column. In the terms of `crypto.linked.statement`, with one more weight e for r·h,

    P = r·G,    Q = e·(r·h) + Σ e_j·c_j,    K = e·h + Σ e_j·h_j,    R = r.

P fixes r for good, so (3) says for every point of the ciphertext that it is what it should be.

The function key needs a check as well where the wallet makes it: whoever knows r can give (s + δ/r, t), with
which every result is off by δ. A key that fulfils s·G + t·h = Σ y_j·h_j opens <x, y> and nothing else,
however the public key was made: see `verify_function_key`.

Each owner has a key of its own, and a batch may be over many of them: `claim_of` and `crypto.linked.search`
take them together.
"""

from collections.abc import Callable, Sequence
from typing import Final

from crypto.base_point import multiply_base, random_scalar
from crypto.commitments import Opening
from crypto.curve import Point
from crypto.errors import OutOfRangeError, ProofError
from crypto.functional.als16 import Ciphertext, FunctionalKey, MasterPublicKey, weighted_sum
from crypto.functional.als16_wire import encode_ciphertext
from crypto.linked.preimage import Claim, Statement, Weighted, prove
from crypto.linked.search import find_wrong_claims, verify_claims
from crypto.linked.statement import Joined, LinkedCiphertext, Terms, digest_of, state, weights_of, witness_of
from crypto.randomness import RandomBytes, random_bytes, stream

_SCHEME: Final = b"\x02"
_SEED_BYTES: Final = 32
_MASK_LABEL: Final = "argonauta linked als16 mask v1"

Encrypt = Callable[[Sequence[int], RandomBytes], Ciphertext]
"""One of the three ways to encrypt ALS16: equal randomness gives equal ciphertexts, in all of them."""

LinkedRecord = LinkedCiphertext[Ciphertext]
"""An encrypted record, or a part of one, with its proof."""


def encrypt_linked(
    public: MasterPublicKey,
    opening: Opening,
    terms: Terms,
    random: RandomBytes = random_bytes,
    *,
    by: Encrypt | None = None,
) -> LinkedRecord:
    """Encrypt the chosen columns of a record and prove it; 28 µs a column and 71 for each chosen.

    `by` is a faster way to encrypt to the same key: `MasterSecretKey.owner_encrypt` or that of
    `crypto.functional.als16_batch.Encryptor`. The opening is not checked; that of another commitment gives a
    proof that fails.

    Raises:
        OutOfRangeError: the record has not as many columns as the terms say, the key not as many places as
            columns are chosen, `by` encrypts to another key, or a chosen value is not below 2^64 in
            magnitude; its place among the chosen is named.
    """
    chosen = terms.chosen_of(opening.values)
    # Whoever encrypts draws the mask first and nothing else, so it can be drawn twice.
    seed = random(_SEED_BYTES)
    ciphertext = (by or public.encrypt)(chosen, stream(seed, _MASK_LABEL))
    if ciphertext.key_id != public.key_id:
        raise OutOfRangeError("the ciphertext belongs to another key")
    statement = _state(public, opening.commitment, ciphertext, terms)
    mask = random_scalar(stream(seed, _MASK_LABEL))
    witness = witness_of(opening.blinding, tuple(opening.values), mask)
    return LinkedRecord(terms, opening.commitment, ciphertext, prove(statement, witness, random))


def verify_linked(
    public: MasterPublicKey, linked: LinkedRecord, random: RandomBytes = random_bytes
) -> Ciphertext:
    """Return the ciphertext if it holds the chosen columns of the committed record, for these terms.

    Raises:
        ProofError: it does not, or belongs to another key.
    """
    return verify_all_linked(public, (linked,), random)[0]


def verify_all_linked(
    public: MasterPublicKey, batch: Sequence[LinkedRecord], random: RandomBytes = random_bytes
) -> tuple[Ciphertext, ...]:
    """Return the ciphertexts if all hold; see `find_wrong` for those that do not.

    Raises:
        ProofError: some do not; the message names their places.
    """
    verify_claims([claim_of(public, linked) for linked in batch], random)
    return tuple(linked.ciphertext for linked in batch)


def find_wrong(
    public: MasterPublicKey, batch: Sequence[LinkedRecord], random: RandomBytes = random_bytes
) -> tuple[int, ...]:
    """The places of all that do not hold, in order; see `crypto.linked.search` for the cost."""
    return find_wrong_claims([claim_of(public, linked) for linked in batch], random)


def claim_of(public: MasterPublicKey, linked: LinkedRecord) -> Claim | None:
    """What is claimed, for a batch over several keys; None if it is about another key, or not of its form."""
    ciphertext, chosen = linked.ciphertext, len(linked.terms.chosen)
    if ciphertext.key_id != public.key_id or len(ciphertext.values) != chosen or len(public.bases) != chosen:
        return None
    try:
        return Claim(_state(public, linked.commitment, ciphertext, linked.terms), linked.proof)
    except OutOfRangeError:  # infinity, which no decoder lets through
        return None


def verify_function_key(public: MasterPublicKey, key: FunctionalKey) -> FunctionalKey:
    """Return a function key if it opens the sum of its weights, and no other number, under this public key.

    Raises:
        ProofError: it does not, or belongs to another public key.
    """
    belongs = key.key_id == public.key_id and len(key.weights) == len(public.bases)
    if belongs and multiply_base(key.s) + public.h.multiply(key.t) == weighted_sum(public.bases, key.weights):
        return key
    raise ProofError("the function key does not open the sum of its weights")


def _state(public: MasterPublicKey, commitment: Point, ciphertext: Ciphertext, terms: Terms) -> Statement:
    digest = digest_of(_SCHEME, terms, public.key_id, commitment, encode_ciphertext(ciphertext))
    weights = weights_of(digest, len(terms.chosen) + 1)
    masked = Weighted((ciphertext.second_mask, *ciphertext.values), weights)
    key = Weighted((public.h, *public.bases), weights)
    joined = Joined(Weighted((ciphertext.mask,), (1,)), masked, key)
    return state(digest, terms, commitment, weights[1:], joined)
