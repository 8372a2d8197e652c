"""The buyer's command, from a fresh key file to a proof that a reader checks, over loopback."""

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crypto.encoding import canonical_json
from marketplace.api.app import create_api_app
from marketplace.sdk import cli
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.said import Exit
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, RESULT_KEYS, buyer_credential
from tests.marketplace.mpc_node.parties import ed25519
from tests.serving import serving


@dataclass
class Desk:
    """A buyer's folder and the command in it."""

    folder: Path
    environment: dict[str, str]
    market: Market

    def __call__(self, *words: str, **more: str) -> Result:
        environment = {**self.environment, **more}
        return CliRunner().invoke(cli.main, list(words), env=environment, catch_exceptions=False)

    def order(self, cents: int = 1715, query: str = "query.json") -> Result:
        return self("order", self.path(query), "--accept-cents", str(cents), "--out", self.path("order.json"))

    def path(self, name: str) -> str:
        return str(self.folder / name)


@pytest.fixture
def desk(market: Market, tmp_path: Path, monkeypatch) -> Iterator[Desk]:
    market.stock(12)
    account = market.services.add_account("buyer@example.org", PASSWORD)
    market.services.top_up(account.account_id, transfer_id="t", amount_cents=100_000)
    secret = market.services.make_api_key(account.account_id, "tests").secret
    (tmp_path / "api.key").write_text(secret)
    (tmp_path / "api.key").chmod(0o600)
    BuyerKeys(BUYER_KEY, RESULT_KEYS).save(tmp_path / "buyer.json")
    (tmp_path / "authority.jwk").write_bytes(canonical_json(ed25519("authority").public.to_jwk()))
    (tmp_path / "query.json").write_bytes(canonical_json(EXACT.to_json()))
    (tmp_path / "credential").write_text(buyer_credential())
    connect = Buyer.connect

    def connected(*where) -> Buyer:
        """The same buyer at the market's hour, for whom waiting is the market's turn."""
        found = connect(*where)

        def pause(seconds: float) -> None:
            market.turn()
            if not market.nodes.down:
                market.witness()

        return type(found)(found.client, found.keys, found.authority, market.clock, pause)

    monkeypatch.setattr(Buyer, "connect", connected)
    monkeypatch.setattr(cli, "utc_now", market.clock)
    with serving(create_api_app(market.services)) as url:
        yield Desk(
            tmp_path,
            {
                "BUYER_URL": url,
                "BUYER_KEYS": str(tmp_path / "buyer.json"),
                "BUYER_AUTHORITY": str(tmp_path / "authority.jwk"),
                "BUYER_API_KEY_FILE": str(tmp_path / "api.key"),
            },
            market,
        )


@pytest.fixture
def registered(desk: Desk) -> Desk:
    assert desk("register", desk.path("credential")).exit_code == 0
    return desk


@pytest.fixture
def collected(registered: Desk) -> Desk:
    order = registered.path("order.json")
    assert (
        registered("order", registered.path("query.json"), "--accept-cents", "1715", "--out", order).exit_code
        == 0
    )
    assert registered("wait", order).exit_code == 0
    done = registered(
        "collect", order, "--out", registered.path("answer"), "--format", "csv", "--format", "parquet"
    )
    assert done.exit_code == 0, done.output
    return registered


