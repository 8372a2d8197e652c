"""The members of an organisation as its programs look after them, in the described form."""

from typing import Any

import pytest

from marketplace.api.app import create_api_app
from marketplace.domain.member import Role
from marketplace.domain.scope import ALL_SCOPES, Scope
from tests.marketplace.described import described_client
from tests.marketplace.market import PASSWORD

PATH = "/api/v1/account/members"
OWNER = "owner@example.org"


class Program:
    """A program of a member, every answer to which is held against the described form."""

    def __init__(self, market, by: str | None, scopes=frozenset({Scope.MEMBERS})) -> None:
        self.client = described_client(create_api_app(market.services))
        made = market.services.make_api_key(market.account_id, "tests", scopes, by=by)
        self.headers = {"Authorization": f"Bearer {made.secret}"}

    def send(self, method: str, path: str = "", document: Any = None):
        return self.client.open(f"{PATH}{path}", method=method, json=document, headers=self.headers)


@pytest.fixture
def organisation(market):
    """A market with an organisation that has an owner."""
    market.account_id = market.services.add_account(OWNER, PASSWORD).account_id
    market.owner = market.services.sign_in(OWNER, PASSWORD)
    return market


@pytest.fixture
def program(organisation) -> Program:
    return Program(organisation, organisation.owner.member_id)


def test_somebody_is_invited_joins_is_changed_and_ended(organisation, program):
    invited = program.send(
        "POST", "", {"email": "Ada@example.org", "role": "buyer", "spends_most_cents": 500}
    )
    assert invited.status_code == 201
    assert invited.headers["Cache-Control"] == "no-store"
    told = invited.get_json()
    assert (told["email"], told["role"], told["spends_most_cents"]) == ("ada@example.org", "buyer", 500)
    ada = organisation.services.members.accept(told["code"], "Ada", PASSWORD)

    changed = program.send("PUT", f"/{ada.member_id}", {"role": "reader"})

    assert changed.status_code == 200
    assert (changed.get_json()["role"], changed.get_json()["spends_most_cents"]) == ("reader", None)
    assert program.send("DELETE", f"/{ada.member_id}").get_json() == {"ended": ada.member_id}
    listed = program.send("GET", "?limit=1").get_json()
    assert [each["email"] for each in listed["members"]] == [OWNER]
    rest = program.send("GET", f"?limit=1&cursor={listed['next']}").get_json()["members"]
    assert [(each["email"], each["ended_at"] is not None) for each in rest] == [("ada@example.org", True)]
    acts = organisation.services.read_member_acts(organisation.account_id)
    assert {each.actor for each in acts if each.kind in {"invited", "changed", "ended"}} == {
        organisation.owner.member_id
    }


def test_an_organisation_keeps_an_owner(organisation, program):
    mine = organisation.owner.member_id

    assert program.send("DELETE", f"/{mine}").status_code == 409
    assert program.send("PUT", f"/{mine}", {"role": "reader"}).status_code == 409


@pytest.mark.parametrize(
    "document",
    [
        {"email": "ada@example.org", "role": "king"},
        {"email": "nobody", "role": "reader"},
        {"email": "ada@example.org"},
        {"email": "ada@example.org", "role": "reader", "spends_most_cents": -1},
        {"email": "ada@example.org", "role": "reader", "more": 1},
    ],
)
def test_an_invitation_without_form_is_refused(program, document):
    assert program.send("POST", "", document).status_code in {400, 422}


def test_a_key_does_no_more_than_its_maker_may_now(organisation, program):
    other = organisation.services.members.accept(
        program.send("POST", "", {"email": "ada@example.org", "role": "owner"}).get_json()["code"],
        "Ada",
        PASSWORD,
    )
    organisation.services.members.change(
        organisation.account_id, organisation.owner.member_id, Role.BUYER, by=other.member_id
    )

    for method, path, document in (
        ("GET", "", None),
        ("POST", "", {"email": "eve@example.org", "role": "owner"}),
        ("DELETE", f"/{other.member_id}", None),
    ):
        assert program.send(method, path, document).status_code == 403


def test_a_key_of_nobody_and_a_key_without_the_scope_look_after_nobody(organisation):
    of_nobody = Program(organisation, None)
    without = Program(organisation, organisation.owner.member_id, ALL_SCOPES)

    assert of_nobody.send("GET").status_code == 403
    assert "made by a command" in of_nobody.send("GET").text
    assert without.send("GET").status_code == 403
    assert "scope" in without.send("GET").text


def test_members_of_another_organisation_do_not_exist(organisation, program):
    organisation.services.add_account("other@example.org", PASSWORD)
    other = organisation.services.sign_in("other@example.org", PASSWORD)

    assert program.send("PUT", f"/{other.member_id}", {"role": "reader"}).status_code == 404
    assert program.send("DELETE", f"/{other.member_id}").status_code == 404
