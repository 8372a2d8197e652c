"""Before what nobody can take back, a member shows again that it is still she; attacks by name."""

import re
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from crypto.encoding import b64url_decode
from marketplace.web.again import ACTS, OWN_PROOF
from marketplace.web.visitor import Door
from ssi.passkey import Site
from tests.marketplace.web.house import INSTITUTE, PASSWORD, House, Visitor, text_of
from tests.marketplace.web.test_member_doors import address_of, doors
from tests.soft_passkey import SoftPasskey

KEYS = "/organisation/keys"
TAKES_BACK = {
    "breaches.close",
    "breaches.no_notice",
    "breaches.no_report",
    "breaches.note",
    "breaches.record",
    "breaches.report",
    "breaches.tell",
    "connector.end_negotiation",
    "connector.end_transfer",
    "access.refuse",
    "how_you_sign_in.rename",
    "invoices.set_billing",
    "members.revoke",
    "orders.confirm",
    "orders.dispute",
    "orders.place",
    "organisation.end_key",
    "payments.begin",
    "processing.approve",
    "processing.end",
    "purse.top_up",
    "requests.extend",
    "saved.repeat",
    "saved.change",
    "saved.delete",
    "saved.save",
    "scores.confirm",
    "sums.confirm",
    "webhooks.test",
    "webhooks.resume",
    "webhooks.replay",
    "webhooks.end",
    "you.end_others",
    "you.end_session",
    "you.rename",
}
"""What changes something and does not ask again: it can be put right, or is bounded by what was paid in."""


