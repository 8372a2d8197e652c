"""The tests themselves: they reach nobody else, and each database is a new one."""

import socket

import pytest
from sqlalchemy import inspect

from ssi.hosting.database import open_engine
from tests.conftest import ReachedOutError


@pytest.mark.parametrize("address", [("10.0.0.1", 80), ("192.0.2.1", 443), ("example.org", 80)])
def test_another_machine_is_out_of_reach(address):
    with pytest.raises(ReachedOutError), socket.create_connection(address, timeout=0.1):
        pass


def test_another_machine_is_out_of_reach_by_ipv6():
    with socket.socket(socket.AF_INET6) as connection, pytest.raises(ReachedOutError):
        connection.connect(("2001:db8::1", 443))


def test_names_of_other_machines_are_not_looked_up():
    with pytest.raises(ReachedOutError):
        socket.getaddrinfo("example.org", 443)


@pytest.mark.parametrize("_again", [1, 2])
def test_each_database_is_empty_at_first(database_url, _again):
    engine = open_engine(database_url)
    try:
        assert inspect(engine).get_table_names() == []
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE left_over (id INTEGER)")
    finally:
        engine.dispose()
