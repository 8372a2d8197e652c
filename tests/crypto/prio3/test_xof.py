"""Known answers are in the shared vectors; here is what they do not show."""

from typing import ClassVar

import pytest

from crypto.errors import OutOfRangeError
from crypto.prio3.field import FIELD64
from crypto.prio3.tag import Derivation, Usage
from crypto.prio3.xof import XofFixedKeyAes128, XofTurboShake128, expand_vector

SEED = bytes(range(32))


class Scripted:
    """A stream of which the bytes are given."""

    SEED_BYTES: ClassVar[int] = 0

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def next(self, length: int) -> bytes:
        taken, self._raw = self._raw[:length], self._raw[length:]
        return taken


@pytest.mark.parametrize("xof", [XofTurboShake128, XofFixedKeyAes128])
@pytest.mark.parametrize("lengths", [(1, 2, 300), (16, 16), (0, 5), (15, 1, 17)])
def test_the_stream_does_not_depend_on_how_it_is_read(xof, lengths):
    seed = SEED[: xof.SEED_BYTES]
    stream = xof(seed, b"tag", b"binder")

    read = b"".join(stream.next(length) for length in lengths)

    assert read == xof(seed, b"tag", b"binder").next(sum(lengths))


def test_seed_tag_and_binder_cannot_be_exchanged_for_one_another():
    parts = [
        (SEED, b"tag", b"b"),
        (SEED, b"ta", b"gb"),
        (SEED, b"", b"tagb"),
        (SEED[:31], b"tag", SEED[31:] + b"b"),
    ]

    assert len({XofTurboShake128(*each).next(32) for each in parts}) == len(parts)


def test_numbers_that_are_not_reduced_are_skipped_and_others_take_their_place():
    numbers = [3, FIELD64.modulus, FIELD64.modulus - 1, (1 << 64) - 1, 5, 6]
    stream = Scripted(b"".join(number.to_bytes(8, "little") for number in numbers))

    assert expand_vector(stream, FIELD64, 3) == [3, FIELD64.modulus - 1, 5]


def test_lengths_that_the_format_cannot_say_are_refused():
    with pytest.raises(OutOfRangeError):
        XofTurboShake128(SEED, bytes(65536), b"")
    with pytest.raises(OutOfRangeError):
        XofTurboShake128(bytes(256), b"", b"")
    with pytest.raises(OutOfRangeError):
        XofFixedKeyAes128(SEED, b"", b"")


def test_every_use_and_context_has_its_own_stream():
    derived = [
        Derivation(algorithm, context, FIELD64).seed(usage, SEED, b"")
        for algorithm in (1, 2)
        for context in (b"", b"context")
        for usage in Usage
    ]

    assert len(set(derived)) == len(derived)
