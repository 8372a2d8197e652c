"""Events arrive signed, at least once, at addresses that may be reached, and can be sent again."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from crypto.errors import MalformedError
from ssi.issuer_service.bootstrap import open_work
from ssi.issuer_service.clients.webhook_post import WebhookPost
from ssi.issuer_service.domain.delivery import MAX_ATTEMPTS, next_attempt
from ssi.issuer_service.domain.event import EventKind, checked_target
from ssi.issuer_service.errors import NotDeliveredError
from ssi.issuer_service.services.announce import announce
from ssi.issuer_service.services.send_out import SendEvents
from tests.ssi.issuer_service.listener import Listener, dripping, listening
from tests.ssi.issuer_service.tables import table
from tests.ssi.issuer_service.visitors import Office, answer_of, problem
from tests.ssi.parties import NOW


@pytest.fixture
def listener():
    with listening() as listener:
        yield listener


def subscribed(office: Office, listener: Listener, *events: str) -> dict[str, Any]:
    response = office.institution.post("/webhooks", {"url": listener.url, "events": list(events)})
    assert response.status_code == 201, response.text
    return answer_of(response)


def revoke(office: Office, person: str = "s-1") -> dict[str, object]:
    answer = office.institution.hand_in(person)
    office.institution.set_status(answer["credential_id"], "revoked")
    return answer


def deliveries(office: Office, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    found = answer_of(office.institution.get(f"/webhooks/{webhook['webhook_id']}/deliveries"))
    return list(found["deliveries"])


def _refuses(*_arguments: object) -> None:
    raise ConnectionRefusedError


@pytest.mark.database
def test_an_event_is_signed_as_standard_webhooks_has_it(office: Office, listener):
    webhook = subscribed(office, listener)
    revoked = revoke(office)
    open_work(office.issuer).until_idle()

    ((headers, body),) = listener.arrived
    secret = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    tag = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{tag}"
    assert int(headers["webhook-timestamp"]) == int(office.clock().timestamp())
    assert json.loads(body)["type"] == "credential.revoked"
    assert json.loads(body)["data"]["credential_id"] == revoked["credential_id"]
    assert b"s-1" not in body


@pytest.mark.database
def test_every_kind_of_event_is_told_by_what_causes_it(office: Office, listener):
    subscribed(office, listener)
    handed_in = office.institution.hand_in("s-1")
    office.wallet().collect(handed_in["offer_uri"])
    for status in ("suspended", "valid", "revoked"):
        office.institution.set_status(handed_in["credential_id"], status)
    office.institution.send_table(office.institution.template(), table(1, start=5))
    open_work(office.issuer).until_idle()

    kinds = [json.loads(body)["type"] for _, body in listener.arrived]
    assert kinds == [
        "credential.collected",
        "credential.suspended",
        "credential.reinstated",
        "credential.revoked",
        "batch.finished",
    ]
    assert json.loads(listener.arrived[-1][1])["data"]["issued"] == 1


@pytest.mark.database
def test_only_kinds_that_were_asked_for_are_sent(office: Office, listener):
    subscribed(office, listener, "batch.finished")
    revoke(office)
    open_work(office.issuer).until_idle()

    assert listener.arrived == []


@pytest.mark.database
def test_a_receiver_that_fails_is_tried_again_later_under_the_same_id(office: Office, listener):
    listener.answers = [500, 302]
    listener.location = listener.url
    webhook = subscribed(office, listener)
    revoke(office)
    work = open_work(office.issuer)
    work.until_idle()
    first = deliveries(office, webhook)[0]
    for _ in range(2):
        office.clock.move(minutes=1)
        work.until_idle()

    assert (first["state"], first["attempts"], first["answer"]) == ("waiting", 1, "answered 500")
    assert len(listener.arrived) == 3  # the redirect was not followed, or there would be four
    assert len({headers["webhook-id"] for headers, _ in listener.arrived}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in listener.arrived}) == 3
    assert deliveries(office, webhook)[0]["state"] == "delivered"


@pytest.mark.database
def test_an_event_can_be_sent_again_by_its_id_or_since_a_moment(office: Office, listener):
    webhook = subscribed(office, listener)
    revoke(office, "s-1")
    office.clock.move(minutes=5)
    revoke(office, "s-2")
    work = open_work(office.issuer)
    work.until_idle()
    path = f"/webhooks/{webhook['webhook_id']}/replay"
    newest = deliveries(office, webhook)[0]

    one = office.institution.post(path, {"event_id": newest["event_id"]})
    work.until_idle()
    since = f"{office.clock():%Y-%m-%dT%H:%M:%SZ}"
    some = office.institution.post(path, {"since": since})
    work.until_idle()

    assert (answer_of(one)["replayed"], answer_of(some)["replayed"]) == (1, 1)
    ids = [headers["webhook-id"] for headers, _ in listener.arrived]
    assert ids[1:] == [newest["event_id"]] * 3
    problem(office.institution.post(path, {"event_id": "evt_0"}), 404)
    problem(office.institution.post(path, {}), 400)


class Meanwhile:
    """A receiver that says yes, and lets something happen before it does."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens = happens
        self.posted = 0

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.posted += 1
        self.happens()
        return 204


