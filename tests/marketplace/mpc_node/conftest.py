"""Three nodes for each test, with databases of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.marketplace.mpc_node.town import Town, wait_for_attempts


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The nodes, started."""
    built = Town(tmp_path)
    yield built
    wait_for_attempts()
    for node in built.nodes.values():
        node.database.close()
