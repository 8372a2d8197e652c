"""The tick for adding up under encryption: there only where the partners have a joint key."""

from dataclasses import replace

from tests.marketplace.mpc_node.aggregation.joint import entry_of
from tests.wallet.browsing import ticked


def _protection(holder):
    holder.begin_offer()
    for step in ("data", "who"):
        holder.press(f"/{step}", **ticked(holder.page))
    return holder.page


def test_without_a_joint_key_nobody_is_asked(holder):
    assert "encrypted_sums" not in _protection(holder)


def test_with_a_joint_key_it_is_asked_and_not_ticked(holder, world):
    known = world.trust.known
    nodes = tuple(sorted(node.id for node in known.nodes))[:3]
    world.trust.known = replace(known, aggregation_key=replace(entry_of(), nodes=nodes))

    page = _protection(holder)

    assert "encrypted_sums" in page
    assert ticked(page).get("encrypted_sums", []) == []
