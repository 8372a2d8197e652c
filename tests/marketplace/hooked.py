"""A market that calls a receiver, and a buyer with a webhook."""

from marketplace.domain.event import EventKind
from marketplace.sdk.webhooks import verify_message
from marketplace.services.send_webhooks import SendWebhooks
from marketplace.services.tell_events import tell
from tests.marketplace.hooks import HOOK, URL, Heard, side
from tests.marketplace.market import open_market


class Here:
    """A market that calls a receiver, and a buyer with a webhook."""

    def __init__(self, store=None) -> None:
        self.heard = Heard()
        self.market = open_market(store, webhooks=side(self.heard))
        self.account = self.market.services.add_account("buyer@example.org", "correct horse battery")
        (member,) = self.market.services.members.of(self.account.account_id)
        self.who = (self.account.account_id, member.member_id)
        self.hooks = self.market.services.webhooks
        _, secret = self.hooks.make(self.who, HOOK, URL)
        assert secret is not None
        self.secret: str = secret

    @property
    def sending(self) -> SendWebhooks:
        """What a worker has of this market to send."""
        duty = self.market.duties.send_webhooks
        assert duty is not None
        return duty

    def happen(self, times: int = 1) -> None:
        for _ in range(times):
            with self.market.store.writing() as books:
                tell(books, self.account.account_id, self.market.desk.now(), EventKind.ORDER_STATE)

    def view(self):
        return self.hooks.get(self.account.account_id, HOOK)

    def numbers(self) -> list[int]:
        return [self.read(*each).number for each in self.heard.messages]

    def read(self, headers, body):
        return verify_message([self.secret], headers, body, now=self.market.clock.now)