@pytest.mark.database
def test_what_one_worker_is_sending_no_other_sends(office: Office, listener):
    webhook = subscribed(office, listener)
    revoke(office)
    books, now = office.issuer.books, office.clock()
    other = Meanwhile(lambda: None)
    one = Meanwhile(lambda: SendEvents(books, other)(now=now))

    assert SendEvents(books, one)(now=now) == 1
    assert (one.posted, other.posted) == (1, 0)
    assert deliveries(office, webhook)[0]["state"] == "delivered"


@pytest.mark.database
def test_what_was_being_sent_when_its_process_was_killed_is_sent_later(office: Office, listener):
    subscribed(office, listener)
    revoke(office)
    books = office.issuer.books
    killed = Meanwhile(lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        SendEvents(books, killed)(now=office.clock())
    work = open_work(office.issuer)
    work.until_idle()
    at_once = len(listener.arrived)
    office.clock.move(minutes=11)
    work.until_idle()

    assert (at_once, len(listener.arrived)) == (0, 1)


@pytest.mark.database
def test_what_an_attempt_came_to_does_not_undo_what_happened_meanwhile(office: Office, listener):
    webhook = subscribed(office, listener)
    path = f"/webhooks/{webhook['webhook_id']}"
    revoke(office)
    again = {"since": f"{office.clock():%Y-%m-%dT%H:%M:%SZ}"}
    SendEvents(office.issuer.books, Meanwhile(lambda: office.institution.post(f"{path}/replay", again)))(
        now=office.clock()
    )
    replayed = deliveries(office, webhook)[0]
    SendEvents(office.issuer.books, Meanwhile(lambda: office.institution.delete(path)))(now=office.clock())
    removed = deliveries(office, webhook)[0]

    assert (replayed["state"], replayed["attempts"]) == ("waiting", 0)
    assert (removed["state"], removed["answer"]) == ("failed", "the webhook was removed")


@pytest.mark.database
def test_a_removed_webhook_gets_nothing_more(office: Office, listener):
    webhook = subscribed(office, listener)
    revoke(office)
    office.institution.delete(f"/webhooks/{webhook['webhook_id']}")
    open_work(office.issuer).until_idle()

    assert listener.arrived == []
    assert answer_of(office.institution.get("/webhooks"))["webhooks"] == []
    problem(office.institution.post(f"/webhooks/{webhook['webhook_id']}/replay", {"event_id": "e"}), 404)


@pytest.mark.database
def test_a_change_that_is_taken_back_is_not_told(office: Office, listener):
    subscribed(office, listener)

    def announced_and_taken_back() -> None:
        with office.issuer.books.writing() as register:
            announce(register.outbox, EventKind.REVOKED, {}, at=office.clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        announced_and_taken_back()
    open_work(office.issuer).until_idle()

    assert listener.arrived == []


@pytest.mark.parametrize(
    "url",
    [
        "http://system.example/events",
        "ftp://system.example/events",
        "https://user:word@system.example/",
        "https://system.example/#x",
        "https:///events",
        "https://system.example/ x",
        "https://[::1/",
        "https://system.example:99999/",
        "file:///etc/passwd",
        "https://system.example/\nx",
        "https://@system.example/",
        "https://a..b/",
        "https://.system.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "https://sys%00tem.example/",
        "",
    ],
)
def test_an_address_that_is_no_plain_https_address_is_refused(url):
    with pytest.raises(MalformedError):
        checked_target(url, loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://224.0.0.1/",
        "https://100.64.0.1/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b::169.254.169.254]/",
        "https://[64:ff9b:1::5db8:d822]/",
        "https://[2002:7f00:1::1]/",
        "https://[2002:a00:1::]/",
        "https://[::10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[2001:0:a00:1::]/",
        "https://[fec0::1]/",
    ],
)
def test_nothing_is_sent_into_a_network(url, monkeypatch):
    def resolved(host, port, **_named):
        literal = {"localhost": "127.0.0.1", "2130706433": "127.0.0.1"}.get(host, host)
        return [(None, None, None, "", (literal, port))]

    monkeypatch.setattr("socket.getaddrinfo", resolved)

    with pytest.raises(NotDeliveredError, match="inside a network"):
        WebhookPost(loopback=False)(url, b"{}", {})


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::93.184.216.34"])
def test_what_leads_to_a_public_address_is_asked(address, monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_n: [(None, None, None, "", (address, 443))])
    monkeypatch.setattr("socket.create_connection", _refuses)

    with pytest.raises(NotDeliveredError, match="no answer"):
        WebhookPost(loopback=False)("https://system.example/", b"{}", {})


def test_a_host_that_cannot_be_looked_up_has_no_address(monkeypatch):
    def resolved(*_arguments, **_named):
        raise UnicodeError("label too long")

    monkeypatch.setattr("socket.getaddrinfo", resolved)

    with pytest.raises(NotDeliveredError, match="no address"):
        WebhookPost(loopback=False)("https://system.example/", b"{}", {})


def test_an_answer_that_comes_drop_by_drop_is_cut_off_at_the_deadline():
    with dripping(b"HTTP/1.1 204 No Content\r\nx: " + b"x" * 300 + b"\r\n\r\n", apart=0.005) as url:
        with pytest.raises(NotDeliveredError, match="in time"):
            WebhookPost(loopback=True, seconds=0.3)(url, b"{}", {})
        assert WebhookPost(loopback=True, seconds=60)(url, b"{}", {}) == 204


def test_a_handshake_that_never_ends_is_cut_off_at_the_deadline():
    hello = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" * 500
    with dripping(hello, apart=0.005) as url, pytest.raises(NotDeliveredError, match="in time"):
        WebhookPost(loopback=True, seconds=0.3)(url.replace("http:", "https:"), b"{}", {})


def test_a_host_with_one_address_inside_is_not_sent_to(monkeypatch):
    both = [(None, None, None, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_n: both)

    with pytest.raises(NotDeliveredError, match="inside a network"):
        WebhookPost(loopback=False)("https://system.example/", b"{}", {})


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    answers = iter(["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr("socket.getaddrinfo", lambda h, p, **_n: [(None, None, None, "", (next(answers), p))])
    asked = []

    def connect(address, *_arguments):
        asked.append(address)
        _refuses()

    monkeypatch.setattr("socket.create_connection", connect)

    with pytest.raises(NotDeliveredError, match="no answer"):
        WebhookPost(loopback=False)("https://system.example/", b"{}", {})
    assert asked == [("93.184.216.34", 443)]


def test_a_message_is_tried_for_about_a_day_and_then_given_up():
    moments = [next_attempt(attempts, NOW) for attempts in range(1, MAX_ATTEMPTS + 1)]
    waits = [moment - NOW for moment in moments[:-1] if moment]

    assert waits == sorted(waits)
    assert timedelta(days=1) < sum(waits, timedelta()) < timedelta(days=2)
    assert moments[-1] is None
