"""Which hash function and which labels? The two ciphersuites of draft-irtf-cfrg-bbs-signatures §7.2.

Everything hashed carries a label of the ciphersuite, so that a signature of one never verifies under another.
"""

from dataclasses import dataclass, field
from functools import cached_property

from crypto.bbs.group import G1, read_g1
from crypto.bbs.hash_to_curve import (
    ExpandMessage,
    expand_message_xmd,
    expand_message_xof,
    hash_to_curve,
    hash_to_scalar,
)


@dataclass(frozen=True)
class Ciphersuite:
    """A hash function with its labels.

    `identifier` is the draft's `ciphersuite_id`, `base_point` its P1 in 48 bytes.
    """

    identifier: bytes
    expand_message: ExpandMessage = field(repr=False)
    base_point: bytes = field(repr=False)

    @property
    def api_id(self) -> bytes:
        """The label of the interface in which messages and generators are hashed (§3.5)."""
        return self.identifier + b"H2G_HM2S_"

    @cached_property
    def base(self) -> G1:
        """The point P1 that every signature is about (§7.2)."""
        return read_g1(self.base_point, "the base point of the ciphersuite")

    def hash_to_scalar(self, message: bytes, label: bytes = b"H2S_") -> int:
        """Hash to a scalar under the interface's label and this one (§4.2.2)."""
        return hash_to_scalar(message, self.api_id + label, self.expand_message)

    def hash_to_curve(self, message: bytes, label: bytes) -> G1:
        """Hash to a point of G1 under the interface's label and this one."""
        return hash_to_curve(message, self.api_id + label, self.expand_message)

    def expand(self, message: bytes, label: bytes, length: int) -> bytes:
        """Expand under the interface's label and this one."""
        return self.expand_message(message, self.api_id + label, length)


BLS12381_SHA_256 = Ciphersuite(
    b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_",
    expand_message_xmd,
    bytes.fromhex(
        "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9"
    ),
)
"""BLS12-381 with SHA-256 (§7.2.2): what bbs-2023 uses."""

BLS12381_SHAKE_256 = Ciphersuite(
    b"BBS_BLS12381G1_XOF:SHAKE-256_SSWU_RO_",
    expand_message_xof,
    bytes.fromhex(
        "8929dfbc7e6642c4ed9cba0856e493f8b9d7d5fcb0c31ef8fdcd34d50648a56c795e106e9eada6e0bda386b414150755"
    ),
)
"""BLS12-381 with SHAKE-256 (§7.2.1)."""
