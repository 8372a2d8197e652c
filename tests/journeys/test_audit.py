"""Anybody audits the log of a town of real processes, with what is public and nothing else."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from examples.town import MARKETPLACE
from marketplace.log_auditor.cli import main
from tests.journeys.neighbourhood import Neighbourhood
from tests.journeys.patience import until

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]


def audit(neighbourhood: Neighbourhood, state: Path) -> Result:
    town = neighbourhood.town
    command = [town.url(MARKETPLACE), "--authority", str(town.authority), "--state", str(state)]
    return CliRunner().invoke(main, command)


@pytest.mark.usefixtures("exact")
def test_the_log_of_the_whole_story_has_no_fault(neighbourhood: Neighbourhood, tmp_path: Path):
    state = tmp_path / "audit.json"

    def from_the_beginning() -> Result:
        state.unlink(missing_ok=True)
        return audit(neighbourhood, state)

    # The payment is the last entry of the purchase; the nodes confirm it a moment later.
    first = until(from_the_beginning, lambda found: "× payment" in found.output)
    again = audit(neighbourhood, state)

    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    assert "wanted       2 of 3 nodes" in first.output
    for kind in ("offer", "order", "release", "use"):
        assert f"× {kind}\n" in first.output, first.output
    assert "all of them still there" in again.output
