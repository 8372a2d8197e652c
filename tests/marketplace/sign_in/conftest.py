"""A marketplace, an organisation's own sign-in on loopback, and an owner who has set it up."""

from collections.abc import Iterator

import pytest

from marketplace.domain.member import Member
from tests.marketplace.provider import Provider, provider
from tests.marketplace.sign_in_world import World, a_world


@pytest.fixture
def world() -> World:
    return a_world(loopback=True)


@pytest.fixture
def idp(world: World) -> Iterator[Provider]:
    with provider(lambda: world.clock.now) as one:
        yield one


@pytest.fixture
def owner(world: World, idp: Provider) -> Member:
    made = world.member()
    world.set(made, idp.issuer)
    return made
