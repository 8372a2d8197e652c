"""Somebody signs in to the marketplace through an OpenID provider that others wrote, and again."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from marketplace.domain.member import Member, Role
from marketplace.domain.sign_in import Returned, redirect_uri
from tests.journeys.openid_server import openid_server, sent_back
from tests.marketplace.provider import CLIENT, SECRET
from tests.marketplace.sign_in_world import FROM, HERE, World, a_world

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def _through(world: World) -> Member:
    page, kept = world.doors.institutions.begin("institute", FROM)
    back = parse_qs(urlsplit(sent_back(page, HERE)).query)
    returned = Returned(back["state"][0], back["code"][0], back["iss"][0])
    return world.doors.institutions.finish("institute", kept, returned, signed_in=None)[0]


def test_somebody_signs_in_through_a_provider_that_others_wrote(tmp_path: Path):
    world = a_world(loopback=True, now=True)
    with openid_server(tmp_path, CLIENT, SECRET, redirect_uri(HERE, "institute")) as issuer:
        owner = world.member()
        world.set(owner, issuer)

        anna = _through(world)

        assert (anna.email, anna.name, anna.role) == ("anna@institute.example", "Anna Gruber", Role.READER)
        assert _through(world) == anna
