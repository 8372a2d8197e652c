"""Which server does an address lead to, does it stand outside our network, and what is asked of it there?"""

import ipaddress
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
"""The names of this machine, where plain http is spoken."""
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOW_32_BITS: Final = 2**32 - 1
_ENDS_IN_IPV4: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
"""NAT64 (RFC 6052 §2.1) and IPv4-compatible addresses (RFC 4291 §2.5.5.1): the last 32 bits say where to."""
_LOCAL_NAT64: Final = ipaddress.IPv6Network("64:ff9b:1::/48")
"""RFC 8215: whoever runs the network decides where the IPv4 address stands and what it means."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def origin_of(address: str) -> str | None:
    """Scheme, host and port of an address (RFC 6454 §4), as a text of its own in one spelling.

    None where it has no origin that may be asked: not http or https, no host, an impossible port, or
    credentials, which would let an address look like another's.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    needs_port = port is not None and port != _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}:{port}" if needs_port else f"{parts.scheme}://{host}"


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port; false for one that has no origin."""
    origin = origin_of(one)
    return origin is not None and origin == origin_of(other)


def path_of(address: str) -> str:
    """Path and query of an address, as they are sent (RFC 9112 §3.2.1)."""
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def is_local(address: str) -> bool:
    """Whether an http address is one of this machine only."""
    return urlsplit(address).hostname in LOOPBACK_HOSTS


def is_public(address: str) -> bool:
    """Whether an IP address belongs to one host of the public internet, wherever gateways on the way lead it.

    An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4) is judged by both. False for
    multicast, for site-local addresses, and for what is no IP address.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return all(_is_outside(each) for each in (mapped, *_carried(mapped)))


def _carried(address: _Address) -> Iterator[_Address]:
    """The IPv4 addresses to which gateways take an IPv6 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    if any(address in network for network in _ENDS_IN_IPV4):
        yield ipaddress.IPv4Address(int(address) & _LOW_32_BITS)


def _is_outside(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address in _LOCAL_NAT64 or address.is_site_local):
        return False
    return address.is_global and not address.is_multicast
