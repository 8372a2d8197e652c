"""Which server does an address lead to, and what is asked of it there?"""

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}


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
