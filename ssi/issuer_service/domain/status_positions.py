"""In which order are the positions of a status list given out? In a random one that only the issuer knows.

Someone who reads a status list must not see which credentials were issued one after the other, or how many
were issued at all (draft-ietf-oauth-status-list-20 §12). Each list therefore has a secret permutation of
its positions: they are sorted by pseudo-random 64-bit numbers from a seed. The n-th credential of a list
takes the n-th position of the permutation, so no two credentials can meet and nothing has to be searched.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crypto.randomness import expand

_BYTES_PER_NUMBER = 8


def position(seed: bytes, ordinal: int, size: int) -> int:
    """The position of the credential that is the `ordinal`-th, from 0, of a list of `size`.

    Equal numbers, which occur with probability below size^2 / 2^65, are kept in their order, so that the
    result is a permutation in any case.
    """
    return int(_permutation(seed, size)[ordinal])


@lru_cache(maxsize=4)
def _permutation(seed: bytes, size: int) -> NDArray[np.intp]:
    numbers = np.frombuffer(expand(seed, "status positions", size * _BYTES_PER_NUMBER), dtype=">u8")
    return np.argsort(numbers, kind="stable")
