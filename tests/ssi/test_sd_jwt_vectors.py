"""The test cases of the SD-JWT reference implementation, of which only the data is used."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ssi.disclosures import Path as ClaimPath
from ssi.key_binding import Challenge, bind_presentation, verify_key_binding
from ssi.sd_jwt import Selective, issue_sd_jwt, parse_sd_jwt, present_sd_jwt
from ssi.sd_jwt_json import read_json_serialization, write_flattened, write_general
from tests.ssi.parties import HOLDER, NOW, es256, random_of

TYP = "example+sd-jwt"
ISSUER = es256("vector issuer")
CHALLENGE = Challenge("https://example.com/verifier", "1234567890")


def folder() -> Path:
    beside = Path(__file__).parents[3] / "shared" / "vectors"
    return Path(os.environ.get("ARGONAUTA_VECTORS", beside)) / "sd-jwt"


CASES = sorted(folder().glob("*/specification.yml"))


class Loader(yaml.SafeLoader):
    """YAML in which `!sd` tags a member's name or an array element."""


def tagged(loader: Loader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return Selective(dict(loader.construct_mapping(node, deep=True)))
    if isinstance(node, yaml.SequenceNode):
        return Selective(loader.construct_sequence(node, deep=True))
    assert isinstance(node, yaml.ScalarNode)
    plain = node.style is None
    tag = loader.resolve(yaml.ScalarNode, node.value, (plain, not plain))
    return TaggedScalar(node.value, loader.construct_object(yaml.ScalarNode(tag, node.value)))


class TaggedScalar:
    """A tagged scalar: as a name it marks the member, as an element it is marked itself."""

    def __init__(self, text: str, value: object) -> None:
        self.text, self.value = text, value


Loader.add_constructor("!sd", tagged)


def claims_of(value: Any) -> Any:
    """The specification's claims with `Selective` around what it tags."""
    if isinstance(value, dict):
        return {
            key.text if isinstance(key, TaggedScalar) else key: (
                Selective(claims_of(member)) if isinstance(key, TaggedScalar) else claims_of(member)
            )
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [claims_of(element) for element in value]
    if isinstance(value, TaggedScalar):
        return Selective(value.value)
    return Selective(claims_of(value.value)) if isinstance(value, Selective) else value


def chosen(claims: Any, choice: Any, path: ClaimPath = ()) -> Iterator[ClaimPath]:
    """The paths that a specification's `holder_disclosed_claims` says true to."""
    if isinstance(claims, Selective):
        if choice is True:
            yield path
        claims = claims.value
    if isinstance(choice, dict) and isinstance(claims, dict):
        for name, inner in choice.items():
            yield from chosen(claims[name], inner, (*path, name))
    if isinstance(choice, list) and isinstance(claims, list):
        for index, (claim, inner) in enumerate(zip(claims, choice, strict=False)):
            yield from chosen(claim, inner, (*path, index))


def writer(case: Path) -> Callable[[str], Any]:
    return write_general if "general" in case.parent.name else write_flattened


@pytest.mark.skipif(
    not CASES, reason="no shared vectors: set ARGONAUTA_VECTORS to the folder that holds sd-jwt"
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.parent.name)
def test_the_verified_claims_are_the_expected_ones(case: Path):
    specification = yaml.load(case.read_text(encoding="utf-8"), Loader)  # noqa: S506 — a subclass of SafeLoader
    claims = claims_of(specification["user_claims"])
    kid = specification.get("extra_header_parameters", {}).get("kid")
    issued = issue_sd_jwt(claims, ISSUER, typ=TYP, kid=kid and str(kid), random=random_of(case.parent.name))

    presented = present_sd_jwt(issued, [*chosen(claims, specification["holder_disclosed_claims"])])
    if specification.get("key_binding"):
        presented = bind_presentation(presented, HOLDER, CHALLENGE, now=NOW)
    if specification.get("serialization_format") == "json":
        document = json.loads(json.dumps(writer(case)(presented)))
        (presented,) = read_json_serialization(document, "vector")
    unverified = parse_sd_jwt(presented, "vector")
    verified = unverified.verify(ISSUER.public, typ=TYP)

    assert verified.claims == specification["expect_verified_user_claims"]
    if specification.get("key_binding"):
        verify_key_binding(unverified, HOLDER.public, CHALLENGE, now=NOW)