def state_changing(house: House) -> dict[str, Door[..., Any]]:
    """The doors that a form is sent to."""
    posts = {rule.endpoint for rule in house.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    return {name: door for name, door in doors(house.app).items() if name in posts}


def test_somebody_decided_of_every_form_whether_it_asks_again(standing: House):
    lists = [set(ACTS), set(OWN_PROOF), TAKES_BACK]

    assert set(state_changing(standing)) == set().union(*lists)
    assert sum(map(len, lists)) == len(set().union(*lists))


def waits(house: House) -> None:
    house.clock.forward(minutes=10)


def test_every_act_of_the_table_asks_first_and_does_nothing(house: House):
    buyer, operator = house.buyer("buyer@institute.example", INSTITUTE), house.operator()
    waits(house)
    for name, door in state_changing(house).items():
        if name not in ACTS:
            continue
        visitor = operator if door.kind is not None and door.kind.value == "operator" else buyer
        _, path = address_of(house.app, name)

        answer = visitor.send(path, typed="<b>kept</b>")

        assert answer.status_code == 403, name
        assert f"You are about to {ACTS[name]}." in text_of(answer), name
        assert 'name="typed" value="&lt;b&gt;kept&lt;/b&gt;"' in answer.text, name
        assert answer.headers["Cache-Control"] == "no-store"


def made_key(answer: TestResponse) -> bool:
    return "argonauta_" in answer.text


def kept_form(answer: TestResponse) -> dict[str, str]:
    """What stands hidden in the page that asks, as its browser sends it on."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text)
    return {unescape(name): unescape(value) for name, value in found if name != "csrf_token"}


def asks(house: House, visitor: Visitor) -> TestResponse:
    """A form that was sent too long after signing in."""
    waits(house)
    answer = visitor.send(KEYS, label="the lab & more", scopes="quotes")
    assert answer.status_code == 403
    assert not made_key(answer)
    return answer


def test_whoever_has_just_signed_in_is_not_asked(house: House):
    buyer = house.buyer("buyer@institute.example")
    house.clock.forward(minutes=9, seconds=59)

    assert made_key(buyer.send(KEYS, label="lab", scopes="quotes"))


def test_with_her_password_the_act_goes_on_with_what_was_typed_and_counts_for_ten_minutes(house: House):
    buyer = house.buyer("buyer@institute.example")
    typed = kept_form(asks(house, buyer))
    assert typed == {"label": "the lab & more", "scopes": "quotes"}

    answer = buyer.send(KEYS, **typed, again_password=PASSWORD)

    assert made_key(answer)
    assert "the lab &amp; more" in answer.text
    house.clock.forward(minutes=9)
    assert made_key(buyer.send(KEYS, label="another", scopes="quotes"))
    house.clock.forward(minutes=1)
    assert not made_key(buyer.send(KEYS, label="a third", scopes="quotes"))


def test_a_wrong_password_does_nothing_and_loses_nothing(house: House):
    buyer = house.buyer("buyer@institute.example")
    typed = kept_form(asks(house, buyer))

    answer = buyer.send(KEYS, **typed, again_password="a guess and more")

    assert answer.status_code == 422
    assert "This is not your password" in text_of(answer)
    assert kept_form(answer) == typed
    assert "a guess and more" not in answer.text


def test_guesses_are_counted_as_at_the_door(house: House):
    buyer = house.buyer("buyer@institute.example")
    waits(house)
    for _ in range(10):
        buyer.send(KEYS, again_password="a guess and more")

    assert buyer.send(KEYS, scopes="quotes", again_password=PASSWORD).status_code == 429


def test_step_up_of_another_member_by_password(house: House):
    house.account("other@institute.example")
    buyer = house.buyer("buyer@institute.example")
    with house.store.writing() as books:
        other, mine = books.members.find("other@institute.example"), books.members.find(buyer.email or "")
        assert other is not None
        assert mine is not None
        books.members.set_password(other[0].member_id, mine[1])
        books.members.set_password(mine[0].member_id, None)
    waits(house)

    answer = buyer.send(KEYS, scopes="quotes", again_password=PASSWORD, email="other@institute.example")

    assert answer.status_code == 422
    assert not made_key(answer)


def asked(visitor: Visitor) -> bytes:
    answer = visitor.client.post("/passkeys/question", headers={"X-CSRFToken": visitor.token()})
    return b64url_decode(str(answer.get_json()["challenge"]))


def with_phone(visitor: Visitor, name: bytes) -> SoftPasskey:
    phone = SoftPasskey(name, site=Site.of("http://localhost"))
    made = phone.registration(asked(visitor))
    added = visitor.send("/account/sign-in/passkeys/add", label="phone", password=PASSWORD, made=made)
    assert added.status_code == 302, text_of(added)
    return phone


def test_with_a_passkey_the_act_goes_on_and_its_answer_counts_once(house: House):
    buyer = house.buyer("buyer@institute.example")
    phone = with_phone(buyer, b"passkey of a buyer")
    typed = kept_form(asks(house, buyer))
    told = phone.assertion(asked(buyer))

    assert made_key(buyer.send(KEYS, **typed, passkey=told))
    waits(house)
    replayed = buyer.send(KEYS, **typed, passkey=told)

    assert replayed.status_code == 422
    assert not made_key(replayed)


def test_step_up_of_another_member_by_passkey(house: House):
    other = house.buyer("other@institute.example")
    phone = with_phone(other, b"passkey of another")
    buyer = house.buyer("buyer@institute.example")
    asks(house, buyer)

    answer = buyer.send(KEYS, scopes="quotes", passkey=phone.assertion(asked(buyer)))

    assert answer.status_code == 422
    assert not made_key(answer)


def test_session_fixation_at_step_up(house: House):
    """Whoever copied the cookie before does not become good for such acts when its member is."""
    buyer, thief = house.buyer("buyer@institute.example"), house.visitor()
    waits(house)
    cookie = buyer.client.get_cookie("argonauta-market")
    assert cookie is not None
    thief.client.set_cookie("argonauta-market", cookie.value)
    assert thief.get("/money").status_code == 200

    assert made_key(buyer.send(KEYS, label="lab", scopes="quotes", again_password=PASSWORD))

    assert thief.get("/money").status_code == 302
    assert buyer.get("/money").status_code == 200


def test_a_part_that_asked_before_the_session_was_renewed_signs_nobody_out(house: House):
    buyer = house.buyer("buyer@institute.example")
    late = house.visitor()
    cookie = buyer.client.get_cookie("argonauta-market")
    assert cookie is not None
    late.client.set_cookie("argonauta-market", cookie.value)
    waits(house)
    buyer.send(KEYS, label="lab", scopes="quotes", again_password=PASSWORD)

    answer = late.get("/money", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers


def test_stale_tab_of_another_member(house: House):
    """A page that asked one member is sent by the next one who signs in at this browser."""
    buyer = house.buyer("buyer@institute.example")
    house.account("other@institute.example")
    stale = buyer.token()
    typed = kept_form(asks(house, buyer))
    buyer.send("/sign-out")
    other = Visitor(buyer.client, "other@institute.example")
    other.sign_in()

    answer = other.client.post(KEYS, data={"csrf_token": stale, **typed, "again_password": PASSWORD})

    assert answer.status_code == 400
    assert not made_key(answer)


def test_what_is_shown_leads_nowhere_else(house: House):
    buyer = house.buyer("buyer@institute.example")
    waits(house)

    answer = buyer.send(f"{KEYS}?next=https://evil.example/", scopes="quotes", action="https://evil.example/")

    assert re.findall(r'<form[^>]*action="([^"]*)"[^>]*novalidate', answer.text) == [
        f"{KEYS}?next=https://evil.example/"
    ]


def test_who_may_not_do_it_is_not_asked(house: House):
    operator = house.operator()
    waits(house)

    assert "You are about to" not in text_of(operator.send(KEYS, scopes="quotes"))
