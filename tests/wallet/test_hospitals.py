"""A wallet reads from a hospital's real server: all of what is hers, or nothing; and never anywhere else."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Response

from tests.wallet.smart_server import CLIENT, PATIENT, SmartServer, open_hospital, pulse
from wallet.clients.connections import Connections
from wallet.clients.hospitals import PAGES, HospitalClient
from wallet.clients.openid4vci.outside import Outside
from wallet.domain.hospital import Hospital, allows_reading
from wallet.errors import NotInWalletError, PullError, PullTrouble, StoppedError
from wallet.services.source_ports import Chosen
from wallet.services.take_file import Progress

EACH = Chosen(frozenset({"each-reading"}), ZoneInfo("Europe/Vienna"))
DAILY = Chosen(frozenset({"by-day"}), ZoneInfo("Europe/Vienna"))
BACK = f"{CLIENT}/sources/hospitals/back"


@pytest.fixture
def server(world) -> Iterator[SmartServer]:
    with open_hospital(world.clock) as opened:
        yield opened


def connect(world, session, server: SmartServer, chosen: Chosen = EACH, *, stays: bool = False) -> Hospital:
    """A hospital where she has signed in."""
    hospitals = world.services.hospitals
    found = hospitals.look(session, f"{server.address}/fhir/", CLIENT, chosen, stays=stays)
    page = hospitals.begin_sign_in(session, found.row_id, BACK)
    connected: Hospital = hospitals.finish_sign_in(session, server.visited(page))
    return connected


def read(world, session, hospital: Hospital, progress: Progress | None = None):
    return world.services.hospitals.read(session, hospital.row_id, io.BytesIO(), progress or Progress())


def values(world, session) -> list[float]:
    streams = world.services.streams.read
    return [
        float(reading.value)
        for stream in streams.all(session)
        for reading in streams.readings(session, stream.row_id)
    ]


def refused(world, session, server: SmartServer, **changes: Any) -> PullError:
    """What reading comes to; nothing was kept."""
    hospital = connect(world, session, server, **changes)
    with pytest.raises(PullError) as caught:
        read(world, session, hospital)
    assert values(world, session) == []
    return caught.value


# ---- What works


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


# ---- Servers that must not be asked


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"code_challenge_methods_supported": ["plain"]}, PullTrouble.INSECURE),
        ({"code_challenge_methods_supported": None}, PullTrouble.INSECURE),
        ({"capabilities": ["launch-ehr", "client-public"]}, PullTrouble.INSECURE),
        ({"capabilities": ["launch-standalone"]}, PullTrouble.INSECURE),
        ({"capabilities": "all of them"}, PullTrouble.NO_SERVER),
        ({"token_endpoint": "https://thief.example/token"}, PullTrouble.INSECURE),
        ({"authorization_endpoint": "http://thief.example/authorize"}, PullTrouble.INSECURE),
        ({"authorization_endpoint": "javascript:alert(1)"}, PullTrouble.INSECURE),
        ({"revocation_endpoint": "https://thief.example/revoke"}, PullTrouble.INSECURE),
        ({"token_endpoint": None}, PullTrouble.NO_SERVER),
    ],
)
def test_a_configuration_that_does_not_protect_her_is_refused(world, anna, server, changes, kind):
    server.configuration = changes

    with pytest.raises(PullError) as caught:
        world.services.hospitals.look(anna, f"{server.address}/fhir", CLIENT, EACH, stays=False)

    assert caught.value.kind is kind
    assert world.services.hospitals.all(anna) == ()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "fhir",
        "ftp://fhir.example",
        "http://fhir.example",
        "https://user@fhir.example/fhir",
        "https://fhir.example/fhir?x=1",
        "https://fhir.example/fhir#x",
        f"https://fhir.example/{'x' * 500}",
    ],
)
def test_an_address_that_is_none_is_not_asked(world, anna, address):
    with pytest.raises(PullError) as caught:
        world.services.hospitals.look(anna, address, CLIENT, EACH, stays=False)

    assert caught.value.kind in {PullTrouble.NO_SERVER, PullTrouble.INSECURE}


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/fhir", "https://127.0.0.1/fhir", "https://[::1]/fhir"]
)
def test_outside_of_development_nothing_inside_the_network_is_asked(world, anna, address):
    client = HospitalClient(Outside(Connections(PAGES)), world.clock)
    hospitals = replace(world.services.hospitals, servers=client)

    with pytest.raises(PullError) as caught:
        hospitals.look(anna, address, CLIENT, EACH, stays=False)

    assert caught.value.kind is PullTrouble.INSECURE


def test_a_server_that_is_none_and_one_that_is_away_are_told_apart(world, anna, server):
    hospitals = world.services.hospitals
    with pytest.raises(PullError) as other:
        hospitals.look(anna, f"{server.address}/elsewhere", CLIENT, EACH, stays=False)
    with pytest.raises(PullError) as away:
        hospitals.look(anna, "http://127.0.0.1:9/fhir", CLIENT, EACH, stays=False)

    assert other.value.kind is PullTrouble.NO_SERVER
    assert away.value.kind is PullTrouble.UNREACHABLE


# ---- Answers that are slipped in


def begun(world, session, server: SmartServer) -> tuple[Hospital, str]:
    hospitals = world.services.hospitals
    found = hospitals.look(session, f"{server.address}/fhir", CLIENT, EACH, stays=False)
    return found, hospitals.begin_sign_in(session, found.row_id, BACK)


def test_an_answer_with_another_state_is_not_taken_and_the_right_one_still_is(world, anna, server):
    _, page = begun(world, anna, server)
    hospitals = world.services.hospitals

    for state in ("", "guess"):
        with pytest.raises(PullError) as caught:
            hospitals.finish_sign_in(anna, server.visited(page, state=state))
        assert caught.value.kind is PullTrouble.SIGN_IN_AGAIN

    assert hospitals.finish_sign_in(anna, server.visited(page)).access is not None


def test_an_answer_to_one_wallet_is_not_taken_by_another(world, anna, ben, server):
    _, page = begun(world, anna, server)
    begun(world, ben, server)

    with pytest.raises(PullError):
        world.services.hospitals.finish_sign_in(ben, server.visited(page))


def test_an_answer_is_taken_once(world, anna, server):
    _, page = begun(world, anna, server)
    answer = server.visited(page)
    world.services.hospitals.finish_sign_in(anna, answer)

    with pytest.raises(PullError):
        world.services.hospitals.finish_sign_in(anna, answer)


def test_an_answer_that_comes_after_half_an_hour_is_not_taken(world, anna, server):
    _, page = begun(world, anna, server)
    world.clock.forward(minutes=31)

    with pytest.raises(PullError):
        world.services.hospitals.finish_sign_in(anna, server.visited(page))


def test_a_code_of_somebody_elses_sign_in_does_not_fit_the_verifier(world, anna, ben, server):
    _, hers = begun(world, anna, server)
    _, his = begun(world, ben, server)
    stolen = server.visited(hers)["code"]

    with pytest.raises(PullError) as caught:
        world.services.hospitals.finish_sign_in(ben, server.visited(his, code=stolen))

    assert caught.value.kind is PullTrouble.SIGN_IN_AGAIN
    assert server.tokens == {}


@pytest.mark.parametrize("lie", [{"iss": "https://thief.example"}, {"iss": ""}, "left out"])
def test_an_answer_of_another_server_is_not_taken(world, anna, server, lie):
    server.names_itself = True
    _, page = begun(world, anna, server)
    answer = server.visited(page)
    told = {name: value for name, value in answer.items() if name != "iss"} | (
        {} if lie == "left out" else lie
    )

    with pytest.raises(PullError) as caught:
        world.services.hospitals.finish_sign_in(anna, told)

    assert caught.value.kind is PullTrouble.UNFIT_ANSWER
    assert server.tokens == {}


def test_saying_no_there_is_no_failure_of_anybody(world, anna, server):
    _, page = begun(world, anna, server)
    state = server.visited(page)["state"]

    with pytest.raises(PullError) as caught:
        world.services.hospitals.finish_sign_in(anna, {"state": state, "error": "access_denied"})

    assert caught.value.kind is PullTrouble.REFUSED


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"granted_scope": "launch/patient"}, PullTrouble.REFUSED),
        ({"granted_scope": "patient/Observation.r user/Observation.rs"}, PullTrouble.REFUSED),
        ({"patient": None}, PullTrouble.UNFIT_ANSWER),
        ({"patient": "x&patient=other"}, PullTrouble.UNFIT_ANSWER),
        ({"token_type": "mac"}, PullTrouble.UNFIT_ANSWER),
    ],
)
def test_a_right_that_is_not_the_one_that_was_asked_for_is_not_kept(world, anna, server, changes, kind):
    for name, value in changes.items():
        setattr(server, name, value)
    found, page = begun(world, anna, server)

    with pytest.raises(PullError) as caught:
        world.services.hospitals.finish_sign_in(anna, server.visited(page))

    assert caught.value.kind is kind
    assert world.services.hospitals.get(anna, found.row_id).access is None


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("patient/Observation.rs", True),
        ("openid patient/*.read", True),
        ("patient/Observation.cruds", True),
        ("patient/Observation.rs?category=vital-signs", True),
        ("patient/Observation.s", False),
        ("patient/Observation.c", False),
        ("user/*.*", False),
        ("patient/Condition.rs", False),
        ("", False),
    ],
)
def test_what_allows_reading_is_known(scope, allowed):
    assert allows_reading(scope) is allowed


# ---- Pages that are not as they should be


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
