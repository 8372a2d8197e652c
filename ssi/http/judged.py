"""Which address of a host is connected to? One that was judged.

So a name server that changes its answer in between leads nowhere: nothing is looked up a second time.
"""

import socket
from collections.abc import Callable

from ssi.http.errors import PeerError, UnreachablePeerError

MayReach = Callable[[str], bool]


def judged_address(host: str, port: int, may_reach: MayReach) -> str:
    """An IP address of a host, all of whose addresses may be reached; to be connected to as it is.

    Raises:
        PeerError: one of the addresses lies where nobody is asked.
        UnreachablePeerError: the host has no address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachablePeerError("the host has no address") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses:
        raise UnreachablePeerError("the host has no address")
    if not all(may_reach(address) for address in addresses):
        raise PeerError("not sent: the host lies inside a network")
    return addresses[0]
