"""Connections between nodes: mutual TLS, messages of any size at once, and who is cut off."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marketplace.mpc_node.channel import Call, Care, Channel
from marketplace.mpc_node.errors import AttemptFailedError, Failure, LinkBrokenError
from marketplace.mpc_node.frames import Hello, Kind, Prefix
from marketplace.mpc_node.line import ACKNOWLEDGE_BYTES
from marketplace.mpc_node.listener import NO_HANDSHAKE
from marketplace.mpc_node.peer_tls import dialling_context, handshake
from marketplace.mpc_node.reception import ACCEPTED, NO_HELLO, PUSHED_OUT, Reception
from marketplace.mpc_node.ways import TlsWays
from tests.marketplace.mpc_node.lines import Lines, Passing
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.ring import (
    BINDING,
    CELLS,
    EXPECTED,
    RUN,
    Role,
    Running,
    large,
    powers,
)
from tests.marketplace.mpc_node.tls_town import TlsTown, tls_town

HELLO = Hello(RUN, BINDING, CELLS, 0, 1, 1)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TlsTown]:
    """Three nodes whose ports are open."""
    with tls_town(tmp_path) as opened:
        yield opened


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[TlsTown]:
    """Three nodes that soon cut off who says nothing; a busy machine may say nothing, too."""
    with tls_town(tmp_path, hello_seconds=0.3) as opened:
        yield opened


def soon(good: Callable[[], bool]) -> bool:
    """Whether something that another thread does is done before long."""
    deadline = time.monotonic() + 60
    while not good() and time.monotonic() < deadline:
        time.sleep(0.01)  # the other thread gives no sign to wait for
    return good()


def cut_off(connection: socket.socket) -> bool:
    """Whether the other side ends a connection without a word."""
    connection.settimeout(60)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
    finally:
        connection.close()


def turned_away(ways: TlsWays, node: str) -> bool:
    """Whether a caller gets no connection, or loses it before anything was said: TLS 1.3 allows both."""
    try:
        connection = ways.dial(node)
    except LinkBrokenError:
        return True
    return cut_off(connection)


def test_three_roles_compute_over_mutual_tls(town: TlsTown):
    roles = [Role(role, town.ways(name)) for role, name in enumerate(NAMES)]

    answers = Running().start(*roles).ended()

    assert powers(answers) == EXPECTED
    assert [town.counts[name][ACCEPTED] for name in NAMES] == [1, 1, 1]


def test_large_messages_of_all_roles_at_once_block_nobody(town: TlsTown):
    roles = [Role(role, town.ways(name), protocol=large) for role, name in enumerate(NAMES)]

    answers = Running().start(*roles).ended()

    assert answers == {0: 0, 1: 1, 2: 2}


def test_what_is_on_record_at_the_peer_is_not_kept(tmp_path: Path):
    """Of 24 MB that each role sends, none keeps more than the last message and a megabyte."""
    lines, acknowledged = Lines(), []

    def note(passing: Passing) -> bytes:
        if passing.prefix.kind is Kind.ACKNOWLEDGED:
            acknowledged.append((passing.sender, passing.prefix.number))
        return passing.raw

    lines.alter = note

    Running().start(*(Role(each, lines.of(NAMES[each]), protocol=large) for each in range(3))).ended()

    assert ACKNOWLEDGE_BYTES <= 8 << 20
    assert {number for name, number in acknowledged if name == "node-a"} >= {1, 2}


def test_a_certificate_outside_the_registry_is_cut_off(town: TlsTown):
    assert turned_away(town.ways("stranger"), "node-a")
    assert soon(lambda: town.counts["node-a"][NO_HANDSHAKE] == 1)


def test_without_a_certificate_nobody_is_let_in(town: TlsTown):
    entry = town.registry().node("node-a", now=town.now)
    context = dialling_context(town.certificate("stranger"), entry.tls_certificate)
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anonymous.check_hostname = False
    anonymous.load_verify_locations(cadata=entry.tls_certificate)
    assert context.verify_mode is ssl.CERT_REQUIRED

    connection, _ = handshake(
        socket.create_connection(entry.peer_endpoint), anonymous, answering=False, seconds=60
    )

    assert cut_off(connection)
    assert soon(lambda: town.counts["node-a"][NO_HANDSHAKE] == 1)


def test_a_node_that_answers_with_another_nodes_certificate_is_not_spoken_to(town: TlsTown):
    town.ports["node-a"], town.ports["node-b"] = town.ports["node-b"], town.ports["node-a"]

    with pytest.raises(LinkBrokenError, match="cannot be reached"):
        town.ways("node-c").dial("node-a")


def test_a_node_that_has_left_the_registry_is_cut_off_from_then_on(town: TlsTown):
    ways = town.ways("node-b")
    ways.dial("node-c").close()
    town.listed = ("node-a", "node-c")

    assert turned_away(ways, "node-c")
    with pytest.raises(LinkBrokenError, match="UnknownNodeError"):
        town.ways("node-c").dial("node-b")


def test_a_port_that_nobody_listens_at_is_a_broken_link(town: TlsTown):
    town.listeners[0].close()

    with pytest.raises(LinkBrokenError, match="ConnectionRefusedError"):
        town.ways("node-b").dial("node-a")


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: node-b\r\n\r\n" + bytes(200),
        Prefix(Kind.MESSAGE, 1, 1 << 40).encode() + bytes(200),
        HELLO.encode()[:-5],
        Prefix(Kind.HELLO, 0, 104).encode() + b"\xff" * 104,
        b"",
    ],
    ids=["http", "a message", "half a hello", "nonsense", "nothing"],
)
def test_whoever_says_no_hello_is_cut_off_and_counted(hasty: TlsTown, said):
    connection = hasty.ways("node-a").dial("node-b")

    with contextlib.suppress(OSError):  # cut off already, where this machine was busy
        connection.sendall(said)

    assert cut_off(connection)
    assert soon(lambda: hasty.counts["node-b"] == {NO_HELLO: 1})


def test_of_two_calls_for_one_run_the_newer_one_counts(town: TlsTown):
    older, newer = (town.ways("node-a").dial("node-b") for _ in range(2))
    older.sendall(HELLO.encode())
    assert soon(lambda: town.counts["node-b"][ACCEPTED] == 1)
    newer.sendall(HELLO.encode())
    assert soon(lambda: town.counts["node-b"][ACCEPTED] == 2)

    arrival = town.receptions["node-b"].claim(RUN, "node-a")

    assert arrival is not None
    assert arrival.hello == HELLO
    assert cut_off(older)
    assert town.receptions["node-b"].claim(RUN, "node-a") is None
    arrival.connection.close()
    newer.close()


def test_a_peer_that_calls_without_end_pushes_out_its_own_calls_only():
    counts: list[str] = []
    reception = Reception(counts.append, most=3)
    ends = []

    def call(node: str, run: int) -> None:
        ours, theirs = socket.socketpair()
        ours.sendall(Hello(bytes((run,)) * 32, BINDING, CELLS, 0, 1, 1).encode())
        reception.welcome(theirs, node)
        ends.append(ours)

    call("node-b", 0)
    for run in range(5):
        call("node-a", run)

    assert counts.count(PUSHED_OUT) == 2
    assert reception.claim(bytes(32), "node-a") is None
    kept = [reception.claim(bytes((run,)) * 32, "node-a") for run in (2, 3, 4)]
    other = reception.claim(bytes(32), "node-b")
    assert all(kept)
    assert other is not None
    for arrival in (*kept, other):
        if arrival is not None:
            arrival.connection.close()
    for end in ends:
        end.close()


def test_a_reception_that_has_closed_takes_nobody():
    reception = Reception()
    reception.close()
    ours, theirs = socket.socketpair()
    ours.sendall(HELLO.encode())

    reception.welcome(theirs, "node-a")

    assert reception.claim(RUN, "node-a") is None
    assert cut_off(ours)


def test_a_wait_ends_when_the_attempt_is_over():
    lines, looked = Lines(), []

    def look() -> None:
        looked.append(1)
        raise AttemptFailedError(Failure.SUPERSEDED, "a higher attempt took over")

    answers = Running().start(Role(0, lines.of("node-a"), look=look)).ended()

    assert isinstance(answers[0], AttemptFailedError)
    assert answers[0].failure is Failure.SUPERSEDED
    assert looked


def test_a_peer_that_never_comes_is_named_when_time_is_up():
    lines = Lines()

    answers = Running().start(Role(0, lines.of("node-a"), patience_seconds=0.3)).ended()

    assert answers[0].failure is Failure.PEER_TIMEOUT
    assert answers[0].culprits == ("node-b", "node-c")


def test_what_passed_is_counted():
    lines, over = Lines(), threading.Event()

    def look() -> None:
        if over.is_set():
            raise AttemptFailedError(Failure.SUPERSEDED, "enough was counted")

    ways = [lines.of(name) for name in NAMES]
    running = Running().start(*(Role(role, ways[role], patience_seconds=60, look=look) for role in (1, 2)))
    channel = Channel(Call(RUN, BINDING, CELLS, 0, NAMES), ways[0], Care(60))

    channel.open()
    opened = channel.traffic
    over.set()
    channel.close()
    running.ended()

    assert (opened.rounds, opened.sent_bytes) == (0, 2 * len(HELLO.encode()))
    assert opened.received_bytes >= len(HELLO.encode())
