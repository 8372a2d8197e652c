"""From which network a request comes, also behind proxies."""

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.web.client import client, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_a_house_is_one_client(address: str, network: str):
    assert network_of(address) == network


@pytest.mark.parametrize(("proxies", "seen"), [(0, "10.0.0.1"), (1, "192.0.2.1"), (2, "198.51.100.9")])
def test_only_trusted_proxies_are_believed(proxies: int, seen: str):
    """Whoever asks can write what it likes at the front of the header: `198.51.100.9` is a lie here."""
    app = Flask("behind")
    app.get("/")(client)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]

    answer = app.test_client().get(
        "/",
        headers={"X-Forwarded-For": "198.51.100.9, 192.0.2.1"},
        environ_base={"REMOTE_ADDR": "10.0.0.1"},
    )

    assert answer.text == seen
