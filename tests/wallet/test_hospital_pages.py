"""Pages of a hospital's server that are not as they should be lose nothing and end."""

import io
from dataclasses import replace

import pytest
from flask import Response

from tests.wallet.hospital_reader import BACK, connect, read, refused, server, values
from tests.wallet.smart_server import open_hospital, pulse
from wallet.clients.hospitals import PAGES
from wallet.errors import NotInWalletError, PullError, PullTrouble, StoppedError
from wallet.services.take_file import Progress

__all__ = ["server"]


def test_a_next_page_at_another_host_is_not_asked(world, anna, server):
    with open_hospital(world.clock) as other:
        server.next_links[0] = f"{other.address}/fhir/Observation?page=1"
        error = refused(world, anna, server)

    assert error.kind is PullTrouble.UNFIT_ANSWER
    assert "another address" in error.detail
    assert other.searches == []


@pytest.mark.parametrize(
    "link",
    ["http://127.0.0.1@thief.example/", "//thief.example/x", "file:///etc/passwd", "/fhir/Observation"],
)
def test_a_next_page_that_looks_like_the_same_host_is_not_asked(world, anna, server, link):
    server.next_links[0] = link

    assert refused(world, anna, server).kind is PullTrouble.UNFIT_ANSWER


def test_pages_that_lead_round_in_circles_end(world, anna, server):
    server.next_links[1] = f"{server.address}/fhir/Observation?page=1"
    error = refused(world, anna, server)

    assert error.kind is PullTrouble.UNFIT_ANSWER
    assert len(server.searches) <= 3


def test_pages_without_end_are_bounded(world, anna, server, monkeypatch):
    monkeypatch.setattr("wallet.services.fetch_observations.MOST_PAGES", 3)
    server.next_links = {
        number: f"{server.address}/fhir/Observation?page={number + 1}" for number in range(9)
    }

    assert refused(world, anna, server).kind is PullTrouble.TOO_MUCH
    assert len(server.searches) == 4


def test_pages_are_bounded_in_length_alone_and_together(world, anna, server, monkeypatch):
    server.padding = PAGES.answer_bytes
    assert refused(world, anna, server).kind is PullTrouble.UNFIT_ANSWER
    server.padding = 30_000
    monkeypatch.setattr("wallet.services.fetch_observations.MOST_BYTES", 50_000)

    assert refused(world, anna, server).kind is PullTrouble.TOO_MUCH


def test_a_reading_that_lasts_too_long_ends(world, anna, server):
    hospital = connect(world, anna, server)
    progress = Progress()
    original = world.services.hospitals.servers.observations

    class Slow:
        def __getattr__(self, name: str):
            return getattr(world.services.hospitals.servers, name)

        def observations(self, *arguments):
            world.clock.forward(minutes=16)
            return original(*arguments)

    slow = replace(world.services.hospitals, servers=Slow())
    with pytest.raises(PullError) as caught:
        slow.read(anna, hospital.row_id, io.BytesIO(), progress)

    assert caught.value.kind is PullTrouble.TOO_MUCH
    assert values(world, anna) == []


@pytest.mark.parametrize(
    "subject",
    [{"reference": "Patient/ben-2"}, {"reference": "https://thief.example/Patient/anna-1"}, {}, None, 3],
)
def test_an_observation_of_somebody_else_makes_all_of_it_worthless(world, anna, server, subject):
    server.pages[1].append(pulse(77, minute=3, subject=subject))
    error = refused(world, anna, server)

    assert error.kind is PullTrouble.UNFIT_ANSWER
    assert "77" not in str(error)


def test_other_things_in_a_page_are_passed_over(world, anna, server):
    server.pages[0] += [{"resourceType": "OperationOutcome", "issue": []}, {"resourceType": "Patient"}]

    read(world, anna, connect(world, anna, server))

    assert values(world, anna) == [60.0, 61.0]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"resourceType": "Bundle"}', b'{"a": 1, "a": 2}'])
def test_a_page_that_is_none_loses_nothing(world, anna, server, body):
    server.answers[1] = [Response(body)]

    assert refused(world, anna, server).kind is PullTrouble.UNFIT_ANSWER


def test_a_redirect_is_not_followed(world, anna, server):
    server.answers[0] = [
        Response(status=302, headers={"Location": f"{server.address}/fhir/Observation?page=1"})
    ]

    assert refused(world, anna, server).kind is PullTrouble.UNFIT_ANSWER
    assert len(server.searches) == 1


def test_a_token_that_ran_out_on_the_way_and_cannot_be_renewed_loses_nothing(world, anna, server):
    server.answers[1] = [Response(status=401)]

    assert refused(world, anna, server).kind is PullTrouble.SIGN_IN_AGAIN


def test_a_server_that_never_takes_the_renewed_token_is_not_asked_for_ever(world, anna, server):
    server.answers[1] = [Response(status=401) for _ in range(9)]

    assert refused(world, anna, server, stays=True).kind is PullTrouble.SIGN_IN_AGAIN
    assert len(server.searches) == 3


def test_a_lasting_right_that_was_ended_over_there_is_forgotten_here(world, anna, server):
    hospital = connect(world, anna, server, stays=True)
    server.expire_tokens()
    server.refreshing.clear()

    with pytest.raises(PullError) as caught:
        read(world, anna, hospital)

    assert caught.value.kind is PullTrouble.SIGN_IN_AGAIN
    assert world.services.hospitals.get(anna, hospital.row_id).access is None


@pytest.mark.parametrize("after", ["3600", "soon", None, "-5"])
def test_a_server_that_wants_more_than_she_waits_for_is_told_as_busy(world, anna, server, after):
    headers = {} if after is None else {"Retry-After": after}
    server.answers[0] = [Response(status=429, headers=headers)]
    error = refused(world, anna, server)

    assert error.kind is PullTrouble.BUSY
    assert error.wait_seconds == (3600 if after == "3600" else 0)
    assert world.rested == []


def test_a_server_that_is_always_busy_is_given_up(world, anna, server):
    server.answers[0] = [Response(status=429, headers={"Retry-After": "1"}) for _ in range(20)]

    assert refused(world, anna, server).kind is PullTrouble.BUSY
    assert len(server.searches) == 6


@pytest.mark.parametrize(("status", "kind"), [(500, PullTrouble.UNREACHABLE), (403, PullTrouble.REFUSED)])
def test_other_refusals_have_their_kind(world, anna, server, status, kind):
    server.answers[1] = [Response(status=status)]

    assert refused(world, anna, server).kind is kind


def test_stopping_keeps_nothing(world, anna, server):
    hospital = connect(world, anna, server)
    progress = Progress()
    progress.stop()

    with pytest.raises(StoppedError):
        read(world, anna, hospital, progress)
    assert values(world, anna) == []


def test_nobody_reads_with_the_right_of_another(world, anna, ben, server):
    hospital = connect(world, anna, server, stays=True)

    for act in (
        lambda: read(world, ben, hospital),
        lambda: world.services.hospitals.disconnect(ben, hospital.row_id),
        lambda: world.services.hospitals.begin_sign_in(ben, hospital.row_id, BACK),
    ):
        with pytest.raises(NotInWalletError):
            act()
