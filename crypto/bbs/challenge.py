"""What is a proof bound to? Everything it shows, its commitments, its domain and the presentation header."""

from collections.abc import Mapping, Sequence

from crypto.bbs.group import G1, write_g1, write_scalar
from crypto.bbs.proof import ProofContext


def calculate_challenge(
    points: Sequence[G1], disclosed: Mapping[int, int], domain: int, context: ProofContext
) -> int:
    """The challenge scalar of a proof (draft-irtf-cfrg-bbs-signatures §3.7.4).

    `points` are Abar, Bbar, D, T1 and T2 in this order; `disclosed` are message scalars by index.
    """
    said = [len(disclosed).to_bytes(8, "big")]
    for index in sorted(disclosed):
        said += [index.to_bytes(8, "big"), write_scalar(disclosed[index])]
    said += [*map(write_g1, points), write_scalar(domain)]
    header = context.presentation_header
    return context.suite.hash_to_scalar(b"".join([*said, len(header).to_bytes(8, "big"), header]))
