"""How does a program have events sent to its server, and see how far that is?"""

from dataclasses import dataclass, field
from uuid import uuid4

from crypto.reading import Fields
from marketplace.sdk.buyer import API, Buyer
from marketplace.sdk.pages import all_of
from marketplace.sdk.saved import in_address, put


@dataclass(frozen=True)
class Webhook:
    """Where events are sent, and how far that is."""

    webhook_id: str
    url: str
    state: str
    sent_until: int
    waiting: int
    failure: str | None


@dataclass(frozen=True)
class NewWebhook:
    """A webhook and its secret, which is told once: None where it was told before."""

    webhook: Webhook
    secret: str | None = field(repr=False)


def list_webhooks(buyer: Buyer) -> list[Webhook]:
    """The webhooks, made last first."""
    return [_webhook(each) for each in all_of(buyer.client, f"{API}/webhooks", "webhooks")]


def add_webhook(buyer: Buyer, url: str, *, webhook_id: str | None = None) -> NewWebhook:
    """Have events from now on sent to an address. Keep the secret: it is told this one time."""
    fields = put(buyer, f"/webhooks/{in_address(webhook_id or str(uuid4()))}", {"url": url})
    secret = fields.text("secret") if fields.has("secret") else None
    return NewWebhook(_webhook(fields), secret)


def test_webhook(buyer: Buyer, webhook_id: str) -> int:
    """Send an event that says nothing; its number."""
    answer = buyer.client.post_json(f"{API}/webhooks/{in_address(webhook_id)}/test", {})
    return Fields.of(answer, "event").integer("number", least=1, most=2**53 - 1)


def rotate_webhook(buyer: Buyer, webhook_id: str) -> str:
    """A new secret; for a day the one before signs as well."""
    answer = buyer.client.post_json(f"{API}/webhooks/{in_address(webhook_id)}/rotate", {})
    return Fields.of(answer, "secret").text("secret")


def resume_webhook(buyer: Buyer, webhook_id: str, *, after: int | None = None) -> Webhook:
    """Have it go on, also where it stopped; with `after` once more from the event behind that number."""
    act, sent = ("resume", {}) if after is None else ("replay", {"after": after})
    return _webhook(
        Fields.of(
            buyer.client.post_json(f"{API}/webhooks/{in_address(webhook_id)}/{act}", sent, repeatable=True),
            "webhook",
        )
    )


def end_webhook(buyer: Buyer, webhook_id: str) -> None:
    """Have nothing sent there any more; again changes nothing."""
    buyer.client.send("DELETE", f"{API}/webhooks/{in_address(webhook_id)}", repeatable=True)


def _webhook(fields: Fields) -> Webhook:
    return Webhook(
        fields.text("webhook_id"),
        fields.text("url") if fields.any("url") else "",
        fields.text("state"),
        fields.integer("sent_until", least=0, most=2**53 - 1),
        fields.integer("waiting", least=0, most=2**53 - 1),
        fields.text("failure") if fields.has("failure") else None,
    )
