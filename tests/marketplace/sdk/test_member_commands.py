"""An administrator looks after members at a terminal, over loopback."""

import json

import pytest

from marketplace.domain.scope import Scope
from marketplace.sdk.said import Exit
from tests.marketplace.market import PASSWORD
from tests.marketplace.sdk.test_cli import Desk, desk  # noqa: F401 — pytest finds the fixture here


@pytest.fixture
def administrator(desk: Desk) -> Desk:  # noqa: F811 — the fixture
    """The folder of somebody whose key looks after members."""
    owner = desk.market.services.sign_in("buyer@example.org", PASSWORD)
    scopes = frozenset({Scope.MEMBERS})
    made = desk.market.services.make_api_key(owner.account_id, "tests", scopes, by=owner.member_id)
    (desk.folder / "api.key").write_text(made.secret)
    return desk


def test_somebody_is_invited_changed_and_ended(administrator: Desk):
    invited = administrator(
        "--json", "members", "invite", "ada@example.org", "--role", "buyer", "--most-cents", "500"
    )
    assert invited.exit_code == 0, invited.output
    told = json.loads(invited.stdout)
    link, _, code = told["link"].partition("/join#")
    assert link == administrator.environment["BUYER_URL"]
    ada = administrator.market.services.members.accept(code, "Ada", PASSWORD)

    listed = administrator("members", "list").stdout

    assert f"{ada.member_id}  Ada <ada@example.org>, buyer, at most €5.00 a month" in listed
    changed = administrator("--json", "members", "change", ada.member_id, "--role", "reader")
    assert json.loads(changed.stdout)["role"] == "reader"
    assert administrator("members", "end", ada.member_id).stdout == "Ended.\n"
    assert ", ended 20" in administrator("members", "list").stdout


def test_the_last_owner_stays_and_it_is_said_why(administrator: Desk):
    owner = administrator.market.services.sign_in("buyer@example.org", PASSWORD)

    refused = administrator("members", "end", owner.member_id)

    assert refused.exit_code == Exit.NOT_YET
    assert "an organisation has an owner" in refused.stderr


def test_a_key_without_the_scope_is_told_so(desk: Desk):  # noqa: F811 — the fixture
    refused = desk("members", "list")

    assert refused.exit_code == Exit.REFUSED
    assert "members" in refused.stderr
