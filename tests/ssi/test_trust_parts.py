import json
from typing import Any

import pytest

from ssi.errors import RegistryError
from ssi.trust_parts import assemble_registry
from tests.ssi.parties import AUTHORITY, VALIDITY, node, parts


def assemble(*documents: Any) -> Any:
    named = [(f"{index}.json", json.dumps(document).encode()) for index, document in enumerate(documents)]
    return assemble_registry(named, authority=AUTHORITY.public, validity=VALIDITY)


def test_the_authority_says_how_long_a_party_is_trusted():
    registry = assemble(*parts())

    assert {(entry.valid_from, entry.valid_until) for entry in (*registry.issuers, *registry.nodes)} == {
        (VALIDITY.start, VALIDITY.end)
    }


@pytest.mark.parametrize("member", ["valid_from", "valid_until", "note"])
def test_a_party_cannot_say_it_itself(member: str):
    part: Any = node("node-d")
    part["node"][member] = "2099-01-01T00:00:00Z"

    with pytest.raises(
        RegistryError, match=r"6\.json: how long a party is trusted, and why, is for the authority to say"
    ):
        assemble(*parts(), part)


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_exactly_one_marketplace(count: int):
    others, marketplace = parts()[:-1], parts()[-1]

    with pytest.raises(RegistryError, match=f"expected one marketplace, got {count}"):
        assemble(*others, *[marketplace] * count)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({}, "expected one of issuer, node, marketplace"),
        ({"node": {}, "issuer": {}}, "expected one of issuer, node, marketplace"),
        ({"broker": {}}, "unknown member 'broker'"),
        ({"node": []}, "node: expected an object"),
        ({"node": {}}, "id: missing"),
        ([], "expected an object"),
        ("node", "expected an object"),
    ],
    ids=str,
)
def test_a_part_of_another_form_is_refused_with_its_name(part: Any, message: str):
    with pytest.raises(RegistryError, match=r"6\.json.*" + message):
        assemble(*parts(), part)


def test_a_part_that_is_no_json_is_refused():
    with pytest.raises(RegistryError, match=r"a\.json: not a JSON document"):
        assemble_registry([("a.json", b"{")], authority=AUTHORITY.public, validity=VALIDITY)
