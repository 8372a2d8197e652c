from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, Table, insert, select
from sqlalchemy.exc import StatementError

from ssi.hosting.columns import UtcMoment, new_metadata
from ssi.hosting.database import open_database

METADATA = new_metadata()
EVENTS = Table("event", METADATA, Column("id", Integer, primary_key=True), Column("at", UtcMoment))


@pytest.fixture
def database(database_url):
    with closing(open_database(database_url)) as database:
        METADATA.create_all(database.engine)
        yield database


def kept(database, at):
    with database.writing() as session:
        session.execute(insert(EVENTS).values(id=1, at=at))
    with database.reading() as session:
        return session.scalar(select(EVENTS.c.at))


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]
)
def test_a_moment_comes_back_as_the_same_moment_in_utc(database, zone):
    at = datetime(2026, 5, 3, 23, 59, 59, 123456, tzinfo=zone)

    found = kept(database, at)

    assert found == at
    assert found.tzinfo is UTC


def test_no_moment_stays_none(database):
    assert kept(database, None) is None


def test_a_moment_without_a_zone_is_refused(database):
    with pytest.raises(StatementError, match="time zone"):
        kept(database, datetime(2026, 5, 3))  # noqa: DTZ001 - this is what must be refused


def test_moments_are_compared_as_moments(database):
    kept(database, datetime(2026, 5, 3, 12, 0, tzinfo=UTC))
    earlier = datetime(2026, 5, 3, 13, 0, tzinfo=timezone(timedelta(hours=2)))

    with database.reading() as session:
        assert session.scalar(select(EVENTS.c.id).where(EVENTS.c.at > earlier)) == 1
