"""The register keeps its promises on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from crypto.errors import SealError
from ssi.hosting.database import differences, migrate
from ssi.issuer_service.bootstrap import MIGRATIONS
from ssi.issuer_service.domain.entry import Delivery, Entry, Grant, Offer, Sought, Standing, State
from ssi.issuer_service.errors import UnknownEntryError
from ssi.issuer_service.storage.tables import entries, metadata
from ssi.status_list import Status
from tests.ssi.issuer_service.visitors import Office
from tests.ssi.parties import NOW

pytestmark = pytest.mark.database


def entry(number: int, **changes) -> Entry:
    made = Entry(
        credential_id=f"{number:032x}",
        configuration="exam/1",
        record_key=number.to_bytes(32, "big"),
        external_id=f"student-{number}",
        version=1,
        content_digest=bytes(32),
        standing=Standing.VALID,
        delivery=Delivery.WAITING,
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return replace(made, **changes)


def test_the_migrations_make_exactly_the_declared_tables(office: Office):
    assert differences(office.issuer.database.engine, metadata) == []


def test_migrating_twice_changes_nothing(office: Office):
    migrate(office.issuer.database.engine, MIGRATIONS)

    assert differences(office.issuer.database.engine, metadata) == []


def test_an_entry_is_kept_as_it_was(office: Office):
    with office.issuer.books.writing() as register:
        register.entries.add([(entry(1), {"a": 1}), (entry(2), {})])

    with office.issuer.books.reading() as register:
        assert register.entries.get(entry(1).credential_id) == entry(1)
        assert register.entries.values(entry(1).credential_id) == {"a": 1}
        assert register.entries.values(entry(2).credential_id) == {}
        assert [each.credential_id for each in register.entries.search(Sought()).entries] == [
            entry(2).credential_id,
            entry(1).credential_id,
        ]


def test_an_unknown_entry_is_an_error_and_not_a_default(office: Office):
    with office.issuer.books.reading() as register, pytest.raises(UnknownEntryError):
        register.entries.get("0" * 32)


def test_an_error_takes_everything_back(office: Office):
    def fail_half_way() -> None:
        with office.issuer.books.writing() as register:
            register.entries.add([(entry(1), {})])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    with office.issuer.books.reading() as register:
        assert register.entries.search(Sought()).total == 0


def test_sealed_values_cannot_be_moved_to_another_row(office: Office):
    with office.issuer.books.writing() as register:
        register.entries.add([(entry(1), {"a": 1}), (entry(2), {"a": 2})])
    with office.issuer.database.writing() as session:
        rows = session.execute(entries.select()).all()
        moved = {row.credential_id: row.values_sealed for row in rows}
        session.execute(
            update(entries)
            .where(entries.c.credential_id == entry(1).credential_id)
            .values(values_sealed=moved[entry(2).credential_id])
        )

    with office.issuer.books.reading() as register, pytest.raises(SealError):
        register.entries.values(entry(1).credential_id)


def test_every_state_is_counted_as_it_is_listed(office: Office):
    cases = [
        entry(1),
        entry(2, delivery=Delivery.COLLECTED),
        entry(3, delivery=Delivery.LAPSED),
        entry(4, standing=Standing.SUSPENDED, delivery=Delivery.COLLECTED),
        entry(5, standing=Standing.REVOKED),
    ]
    with office.issuer.books.writing() as register:
        register.entries.add([(each, {}) for each in cases])

    with office.issuer.books.reading() as register:
        counts = register.entries.counts()
        listed = {state: register.entries.search(Sought(state=state)).total for state in State}

    assert counts == listed == dict.fromkeys(State, 1)


def test_a_full_status_list_is_followed_by_another(office: Office):
    with office.issuer.books.writing() as register:
        places = [register.status_lists.allocate(2) for _ in range(5)]

    assert [(number, taken) for number, taken, _ in places] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]


def test_a_list_keeps_its_size_when_the_settings_change(office: Office):
    with office.issuer.books.writing() as register:
        register.status_lists.allocate(2)
        assert register.status_lists.allocate(100) == (0, 1, 2)
        assert register.status_lists.read(0) == (2, {})


def test_a_list_tells_what_is_not_valid(office: Office):
    first = office.institution.hand_in("s-1")
    second = office.institution.hand_in("s-2")
    for answer in (first, second):
        office.wallet().collect(answer["offer_uri"])
    office.institution.set_status(first["credential_id"], "revoked")
    office.institution.set_status(second["credential_id"], "suspended")

    with office.issuer.books.reading() as register:
        _, told = register.status_lists.read(0)

    assert sorted(told.values()) == [Status.INVALID, Status.SUSPENDED]


def test_tidying_keeps_what_can_still_be_collected(office: Office):
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    with office.issuer.books.writing() as register:
        register.entries.add([(entry(1), {"a": 1}), (entry(2), {"a": 1})])
        register.offers.put(
            [Offer(entry(1).credential_id, 1, False, soon), Offer(entry(2).credential_id, 1, False, later)]
        )

    with office.issuer.books.writing() as register:
        lapsed = register.offers.tidy(soon)

    with office.issuer.books.reading() as register:
        assert lapsed == 1
        assert register.entries.get(entry(1).credential_id).delivery is Delivery.LAPSED
        assert register.entries.values(entry(2).credential_id) == {"a": 1}


def test_a_token_that_ran_out_is_forgotten(office: Office):
    with office.issuer.books.writing() as register:
        register.entries.add([(entry(1), {})])
        register.offers.grant(b"t" * 32, Grant(entry(1).credential_id, NOW))
        before = register.offers.granted(b"t" * 32)
        register.offers.tidy(NOW)
        after = register.offers.granted(b"t" * 32)

    assert before is not None
    assert after is None


def test_a_challenge_is_used_once_and_forgotten_after_its_end(office: Office):
    with office.issuer.books.writing() as register:
        used = [register.offers.use_nonce(b"n" * 32, NOW) for _ in range(2)]
        register.offers.tidy(NOW)
        again = register.offers.use_nonce(b"n" * 32, NOW)

    assert (used, again) == ([True, False], True)
