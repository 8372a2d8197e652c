"""A person pauses an agreement or everything and goes on: all are told, nothing ends, nothing is lost."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from consent.pause import verify_pause
from consent.pause_receipt import verify_pause_receipt
from crypto.reading import Fields
from tests.ssi.parties import ed25519
from tests.wallet.world import NODES
from wallet.domain.choices import PolicyChoices
from wallet.domain.held_consent import ConsentState, HeldConsent
from wallet.domain.pausing import MOST_EARLIER, Pausing
from wallet.errors import NotInWalletError
from wallet.services.pause_consents import Standing


@pytest.fixture
def given(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    held = world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    world.services.refresh(anna)
    return world.services.read.consent(anna, held.row_id)


def _say(world, anna, given, *, paused: bool = True) -> Any:
    return world.services.pause_consents(anna, given.consent_id, paused=paused)


def _kept(world, anna, given) -> Any:
    return world.services.read.consent(anna, given.row_id)


def _heard(world, anna, token):
    return verify_pause(token, world.stores.credentials.all(anna)[0].holder_key.public)


def test_marketplace_and_nodes_are_told_and_the_agreement_goes_on(world, anna, given):
    paused = _say(world, anna, given)

    assert paused.is_paused
    assert paused.state(world.clock()) is ConsentState.ACTIVE
    assert paused.pausing.marketplace_told
    assert set(paused.pausing.nodes_told) == set(NODES)
    said = _heard(world, anna, world.market.pauses[0])
    assert (said.consent_id, said.paused, said.at) == (given.consent_id, True, world.clock())
    assert world.nodes.pauses == {node: [paused.pausing.signed] for node in NODES}


def test_going_on_is_one_word_more_with_a_higher_sequence(world, anna, given):
    first = _say(world, anna, given)
    second = _say(world, anna, given, paused=False)

    assert not second.is_paused
    assert second.pausing.sequence > first.pausing.sequence
    assert [each.paused for each in second.pausing.changes] == [True, False]
    assert [_heard(world, anna, each).paused for each in world.nodes.pauses["node-c"]] == [True, False]


def test_pausing_twice_is_pausing_once(world, anna, given):
    first = _say(world, anna, given)
    world.clock.forward(hours=1)

    assert _say(world, anna, given).pausing == first.pausing
    assert len(world.market.pauses) == 1


def test_going_on_with_what_was_never_paused_says_nothing(world, anna, given):
    assert _say(world, anna, given, paused=False).pausing is None
    assert world.market.pauses == []


def test_a_node_that_is_down_is_told_at_the_next_refresh(world, anna, given):
    world.nodes.down = {"node-b"}
    paused = _say(world, anna, given)
    world.nodes.down = set()

    world.services.refresh(anna)

    assert paused.pausing.nodes_told == ("node-a", "node-c")
    assert set(_kept(world, anna, given).pausing.nodes_told) == set(NODES)
    assert world.nodes.pauses["node-b"] == [paused.pausing.signed]


def test_a_marketplace_that_is_down_or_relays_nothing_does_not_keep_the_nodes_from_hearing(
    world, anna, given
):
    world.market.down = True
    unheard = _say(world, anna, given)
    world.market.down, world.market.relays_nothing = False, True
    world.services.refresh(anna)

    assert not unheard.pausing.marketplace_told
    assert set(unheard.pausing.nodes_told) == set(NODES)
    assert world.market.pauses == []


def test_only_the_latest_word_is_sent_to_whoever_was_down(world, anna, given):
    world.nodes.down = {"node-a"}
    _say(world, anna, given)
    latest = _say(world, anna, given, paused=False)
    world.nodes.down = set()

    world.services.refresh(anna)

    assert world.nodes.pauses["node-a"] == [latest.pausing.signed]


def test_each_node_proves_that_it_knows_and_the_proofs_are_kept(world, anna, given):
    first = _say(world, anna, given)
    world.clock.forward(hours=1)
    second = _say(world, anna, given, paused=False)

    kept = _kept(world, anna, given).pausing
    said = _heard(world, anna, second.pausing.signed)
    for node in NODES:
        entry, proof = world.trust.registry().node(node, now=world.clock()), kept.proofs[node]
        verified = verify_pause_receipt(proof.receipt, entry.verifying_key, node_id=node, said=said)
        assert verified.noted_at == proof.noted_at == world.clock()
    assert set(kept.earlier) == {each.receipt for each in first.pausing.proofs.values()}


@pytest.mark.parametrize(
    "changed",
    [{"paused": False}, {"sequence": 1}, {"node_id": "node-a"}, {"consent_id": f"urn:uuid:{UUID(int=9)}"}],
    ids=["that it goes on", "another word", "another node", "another consent"],
)
def test_a_receipt_that_says_something_else_proves_nothing_and_the_node_is_told_again(
    world, anna, given, changed
):
    world.nodes.receipts = lambda receipt: (
        replace(receipt, **changed) if receipt.node_id == "node-b" else receipt
    )
    paused = _say(world, anna, given)
    world.nodes.receipts = lambda receipt: receipt
    world.services.refresh(anna)

    assert set(paused.pausing.nodes_told) == {"node-a", "node-c"}
    assert set(_kept(world, anna, given).pausing.nodes_told) == set(NODES)


def test_a_receipt_by_another_key_proves_nothing(world, anna, given):
    world.nodes.keys["node-b"] = world.nodes.keys.get("node-a", ed25519("node-a"))

    assert set(_say(world, anna, given).pausing.nodes_told) == {"node-a", "node-c"}


def test_no_more_receipts_are_kept_than_the_latest_thirty(world, anna, given):
    for number in range(13):
        _say(world, anna, given, paused=number % 2 == 0)

    kept = _kept(world, anna, given).pausing
    assert (len(kept.proofs), len(kept.earlier)) == (3, MOST_EARLIER)


def test_who_was_told_without_a_proof_is_told_again(world, anna, given):
    """As a wallet kept it that knew of no receipts."""
    held = _say(world, anna, given)
    document = held.pausing.to_document() | {"nodes_told": list(NODES)}
    del document["proofs"], document["earlier"]
    before = Pausing.from_fields(Fields.of(document, "pausing"))
    world.stores.consents.save(anna, replace(held, pausing=before))
    world.services.refresh(anna)

    assert before.nodes_told == ()
    assert set(_kept(world, anna, given).pausing.nodes_told) == set(NODES)


def test_a_node_that_does_not_hold_it_yet_is_told_again(world, anna, given):
    world.nodes.empty = {"node-c"}
    paused = _say(world, anna, given)
    world.nodes.empty = set()
    world.services.refresh(anna)

    assert "node-c" not in paused.pausing.nodes_told
    assert "node-c" in _kept(world, anna, given).pausing.nodes_told


def test_an_agreement_that_is_not_sent_yet_is_paused_as_soon_as_it_is(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    world.market.down = True
    given = world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    world.services.pause_consents(anna, given.consent_id, paused=True)
    world.market.down = False

    world.services.refresh(anna)

    kept = _kept(world, anna, given)
    assert kept.is_paused
    assert kept.pausing.marketplace_told


def test_the_word_is_kept_before_it_is_sent(world, anna, given, monkeypatch):
    def breaks(statement: str) -> bool:
        raise RuntimeError("the process ends here")

    monkeypatch.setattr(world.market, "pause", breaks)
    with pytest.raises(RuntimeError):
        _say(world, anna, given)
    monkeypatch.undo()

    assert _kept(world, anna, given).is_paused
    world.services.refresh(anna)
    assert _kept(world, anna, given).pausing.marketplace_told


def test_a_paused_agreement_can_be_ended_and_says_nothing_of_a_pause_any_more(world, anna, given):
    _say(world, anna, given)
    ended = world.services.withdraw_consent(anna, given.consent_id)
    told = len(world.market.pauses)

    again = _say(world, anna, given, paused=False)
    world.services.refresh(anna)

    assert ended.state(world.clock()) is ConsentState.WITHDRAWN
    assert not ended.is_paused
    assert set(ended.withdrawal.deletions) == set(NODES)
    assert again.pausing == ended.pausing
    assert len(world.market.pauses) == told


def test_another_wallets_agreement_cannot_be_paused(world, given):
    world.services.create_wallet("berta", "another good password")
    berta = world.services.open_wallet("berta", "another good password")

    with pytest.raises(NotInWalletError):
        world.services.pause_consents(berta, given.consent_id, paused=True)
    assert world.market.pauses == []


def test_everything_is_paused_at_once_and_goes_on_at_once(world, anna, given):
    world.services.pause_consents.everything(anna, paused=True)
    paused, standing = _kept(world, anna, given), world.services.pause_consents.standing(anna)
    world.services.pause_consents.everything(anna, paused=False)

    assert paused.is_paused
    assert (standing, standing.all_paused) == (Standing(1, 1), True)
    assert world.services.pause_consents.standing(anna) == Standing(1, 0)
    assert [_heard(world, anna, each).paused for each in world.market.pauses] == [True, False]


def test_a_document_of_before_reads_as_not_paused(world, anna, given):
    document = given.to_document()
    del document["pausing"]

    read = HeldConsent.from_document(document, given.row_id, given.revision)

    assert read.pausing is None
    assert not read.is_paused


def test_a_pause_survives_being_written(world, anna, given):
    paused = _say(world, anna, given)

    assert HeldConsent.from_document(paused.to_document(), paused.row_id, paused.revision) == paused
