"""Believe messages that were disclosed with a proof.

draft-irtf-cfrg-bbs-signatures §3.5.4, §3.6.4, §3.7.3.
"""

from collections.abc import Mapping

from crypto.bbs.challenge import calculate_challenge
from crypto.bbs.domain import calculate_domain, signed_points
from crypto.bbs.generators import generators
from crypto.bbs.group import G2_BASE, pairings_cancel, sum_of_multiples
from crypto.bbs.messages import messages_to_scalars
from crypto.bbs.proof import Proof, ProofContext
from crypto.errors import OutOfRangeError, ProofError


def verify_proof(proof: bytes, disclosed: Mapping[int, bytes], context: ProofContext) -> None:
    """Return only if the holder of the key signed the disclosed messages at their indexes, and the header.

    The number of messages signed is that of the disclosed ones and of the hidden ones that the proof counts.

    Raises:
        MalformedError: the proof is not one, see `Proof.decode`.
        OutOfRangeError: a disclosed index that no message has, or too many messages.
        ProofError: it does not verify.
    """
    read, suite = Proof.decode(proof), context.suite
    count = len(disclosed) + len(read.hidden)
    if not frozenset(disclosed) <= frozenset(range(count)):
        raise OutOfRangeError(f"disclosed: expected indexes of {count} messages")
    generator = generators(suite, count)
    domain = calculate_domain(context.key, generator, context.header, suite)
    revealed = dict(zip(disclosed, messages_to_scalars(disclosed.values(), suite), strict=True))

    abar, bbar, d = read.points
    e, r1, r3 = read.responses
    t1 = sum_of_multiples([bbar, abar, d], [read.challenge, e, r1])
    answers = iter(read.hidden)
    factors = [
        revealed[index] * read.challenge if index in revealed else next(answers) for index in range(count)
    ]
    signed = [read.challenge, domain * read.challenge, *factors]
    t2 = sum_of_multiples([d, *signed_points(generator, suite)], [r3, *signed])
    challenge = calculate_challenge((abar, bbar, d, t1, t2), revealed, domain, context)
    # The draft negates the generator of G2 instead; in G1 it costs nothing.
    if challenge != read.challenge or not pairings_cancel((abar, context.key.point), (-bbar, G2_BASE)):
        raise ProofError("the BBS proof does not verify")
