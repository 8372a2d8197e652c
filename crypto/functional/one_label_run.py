"""What everybody knows of a purchase that survives drop-outs, and the masks that both sides compute.

See `crypto.functional.one_label_dropout`, which hides key shares under these masks, and
`crypto.functional.one_label_collect`, which takes off what is left of them. Every mask exists twice: as a
word for key shares in Z_2^64, and as a scalar modulo the order of the group, for blinding what a member
commits to beside its share (`crypto.linked.one_label_link`). The two have labels of their own, so that none
says anything about the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from crypto.curve import ORDER, SCALAR_BYTES
from crypto.encoding import sha256
from crypto.errors import OutOfRangeError, ShareError
from crypto.functional.multi_client_function import Function
from crypto.functional.one_label import plan
from crypto.randomness import expand
from crypto.sharing.shamir import MAX_PARTIES

WORD: Final = 1 << 64
_WORD_BYTES: Final = 8
_PLACE_BYTES: Final = 2
_ROSTER_TAG: Final = b"argonauta one label roster v1"
_OWN_LABEL: Final = "argonauta one label own mask v1"
_PAIR_LABEL: Final = "argonauta one label pair mask v1"
_OWN_SCALAR_LABEL: Final = "argonauta one label own blinding v1"
_PAIR_SCALAR_LABEL: Final = "argonauta one label pair blinding v1"
# 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
_WIDE_SCALAR_BYTES: Final = 64


@dataclass(frozen=True)
class Run:
    """What everybody knows of a run.

    Raises:
        OutOfRangeError: the function may wrap, there are more than 255 members, or the threshold is not
            above half of members and colluders together.
    """

    function: Function
    label: str
    threshold: int
    colluding: int

    def __post_init__(self) -> None:
        size = self.function.cohort.size
        if size > MAX_PARTIES or not 0 <= self.colluding < size:
            raise OutOfRangeError(f"expected at most {MAX_PARTIES} members, and fewer colluding than all")
        if not size + self.colluding < 2 * self.threshold <= 2 * size:
            raise OutOfRangeError(f"the threshold of {size} members is too low or too high")
        plan(self.function, label=self.label)

    def roster_digest(self, roster: Mapping[int, bytes]) -> bytes:
        """32 bytes that stand for this run with these mask keys."""
        keys = b"".join(place.to_bytes(_PLACE_BYTES, "big") + roster[place] for place in sorted(roster))
        binding = plan(self.function, label=self.label)
        return sha256(_ROSTER_TAG, binding, bytes((self.threshold, self.colluding)), keys)

    def check_enough(self, places: Iterable[int]) -> None:
        """Return only if these places are of the cohort and at least `threshold`.

        Raises:
            ShareError: they are not.
        """
        different = set(places)
        if not all(0 <= place < self.function.cohort.size for place in different):
            raise ShareError("a place is not one of the cohort")
        if len(different) < self.threshold:
            raise ShareError(f"expected at least {self.threshold} members, got {len(different)}")


def own_mask(secret: int, digest: bytes) -> int:
    """The word that a member's own secret masks its share with."""
    seed = sha256(secret.to_bytes(SCALAR_BYTES, "big"), digest)
    return int.from_bytes(expand(seed, _OWN_LABEL, _WORD_BYTES), "big")


def pair_mask(seed: bytes, me: int, other: int, digest: bytes) -> int:
    """The word between two members who share a seed, with the sign that it has for the first of them."""
    word = int.from_bytes(expand(sha256(seed, digest), _PAIR_LABEL, _WORD_BYTES), "big")
    return word if me < other else -word


def own_scalar(secret: int, digest: bytes) -> int:
    """The scalar that a member's own secret blinds its commitment with."""
    seed = sha256(secret.to_bytes(SCALAR_BYTES, "big"), digest)
    return _scalar(seed, _OWN_SCALAR_LABEL)


def pair_scalar(seed: bytes, me: int, other: int, digest: bytes) -> int:
    """The scalar between two members who share a seed, with the sign that it has for the first of them."""
    scalar = _scalar(sha256(seed, digest), _PAIR_SCALAR_LABEL)
    return scalar if me < other else -scalar


def _scalar(seed: bytes, label: str) -> int:
    return int.from_bytes(expand(seed, label, _WIDE_SCALAR_BYTES), "big") % ORDER
