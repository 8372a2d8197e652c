"""A person ends a consent: the marketplace and each node are told, and prove it."""

from dataclasses import replace

import pytest

from consent.receipt import DeletionReceipt, sign_deletion_receipt
from crypto.encoding import Json
from crypto.errors import MalformedError
from ssi.trust import TrustRegistry
from tests.ssi import parties
from tests.wallet.world import NODES
from wallet.domain.choices import PolicyChoices
from wallet.domain.held_consent import ConsentState
from wallet.domain.history import History
from wallet.domain.withdrawal import ToldRecipient
from wallet.errors import NotInWalletError


@pytest.fixture
def given(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    return world.services.publish_offer(anna, record.credential_id, PolicyChoices())


def _end(world, anna, given):
    return world.services.withdraw_consent(anna, given.consent_id)


def test_everybody_is_told_and_the_nodes_prove_the_deletion(world, anna, given):
    ended = _end(world, anna, given)

    key = world.stores.credentials.all(anna)[0].holder_key.public
    assert ended.state(world.clock()) is ConsentState.WITHDRAWN
    assert ended.withdrawal.marketplace_told
    assert set(ended.withdrawal.deletions) == set(NODES)
    assert ended.nodes_to_ask == ()
    assert world.withdrawal_holds(given.consent_id, key)


def test_ending_twice_keeps_the_first_moment_and_asks_nobody_again(world, anna, given):
    first = _end(world, anna, given)
    world.clock.forward(days=1)
    told = len(world.nodes.told)

    second = _end(world, anna, given)

    assert second.withdrawal == first.withdrawal
    assert len(world.nodes.told) == told


def test_a_node_that_is_down_is_asked_again_at_the_next_refresh(world, anna, given):
    world.nodes.down = {"node-b"}
    ended = _end(world, anna, given)
    world.nodes.down = set()
    world.clock.forward(hours=1)

    world.services.refresh(anna)

    after = world.services.read.consent(anna, given.row_id)
    assert ended.nodes_to_ask == ("node-b",)
    assert after.nodes_to_ask == ()
    assert after.withdrawal.signed == ended.withdrawal.signed


def test_a_marketplace_that_is_down_does_not_stop_the_nodes_from_being_told(world, anna, given):
    world.market.down = True
    ended = _end(world, anna, given)
    world.market.down = False
    world.services.refresh(anna)

    assert not ended.withdrawal.marketplace_told
    assert set(ended.withdrawal.deletions) == set(NODES)
    assert world.services.read.consent(anna, given.row_id).withdrawal.marketplace_told


def test_a_receipt_that_the_node_did_not_sign_counts_for_nothing(world, anna, given):
    world.nodes.keys = {"node-a": parties.ed25519("node-b")}

    ended = _end(world, anna, given)

    assert ended.nodes_to_ask == ("node-a",)


def test_a_node_that_holds_nothing_is_noted_without_a_receipt(world, anna, given):
    world.nodes.empty = {"node-c"}

    ended = _end(world, anna, given)

    assert ended.withdrawal.without == ("node-c",)
    assert ended.nodes_to_ask == ()


def test_a_node_that_left_the_registry_stays_pending(world, anna, given):
    registry: TrustRegistry = world.trust.known
    world.trust.known = replace(registry, nodes=registry.nodes[:2])

    assert _end(world, anna, given).nodes_to_ask == ("node-c",)


def test_a_receipt_that_comes_by_way_of_the_marketplace_counts_if_the_node_signed_it(world, anna, given):
    world.nodes.down = set(NODES)
    _end(world, anna, given)
    right = DeletionReceipt("node-a", given.consent_id, parties.NOW)
    other = DeletionReceipt("node-b", "urn:uuid:00000000-0000-4000-8000-000000000000", parties.NOW)
    forged = DeletionReceipt("node-c", given.consent_id, parties.NOW)
    world.market.deletion_receipts = [
        sign_deletion_receipt(right, parties.ed25519("node-a")),
        sign_deletion_receipt(other, parties.ed25519("node-b")),
        sign_deletion_receipt(forged, parties.ed25519("market")),
    ]

    world.services.refresh(anna)

    assert world.services.read.consent(anna, given.row_id).nodes_to_ask == ("node-b", "node-c")


def test_a_consent_that_was_never_sent_can_be_ended(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    world.market.down = True
    held = world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    world.services.withdraw_consent(anna, held.consent_id)
    world.market.down = False

    world.services.refresh(anna)

    assert world.market.published == 0


def test_money_that_was_earned_stays(world, anna, given):
    world.market.use(given.consent_id, cents=75)
    world.services.refresh(anna)
    _end(world, anna, given)
    world.services.refresh(anna)

    assert world.services.earnings(anna).total_cents == 75


def test_nobody_ends_the_consent_of_somebody_else(world, ben, given):
    with pytest.raises(NotInWalletError):
        world.services.withdraw_consent(ben, given.consent_id)
    assert world.market.withdrawals == {}


def test_the_marketplace_says_to_whom_it_told_the_end():
    told: dict[str, Json] = {"job_id": "job-1", "name": "Institute", "told_at": "2026-03-01T12:00:00Z"}

    (recipient,) = _told([told])

    assert recipient.to_document() == told
    assert _told([]) == ()
    faults: list[dict[str, Json]] = [{**told, "told_at": "yesterday"}, {**told, "more": 1}, {"name": "I"}]
    for broken in faults:
        with pytest.raises(MalformedError):
            _told([broken])


def test_a_marketplace_that_says_nothing_of_an_end_told_nobody():
    assert History.from_json({"state": "active", "withdrawal": None}, "urn:uuid:1").recipients == ()


def _told(recipients: list[Json]) -> tuple[ToldRecipient, ...]:
    withdrawal: dict[str, Json] = {"withdrawn_at": "2026-03-01T12:00:00Z", "recipients": recipients}
    return History.from_json({"state": "withdrawn", "withdrawal": withdrawal}, "urn:uuid:1").recipients
