"""Every party of a town gets a port of its own, which no connection of somebody else takes meanwhile."""

import contextlib
import socket
from pathlib import Path

from examples.town import FIRST_PORT, PORTS, free_port


def test_no_port_is_given_twice():
    given = [free_port() for _ in range(200)]

    assert len(set(given)) == len(given)


def test_a_port_in_use_is_passed_over():
    with socket.socket() as server:
        taken = free_port() + 1
        with contextlib.suppress(OSError):  # then it is somebody else's, and in use all the same
            server.bind(("127.0.0.1", taken))

        assert free_port() != taken


def test_connections_going_out_use_other_ports():
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert 1024 < FIRST_PORT < FIRST_PORT + PORTS <= first
