"""The same weighted sum over many wallets, again and again: a subscription whose wallets are offline.

Chotard, Dufour Sans, Gay, Phan and Pointcheval, "Decentralized Multi-Client Functional Encryption for Inner
Product" (Asiacrypt 2018, ePrint 2017/989), over secp256k1. A label ℓ (a day, an hour) is hashed to two points
U, V of the group. Wallet i has secret scalars s_ij, t_ij for each column j and encrypts

    C_ij = x_ij · G + s_ij · U + t_ij · V.

The key of a function is (d, e) = (Σ y_ij s_ij, Σ y_ij t_ij): for every label it opens
Σ y_ij C_ij - d · U - e · V = (Σ y_ij x_ij) · G, a discrete logarithm in a known range. In the paper that key
is put together by a second scheme that needs a pairing; here it is decentralised after Abdalla, Benhamouda,
Kohlweiss and Waldner (PKC 2019, ePrint 2019/020): each wallet hands over its own terms under pairwise masks
(`crypto.functional.decentralised_keys`) and is not needed again.

The label is hashed to the *group*. A library that hashes it to exponents u, v and sets U = u·G, V = v·G is
broken: any three labels have a known relation a_1 u_1 + a_2 u_2 + a_3 u_3 = 0 (and likewise for v), and the
same combination of their ciphertexts is (Σ a_k x_k) · G without a key. The tests play that attack.

Guarantees. Under decisional Diffie-Hellman, with the hash as a random oracle: the holder of function keys and
of the ciphertexts of a label learns the functions' values for that label and nothing else of honest wallets
(indistinguishability, static corruptions, at least two honest members). Labels do not mix: the same secrets
meet other points.

Limits. The proof is for labels under which *all* honest wallets encrypt; where only some do, no attack is
known to us and nothing is proved. One ciphertext for each label, which `UsedLabels` sees to. Nothing is
authenticated; the transport signs. A key works for all labels of its epoch and cannot be revoked: wallets
draw new keys for a new epoch. Noise cannot be in the key, which opens every label alike; a wallet
encrypts it as a column of its own. Which functions are harmless together, `crypto.functional.authority`
decides. Not post-quantum.

Timing. Secret scalars and values take constant-time multiplications; a value is shifted, so that a zero does
not show. Reductions of Python's integers are not constant time, and decryption takes a time that tells the
result's magnitude.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from crypto.base_point import SHIFT, UNSHIFT, multiply_base
from crypto.curve import ORDER, Point, combine, hash_to_point
from crypto.discrete_log import MAX_RANGE, discrete_log
from crypto.encoding import sha256
from crypto.errors import DecryptionError, OutOfRangeError, ProtocolError, ShareError
from crypto.functional.als16 import weighted_sum
from crypto.functional.decentralised_keys import PairwiseSeeds
from crypto.functional.multi_client_function import Function, check_values, label_digest
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.multi_client_messages import Ciphertext, EncryptionKey, KeyShare, Pair

_LABEL_DOMAIN: Final = "argonauta multi-client label v1"
_BINDING_TAG: Final = b"argonauta multi-client binding v1"


@dataclass(frozen=True)
class FunctionalKey:
    """What opens one function for every label of an epoch."""

    function: Function
    terms: Pair = field(repr=False)


def encrypt(
    values: Sequence[int], key: EncryptionKey, used: UsedLabels, *, label: str, bounds: Sequence[int]
) -> tuple[Ciphertext, UsedLabels]:
    """Encrypt a wallet's vector under a label that it has not used before; about 70 µs a column.

    Args:
        values: one integer for each column, within ±bound.
        key: the wallet's key.
        used: the labels under which it has encrypted in this epoch.
        label: the moment of the subscription.
        bounds: how large the magnitude of a value of each column may be.

    Returns:
        The ciphertext, and the used labels to store before it is sent.

    Raises:
        FunctionRefusedError: the label was used before.
        OutOfRangeError: the values do not fit the bounds or the key.
    """
    check_values(values, bounds)
    if len(values) != key.width:
        raise OutOfRangeError(f"expected {key.width} values, got {len(values)}")
    after, digest = used.use(label), label_digest(label)
    first, second = _label_points(digest)
    points = tuple(
        combine((UNSHIFT, multiply_base(x + SHIFT), first.multiply(s), second.multiply(t)))
        for x, (s, t) in zip(values, key.scalars, strict=True)
    )
    return Ciphertext(digest, points), after


def plan(function: Function, *, epoch: str) -> bytes:
    """Check a function before anybody encrypts, and return the 32 bytes that bind shares to it and the epoch.

    Raises:
        OutOfRangeError: the result has a range that is too large to be searched, or noise is expected in the
            key, where it cannot be.
    """
    if 2 * function.largest + 1 > MAX_RANGE:
        raise OutOfRangeError(
            f"the result may be ±{function.largest} and {MAX_RANGE} numbers can be searched; "
            "smaller weights or bounds are needed"
        )
    if function.noise_bound:
        raise OutOfRangeError("a subscription's key carries no noise; give the noise a column of its own")
    return sha256(_BINDING_TAG, function.digest, label_digest(epoch))


def derive_key_share(key: EncryptionKey, seeds: PairwiseSeeds, function: Function, *, epoch: str) -> KeyShare:
    """Consent to one function for all labels of an epoch: this member's part of its key.

    Args:
        key: the key under which the member encrypts in this epoch.
        seeds: what it shares with the others of the cohort.
        function: what will be computed; its authority has agreed.
        epoch: names this key and no other one of the member.

    Raises:
        OutOfRangeError: the result's range is too large, or the function has other columns than the key.
        ShareError: the seeds are those of another cohort.
    """
    binding = plan(function, epoch=epoch)
    if seeds.cohort != function.cohort:
        raise ShareError("the pairwise seeds are those of another cohort")
    if key.width != len(function.bounds):
        raise OutOfRangeError(f"expected a function of {key.width} columns, got {len(function.bounds)}")
    weights = function.weights[seeds.place]
    masks = seeds.mask_scalars(binding, 2)
    columns = zip(*key.scalars, strict=True)
    d, e = (
        (sum(map(int.__mul__, weights, column)) + mask) % ORDER
        for column, mask in zip(columns, masks, strict=True)
    )
    return KeyShare(binding, seeds.place, (d, e))


def combine_key(function: Function, shares: Sequence[KeyShare], *, epoch: str) -> FunctionalKey:
    """Put a function's key together from the shares of all members, in the cohort's order.

    Raises:
        ShareError: there are not as many as members.
        ProtocolError: a share is of another function, epoch or member; the culprits are the places.
        OutOfRangeError: the function cannot be opened.
    """
    binding = plan(function, epoch=epoch)
    if len(shares) != function.cohort.size:
        raise ShareError(f"expected {function.cohort.size} key shares, got {len(shares)}")
    wrong = tuple(
        place for place, share in enumerate(shares) if (share.binding, share.place) != (binding, place)
    )
    if wrong:
        raise ProtocolError("some key shares are of another function, epoch or member", wrong)
    d, e = (sum(share.terms[at] for share in shares) % ORDER for at in range(2))
    return FunctionalKey(function, (d, e))


def decrypt(key: FunctionalKey, ciphertexts: Sequence[Ciphertext], *, label: str) -> int:
    """Open the function's value for one label, from one ciphertext of every member in the cohort's order.

    Raises:
        ShareError: there are not as many ciphertexts as members.
        ProtocolError: a ciphertext is of another label or width; the culprits are the places.
        DecryptionError: what comes out is beyond the largest result of the function: a ciphertext was
            altered, or a key share was wrong.
    """
    function, digest = key.function, label_digest(label)
    if len(ciphertexts) != function.cohort.size:
        raise ShareError(f"expected {function.cohort.size} ciphertexts, got {len(ciphertexts)}")
    wrong = tuple(
        place
        for place, ciphertext in enumerate(ciphertexts)
        if (ciphertext.label_digest, len(ciphertext.points)) != (digest, len(function.bounds))
    )
    if wrong:
        raise ProtocolError("some ciphertexts are of another label or function", wrong)
    points = [point for ciphertext in ciphertexts for point in ciphertext.points]
    weights = [weight for row in function.weights for weight in row]
    first, second = _label_points(digest)
    masks = combine((first.multiply(key.terms[0]), second.multiply(key.terms[1])))
    opened = weighted_sum(points, weights) - masks
    try:
        return discrete_log(opened, low=-function.largest, high=function.largest)
    except DecryptionError as error:
        raise DecryptionError("the ciphertexts and the key give no result of this function") from error


@lru_cache(maxsize=256)
def _label_points(digest: bytes) -> tuple[Point, Point]:
    """H(label): two points of which nobody knows a discrete logarithm or a relation."""
    domain = f"{_LABEL_DOMAIN}/{digest.hex()}"
    return hash_to_point(domain, 0), hash_to_point(domain, 1)
