"""A weekly question is ordered by the calendar, and its buyer hears of the answer without asking.

The release comes by a stream and by a webhook, over loopback. The receiver checks the signature with what it
was told when the address was registered; the answer is opened, and its proof checked, offline.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

import pytest

from consent.query import Query
from crypto.reading import utc_text
from crypto.sealing import Vault
from marketplace.clients.webhooks import HttpWebhooks
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.events import Event, follow
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.order_file import write_order
from marketplace.sdk.result import Placed
from marketplace.sdk.webhooks import Receiver, WebhookRefusedError
from marketplace.services.keep_webhooks import WebhookSide
from tests.marketplace.hooks import send_all
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, RESULT_KEYS
from tests.marketplace.mpc_node.parties import ed25519
from tests.marketplace.repeating import FIRST, an_id, at
from tests.marketplace.sdk.test_cli import Desk, desk, registered

__all__ = ["desk", "registered"]
WEEK = timedelta(days=7)


@pytest.fixture
def market() -> Market:
    """A market that may call servers on this machine."""
    return open_market(webhooks=WebhookSide(HttpWebhooks(loopback=True), Vault(b"w" * 32)))


@dataclass
class Server:
    """The buyer's own server: what came to it and held, and how many others it refused."""

    url: str = ""
    receiver: Receiver | None = None
    events: list[Event] = field(default_factory=list)
    refused: int = 0

    def take(self, headers: dict[str, str], body: bytes) -> int:
        assert self.receiver is not None
        try:
            self.events.append(self.receiver.verify(headers, body))
        except WebhookRefusedError:
            self.refused += 1
            return 401
        return 204


@pytest.fixture
def server() -> Iterator[Server]:
    taking = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(taking.take(dict(self.headers), body))
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    taking.url = f"http://127.0.0.1:{listening.server_address[1]}/events"
    yield taking
    listening.shutdown()
    thread.join()
    listening.server_close()


def released(events: list[Event]) -> list[object]:
    return [each.told["order_id"] for each in events if each.kind == "order.released"]


def test_a_weekly_answer_is_heard_of_by_stream_and_webhook_and_checked_offline(
    market: Market, registered: Desk, server: Server
):
    buyer_says = registered
    added = buyer_says("webhooks", "add", server.url, "--id", an_id(9))
    server.receiver = Receiver([added.output.splitlines()[-1]], market.clock)
    buyer_says("saved", "save", buyer_says.path("query.json"), "--name", "Weekly", "--id", an_id(1))
    buyer_says(
        *("saved", "repeat", an_id(1), "--every", "week", "--first-at", utc_text(FIRST)),
        *("--until", utc_text(FIRST + 5 * WEEK), "--per-run-cents", "2000", "--total-cents", "9000"),
    )

    for week in range(2):
        at(market, FIRST + week * WEEK)
        market.drive()
        send_all(market)
        market.witness()

    pushed = released(server.events)
    assert len(set(pushed)) == 2
    assert [each.number for each in server.events] == list(range(1, len(server.events) + 1))
    keys = BuyerKeys(BUYER_KEY, RESULT_KEYS)
    secret = (buyer_says.folder / "api.key").read_text()
    buyer = Buyer.connect(buyer_says.environment["BUYER_URL"], secret, keys, ed25519("authority").public)
    streamed = list(islice(follow(buyer, after=3), len(server.events) - 3))
    assert streamed == server.events[3:]

    write_order(buyer_says.folder / "order.json", Placed(str(pushed[-1]), Query.from_json(EXACT.to_json())))
    collected = buyer_says("collect", buyer_says.path("order.json"), "--out", buyer_says.path("answer"))
    assert collected.exit_code == 0, collected.output
    checked = buyer_says("verify", buyer_says.path("answer/proof.json"))
    assert "The proof holds" in checked.output


def test_a_stranger_who_posts_to_the_receiver_is_refused(market: Market, registered: Desk, server: Server):
    added = registered("webhooks", "add", server.url, "--id", an_id(9))
    server.receiver = Receiver(["whsec_" + "AAAA" * 8], market.clock)
    registered("webhooks", "test", an_id(9))
    send_all(market)

    assert (server.events, server.refused) == ([], 1)
    assert "answered 401" in registered("webhooks", "list").output
    server.receiver = Receiver([added.output.splitlines()[-1]], market.clock)
    market.clock.forward(seconds=5)
    send_all(market)
    assert [each.kind for each in server.events] == ["webhook.test"]
    for words in (("rotate",), ("resume", "--after", "0"), ("end",)):
        assert registered("webhooks", words[0], an_id(9), *words[1:]).exit_code == 0