def test_a_new_key_file_is_for_its_owner_only_and_is_not_written_over(desk):
    made = desk("keys", "new", desk.path("fresh.json"))
    again = desk("keys", "new", desk.path("fresh.json"))

    file = Path(desk.path("fresh.json"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(made.output) == BuyerKeys.load(file).credential_key.public.to_jwk()
    assert (again.exit_code, "is not written over" in again.output) == (Exit.REFUSED, True)


def test_the_catalogue_is_for_whoever_has_the_address(desk):
    listed = desk("catalogue")
    said = [json.loads(line) for line in desk("--json", "catalogue").output.splitlines()]

    assert "exam/1" in listed.output
    assert {each["ref"]: each["people"] for each in said}["exam/1"] == "fewer than 50"


def test_a_question_is_priced(registered):
    told = registered("quote", registered.path("query.json"))

    assert "€17.15, fewer than 50 people" in told.output
    assert (
        json.loads(registered("--json", "quote", registered.path("query.json")).output)["price_cents"] == 1715
    )


def test_the_same_order_file_is_the_same_order(registered):
    first, again = registered.order(), registered.order()

    assert first.output == again.output
    assert registered.market.balance("external:sandbox") == -100_000
    assert len(registered.market.nodes.jobs) == 0
    other = Path(registered.path("other.json"))
    other.write_bytes(canonical_json({**EXACT.to_json(), "privacy": {"epsilon": None, "floor": 11}}))
    refused = registered.order(query="other.json")
    assert (refused.exit_code, "remembers another question" in refused.output) == (Exit.REFUSED, True)


def test_an_answer_is_saved_with_card_proof_and_citation(collected):
    names = {path.name for path in Path(collected.path("answer")).iterdir()}

    assert names == {
        "answer.csv",
        "answer.parquet",
        "method.txt",
        "method.html",
        "method.json",
        "proof.json",
        "citation.txt",
        "citation.bib",
        "citation.csl.json",
    }


def test_a_reader_checks_the_proof_with_nothing_but_the_file_and_the_authority(collected):
    alone = {"BUYER_URL": "", "BUYER_KEYS": "", "BUYER_API_KEY_FILE": ""}
    told = collected("verify", collected.path("answer/proof.json"), **alone)
    cited = collected("cite", collected.path("answer/proof.json"), "--format", "bibtex", **alone)

    assert told.exit_code == 0, told.output
    assert [line.split()[0] for line in told.output.splitlines()[:10]] == [
        "form",
        "registry",
        "order",
        "buyer",
        "payment",
        "log",
        "witnesses",
        "statements",
        "computation",
        "answer",
    ]
    assert "The proof holds." in told.output
    assert cited.output.startswith("@misc{argonauta-")


def test_a_tampered_proof_is_refused_in_one_line_under_the_name_of_the_step(collected):
    file = Path(collected.path("answer/proof.json"))
    document = json.loads(file.read_text())
    document["papers"]["entry"]["body"]["order_id"] = "another"
    file.write_text(json.dumps(document))
    told = collected("verify", str(file))
    as_json = collected("--json", "verify", str(file))

    assert told.exit_code == Exit.REFUSED
    assert told.output.startswith("Error: log: ")
    assert (told.output.count("\n"), "Remedy: " in told.output) == (1, True)
    assert json.loads(as_json.output)["kind"] == "ProofRefused"


def test_an_answer_that_is_not_there_yet_has_a_status_of_its_own(registered):
    order = registered.path("order.json")
    registered.order()
    registered.market.nodes.down = {"node-a"}
    waited = registered("wait", order, "--seconds", "1")
    early = registered("collect", order, "--out", registered.path("answer"))

    assert (waited.exit_code, early.exit_code) == (Exit.NOT_YET, Exit.NOT_YET)
    assert not Path(registered.path("answer")).exists()


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"BUYER_URL": "http://127.0.0.1:1"}, Exit.UNREACHABLE, "Remedy: check the address"),
        ({"BUYER_KEYS": "/nothing.json"}, Exit.REFUSED, "buyer keys new FILE"),
        ({"BUYER_API_KEY_FILE": "/nothing"}, Exit.REFUSED, "cannot be read"),
        ({"BUYER_AUTHORITY": "/nothing"}, Exit.REFUSED, "--authority"),
    ],
)
def test_what_is_missing_is_said_in_one_line_with_its_remedy(registered, change, status, said):
    told = registered("quote", registered.path("query.json"), **change)

    assert (told.exit_code, told.output.count("\n")) == (status, 1)
    assert said in told.output


def test_a_key_that_is_not_good_for_it_is_told_so(registered):
    Path(registered.path("api.key")).write_text("argonauta_wrong")
    told = registered("quote", registered.path("query.json"))

    assert (told.exit_code, "make a new key" in told.output) == (Exit.REFUSED, True)
    assert "argonauta_wrong" not in told.output


def test_a_file_with_a_secret_that_others_can_read_is_not_used(registered):
    Path(registered.path("api.key")).chmod(0o644)
    told = registered("quote", registered.path("query.json"))

    assert (told.exit_code, "chmod 600 api.key" in told.output) == (Exit.REFUSED, True)


@pytest.mark.parametrize("content", ["", "[]", "{}", "\x00"])
def test_a_file_that_is_no_order_is_told_so(registered, content):
    Path(registered.path("order.json")).write_text(content)
    told = registered("wait", registered.path("order.json"))

    assert (told.exit_code, told.output.count("\n")) == (Exit.REFUSED, 1)


def test_too_little_accepted_is_refused_with_todays_price(registered):
    words = (
        "order",
        registered.path("query.json"),
        "--accept-cents",
        "1",
        "--out",
        registered.path("o.json"),
    )
    told = registered(*words)

    assert (told.exit_code, "Remedy: " in told.output) == (Exit.NOT_YET, True)
