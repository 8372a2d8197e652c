"""Answers that somebody slips into a sign-in at a hospital are not taken."""

import pytest

from tests.wallet.hospital_reader import BACK, EACH, server
from tests.wallet.smart_server import CLIENT, SmartServer
from wallet.domain.hospital import Hospital, allows_reading
from wallet.errors import PullError, PullTrouble

__all__ = ["server"]


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
