"""Which labels a wallet has used: one ciphertext for each label, ever.

In every scheme for many wallets a ciphertext is the value plus a mask that follows from key and label. Two
ciphertexts under one label have the same mask, and their difference is the difference of the values, to
anybody and without a key. So encryption takes the labels used so far and returns them with one more; a
wallet stores the new ones before it sends the ciphertext.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from crypto.errors import FunctionRefusedError, MalformedError
from crypto.functional.multi_client_function import LABEL_DIGEST_BYTES, label_digest

_VERSION: Final = b"\x01"
_COUNT_BYTES: Final = 4
_HEAD_BYTES: Final = len(_VERSION) + _COUNT_BYTES


@dataclass(frozen=True)
class UsedLabels:
    """The digests of the labels under which one key has encrypted."""

    digests: frozenset[bytes] = field(default_factory=frozenset)

    def use(self, label: str) -> "UsedLabels":
        """These labels and one more.

        Raises:
            FunctionRefusedError: the label was used before.
            OutOfRangeError: it is no label.
        """
        digest = label_digest(label)
        if digest in self.digests:
            raise FunctionRefusedError(
                "this label was used before, and two ciphertexts under one label reveal how values differ; "
                "a new purchase or moment needs a new label"
            )
        return UsedLabels(self.digests | {digest})

    def encode(self) -> bytes:
        """Version || number of labels (4 bytes) || their digests in order, 32 bytes each."""
        count = len(self.digests).to_bytes(_COUNT_BYTES, "big")
        return _VERSION + count + b"".join(sorted(self.digests))

    @classmethod
    def decode(cls, raw: bytes) -> "UsedLabels":
        """Read stored labels.

        Raises:
            MalformedError: another version or length, or the digests are not in strictly ascending order.
        """
        count = int.from_bytes(raw[len(_VERSION) : _HEAD_BYTES], "big")
        if raw[: len(_VERSION)] != _VERSION or len(raw) != _HEAD_BYTES + count * LABEL_DIGEST_BYTES:
            raise MalformedError("expected used labels of a known version and of their stated length")
        starts = range(_HEAD_BYTES, len(raw), LABEL_DIGEST_BYTES)
        digests = [raw[start : start + LABEL_DIGEST_BYTES] for start in starts]
        if any(left >= right for left, right in pairwise(digests)):
            raise MalformedError("the used labels are not in ascending order")
        return cls(frozenset(digests))
