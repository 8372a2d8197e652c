import numpy as np
import pytest
from Cryptodome.Hash import TurboSHAKE128

from crypto.prio3.batch_xof import RATE_BYTES, turboshake128
from crypto.randomness import expand

SEED = bytes(32)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 20])
@pytest.mark.parametrize("width", [0, 1, 158, 159, 160, 336, 500])
def test_every_row_is_hashed_as_if_it_were_alone(count, width):
    rows = np.frombuffer(expand(SEED, f"{count} {width}", count * width), dtype=np.uint8).reshape(
        count, width
    )

    hashed = turboshake128([b"same", rows, b"tails"], count, 3 * RATE_BYTES + 8)

    assert hashed.shape == (count, 3 * RATE_BYTES + 8)
    for row, output in zip(rows, hashed, strict=True):
        alone = TurboSHAKE128.new(domain=1, data=b"same" + row.tobytes() + b"tails")
        assert output.tobytes() == alone.read(len(output))


def test_short_outputs_are_the_beginning_of_long_ones():
    rows = np.arange(30, dtype=np.uint8).reshape(10, 3)

    short, long = (turboshake128([rows], 10, length) for length in (32, 400))

    assert (long[:, :32] == short).all()
