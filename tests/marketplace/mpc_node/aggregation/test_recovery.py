"""A node that is killed while an encrypted sum is agreed on goes on with the same noise, or sends nothing."""

import pytest

from tests.marketplace.mpc_node.aggregation.joint import ENCRYPTED, NOISED, with_key
from tests.marketplace.mpc_node.aggregation.sums_buyer import open_parts, totals_of
from tests.marketplace.mpc_node.orders import manifest_for
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.test_recovery import CROWD, DYING, DeadlyCheckpoints, checkpoints_of
from tests.marketplace.mpc_node.town import Town, wait_for_attempts

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

MANIFEST = manifest_for(CROWD, NOISED, offer=ENCRYPTED)


def _killed(folder, moment):
    town = Town(folder, names=(), peer_timeout_seconds=15.0)
    deadly = checkpoints_of(town, moment)
    town.checkpoints[DYING] = deadly
    for name in NAMES:
        town.start(name)
    with_key(town).settle(CROWD, ENCRYPTED)
    town.ask(MANIFEST)
    assert isinstance(deadly, DeadlyCheckpoints)
    assert deadly.over.wait(60)
    town.checkpoints[DYING] = checkpoints_of(town, ("", 0))
    return town


@pytest.mark.parametrize("moment", [("sending", 1), ("received", 1), ("received", 2), ("received", 3)])
def test_the_sum_comes_out_once_and_all_three_have_it(tmp_path, moment):
    town = _killed(tmp_path, moment)

    town.start(DYING)
    ended = town.ended()

    assert {(each["attempt"], each["state"]) for each in ended.values()} == {(1, "DONE")}, ended
    assert len({part.ciphertext for part in open_parts(town, MANIFEST, CROWD)}) == 1
    assert len(totals_of(town, MANIFEST, CROWD)) == 6


def test_a_node_whose_records_changed_meanwhile_sends_nothing_more(tmp_path):
    town = _killed(tmp_path, ("received", 2))
    database = town.nodes[DYING].database
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE encrypted SET bins = (SELECT bins FROM encrypted LIMIT 1)")

    town.start(DYING)
    wait_for_attempts()

    assert {each["state"] for each in town.ended().values()} == {"FAILED"}
