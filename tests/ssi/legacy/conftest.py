"""One process for all tests: starting it takes longer than any question."""

from collections.abc import Iterator

import pytest

from ssi.legacy.process import Worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker
