"""A wallet reads from a hospital's real server: all of what is hers, or nothing; and never anywhere else."""

from datetime import timedelta

import pytest
from flask import Response

from tests.wallet.hospital_reader import BACK, DAILY, EACH, connect, read, server, values
from tests.wallet.smart_server import CLIENT, PATIENT, open_hospital, pulse
from wallet.domain.hospital import Hospital
from wallet.errors import NotInWalletError
from wallet.services.take_file import Progress

__all__ = ["server"]


def test_every_page_is_read_and_stands_under_the_hospitals_name(world, anna, server):
    hospital = connect(world, anna, server)
    progress = Progress()

    report = read(world, anna, hospital, progress)

    assert report.tally.kept == 2
    assert values(world, anna) == [60.0, 61.0]
    assert progress.pages == 2
    (stream,) = world.services.streams.read.all(anna)
    assert (stream.source, stream.quantity_name) == ("127.0.0.1", "heart-rate")
    assert server.searches[0] == {"patient": [PATIENT], "_count": ["200"]}


def test_a_right_that_does_not_stay_ends_with_the_reading(world, anna, server):
    hospital = connect(world, anna, server)
    assert hospital.access is not None
    assert hospital.access.refresh_token is None

    read(world, anna, hospital)

    assert world.services.hospitals.get(anna, hospital.row_id).access is None
    assert server.revoked == [hospital.access.access_token]
    assert server.tokens == {}


def test_what_is_new_is_read_later_with_what_was_changed_since(world, anna, server):
    hospital = connect(world, anna, server, stays=True)
    read(world, anna, hospital)
    world.clock.forward(days=3)
    server.pages = [[pulse(99, minute=1, status="corrected"), pulse(62, minute=2)]]
    server.searches.clear()

    report = read(world, anna, hospital)

    assert (report.tally.kept, report.tally.corrections) == (1, 1)
    assert values(world, anna) == [60.0, 99.0, 62.0]
    began = world.clock.moment - timedelta(days=3)
    asked = f"ge{began - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert [each["_lastUpdated"] for each in server.searches[1:]] == [[asked]]


def test_nothing_new_is_no_trouble(world, anna, server):
    hospital = connect(world, anna, server, stays=True)
    read(world, anna, hospital)
    server.pages = [[]]

    assert read(world, anna, hospital).tally.kept == 0
    assert values(world, anna) == [60.0, 61.0]


def test_one_value_a_day_is_made_of_everything_each_time(world, anna, server):
    hospital = connect(world, anna, server, chosen=DAILY, stays=True)
    read(world, anna, hospital)
    server.pages.append([pulse(92, minute=2)])

    read(world, anna, hospital)

    assert values(world, anna) == [71.0]
    assert not any("_lastUpdated" in each for each in server.searches)


def test_a_token_that_ran_out_on_the_way_is_renewed_and_the_new_one_kept(world, anna, server):
    hospital = connect(world, anna, server, stays=True)
    assert hospital.access is not None
    server.answers[1] = [Response(status=401)]

    read(world, anna, hospital)

    renewed = world.services.hospitals.get(anna, hospital.row_id).access
    assert values(world, anna) == [60.0, 61.0]
    assert renewed.refresh_token in server.refreshing
    assert renewed.refresh_token != hospital.access.refresh_token


@pytest.mark.parametrize("told", ["7", "date"])
def test_a_busy_server_is_left_alone_as_long_as_it_asks(world, anna, server, told):
    hospital = connect(world, anna, server)
    until = f"{world.clock.moment + timedelta(seconds=6):%a, %d %b %Y %H:%M:%S GMT}"
    headers = {"Retry-After": "7" if told == "7" else until}
    server.answers[1] = [Response(status=429, headers=headers), Response(status=503, headers=headers)]

    read(world, anna, hospital)

    assert values(world, anna) == [60.0, 61.0]
    assert sum(world.rested) == 14


def test_ending_it_revokes_the_lasting_right_and_keeps_what_was_read(world, anna, server):
    hospital = connect(world, anna, server, stays=True)
    assert hospital.access is not None
    read(world, anna, hospital)

    assert world.services.hospitals.disconnect(anna, hospital.row_id)

    assert server.revoked == [hospital.access.refresh_token]
    assert world.services.hospitals.all(anna) == ()
    assert values(world, anna) == [60.0, 61.0]


def test_a_server_that_cannot_end_it_is_told_apart_and_forgotten_all_the_same(world, anna, server):
    server.can_revoke = False
    hospital = connect(world, anna, server, stays=True)

    assert not world.services.hospitals.disconnect(anna, hospital.row_id)
    with pytest.raises(NotInWalletError):
        world.services.hospitals.get(anna, hospital.row_id)


def test_only_what_she_allowed_is_asked_for(world, anna, server):
    hospitals = world.services.hospitals
    for stays, scope in ((False, "launch/patient patient/Observation.rs"), (True, "offline_access")):
        found = hospitals.look(anna, f"{server.address}/fhir", CLIENT, EACH, stays=stays)
        assert scope in " ".join(found.scopes)
        assert ("offline_access" in found.scopes) is stays


def test_an_older_server_is_asked_in_its_own_words(world, anna, server):
    server.configuration = {"capabilities": ["launch-standalone", "client-public", "permission-v1"]}

    assert "patient/Observation.read" in connect(world, anna, server).scopes


def test_a_hospital_is_read_back_as_it_was_kept_and_shows_no_secret(world, anna, server):
    hospitals = world.services.hospitals
    hospital = connect(world, anna, server, stays=True)
    hospitals.begin_sign_in(anna, hospital.row_id, BACK)
    kept = hospitals.get(anna, hospital.row_id)
    assert kept.access is not None
    assert kept.visit is not None

    again = Hospital.from_document(kept.to_document(), kept.row_id, kept.revision)

    assert again == kept
    secrets = (kept.access.access_token, kept.access.refresh_token, kept.visit.state, kept.visit.verifier)
    assert all(secret not in repr(kept) for secret in (*secrets, PATIENT))


@pytest.mark.database
def test_it_works_on_a_database_as_well(stored_world):
    session = stored_world.services.create_wallet("anna", "a quiet harbour")
    with open_hospital(stored_world.clock) as server:
        hospital = connect(stored_world, session, server, stays=True)
        read(stored_world, session, hospital)
        stored_world.clock.forward(days=1)
        server.expire_tokens()
        read(stored_world, session, hospital)

    assert values(stored_world, session) == [60.0, 61.0]
