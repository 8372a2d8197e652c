"""The pages about members: inviting, joining, changing, ending, who did what, and oneself."""

import re
from html import unescape

import pytest

from marketplace.domain.member import Role
from tests.marketplace.web.house import PASSWORD, House, Visitor, text_of

OTHER = "grace@institute.example"


def invite(buyer: Visitor, email: str = OTHER, role: Role = Role.READER, limit: str = "") -> str:
    """The link that the page shows once."""
    page = buyer.send("/organisation/members", email=email, role=role.value, limit=limit)
    found = re.search(r"http://[^\s<\"]+/join#[\w-]+", unescape(page.text))
    assert found is not None, text_of(page)
    return found[0]


def join(house: House, link: str, email: str = OTHER) -> Visitor:
    joiner = Visitor(house.app.test_client(), email)
    answer = joiner.send("/join", seen_on="/join", code=link, name="Grace", password=PASSWORD)
    assert answer.status_code == 302, text_of(answer)
    return joiner


def id_of(house: House, email: str) -> str:
    return house.services.sign_in(email, PASSWORD).member_id


def test_a_link_is_shown_once_and_lets_one_person_in(house: House, buyer: Visitor):
    link = invite(buyer, role=Role.BUYER, limit="500")
    assert link.partition("#")[2] not in buyer.get("/organisation/members").text
    grace = join(house, link)

    assert "Welcome" in text_of(grace.get("/"))
    page = text_of(buyer.get("/organisation/members"))
    assert "Grace" in page
    assert "€500.00" in page or "500.00" in page
    again = house.visitor().send("/join", seen_on="/join", code=link, name="M", password=PASSWORD)
    assert again.status_code == 422
    assert "does not work any more" in text_of(again)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"email": "nobody", "role": "reader"}, "expected an e-mail address"),
        ({"email": OTHER, "role": "emperor"}, "hoose one of the roles"),
        ({"email": OTHER, "role": "reader", "limit": "much"}, "xpected an amount"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said(standing_buyer: Visitor, form: dict[str, str], says: str):
    response = standing_buyer.send("/organisation/members", **form)

    assert response.status_code == 422
    assert says.lower() in text_of(response).lower()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"password": "short"}, "10 to 500 characters"),
        ({"name": " "}, "A name has"),
        ({"code": "guess"}, "does not work any more"),
        ({"code": ""}, "does not work any more"),
    ],
)
def test_what_is_wrong_with_joining_is_said(house: House, buyer: Visitor, change: dict[str, str], says: str):
    form = {"code": invite(buyer), "name": "Grace", "password": PASSWORD} | change

    response = house.visitor().send("/join", seen_on="/join", **form)

    assert response.status_code == 422
    assert says in text_of(response)
    assert PASSWORD not in response.text


def test_an_invitation_is_taken_back(house: House, buyer: Visitor):
    link = invite(buyer)
    found = re.search(r"/organisation/invitations/([\w-]+)/end", buyer.get("/organisation/members").text)
    assert found is not None
    buyer.send(f"/organisation/invitations/{found[1]}/end")

    assert "Nobody is invited" in text_of(buyer.get("/organisation/members"))
    answer = house.visitor().send("/join", seen_on="/join", code=link, name="G", password=PASSWORD)
    assert answer.status_code == 422


def test_a_member_is_changed_and_ended_and_it_counts_at_once(house: House, buyer: Visitor):
    grace = join(house, invite(buyer))
    member_id = id_of(house, OTHER)
    assert grace.get("/money").status_code == 403
    changed = {f"role-{member_id}": "finance", f"limit-{member_id}": ""}
    assert buyer.send(f"/organisation/members/{member_id}", **changed).status_code == 302
    assert grace.get("/money").status_code == 200
    assert buyer.send(f"/organisation/members/{member_id}/end").status_code == 302

    assert grace.get("/money").status_code == 302
    assert "Members who were ended" in text_of(buyer.get("/organisation/members"))


def test_the_last_owner_cannot_be_demoted_ended_or_leave(house: House, buyer: Visitor):
    me = id_of(house, buyer.email or "")

    answers = [
        buyer.send(f"/organisation/members/{me}", **{f"role-{me}": "reader", f"limit-{me}": ""}),
        buyer.send(f"/organisation/members/{me}/end"),
        buyer.send("/you/leave", sure="yes"),
    ]

    assert [each.status_code for each in answers] == [422, 409, 409]
    assert all("An organisation has an owner" in text_of(each) for each in answers)


