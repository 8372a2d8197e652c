"""How do t decryptors open a ciphertext together, and who of them lied?

Decryptor i answers with c_i = c^(2Δ f(i)) and proves, without showing f(i), that it used the exponent that
the dealer published v_i = v^(Δ f(i)) for:

    log_(c⁴) c_i² = log_v v_i

(Chaum and Pedersen, Crypto 1992, with integer responses as in Shoup, Eurocrypt 2000). In the group of
squares modulo n², which has no small subgroups as P and Q are safe primes, a false answer passes with
probability 2^-128 a try (Fiat-Shamir). The proof is bound to key, index, ciphertext and a context, such as
the digest of an aggregate, so no answer fits another question.

From any t answers, with the Lagrange coefficients λ_i times Δ,

    ∏ c_i^(2λ_i) = c^(4Δ²d) = (1+n)^(4Δ²m),   of which m mod n is read off.

Fewer than t answers say nothing about m (semantic security of Paillier). The mask of a response is 208 bits
longer than the secret exponent, so responses hide it with a statistical distance of 2^-80. Two answers with
one mask would give the exponent away: it is hedged (`crypto.nonce`).

Timing. The secret exponents take GMP's `mpz_powm_sec`; one product and one sum around them do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import gmpy2

from crypto.encoding import sha256
from crypto.errors import DecryptionError, MalformedError, ProtocolError, ShareError
from crypto.nonce import hedged
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.threshold import KeyShare, ThresholdKey, lagrange_at_zero
from crypto.primes import inverse
from crypto.randomness import RandomBytes, random_below, random_bytes

CHALLENGE_BYTES: Final = 16
STATISTICAL_BITS: Final = 80
_VERSION: Final = 1
_TAG: Final = b"argonauta paillier partial decryption v1"


@dataclass(frozen=True)
class PartialDecryption:
    """One decryptor's answer with its proof; both are public."""

    index: int
    value: int
    """c^(2Δ f(index)) mod n²."""
    challenge: int
    response: int

    def encode(self, key: ThresholdKey) -> bytes:
        """Write version, index (a byte each), the value, the challenge (16 bytes) and the response."""
        return b"".join(
            (
                bytes((_VERSION, self.index)),
                int(self.value).to_bytes(2 * key.public.modulus_bytes, "big"),
                self.challenge.to_bytes(CHALLENGE_BYTES, "big"),
                int(self.response).to_bytes(_response_bytes(key), "big"),
            )
        )

    @classmethod
    def decode(cls, raw: bytes, key: ThresholdKey) -> "PartialDecryption":
        """Read an answer; it is not verified by that.

        Raises:
            MalformedError: another version or length, no such decryptor, or a value that is no unit modulo
            n².
        """
        length = 2 * key.public.modulus_bytes
        if len(raw) != 2 + length + CHALLENGE_BYTES + _response_bytes(key) or raw[0] != _VERSION:
            raise MalformedError("expected a partial decryption of a known version and length")
        value = gmpy2.mpz.from_bytes(raw[2 : 2 + length], "big")
        if not 1 <= raw[1] <= key.decryptors:
            raise MalformedError(f"expected an index of 1 to {key.decryptors}, got {raw[1]}")
        if not 0 < value < key.public.n_squared or gmpy2.gcd(value, key.public.n) != 1:
            raise MalformedError("expected a unit modulo n²")
        place = 2 + length + CHALLENGE_BYTES
        challenge, response = raw[2 + length : place], raw[place:]
        return cls(raw[1], value, int.from_bytes(challenge, "big"), int.from_bytes(response, "big"))


def decrypt_partially(
    share: KeyShare, ciphertext: Ciphertext, random: RandomBytes = random_bytes, *, context: bytes = b""
) -> PartialDecryption:
    """One decryptor's answer for a ciphertext, with its proof.

    Raises:
        DecryptionError: the ciphertext is under another key.
    """
    key, n_squared = share.key, share.key.public.n_squared
    _check_key(key, ciphertext)
    exponent = key.delta * share.value
    base = ciphertext.to_integer()
    value = gmpy2.powmod_sec(base, 2 * exponent, n_squared)
    statement = _digest(key, share.index, (base, value), context)
    mask = 1 + random_below(1 << _mask_bits(key), hedged(share.encode(), statement, random))
    fourth = gmpy2.powmod(base, 4, n_squared)
    commitments = tuple(gmpy2.powmod_sec(each, mask, n_squared) for each in (fourth, key.base))
    challenge = _challenge(key, share.index, (base, value, *commitments), context)
    return PartialDecryption(share.index, value, challenge, mask + challenge * exponent)


