"""A wallet believes a use when most computing partners confirmed the log that holds it, and sees two logs."""

from dataclasses import replace

import pytest

from consent.cosignature import LogPolicy
from consent.log import Entry, verify_checkpoint
from tests.ssi import parties
from tests.wallet.world import NODES, MemoryLog, World
from wallet.domain.choices import PolicyChoices
from wallet.domain.use import Proof


@pytest.fixture
def given(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    return world.services.publish_offer(anna, record.credential_id, PolicyChoices())


OTHER = Entry.of("offer", parties.NOW, {"consent_id": "another"})


def proofs(world: World, anna) -> list[Proof]:
    return [use.proof for use in world.services.history(anna)]


def memory(world: World, anna):
    return world.services.read.overview(anna).log


def test_a_use_waits_until_enough_partners_confirmed_the_log_that_holds_it(world, anna, given):
    world.market.use(given.consent_id)
    world.market.published_size = 1

    assert world.services.refresh(anna).alarms == []
    assert proofs(world, anna) == [Proof.PENDING]

    world.market.published_size = None
    world.services.refresh(anna)
    assert proofs(world, anna) == [Proof.CHECKED]


@pytest.mark.parametrize("witnesses", [(), ("node-a",), ("node-a", "node-a"), ("node-a", "somebody")])
def test_a_log_that_too_few_confirmed_proves_nothing(world, anna, given, witnesses):
    world.market.use(given.consent_id)
    world.market.witnesses = witnesses

    report = world.services.refresh(anna)

    assert (report.alarms, report.problems) == ([], [])
    assert proofs(world, anna) == [Proof.PENDING]
    assert memory(world, anna).witnessed is None


@pytest.mark.parametrize("down", NODES)
def test_one_silent_partner_takes_nothing_away(world, anna, given, down):
    world.market.use(given.consent_id)
    world.market.witnesses = tuple(name for name in NODES if name != down)

    world.services.refresh(anna)

    assert proofs(world, anna) == [Proof.CHECKED]


def test_what_was_confirmed_stays_proven_while_the_partners_are_silent(world, anna, given):
    world.market.use(given.consent_id)
    world.services.refresh(anna)
    world.market.use(given.consent_id, "job-2")
    world.market.witnesses = ()

    report = world.services.refresh(anna)

    assert report.alarms == []
    assert sorted(proofs(world, anna)) == [Proof.CHECKED, Proof.PENDING]


def test_a_split_view_to_two_wallets_leaves_one_of_them_without_proof_and_is_seen_when_they_meet(
    world, anna, given
):
    """The partners confirm one log; this wallet is shown another, signed by the same marketplace."""
    shown_to_others = MemoryLog([OTHER, *world.market.log.entries])
    world.market.use(given.consent_id)
    world.market.witnesses = ()
    world.services.refresh(anna)
    assert proofs(world, anna) == [Proof.PENDING]

    world.market.published_log, world.market.witnesses = shown_to_others, NODES
    report = world.services.refresh(anna)

    assert any("contradicts" in alarm for alarm in report.alarms)
    alarm = memory(world, anna).alarm
    key = world.market.key.public
    earlier, later = (verify_checkpoint(note, "market", key) for note in (alarm.earlier, alarm.later))
    assert (earlier.size, later.size) == (2, 2)
    assert earlier.root != later.root
    assert len(
        LogPolicy.of(parties.registry(), now=world.clock()).verify(alarm.later, now=world.clock()).seen
    ) == len(NODES)


def test_confirmed_entries_that_are_taken_back_are_reported_with_the_evidence(world, anna, given):
    world.market.use(given.consent_id)
    world.services.refresh(anna)
    kept = memory(world, anna).witnessed
    world.market.published_size = 1

    report = world.services.refresh(anna)

    assert any("took back" in alarm for alarm in report.alarms)
    alarm = memory(world, anna).alarm
    assert alarm.earlier == kept.note
    policy = LogPolicy.of(parties.registry(), now=world.clock())
    states = [policy.verify(note, now=world.clock()) for note in (alarm.earlier, alarm.later)]
    assert [state.checkpoint.size for state in states] == [2, 1]
    assert memory(world, anna).witnessed == kept


def test_a_published_state_of_another_log_is_a_problem(world, anna, given):
    world.market.published_log = MemoryLog(list(world.market.log.entries), origin="other")

    report = world.services.refresh(anna)

    assert any("in a form that holds" in problem for problem in report.problems)
    assert memory(world, anna).witnessed is None


def test_cosignatures_of_an_earlier_registry_count_no_more(world, anna, given):
    """A node that left the registry confirms nothing: two of the three are left, and both are asked for."""
    registry = parties.registry()
    world.trust.known = replace(registry, nodes=registry.nodes[:2])
    world.market.witnesses = ("node-a", "node-c")

    world.services.refresh(anna)

    assert memory(world, anna).witnessed is None


def test_the_confirmed_state_says_how_fresh_it_is(world, anna, given):
    world.clock.forward(hours=1)
    world.services.refresh(anna)

    assert memory(world, anna).witnessed.fresh_at == world.clock()
