"""Showing again at one's organisation that it is still she: `auth_time` is believed, and nothing else."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from ssi.passkey import Site
from tests.marketplace.provider import CLIENT, SECRET, Provider, provider
from tests.marketplace.web.house import INSTITUTE, PASSWORD, House, Visitor, text_of
from tests.marketplace.web.test_again import KEYS, asked, kept_form, made_key
from tests.soft_passkey import SoftPasskey

RETURN = "/sign-in/with/institute/return"


@pytest.fixture
def idp(house: House) -> Iterator[Provider]:
    with provider(lambda: house.clock.now) as one:
        yield one


@pytest.fixture
def owner(house: House, idp: Provider) -> Visitor:
    """An owner whose people sign in with their organisation, as buyers."""
    made = house.buyer("owner@institute.example", INSTITUTE)
    told = {"name": "institute", "issuer": idp.issuer, "client_id": CLIENT, "secret": SECRET}
    told |= {"domains": "institute.example", "role": "buyer", "password": PASSWORD}
    assert made.send("/account/organisation-sign-in", **told).status_code == 302
    return made


def link(response: TestResponse) -> str:
    found = re.search(r'href="([^"]+/authorize[^"]*)"', response.text)
    assert found is not None, text_of(response)
    return unescape(found[1])


def back(idp: Provider, visitor: Visitor, page: str, **person: object) -> TestResponse:
    return visitor.get(f"{RETURN}?{urlencode(idp.signed_in(page, **person))}")


def seconds(house: House, *, ago: int = 0) -> int:
    return int(house.clock.now.timestamp()) - ago


def came_in(house: House, idp: Provider, **person: object) -> Visitor:
    anna = house.visitor()
    begun = anna.send("/sign-in/organisation", seen_on="/sign-in", name="institute")
    assert back(idp, anna, link(begun), **person).status_code == 302
    return anna


def test_who_came_in_long_after_signing_in_at_her_organisation_is_asked(
    house: House, owner: Visitor, idp: Provider
):
    for person in ({}, {"auth_time": seconds(house, ago=600)}):
        anna = came_in(house, idp, **person)
        assert anna.send(KEYS, label="lab", scopes="quotes").status_code == 403

    just = came_in(house, idp, auth_time=seconds(house, ago=599))
    assert made_key(just.send(KEYS, label="lab", scopes="quotes"))


def elsewhere(visitor: Visitor) -> str:
    """Where she is sent to show again who she is."""
    typed = {"label": "the lab & more", "scopes": "quotes"}
    return link(visitor.send(KEYS, **typed, again_elsewhere="yes"))


def test_at_her_organisation_she_shows_it_anew_and_goes_on_with_what_she_typed(
    house: House, owner: Visitor, idp: Provider
):
    anna = came_in(house, idp)
    page = elsewhere(anna)
    query = parse_qs(urlsplit(page).query)
    assert query["prompt"] == ["login"]
    assert query["max_age"] == ["600"]

    answer = back(idp, anna, page, auth_time=seconds(house))

    assert answer.status_code == 200
    assert kept_form(answer) == {"label": "the lab & more", "scopes": "quotes"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert made_key(anna.send(KEYS, **kept_form(answer)))


@pytest.mark.parametrize("ago", [600, 86_400])
def test_replayed_auth_time(house: House, owner: Visitor, idp: Provider, ago: int):
    anna = came_in(house, idp)

    answer = back(idp, anna, elsewhere(anna), auth_time=seconds(house, ago=ago))

    assert answer.status_code == 422
    assert "does not say that you have signed in there just now" in text_of(answer)
    assert anna.send(KEYS, label="lab", scopes="quotes").status_code == 403


def test_an_organisation_that_does_not_say_when_is_not_believed(house: House, owner: Visitor, idp: Provider):
    anna = came_in(house, idp)

    assert back(idp, anna, elsewhere(anna)).status_code == 422
    assert anna.send(KEYS, label="lab", scopes="quotes").status_code == 403


@pytest.mark.parametrize(("ahead", "status"), [(60, 200), (61, 422)])
def test_clock_skew(house: House, owner: Visitor, idp: Provider, ahead: int, status: int):
    anna = came_in(house, idp)

    answer = back(idp, anna, elsewhere(anna), auth_time=seconds(house, ago=-ahead))

    assert answer.status_code == status
    house.clock.forward(minutes=10)
    assert anna.send(KEYS, label="lab", scopes="quotes").status_code == 403, "a clock ahead adds nothing"


def test_step_up_of_another_member_by_her_organisation(house: House, owner: Visitor, idp: Provider):
    anna = came_in(house, idp)
    came_in(house, idp, sub="berta-1", email="berta@institute.example")
    for sub, email in (("berta-1", "berta@institute.example"), ("new-1", "new@institute.example")):
        answer = back(idp, anna, elsewhere(anna), sub=sub, email=email, auth_time=seconds(house))

        assert answer.status_code == 422
        assert "signed somebody else in" in text_of(answer)
    with house.store.reading() as books:
        assert books.members.find("new@institute.example") is None


def test_an_answer_for_another_browser_proves_nothing(house: House, owner: Visitor, idp: Provider):
    anna, page = came_in(house, idp), elsewhere(came_in(house, idp))

    assert back(idp, anna, page, auth_time=seconds(house)).status_code == 422
    assert anna.send(KEYS, label="lab", scopes="quotes").status_code == 403


def test_what_is_too_long_to_wait_is_told(house: House, owner: Visitor, idp: Provider):
    anna = came_in(house, idp)

    answer = anna.send(KEYS, label="x" * 70_000, again_elsewhere="yes")

    assert answer.status_code == 422
    assert "too long to wait" in text_of(answer)


def test_who_has_nothing_but_her_organisation_adds_a_passkey_after_showing_it_there(
    house: House, owner: Visitor, idp: Provider
):
    anna = came_in(house, idp)
    phone = SoftPasskey(b"passkey of anna", site=Site.of("http://localhost"))
    path, typed = "/account/sign-in/passkeys/add", {"label": "phone", "made": phone.registration(asked(anna))}

    assert anna.send(path, **typed).status_code == 403
    page = link(anna.send(path, **typed, again_elsewhere="yes"))
    answer = back(idp, anna, page, auth_time=seconds(house))

    assert anna.send(path, **kept_form(answer)).status_code == 302
    assert "phone" in text_of(anna.get("/account/sign-in/"))
