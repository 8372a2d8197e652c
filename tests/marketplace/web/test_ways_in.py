"""The pages of passkeys and of signing in with one's organisation."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from crypto.encoding import b64url_decode, b64url_encode
from ssi.passkey import Site
from tests.marketplace.provider import CLIENT, SECRET, Provider, provider
from tests.marketplace.web.house import INSTITUTE, PASSWORD, House, Visitor, text_of
from tests.soft_passkey import SoftPasskey

OWN = "/account/sign-in"
SETTING = "/account/organisation-sign-in"
BEHIND = [
    f"{OWN}/",
    f"{OWN}/passkeys/add",
    f"{OWN}/passkeys/x/remove",
    f"{OWN}/without-password",
    f"{OWN}/connect",
    f"{OWN}/disconnect",
    SETTING,
    f"{SETTING}/end",
]
FORMS = [*(path for path in BEHIND if path != f"{OWN}/"), f"{OWN}/passkeys/x/name"]


@pytest.fixture
def idp(house: House) -> Iterator[Provider]:
    with provider(lambda: house.clock.now) as one:
        yield one


@pytest.fixture
def owner(house: House, idp: Provider) -> Visitor:
    """An owner whose people sign in with their organisation."""
    made = house.buyer("owner@institute.example", INSTITUTE)
    answer = made.send(SETTING, **_setting(idp))
    assert answer.status_code == 302, text_of(answer)
    return made


def _setting(idp: Provider, **changes: str) -> dict[str, str]:
    told = {"name": "institute", "issuer": idp.issuer, "client_id": CLIENT, "secret": SECRET}
    return told | {"domains": "institute.example", "role": "reader", "password": PASSWORD} | changes


def _page(response: TestResponse) -> str:
    """Where the link leads that stands on the page."""
    found = re.search(r'href="([^"]+/authorize[^"]*)"', response.text)
    assert found is not None, text_of(response)
    return unescape(found[1])


def _back(idp: Provider, visitor: Visitor, page: str, **person: object) -> TestResponse:
    back = idp.signed_in(page, **person)
    return visitor.get(f"/sign-in/with/institute/return?{urlencode(back)}")


def _begun(visitor: Visitor, **form: str) -> str:
    answer = visitor.send("/sign-in/organisation", seen_on="/sign-in/organisation", name="institute", **form)
    return _page(answer)


def _asked(visitor: Visitor) -> dict[str, object]:
    answer = visitor.client.post("/passkeys/question", headers={"X-CSRFToken": visitor.token()})
    assert answer.status_code == 200
    found: dict[str, object] = answer.get_json()
    return found


def _phone() -> SoftPasskey:
    return SoftPasskey(site=Site.of("http://localhost"))


def _with_phone(visitor: Visitor) -> SoftPasskey:
    phone = _phone()
    made = phone.registration(b64url_decode(str(_asked(visitor)["challenge"])))
    answer = visitor.send(f"{OWN}/passkeys/add", label="my phone", password=PASSWORD, made=made)
    assert answer.status_code == 302, text_of(answer)
    return phone


def _knocks(visitor: Visitor, phone: SoftPasskey, **form: str) -> TestResponse:
    told = phone.assertion(b64url_decode(str(_asked(visitor)["challenge"])))
    return visitor.send("/passkeys/sign-in", seen_on="/sign-in", passkey=told, **form)


@pytest.mark.parametrize("path", BEHIND)
def test_strangers_are_asked_to_sign_in(standing: House, path: str):
    assert standing.visitor().get(path).location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", FORMS)
def test_strangers_change_nothing(standing: House, path: str):
    assert standing.visitor().send(path).location == "/sign-in"


@pytest.mark.parametrize("path", [*FORMS, "/passkeys/question", "/passkeys/sign-in", "/sign-in/organisation"])
def test_a_form_without_its_token_is_refused(standing_buyer: Visitor, path: str):
    assert standing_buyer.client.post(path, data={"name": "institute"}).status_code == 400


def test_a_passkey_is_added_renamed_and_signs_in(house: House):
    anna = house.buyer("anna@institute.example")
    phone = _with_phone(anna)
    stranger = house.visitor()

    answer = _knocks(stranger, phone, next="/money")

    assert answer.location == "/money"
    assert "Signed in as anna@institute.example" in text_of(stranger.get(f"{OWN}/"))
    name = b64url_encode(phone.name)
    stranger.send(f"{OWN}/passkeys/{name}/name", **{"label-1": "my old phone"})
    assert "my old phone" in text_of(anna.get(f"{OWN}/"))
    assert anna.send(f"{OWN}/passkeys/{name}/name", **{"label-1": ""}).status_code == 422


def test_nobody_finds_out_who_has_passkeys(house: House):
    anna = house.buyer("anna@institute.example")
    _with_phone(anna)

    assert _asked(house.visitor())["known"] == []
    assert len(_asked(anna)["known"]) == 1  # type: ignore[arg-type]
    assert _asked(anna)["host"] == "localhost"


def test_a_passkey_of_nobody_is_told_in_words_and_an_answer_counts_once(house: House):
    anna, stranger = house.buyer("anna@institute.example"), house.visitor()
    phone = _with_phone(anna)

    refused = _knocks(stranger, SoftPasskey(b"an unknown id 02", site=_phone().site))
    assert refused.status_code == 422
    assert "This passkey does not sign you in here" in text_of(refused)

    told = phone.assertion(b64url_decode(str(_asked(stranger)["challenge"])))
    assert stranger.send("/passkeys/sign-in", seen_on="/sign-in", passkey=told).status_code == 302
    again = house.visitor()
    _asked(again)
    assert again.send("/passkeys/sign-in", seen_on="/sign-in", passkey=told).status_code == 422


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_a_passkey_leads_nowhere_else(house: House, elsewhere: str):
    phone = _with_phone(house.buyer("anna@institute.example"))

    assert _knocks(house.visitor(), phone, next=elsewhere).location == "/"


def test_signing_in_begins_a_new_session(house: House):
    phone, stranger = _with_phone(house.buyer("anna@institute.example")), house.visitor()
    before = stranger.token("/sign-in")

    _knocks(stranger, phone)

    assert stranger.client.post("/money/top-ups", data={"csrf_token": before}).status_code == 400


def test_without_a_confirmation_nothing_changes(house: House):
    anna = house.buyer("anna@institute.example")
    phone = _with_phone(anna)
    name = b64url_encode(phone.name)

    assert "Please confirm that it is you" in text_of(anna.send(f"{OWN}/passkeys/{name}/remove"))
    wrong = anna.send(f"{OWN}/passkeys/{name}/remove", password="a guess and more")
    assert "This is not your password" in text_of(wrong)
    assert anna.send(f"{OWN}/without-password", password="a guess and more").status_code == 422
    assert anna.send(f"{OWN}/passkeys/{name}/remove", password=PASSWORD).status_code == 302
    assert anna.get(f"{OWN}/passkeys/{name}/remove").status_code == 404
    assert "You have no passkey yet" in text_of(anna.get(f"{OWN}/"))


def test_passkeys_alone_are_enough(house: House):
    anna = house.buyer("anna@institute.example")
    phone = _with_phone(anna)

    assert anna.send(f"{OWN}/without-password", password=PASSWORD).status_code == 302

    assert "You have no password" in text_of(anna.get(f"{OWN}/"))
    assert house.visitor().send("/sign-in", email=anna.email, password=PASSWORD).status_code == 422
    assert _knocks(house.visitor(), phone).status_code == 302


def test_an_operator_signs_in_by_passkey(house: House):
    phone = _with_phone(house.operator())

    assert _knocks(house.visitor(), phone).location == "/operations"


def test_somebody_comes_in_with_her_organisation_and_goes_on(house: House, owner: Visitor, idp: Provider):
    anna = house.visitor()

    answer = _back(idp, anna, _begun(anna, next="/orders"))

    assert answer.location == "/orders"
    assert "Signed in as anna@institute.example" in text_of(anna.get(f"{OWN}/"))


def test_the_page_says_where_she_goes_and_that_signing_out_here_is_not_there(
    house: House, owner: Visitor, idp: Provider
):
    page = house.visitor().send("/sign-in/organisation", seen_on="/sign-in", name=" INSTITUTE ")

    host = urlsplit(idp.issuer).netloc
    assert f"You go on to {host}" in text_of(page)
    assert "you stay signed in there" in text_of(page)
    asked = parse_qs(urlsplit(_page(page)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost/sign-in/with/institute/return"]
    assert "client_secret" not in asked


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_an_organisation_leads_nowhere_else(house: House, owner: Visitor, idp: Provider, elsewhere: str):
    anna = house.visitor()

    assert _back(idp, anna, _begun(anna, next=elsewhere)).location == "/"


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(
    house: House, owner: Visitor, idp: Provider
):
    attacker, victim = house.visitor(), house.visitor()

    answer = _back(idp, victim, _begun(attacker))

    assert answer.status_code == 422
    assert "This sign-in is over" in text_of(answer)
    assert victim.get("/money").status_code == 302


@pytest.mark.parametrize(
    "query",
    ["", "?state=x", "?code=y", "?error=access_denied", f"?state={'x' * 9000}&iss="],
)
def test_hostile_returns_are_told_in_words(house: House, owner: Visitor, query: str):
    answer = house.visitor().get(f"/sign-in/with/institute/return{query}")

    assert answer.status_code == 422
    assert "This sign-in is over" in text_of(answer)


def test_a_name_that_nobody_has_is_told(standing: House):
    answer = standing.visitor().send("/sign-in/organisation", seen_on="/sign-in", name="<nobody>")

    assert answer.status_code == 422
    assert "No organisation signs in here by this name" in text_of(answer)
    assert "<nobody>" not in answer.text


def test_a_member_connects_and_disconnects(house: House, owner: Visitor, idp: Provider):
    page = _page(owner.send(f"{OWN}/connect", password=PASSWORD))

    answer = _back(idp, owner, page, sub="the owner", email="owner@institute.example")

    assert answer.location == f"{OWN}/"
    assert "Your organisation signs you in here from now on" in text_of(owner.get(f"{OWN}/"))
    again = house.visitor()
    _back(idp, again, _begun(again), sub="the owner", email="owner@institute.example")
    assert "Signed in as owner@institute.example" in text_of(again.get(f"{OWN}/"))
    assert owner.send(f"{OWN}/disconnect", password=PASSWORD).status_code == 302
    assert "Connect your organisation" in text_of(owner.get(f"{OWN}/"))


def test_a_secret_is_never_shown_again(owner: Visitor):
    page = owner.get(SETTING).text

    assert SECRET not in unescape(page)
    assert "never shown again" in page
    assert "http://localhost/sign-in/with/institute/return" in page


def test_what_is_wrong_is_said_and_what_was_typed_stays(house: House, idp: Provider):
    owner = house.buyer("owner@institute.example")

    answer = owner.send(SETTING, **_setting(idp, domains="university.example"))

    assert answer.status_code == 422
    assert "Your own address ends in institute.example" in text_of(answer)
    assert "university.example" in answer.text
    assert SECRET not in unescape(answer.text)


def test_a_reader_sets_nothing_up(house: House, owner: Visitor, idp: Provider):
    anna = house.visitor()
    _back(idp, anna, _begun(anna))

    assert anna.get(SETTING).status_code == 403
    assert anna.send(SETTING, **_setting(idp)).status_code == 403
    assert anna.send(f"{SETTING}/end").status_code == 403
    assert "Set up your organisation" not in text_of(anna.get(f"{OWN}/"))


def test_after_its_end_nobody_is_sent_there(house: House, owner: Visitor):
    assert owner.send(f"{SETTING}/end", password=PASSWORD).status_code == 302

    answer = house.visitor().send("/sign-in/organisation", seen_on="/sign-in", name="institute")

    assert answer.status_code == 422


def test_no_log_and_no_address_of_ours_holds_a_secret(
    house: House, owner: Visitor, idp: Provider, caplog: pytest.LogCaptureFixture
):
    anna = house.visitor()
    _back(idp, anna, _begun(anna))

    assert SECRET not in caplog.text
    assert "an access token" not in caplog.text
