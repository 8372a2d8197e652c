"""`buyer explain` over loopback: the plan, a question that is not counted yet, and one that is refused."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consent.query import Query
from crypto.encoding import canonical_json
from marketplace.api.app import create_api_app
from marketplace.domain.exposure import ON_SHARES
from marketplace.sdk.cli import main
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.said import Exit
from ssi.hosting.files import write_private
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, RESULT_KEYS
from tests.marketplace.mpc_node.parties import ed25519
from tests.serving import serving

Explain = Callable[..., Result]


@pytest.fixture
def explain(market: Market, tmp_path: Path) -> Iterator[Explain]:
    """The command as a buyer's terminal runs it, against a market on loopback."""
    market.stock(12)
    account = market.buyer()
    write_private(
        tmp_path / "api.key", market.services.make_api_key(account.account_id, "tests").secret.encode()
    )
    BuyerKeys(BUYER_KEY, RESULT_KEYS).save(tmp_path / "buyer.json")
    (tmp_path / "authority.jwk").write_text(json.dumps(ed25519("authority").public.to_jwk()))
    query_file = tmp_path / "query.json"
    with serving(create_api_app(market.services)) as url:

        def run(query: Query, *before: str) -> Result:
            query_file.write_bytes(canonical_json(query.to_json()))
            where = {
                "--url": url,
                "--keys": tmp_path / "buyer.json",
                "--api-key-file": tmp_path / "api.key",
                "--authority": tmp_path / "authority.jwk",
            }
            named = [str(part) for pair in where.items() for part in pair]
            return CliRunner().invoke(main, [*before, "explain", *named, str(query_file)])

        yield run


def test_the_way_and_its_cost_are_said_in_lines(explain: Explain):
    result = explain(EXACT)

    assert result.exit_code == Exit.DONE, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "mpc: No other way can answer this now."
    assert lines[1] == ON_SHARES.sentence
    assert "3 rounds over 12 people" in lines
    assert any(line.startswith("  node 0 to node 1: ") for line in lines)
    assert any(line.startswith("estimate: ") for line in lines)
    assert any(line.startswith("not additive (too_few_people)") for line in lines)


def test_the_same_as_json(explain: Explain):
    result = explain(EXACT, "--json")

    said = json.loads(result.stdout)
    assert said["query"]["engine"] == "mpc"
    assert said["protocol"] == "shares_among_three"
    assert said["rounds"] == 3
    assert said["who_must_collude"] == ON_SHARES.sentence
    assert said["not_taken"] == {"paillier": "not_set_up", "additive": "too_few_people"}
    assert len(said["seconds"]) == 2


def test_a_question_that_is_too_narrow_is_refused_with_one_close_by(explain: Explain):
    narrow = replace(EXACT, floor=50)

    result, as_json = explain(narrow), explain(narrow, "--json")

    assert result.exit_code == as_json.exit_code == Exit.REFUSED
    assert "fewer than 50 people" in result.stderr
    assert result.stdout.startswith("This could be asked instead: ")
    close = Query.from_json(json.loads(as_json.stdout)["nearby"], "nearby")
    assert Query.from_json(json.loads(result.stdout.splitlines()[-1]), "nearby") == close
    assert explain(close).exit_code == Exit.DONE