def test_a_reader_sees_members_and_no_forms(house: House, buyer: Visitor):
    grace = join(house, invite(buyer))
    page = grace.get("/organisation/members")

    assert page.status_code == 200
    assert "Invite somebody" not in text_of(page)
    assert "/end" not in page.text


def test_a_member_of_another_organisation_cannot_be_touched(house: House, buyer: Visitor):
    house.buyer("other@company.example")
    stranger = id_of(house, "other@company.example")

    assert buyer.send(f"/organisation/members/{stranger}/end").status_code == 404


def test_who_did_what_is_for_the_organisation_only(house: House, buyer: Visitor):
    assert "Nothing yet" in text_of(house.buyer("new@company.example").get("/organisation/acts"))
    invite(buyer)
    buyer.send("/organisation/keys", label="laptop", scopes="catalogue")

    page = text_of(buyer.get("/organisation/acts"))
    assert "made a key for a program" in page
    assert "laptop" in page
    assert "invited somebody" in page
    assert "laptop" not in text_of(house.buyer("other@company.example").get("/organisation/acts"))


def test_signing_out_elsewhere(house: House, buyer: Visitor):
    elsewhere = house.visitor(buyer.email)
    assert "Sign out there" in text_of(buyer.get("/you"))
    buyer.send("/you/sessions/end")

    assert elsewhere.get("/money").status_code == 302
    assert "You are signed in nowhere else" in text_of(buyer.get("/you"))


def test_one_session_is_ended_and_nobody_elses(house: House, buyer: Visitor):
    other = house.buyer("other@company.example")
    found = re.search(r"/you/sessions/([\w-]{30,})/end", buyer.get("/you").text)
    assert found is None  # there is only the one that is looked at
    elsewhere = house.visitor(buyer.email)
    found = re.search(r"/you/sessions/([\w-]{30,})/end", buyer.get("/you").text)
    assert found is not None
    assert other.send(f"/you/sessions/{found[1]}/end").status_code == 404
    buyer.send(f"/you/sessions/{found[1]}/end")

    assert elsewhere.get("/money").status_code == 302
    assert buyer.get("/money").status_code == 200


def test_a_new_password_signs_out_everywhere_else(house: House, buyer: Visitor):
    elsewhere = house.visitor(buyer.email)
    wrong = buyer.send("/you/password", old_password="no no no no", new_password="a new long password")
    assert (wrong.status_code, "This is not your password" in text_of(wrong)) == (422, True)
    short = buyer.send("/you/password", old_password=PASSWORD, new_password="short")
    assert "10 to 500" in text_of(short)
    changed = buyer.send("/you/password", old_password=PASSWORD, new_password="a new long password")

    assert changed.status_code == 302
    assert elsewhere.get("/money").status_code == 302
    assert buyer.get("/money").status_code == 200


def test_operators_have_a_page_about_themselves_and_no_members(house: House):
    operator = house.operator()

    assert "Where you are signed in" in text_of(operator.get("/you"))
    assert "Leave the organisation" not in text_of(operator.get("/you"))
    assert operator.get("/organisation/members").status_code == 403


def test_leaving_needs_to_be_meant(house: House, buyer: Visitor):
    grace = join(house, invite(buyer))
    assert grace.send("/you/leave").status_code == 422
    assert grace.send("/you/leave", sure="yes").status_code == 302

    assert grace.get("/you").status_code == 302


def test_a_lost_password_is_replaced(house: House, buyer: Visitor):
    secret = house.services.member_passwords.make_reset(buyer.email or "").secret
    stranger = house.visitor()
    form = {"code": f"http://x/new-password#{secret}", "password": "a new long password"}
    assert (
        stranger.send("/new-password", seen_on="/new-password", **(form | {"password": "x"})).status_code
        == 422
    )
    assert stranger.send("/new-password", seen_on="/new-password", **form).location == "/sign-in"

    assert buyer.get("/money").status_code == 302
    assert buyer.sign_in("a new long password").status_code == 302
    assert stranger.send("/new-password", seen_on="/new-password", **form).status_code == 422


def test_a_name_is_changed(buyer: Visitor):
    assert buyer.send("/you/name", name="Ada").status_code == 302
    assert buyer.send("/you/name", name="").status_code == 422

    assert "Ada" in text_of(buyer.get("/organisation/members"))
