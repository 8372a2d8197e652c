"""Webhooks send each event until it arrived, in order, signed, and stop where nobody takes them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.errors import MalformedError
from marketplace.domain.event import EventKind
from marketplace.domain.member_act import Did
from marketplace.domain.webhook import (
    MOST_ATTEMPTS,
    MOST_ENDED,
    MOST_WEBHOOKS,
    OVERLAP,
    TEST_PAUSE,
    WebhookState,
    message_id,
)
from marketplace.errors import (
    RefusedError,
    TooManyAttemptsError,
    UnknownWebhookError,
    WebhookConflictError,
)
from marketplace.sdk.webhooks import AgainError, Receiver, WebhookRefusedError, verify_message
from marketplace.services.send_webhooks import SendWebhooks
from tests.marketplace.hooked import Here
from tests.marketplace.hooks import HOOK, URL, Heard, send_all, side
from tests.marketplace.repeating import an_id

SECOND = timedelta(seconds=1)


@pytest.fixture
def here(any_market) -> Here:
    return Here(any_market.store)


def test_what_happens_from_then_on_arrives_signed_and_in_order(here):
    here.happen(3)
    send_all(here.market)

    assert here.numbers() == [1, 2, 3]
    headers, body = here.heard.messages[0]
    assert headers["webhook-id"] == message_id(HOOK, 1)
    assert len(body) < 1000
    view = here.view()
    assert (view.waiting, view.webhook.sent_until) == (0, 3)
    assert [(each.number, each.failure) for each in view.deliveries] == [(3, None), (2, None), (1, None)]


def test_the_secret_is_told_once_and_the_same_request_changes_nothing(here):
    again = here.hooks.make(here.who, HOOK, URL)

    assert here.secret.startswith("whsec_")
    assert again == (here.view().webhook, None)
    assert here.secret not in repr(here.view())
    with pytest.raises(WebhookConflictError):
        here.hooks.make(here.who, HOOK, f"{URL}/other")
    with pytest.raises(MalformedError):
        here.hooks.make(here.who, "mine", URL)


def test_a_webhook_begins_with_what_happens_after_it(here):
    here.happen(2)
    here.hooks.make(here.who, an_id(8), f"{URL}/second")
    here.happen()
    send_all(here.market)

    second = here.hooks.get(here.account.account_id, an_id(8))
    assert [each.number for each in second.deliveries] == [3]


def test_an_event_that_does_not_arrive_is_tried_again_before_any_later_one(here):
    here.happen(2)
    here.heard.fails = "answered 500"
    assert send_all(here.market) == 1
    here.heard.fails = None
    assert send_all(here.market) == 0
    here.market.clock.forward(seconds=5)
    send_all(here.market)

    assert here.numbers() == [1, 2]
    assert [(each.attempt, each.failure) for each in here.view().deliveries] == [
        (1, None),
        (2, None),
        (1, "answered 500"),
    ]


def test_it_stops_after_so_many_failures_says_so_and_goes_on_when_told(here):
    here.happen()
    here.heard.fails = "answered 410"
    for _ in range(MOST_ATTEMPTS + 3):
        send_all(here.market)
        here.market.clock.forward(hours=3)

    webhook = here.view().webhook
    assert (webhook.state, webhook.attempts) == (WebhookState.STOPPED, MOST_ATTEMPTS)
    told = here.market.services.read_events(here.account.account_id, 0).events
    assert [each.kind for each in told] == [EventKind.ORDER_STATE, EventKind.WEBHOOK_STOPPED]
    here.heard.fails = None
    assert send_all(here.market) == 0
    here.hooks.go_on(here.who, HOOK)
    send_all(here.market)
    assert here.numbers() == [1, 2]


def test_events_are_sent_again_from_a_number_under_the_same_ids(here):
    here.happen(3)
    send_all(here.market)
    here.hooks.go_on(here.who, HOOK, after=1)
    send_all(here.market)

    assert here.numbers() == [1, 2, 3, 2, 3]
    assert here.heard.messages[1][0]["webhook-id"] == here.heard.messages[3][0]["webhook-id"]
    for beyond in (-1, 4):
        with pytest.raises(RefusedError):
            here.hooks.go_on(here.who, HOOK, after=beyond)


def test_a_new_secret_signs_beside_the_old_one_for_a_day(here):
    _, new = here.hooks.rotate(here.who, HOOK)
    here.happen()
    send_all(here.market)
    here.market.clock.now += OVERLAP
    here.happen()
    send_all(here.market)

    both, after = here.heard.messages
    now = here.market.clock.now
    for secret in (here.secret, new):
        assert verify_message([secret], *both, now=now - OVERLAP).number == 1
    assert verify_message([new], *after, now=now).number == 2
    with pytest.raises(WebhookRefusedError):
        here.read(*after)


def test_an_ended_webhook_sends_nothing_and_forgets_its_address(here):
    here.happen()
    here.hooks.end(here.who, HOOK)
    assert here.hooks.end(here.who, HOOK).state is WebhookState.ENDED
    send_all(here.market)

    assert here.heard.messages == []
    webhook = here.view().webhook
    assert (webhook.url, webhook.sealed, webhook.sealed_before) == ("", b"", None)
    for act in (here.hooks.rotate, here.hooks.go_on, here.hooks.test):
        with pytest.raises(WebhookConflictError):
            act(here.who, HOOK)


def test_a_test_is_an_event_and_comes_seldom(here):
    event = here.hooks.test(here.who, HOOK)
    with pytest.raises(TooManyAttemptsError):
        here.hooks.test(here.who, HOOK)
    send_all(here.market)

    assert here.numbers() == [event.number]
    here.market.clock.now += TEST_PAUSE
    assert here.hooks.test(here.who, HOOK).number == event.number + 1


def test_an_account_has_few_and_none_of_another_account(here):
    for number in range(MOST_WEBHOOKS - 1):
        here.hooks.make(here.who, an_id(20 + number), URL)
    with pytest.raises(RefusedError):
        here.hooks.make(here.who, an_id(40), URL)
    other = here.market.services.add_account("other@example.org", "correct horse battery")
    them = (other.account_id, None)

    assert here.hooks.all(other.account_id) == []
    for act in (here.hooks.rotate, here.hooks.go_on, here.hooks.test, here.hooks.end):
        with pytest.raises(UnknownWebhookError):
            act(them, HOOK)
    with pytest.raises(WebhookConflictError):
        here.hooks.make(them, HOOK, URL)


def test_ended_ones_are_forgotten_in_the_end(here):
    for number in range(MOST_ENDED + 5):
        here.market.clock.forward(seconds=1)
        here.hooks.make(here.who, an_id(100 + number), URL)
        here.hooks.end(here.who, an_id(100 + number))

    assert len(here.hooks.all(here.account.account_id)) == MOST_ENDED + 1


def test_who_did_what_is_written_down(here):
    here.hooks.rotate(here.who, HOOK)
    here.hooks.end(here.who, HOOK)

    acts = here.market.services.read_member_acts(here.account.account_id)
    assert [act.kind for act in acts] == [Did.ENDED_WEBHOOK, Did.CHANGED_WEBHOOK, Did.MADE_WEBHOOK]


def test_what_a_buyer_changes_during_a_delivery_stays(here):
    here.happen(2)
    sending = SendWebhooks(here.market.desk, side(Meanwhile(here)))
    assert sending()

    assert here.view().webhook.sent_until == 0
    send_all(here.market)
    assert here.numbers() == [1, 2]


class Meanwhile(Heard):
    """A receiver whose buyer has everything sent again while it is called."""

    def __init__(self, here: Here) -> None:
        super().__init__()
        self._here = here

    def deliver(self, url, body, headers) -> None:
        self._here.hooks.go_on(self._here.who, HOOK, after=0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"webhook-signature": "v1,AAAA"}, "no signature"),
        ({"webhook-signature": "v1a,AAAA"}, "no signature"),
        ({"webhook-signature": "\u00e9"}, "no signature"),
        ({"webhook-id": "msg_other"}, "no signature"),
        ({"webhook-timestamp": "1"}, "no signature"),
        ({"webhook-timestamp": "soon"}, "no number"),
        ({"webhook-timestamp": "9" * 40}, "no number"),
        ({"webhook-signature": None}, "missing"),
    ],
)
def test_a_forged_message_is_refused(here, change, why):
    here.happen()
    send_all(here.market)
    headers, body = here.heard.messages[0]
    forged = {name: value for name, value in {**headers, **change}.items() if value is not None}

    with pytest.raises(WebhookRefusedError, match=why):
        here.read(forged, body)
    with pytest.raises(WebhookRefusedError, match="no signature"):
        here.read(headers, body + b" ")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_message_and_one_from_the_future_are_refused(here, minutes):
    here.happen()
    send_all(here.market)
    late = here.market.clock.now + timedelta(minutes=minutes)

    with pytest.raises(WebhookRefusedError, match="not of now"):
        verify_message([here.secret], *here.heard.messages[0], now=late)


def test_a_message_that_came_before_is_told_apart(here):
    here.happen()
    send_all(here.market)
    receiver = Receiver([here.secret], lambda: here.market.clock.now)
    (message,) = here.heard.messages

    assert receiver.verify(*message).number == 1
    with pytest.raises(AgainError):
        receiver.verify(*message)
    assert here.secret not in repr(receiver)


def test_an_example_of_standard_webhooks_verifies(here):
    # From the reference libraries' tests (standard-webhooks/standard-webhooks, libraries/python).
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    then = here.market.clock.now.fromtimestamp(1614265330, here.market.clock.now.tzinfo)

    with pytest.raises(MalformedError):  # the signature holds, and the body is none of our events
        verify_message([secret], headers, body, now=then)


def test_a_market_that_calls_nobody_registers_nothing(market):
    account = market.services.add_account("buyer@example.org", "correct horse battery")
    with pytest.raises(RefusedError, match="calls nobody"):
        market.services.webhooks.make((account.account_id, None), HOOK, URL)


def test_a_secret_under_another_key_signs_nothing(here):
    here.happen()
    other = replace(side(here.heard), vault=type(side(here.heard).vault)(b"x" * 32))
    SendWebhooks(here.market.desk, other)()

    assert here.heard.messages == []
    assert here.view().webhook.attempts == 1
