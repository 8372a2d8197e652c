"""A weighted sum over many wallets for one purchase, with symmetric keys only.

Wallet i has a secret key k_i and masks its vector by c_i = x_i + PRF(k_i, label) in Z_2^64. For a function
with weights y_i it hands over the key share d_i = <y_i, PRF(k_i, label)> - e_i + m_i, where e_i is noise of
its own (or zero) and the m_i are pairwise masks that cancel in the sum
(`crypto.functional.decentralised_keys`). Whoever holds all of both computes
Σ <y_i, c_i> - Σ d_i = Σ <y_i, x_i> + Σ e_i.

This is the one-time inner-product scheme of Abdalla, Catalano, Fiore, Gay and Ursu (Crypto 2018, ePrint
2017/972) with its keys from a PRF on the label, decentralised after Abdalla, Benhamouda, Kohlweiss and
Waldner (PKC 2019, ePrint 2019/020). There is no group and no discrete logarithm: results have any size below
2^63, and encrypting 100 values takes some microseconds.

The PRF is SHAKE256 over tag, key and label digest (a 256-bit key, so 128 bits of security against a quantum
computer as well). It beats AES-256-CTR here, whose key schedule and set-up cost more than the 800 bytes of
100 values. The pairwise seeds come from X25519 and are not post-quantum.

Guarantees. Semi-honest wallets, static corruptions, at least two honest wallets: the holder of all
ciphertexts and shares learns the sum of the honest wallets' terms and nothing else about them, and without
all shares of one function it learns nothing. A share opens one function under one label: the masks of
another function, label or cohort have nothing to do with it. Confidentiality of x_i is unconditional in the
PRF's output: each mask word is used once, which `UsedLabels` sees to.

Limits. Several functions may be opened under one label, each with its own shares; then their combinations
are open too, and deciding which functions are harmless together is the work of
`crypto.functional.authority`. Nothing is authenticated: the transport signs, and a lying wallet shifts the
result by what it likes. The head of a share does tell whose share was made for something else. Work on
Python's and numpy's machine words has no secret-dependent branch; the range check stops at a wrong value.

Drop-outs. If one share is missing, nothing opens. The remaining cohort may answer again under a new label,
but whoever then gets the late share as well holds both sums, and their difference is the late wallet's
term. A wallet counts a second run as a second function over its data: it asks its authority, which charges
it and keeps the crowd floor for the difference, and adds fresh noise. Where wallets are expected to fall
silent, `crypto.functional.one_label_dropout` masks shares twice, and the first run survives them.
"""

from collections.abc import Sequence
from typing import Final

from crypto.encoding import sha256
from crypto.errors import DecryptionError, OutOfRangeError, ProtocolError, ShareError
from crypto.functional.decentralised_keys import PairwiseSeeds
from crypto.functional.multi_client_function import (
    MAX_MAGNITUDE,
    MAX_WIDTH,
    Function,
    check_values,
    label_digest,
)
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.one_label_messages import Ciphertext, EncryptionKey, KeyShare
from crypto.functional.ring import from_ring_signed, inner_product, to_ring

_BINDING_TAG: Final = b"argonauta one label binding v1"


def encrypt(
    values: Sequence[int], key: EncryptionKey, used: UsedLabels, *, label: str, bounds: Sequence[int]
) -> tuple[Ciphertext, UsedLabels]:
    """Encrypt a wallet's vector under a label that it has not used before.

    Args:
        values: one integer for each column, within ±bound.
        key: the wallet's key.
        used: the labels under which it has encrypted.
        label: the purchase.
        bounds: how large the magnitude of a value of each column may be.

    Returns:
        The ciphertext, and the used labels to store before it is sent.

    Raises:
        FunctionRefusedError: the label was used before.
        OutOfRangeError: the values do not fit the bounds, or there are no columns or too many.
    """
    check_values(values, bounds)
    if not 1 <= len(values) <= MAX_WIDTH:
        raise OutOfRangeError(f"expected 1 to {MAX_WIDTH} columns, got {len(values)}")
    after, digest = used.use(label), label_digest(label)
    return Ciphertext(digest, to_ring(values) + key.mask(digest, len(values))), after


def plan(function: Function, *, label: str) -> bytes:
    """Check a function before anybody encrypts, and return the 32 bytes that bind shares to it and the label.

    Raises:
        OutOfRangeError: the result may reach 2^63 in magnitude and would wrap.
    """
    if function.largest > MAX_MAGNITUDE:
        raise OutOfRangeError(
            f"the result may need {function.largest.bit_length()} bits and 63 are there; "
            "smaller weights or bounds are needed"
        )
    return sha256(_BINDING_TAG, function.digest, label_digest(label))


def derive_key_share(
    key: EncryptionKey, seeds: PairwiseSeeds, function: Function, *, label: str, noise: int = 0
) -> KeyShare:
    """Consent to one function under one label: this member's part of its key.

    NOTE: with noise, once for each function and label. Two shares with two draws of noise are two results,
    whose average has less noise than either.

    Args:
        key: the key under which the member encrypts.
        seeds: what it shares with the others of the cohort.
        function: what will be computed; its authority has agreed.
        label: the purchase.
        noise: what the member adds to the result, within ± the function's noise bound, drawn anew for
            each share (`crypto.noise.discrete_gaussian`).

    Raises:
        OutOfRangeError: the result may wrap, or the noise is beyond its bound.
        ShareError: the seeds are those of another cohort.
    """
    binding = plan(function, label=label)
    if seeds.cohort != function.cohort:
        raise ShareError("the pairwise seeds are those of another cohort")
    if abs(noise) > function.noise_bound:
        raise OutOfRangeError("the noise is beyond the bound of the function")
    weights = to_ring(function.weights[seeds.place])
    opened = inner_product(weights, key.mask(label_digest(label), len(weights)))
    masked = opened - to_ring((noise,)) + seeds.mask_words(binding)
    return KeyShare(binding, seeds.place, int(masked[0]))


def decrypt(
    function: Function, ciphertexts: Sequence[Ciphertext], shares: Sequence[KeyShare], *, label: str
) -> int:
    """Compute the function from one ciphertext and one key share of every member, in the cohort's order.

    Raises:
        ShareError: there are not as many of both as members.
        ProtocolError: a ciphertext or share is of another label, function, width or member; the culprits
            are the places.
        DecryptionError: what comes out is beyond the largest result of the function.
        OutOfRangeError: the function may wrap.
    """
    binding, digest = plan(function, label=label), label_digest(label)
    if not len(ciphertexts) == len(shares) == function.cohort.size:
        raise ShareError(f"expected {function.cohort.size} ciphertexts and as many key shares")
    wrong = tuple(
        place
        for place, (ciphertext, share) in enumerate(zip(ciphertexts, shares, strict=True))
        if (ciphertext.label_digest, len(ciphertext.words)) != (digest, len(function.bounds))
        or (share.binding, share.place) != (binding, place)
    )
    if wrong:
        raise ProtocolError("some ciphertexts or key shares are of another label, function or member", wrong)
    terms = (
        inner_product(to_ring(row), ciphertext.words)
        for row, ciphertext in zip(function.weights, ciphertexts, strict=True)
    )
    opened = sum(terms, to_ring((0,))) - to_ring((sum(share.word for share in shares),))
    (result,) = from_ring_signed(opened)
    if abs(result) > function.largest:
        raise DecryptionError("the ciphertexts and key shares give no result of this function")
    return result
