"""The buyer's and the operator's commands around a published answer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crypto.encoding import canonical_json
from marketplace.api.app import create_api_app
from marketplace.sdk import cli
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.keys import BuyerKeys
from tests.marketplace.describing import describable
from tests.marketplace.mpc_node.orders import BUYER_KEY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import ed25519
from tests.serving import serving

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch) -> Iterator[Run]:
    market = describable()
    secret = market.services.make_api_key(market.buyer().account_id, "tests").secret
    (tmp_path / "api.key").write_text(secret)
    (tmp_path / "api.key").chmod(0o600)
    BuyerKeys(BUYER_KEY, RESULT_KEYS).save(tmp_path / "buyer.json")
    (tmp_path / "authority.jwk").write_bytes(canonical_json(ed25519("authority").public.to_jwk()))
    connect = Buyer.connect

    def connected(*where) -> Buyer:
        found = connect(*where)

        def pause(seconds: float) -> None:
            market.turn()
            market.witness()

        return Buyer(found.client, found.keys, found.authority, market.clock, pause)

    monkeypatch.setattr(Buyer, "connect", connected)
    with serving(create_api_app(market.services)) as url:
        environment = {
            "BUYER_URL": url,
            "BUYER_KEYS": str(tmp_path / "buyer.json"),
            "BUYER_AUTHORITY": str(tmp_path / "authority.jwk"),
            "BUYER_API_KEY_FILE": str(tmp_path / "api.key"),
        }

        def invoke(*words: str) -> Result:
            return CliRunner().invoke(cli.main, list(words), env=environment, catch_exceptions=False)

        yield invoke


def describe(run: Run, out: Path, *more: str) -> Result:
    given = ("--accept-cents", "100000", "--out", str(out), "--purpose", "dpv:AcademicResearch", *more)
    return run("describe", "exam/1", "--attribute", "sex", "--attribute", "verbal_reasoning", *given)


def test_a_data_set_is_described_published_and_taken_back(run, tmp_path):
    out = tmp_path / "order.json"

    said = [
        describe(run, out),
        run("wait", str(out)),
        run("collect", str(out), "--out", str(tmp_path / "answer")),
        run("publish-to-catalogue", str(out)),
        run("take-back", str(out)),
    ]
    again = run("publish-to-catalogue", str(out))

    assert [each.exit_code for each in said] == [0] * 5, [each.output for each in said]
    assert "Published. The log holds " in said[3].output
    assert again.exit_code != 0
    assert "taken back" in again.output


def test_the_same_file_again_is_the_same_order(run, tmp_path):
    first, again = (describe(run, tmp_path / "order.json") for _ in range(2))

    assert first.output == again.output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--epsilon", "much"), "is not a number"),
        (("--epsilon", "99"), "out of range"),
        (("--floor", "10"), "large crowd"),
        (("--attribute", "gossip"), "name columns"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(run, tmp_path, more, said):
    refused = describe(run, tmp_path / "order.json", *more)

    assert refused.exit_code != 0
    assert said in refused.output
    assert not (tmp_path / "order.json").exists()
