"""Wallets of one cohort in one process, so that a test can hold every message in its hand."""

from collections.abc import Sequence
from functools import lru_cache

from crypto.functional.decentralised_keys import AgreementKey, Cohort, PairwiseSeeds
from crypto.functional.multi_client_function import Function
from crypto.randomness import stream

SEED = b"\x21" * 32


@lru_cache
def seeds(size: int, name: str = "cohort") -> tuple[PairwiseSeeds, ...]:
    random = stream(SEED, name)
    keys = [AgreementKey.generate(random) for _ in range(size)]
    cohort = Cohort(tuple(key.public for key in keys))
    return tuple(PairwiseSeeds.agree(key, cohort) for key in keys)


def function(weights: Sequence[Sequence[int]], bounds: Sequence[int], noise_bound: int = 0) -> Function:
    cohort = seeds(len(weights))[0].cohort
    return Function(cohort, tuple(map(tuple, weights)), tuple(bounds), noise_bound)


def expected(weights: Sequence[Sequence[int]], table: Sequence[Sequence[int]]) -> int:
    pairs = zip(weights, table, strict=True)
    return sum(y * x for ys, xs in pairs for y, x in zip(ys, xs, strict=True))
