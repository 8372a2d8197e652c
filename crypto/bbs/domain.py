"""What is a signature bound to besides its messages? Its key, its header and how many messages there are."""

from crypto.bbs.ciphersuite import Ciphersuite
from crypto.bbs.generators import Generators
from crypto.bbs.group import G1
from crypto.bbs.keys import PublicKey


def calculate_domain(key: PublicKey, points: Generators, header: bytes, suite: Ciphersuite) -> int:
    """The scalar that binds them (draft-irtf-cfrg-bbs-signatures §4.2.3)."""
    count = len(points.messages).to_bytes(8, "big")
    length = len(header).to_bytes(8, "big")
    return suite.hash_to_scalar(key.octets + count + points.octets + suite.api_id + length + header)


def signed_points(points: Generators, suite: Ciphersuite) -> list[G1]:
    """P1, Q_1, H_1 … H_L: what 1, the domain and the messages are multiplied with to give B (§3.6.1)."""
    return [suite.base, points.blinding, *points.messages]
