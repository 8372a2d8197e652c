"""A buyer's folder, the command in it, and a market on loopback that sells scores and sums."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from crypto.encoding import canonical_json
from marketplace.sdk import cli
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.keys import BuyerKeys
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import ed25519

Turn = Callable[[], object]


@dataclass
class DirectDesk:
    """The command, and what happens at the market while it waits."""

    folder: Path
    environment: dict[str, str]
    market: Market
    account_id: str
    turns: list[Turn] = field(default_factory=list)

    def __call__(self, *words: str, **more: str) -> Result:
        environment = {**self.environment, **more}
        return CliRunner().invoke(cli.main, list(words), env=environment, catch_exceptions=False)

    def path(self, name: str) -> str:
        """A file in the folder."""
        return str(self.folder / name)

    def take_turn(self) -> None:
        """What the others do next, if anything is left to do."""
        if self.turns:
            self.turns.pop(0)()


@contextmanager
def direct_desk(
    market: Market, folder: Path, url: str, monkeypatch, *, account_id: str | None = None
) -> Iterator[DirectDesk]:
    """A buyer with money and a key, at the market's hour; while the command waits it is the others' turn."""
    account_id = account_id or market.services.add_account("desk@example.org", PASSWORD).account_id
    market.services.top_up(account_id, transfer_id="desk", amount_cents=100_000)
    (folder / "api.key").write_text(market.services.make_api_key(account_id, "tests").secret)
    (folder / "api.key").chmod(0o600)
    BuyerKeys(BUYER_KEY, RESULT_KEYS).save(folder / "buyer.json")
    (folder / "authority.jwk").write_bytes(canonical_json(ed25519("authority").public.to_jwk()))
    environment = {
        "BUYER_URL": url,
        "BUYER_KEYS": str(folder / "buyer.json"),
        "BUYER_AUTHORITY": str(folder / "authority.jwk"),
        "BUYER_API_KEY_FILE": str(folder / "api.key"),
    }
    desk = DirectDesk(folder, environment, market, account_id)
    connect = Buyer.connect

    def connected(*where) -> Buyer:
        found = connect(*where)
        return type(found)(
            found.client, found.keys, found.authority, market.clock, lambda seconds: desk.take_turn()
        )

    monkeypatch.setattr(Buyer, "connect", connected)
    yield desk
