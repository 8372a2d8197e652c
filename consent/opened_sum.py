"""What does each node give to the buyer of a sum that was added up under encryption?

The ciphertext of the sum, which is the same from all three, and the node's partial decryption of it with its
proof. The digest of the ciphertext, bound to the run, stands in the node's signed statement twice, as its own
and as its neighbour's, because both are about the same sum; so everything that holds three statements
together for the other engine holds here.

Wire form: version (1), length of the ciphertext (4 bytes), ciphertext, partial decryption.
"""

from dataclasses import dataclass, field
from typing import Final

from crypto.elgamal.ciphertext import BIN_BYTES, Ciphertext
from crypto.elgamal.decryption import PartialDecryption
from crypto.elgamal.keys import KEY_ID_BYTES
from crypto.encoding import sha256
from crypto.errors import MalformedError

_VERSION: Final = 1
_HEAD_BYTES: Final = 5
_CIPHERTEXT_HEAD_BYTES: Final = 3 + KEY_ID_BYTES
_DOMAIN: Final = b"argonauta encrypted sum v1"


@dataclass(frozen=True)
class OpenedSum:
    """One node's part of opening a sum; the proof in it is not checked here."""

    ciphertext: Ciphertext
    partial: PartialDecryption = field(repr=False)

    def encode(self) -> bytes:
        """The bytes that are sealed to the buyer: 99 for each cell and about 90 more."""
        ciphertext = self.ciphertext.encode()
        head = bytes((_VERSION,)) + len(ciphertext).to_bytes(4, "big")
        return head + ciphertext + self.partial.encode()

    @classmethod
    def decode(cls, raw: bytes, cells: int) -> "OpenedSum":
        """Read the part of a node for a computation of so many cells.

        Raises:
            MalformedError: another version, length or number of cells, or not a point.
        """
        length = _CIPHERTEXT_HEAD_BYTES + cells * BIN_BYTES
        if raw[:_HEAD_BYTES] != bytes((_VERSION,)) + length.to_bytes(4, "big"):
            raise MalformedError(f"expected an opened sum of version {_VERSION} and {cells} cells")
        end = _HEAD_BYTES + length
        opened = cls(Ciphertext.decode(raw[_HEAD_BYTES:end]), PartialDecryption.decode(raw[end:]))
        if len(opened.ciphertext.bins) != cells or len(opened.partial.points) != cells:
            raise MalformedError(f"expected a sum of {cells} cells")
        return opened


def sum_digest(ciphertext: Ciphertext, binding: bytes) -> bytes:
    """The digest of a summed ciphertext in one run: what the nodes compare, sign and are held to.

    Raises:
        OutOfRangeError: a point of it is infinity, to which no honest records add up.
    """
    return sha256(_DOMAIN, binding, ciphertext.encode())
