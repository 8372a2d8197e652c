"""Every page asks for a right, and each role opens what the table of roles gives it and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from marketplace.domain.account import AccountKind
from marketplace.domain.member import MAY, Right, Role, who_may
from marketplace.web.visitor import Door
from tests.marketplace.web.house import House, Visitor, text_of
from tests.marketplace.web.queries import NOISY

OPEN = {
    "catalogue.overview",
    "catalogue.detail",
    "visitor.sign_in",
    "visitor.sign_out",
    "static",
    "design.static",
    "presenting.page",
    "metrics",
    "passkeys.question",
    "passkeys.sign_in",
    "institutions.choose",
    "institutions.go",
    "institutions.come_back",
    "access.sign_up",
    "access.ask",
    "access.asked",
    "joining.join",
    "joining.accept",
    "joining.lost",
    "joining.replace",
}
"""What everybody may open, by name; whatever is not here and has no door is a mistake."""


def pages(app: Flask) -> dict[str, object]:
    """The views of the screens: neither the JSON interfaces, which ask for scopes, nor files and health."""
    names = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.rule.startswith("/api/")}
    interfaces = {each for each in app.blueprints if "web" not in app.blueprints[each].import_name}
    return {name: app.view_functions[name] for name in names if name.partition(".")[0] not in interfaces}


def doors(app: Flask) -> dict[str, Door[..., Any]]:
    return {name: view for name, view in pages(app).items() if isinstance(view, Door)}


def test_no_page_is_without_a_door(standing: House):
    without = {name for name, view in pages(standing.app).items() if not isinstance(view, Door)}

    assert without <= OPEN, f"pages without a door: {sorted(without - OPEN)}"


def test_every_door_of_buyers_asks_for_a_right(standing: House):
    found = doors(standing.app)

    assert len(found) > 40
    assert all(door.right is None for door in found.values() if door.kind is AccountKind.OPERATOR)
    assert all(door.right is not None for door in found.values() if door.kind is AccountKind.BUYER)
    own = {name for name, door in found.items() if door.kind is None and door.right is None}
    assert {name.partition(".")[0] for name in own} == {"how_you_sign_in", "you"}


def address_of(app: Flask, endpoint: str) -> tuple[str, str]:
    """A way and an address under which a page is asked for, with made-up ids."""
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    with app.test_request_context():
        made_up: dict[str, object] = dict.fromkeys(rule.arguments, "some")
        if "version" in rule.arguments:
            made_up |= {"name": "exam", "version": 1}
        if "number" in rule.arguments:
            made_up["number"] = 1
        _, path = rule.build(made_up) or ("", "")
    return ("POST" if "POST" in (rule.methods or ()) else "GET"), path


@pytest.fixture(scope="module", params=Role)
def somebody(request, standing: House) -> tuple[Role, Visitor]:
    """A signed-in member of each role."""
    role: Role = request.param
    email = f"{role}@roles.example"
    visitor = standing.buyer(email)
    with standing.store.writing() as books:
        found = books.members.find(email)
        assert found is not None
        books.members.save(replace(found[0], role=role))
    return role, visitor


def test_each_role_opens_what_the_table_gives_it_and_nothing_else(standing: House, somebody):
    role, visitor = somebody
    token = visitor.token()
    refused: set[Right] = set()
    for name, door in doors(standing.app).items():
        if door.kind is None:  # about oneself: for every role, and one of its forms ends the membership
            continue
        way, path = address_of(standing.app, name)
        response = visitor.client.open(
            path, method=way, data={"csrf_token": token} if way == "POST" else None
        )
        if door.kind is AccountKind.OPERATOR:
            assert response.status_code == 403, path
            continue
        if door.right is None:  # how she herself signs in
            continue
        told = f"takes {who_may(door.right)}; you are {role}" in text_of(response)
        assert told is (door.right not in MAY[role]), (role, way, path, response.status_code)
        assert (not told) or response.status_code == 403
        refused |= {door.right} if told else set()

    assert refused <= set(Right) - MAY[role]
    assert refused or role is Role.OWNER


def test_a_lesser_role_counts_at_the_next_request(house: House):
    buyer = house.buyer("ada@roles.example")
    assert buyer.get("/money").status_code == 200
    with house.store.writing() as books:
        found = books.members.find("ada@roles.example")
        assert found is not None
        books.members.save(replace(found[0], role=Role.READER))

    assert buyer.get("/money").status_code == 403
    assert "Money" not in text_of(buyer.get("/orders"))


def test_a_member_who_was_ended_is_signed_out_at_the_next_request(house: House):
    buyer = house.buyer("ada@roles.example")
    with house.store.writing() as books:
        found = books.members.find("ada@roles.example")
        assert found is not None
        books.members.save(replace(found[0], ended_at=house.clock.now))

    assert buyer.get("/money").status_code == 302


def test_a_reader_opens_an_answer_and_has_no_say_about_it(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)
    with house.store.writing() as books:
        found = books.members.find(buyer.email or "")
        assert found is not None
        books.members.save(replace(found[0], role=Role.READER))

    page = buyer.get(f"/orders/{order.order_id}")

    assert page.status_code == 200
    assert 'id="confirmation"' not in page.text
    assert buyer.get(f"/orders/{order.order_id}/result").status_code == 200
    assert buyer.send(f"/orders/{order.order_id}/confirmation").status_code == 403
