"""How long members stay signed in, and that what they did is noted with it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.errors import CryptoError
from marketplace.errors import AmountError, TransferConflictError, UnknownError
from ssi.errors import CredentialError
from tests.marketplace.market import Market, mandate
from tests.marketplace.mpc_node.orders import buyer_credential
from tests.marketplace.test_members import House


@pytest.fixture
def house(any_market: Market) -> House:
    return House(any_market)


def test_a_session_ends_after_half_a_day_and_only_by_its_member(house):
    sessions = house.market.services.member_sessions
    reader = house.join()
    session = sessions.begin(house.owner, "x" * 100)
    assert len(session.device) == 60
    with pytest.raises(UnknownError):
        sessions.end(reader.member_id, session.session_id)
    for _ in range(12):
        assert sessions.find(session.session_id)[0] == house.owner
        house.market.clock.forward(minutes=59)
    assert sessions.find(session.session_id)[0] == house.owner
    house.market.clock.forward(minutes=12)

    with pytest.raises(UnknownError):
        sessions.find(session.session_id)
    assert sessions.of(house.owner.member_id) == []


def test_a_session_that_nobody_uses_ends_and_it_is_said_why(house):
    sessions, clock = house.market.services.member_sessions, house.market.clock
    session = sessions.begin(house.owner, "Firefox")
    clock.forward(minutes=59)
    sessions.find(session.session_id, in_use=False)
    clock.forward(minutes=1)

    with pytest.raises(UnknownError, match="nothing was done here for 60 minutes"):
        sessions.find(session.session_id)
    assert sessions.of(house.owner.member_id) == []


def test_looking_a_session_up_is_written_down_once_a_minute(house):
    sessions, clock = house.market.services.member_sessions, house.market.clock
    begun = sessions.begin(house.owner, "Firefox")
    seen = []
    for _ in range(9):
        clock.forward(seconds=20)
        sessions.find(begun.session_id)
        seen.append((sessions.find(begun.session_id)[2].used_at - begun.started_at).total_seconds())

    assert seen == [0, 0, 60, 60, 60, 120, 120, 120, 180]


def test_a_renewed_session_lasts_no_longer_and_its_earlier_id_is_over(house):
    sessions, clock = house.market.services.member_sessions, house.market.clock
    begun = sessions.begin(house.owner, "Firefox")
    clock.forward(minutes=30)

    renewed = sessions.renew(begun.session_id, proven_at=clock.now)

    assert renewed.started_at == begun.started_at
    assert renewed.is_proven(clock.now)
    assert not begun.is_proven(clock.now)
    with pytest.raises(UnknownError, match="from elsewhere"):
        sessions.find(begun.session_id)
    with pytest.raises(UnknownError):
        sessions.renew(begun.session_id, proven_at=clock.now)


def test_a_proof_from_the_future_counts_from_now(house):
    sessions, clock = house.market.services.member_sessions, house.market.clock
    later = clock.now + timedelta(hours=1)

    begun = sessions.begin(house.owner, "Firefox", proven_at=later)

    assert begun.proven_at == clock.now
    assert not replace(begun, proven_at=later).is_proven(clock.now)


def test_what_a_member_did_with_money_is_noted_with_it_once_and_by_name(house):
    top_up, by = house.market.services.top_up, house.owner.member_id
    before = house.did().count("paid in")
    for _ in range(2):
        top_up(house.account_id, transfer_id="one", amount_cents=100, by=by)
    with pytest.raises(AmountError):
        top_up(house.account_id, transfer_id="two", amount_cents=0, by=by)
    with pytest.raises(TransferConflictError):
        top_up(house.account_id, transfer_id="one", amount_cents=200, by=by)
    top_up(house.account_id, transfer_id="three", amount_cents=100)  # a command on the machine

    assert house.did().count("paid in") - before == 1


def test_registering_is_noted_in_the_transaction_that_registers(house):
    registered, by = house.did().count("registered"), house.owner.member_id
    with pytest.raises((CredentialError, CryptoError)):
        house.market.services.register_organisation(
            house.account_id, credential="none", mandate="none", by=by
        )
    assert house.did().count("registered") == registered

    house.market.services.register_organisation(
        house.account_id, credential=buyer_credential(), mandate=mandate(), by=by
    )

    assert house.did().count("registered") == registered + 1
