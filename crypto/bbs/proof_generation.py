"""Show some messages of a signature and prove that it exists, without showing it.

draft-irtf-cfrg-bbs-signatures §3.5.3, §3.6.3, §3.7.1, §3.7.2.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from crypto.bbs.challenge import calculate_challenge
from crypto.bbs.domain import calculate_domain, signed_points
from crypto.bbs.generators import generators
from crypto.bbs.group import G1, ORDER, sum_of_multiples
from crypto.bbs.hash_to_curve import EXPAND_BYTES
from crypto.bbs.messages import messages_to_scalars
from crypto.bbs.proof import Proof, ProofContext
from crypto.bbs.signature import Signature
from crypto.errors import OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes

_FIXED_SCALARS = 5
_ATTEMPTS = 4


@dataclass(frozen=True)
class _Blinding:
    """The random scalars of one proof, in the order in which they are drawn; used twice they betray all."""

    r1: int = field(repr=False)
    r2: int = field(repr=False)
    e: int = field(repr=False)
    r1_tilde: int = field(repr=False)
    r3_tilde: int = field(repr=False)
    messages: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True)
class _Secrets:
    """What the proof is about: the exponent of the signature and the hidden messages, with their blinding."""

    exponent: int = field(repr=False)
    hidden: tuple[int, ...] = field(repr=False)
    blinding: _Blinding

    def respond(self, points: tuple[G1, G1, G1], challenge: int) -> Proof:
        """Answer the challenge (§3.7.2)."""
        blinding = self.blinding
        r3 = pow(blinding.r2, -1, ORDER)
        responses = (
            (blinding.e + self.exponent * challenge) % ORDER,
            (blinding.r1_tilde - blinding.r1 * challenge) % ORDER,
            (blinding.r3_tilde - r3 * challenge) % ORDER,
        )
        answers = tuple(
            (mask + message * challenge) % ORDER
            for mask, message in zip(blinding.messages, self.hidden, strict=True)
        )
        return Proof(points, responses, answers, challenge)


def generate_proof(
    signature: bytes,
    messages: Sequence[bytes],
    disclosed: Collection[int],
    context: ProofContext,
    *,
    random: RandomBytes = random_bytes,
) -> bytes:
    """Prove a signature over messages, disclosing those at the indexes `disclosed`.

    The signature is not checked first: from one that does not verify comes a proof that does not.

    Raises:
        MalformedError: the signature is not one, see `Signature.decode`.
        OutOfRangeError: an index that no message has, an index twice, too many messages, or randomness that
            is none.
    """
    indexes = range(len(messages))
    shown = frozenset(disclosed)
    if len(shown) != len(disclosed) or not shown <= frozenset(indexes):
        raise OutOfRangeError(f"disclosed: expected distinct indexes of {len(messages)} messages")
    read, suite = Signature.decode(signature), context.suite
    generator = generators(suite, len(messages))
    scalars = messages_to_scalars(messages, suite)
    domain = calculate_domain(context.key, generator, context.header, suite)
    hidden = [index for index in indexes if index not in shown]
    blinding = _draw(len(hidden), random)

    signed = sum_of_multiples(signed_points(generator, suite), [1, domain, *scalars])
    d = sum_of_multiples([signed], [blinding.r2])
    abar = sum_of_multiples([read.point], [blinding.r1 * blinding.r2])
    bbar = sum_of_multiples([d, abar], [blinding.r1, -read.exponent])
    t1 = sum_of_multiples([abar, d], [blinding.e, blinding.r1_tilde])
    hidden_points = [generator.messages[index] for index in hidden]
    t2 = sum_of_multiples([d, *hidden_points], [blinding.r3_tilde, *blinding.messages])

    revealed = {index: scalars[index] for index in shown}
    challenge = calculate_challenge((abar, bbar, d, t1, t2), revealed, domain, context)
    secrets = _Secrets(read.exponent, tuple(scalars[index] for index in hidden), blinding)
    return secrets.respond((abar, bbar, d), challenge).encode()


def _draw(hidden: int, random: RandomBytes) -> _Blinding:
    r1, r2, e, r1_tilde, r3_tilde, *messages = (
        _random_scalar(random) for _ in range(_FIXED_SCALARS + hidden)
    )
    return _Blinding(r1, r2, e, r1_tilde, r3_tilde, tuple(messages))


def _random_scalar(random: RandomBytes) -> int:
    """A scalar in [1, ORDER), uniform to within 2^-128 (§4.2.1)."""
    for _ in range(_ATTEMPTS):
        scalar = int.from_bytes(random(EXPAND_BYTES), "big") % ORDER
        if scalar:
            return scalar
    raise OutOfRangeError("the source of randomness gives zeros only")
