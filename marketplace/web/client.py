"""From which network does a request come? For limits that one network cannot use up for all others.

It is the address of whoever connects. Behind proxies that is the last one of them, so everybody would be one
client: the operator says with `--trusted-proxies` how many stand in front, each of which adds to
`X-Forwarded-For` by whom it was asked. Of that header as many entries from the end are believed
(`bootstrap.make_app`).
"""

from ipaddress import ip_address, ip_network

from flask import request

_ONE_HOUSE = 64
"""The bits of an IPv6 address that name a network; one host has all the addresses in it (RFC 4291 §2.5.1)."""


def client() -> str:
    """The network: an IPv4 address, or the first half of an IPv6 address; empty where it is not known."""
    return network_of(request.remote_addr or "")


def network_of(address: str) -> str:
    """The network of an address as a text; empty where it is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    if parsed.version == 4 or mapped is not None:  # noqa: PLR2004 — the version of the protocol
        return str(mapped or parsed)
    return str(ip_network((int(parsed), _ONE_HOUSE), strict=False))