def verify_partial(
    key: ThresholdKey, ciphertext: Ciphertext, partial: PartialDecryption, *, context: bytes = b""
) -> PartialDecryption:
    """The answer, once its proof has shown that it is right for this ciphertext in this context.

    Raises:
        ProtocolError: it is not; the decryptor is the culprit.
        DecryptionError: the ciphertext is under another key.
    """
    _check_key(key, ciphertext)
    if not 1 <= partial.index <= key.decryptors or gmpy2.gcd(partial.value, key.public.n) != 1:
        raise ProtocolError("the partial decryption is not well formed", (partial.index,))
    n_squared, base = key.public.n_squared, ciphertext.to_integer()
    pairs = (
        (gmpy2.powmod(base, 4, n_squared), gmpy2.powmod(partial.value, 2, n_squared)),
        (key.base, key.checks[partial.index - 1]),
    )
    # root^response · power^-challenge gives each commitment back.
    commitments = [
        gmpy2.powmod(root, partial.response, n_squared)
        * gmpy2.powmod(power, -partial.challenge, n_squared)
        % n_squared
        for root, power in pairs
    ]
    numbers = (base, partial.value, *commitments)
    if partial.challenge != _challenge(key, partial.index, numbers, context):
        raise ProtocolError("the partial decryption is not proved to be right", (partial.index,))
    return partial


def combine(
    key: ThresholdKey, ciphertext: Ciphertext, partials: Sequence[PartialDecryption], *, context: bytes = b""
) -> int:
    """The plaintext in ``range(n)`` from any t right answers. Each is verified first.

    Raises:
        ShareError: fewer than t answers, or two of one decryptor.
        ProtocolError: some answers are wrong; all who gave them are the culprits.
        DecryptionError: the ciphertext is under another key.
    """
    indices = [partial.index for partial in partials]
    if len(set(indices)) != len(indices) or len(indices) < key.threshold:
        raise ShareError(f"expected answers of {key.threshold} different decryptors, got {len(set(indices))}")
    liars = []
    for partial in partials:
        try:
            verify_partial(key, ciphertext, partial, context=context)
        except ProtocolError:
            liars.append(partial.index)
    if liars:
        raise ProtocolError("some partial decryptions are not proved to be right", tuple(liars))
    return _interpolate(key, list(partials[: key.threshold]))


def _interpolate(key: ThresholdKey, partials: Sequence[PartialDecryption]) -> int:
    n, n_squared = key.public.n, key.public.n_squared
    coefficients = lagrange_at_zero([partial.index for partial in partials], key.delta)
    power = gmpy2.mpz(1)
    for partial, coefficient in zip(partials, coefficients, strict=True):
        power = power * gmpy2.powmod(partial.value, 2 * coefficient, n_squared) % n_squared
    quotient, remainder = gmpy2.f_divmod(power, n)
    if remainder != 1:
        raise DecryptionError("the ciphertext does not decrypt under this key")
    plaintext: int = quotient * inverse(4 * key.delta**2, n) % n
    return plaintext


def _check_key(key: ThresholdKey, ciphertext: Ciphertext) -> None:
    if ciphertext.key != key.public:
        raise DecryptionError("the ciphertext does not decrypt under this key")


def _challenge(key: ThresholdKey, index: int, numbers: Sequence[int], context: bytes) -> int:
    """128 bits of the digest of all that the proof is about, and of its commitments."""
    return int.from_bytes(_digest(key, index, numbers, context)[:CHALLENGE_BYTES], "big")


def _digest(key: ThresholdKey, index: int, numbers: Sequence[int], context: bytes) -> bytes:
    """A hash of key, index, context, and numbers modulo n²."""
    length = 2 * key.public.modulus_bytes
    encoded = (int(number).to_bytes(length, "big") for number in numbers)
    return sha256(_TAG, key.key_id, bytes((index,)), sha256(context), *encoded)


def _mask_bits(key: ThresholdKey) -> int:
    """The length of Δ f(i), which is below Δ n², of a challenge, and of the statistical distance."""
    secret_bits = 2 * key.public.bits + key.delta.bit_length()
    return secret_bits + 8 * CHALLENGE_BYTES + STATISTICAL_BITS


def _response_bytes(key: ThresholdKey) -> int:
    # One bit more than the mask holds mask + challenge · Δ f(i).
    return _mask_bits(key) // 8 + 1
