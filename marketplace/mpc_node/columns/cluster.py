"""Where are the sums of a large job computed? Here, or on a Dask cluster, if its address is set.

The address of the scheduler is the only setting. Workers are the operator's own: they have this package
installed, see the folder of the share files under the same path, and get the keys of the files that they
read. On the way there the connection must keep a secret, so an address is one of this machine or `tls://`.
What runs on the cluster is the local part of a job, before its rounds, in tasks of about 50 ms and more.

Dask sends functions as pickles: whoever reaches the scheduler or a worker can run anything there. This is
about the operator's own machines; nothing that a peer or the marketplace says is ever read that way.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from crypto.mpc.partitions import LocalSums, Spread, Task
from marketplace.mpc_node.errors import SettingsError

CONNECT_SECONDS = 10.0
_HERE = ("127.0.0.1", "::1", "localhost")


class Cluster:
    """A Dask cluster, reached through its scheduler: a `crypto.mpc.partitions.Spread`."""

    def __init__(self, address: str, *, connect_seconds: float = CONNECT_SECONDS) -> None:
        """Connect to a scheduler.

        Raises:
            SettingsError: the extra `argonauta[cluster]` is not installed, the connection would not be
                secret, or nobody answers.
        """
        _require_secret(address)
        try:
            # Only a node with a cluster needs Dask, and loading it takes a second.
            distributed = import_module("distributed")
        except ImportError as error:
            raise SettingsError("a cluster needs Dask: install argonauta[cluster]") from error
        try:
            self._client: Any = distributed.Client(address, timeout=connect_seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise SettingsError(f"no scheduler of a cluster answers at {address}") from error

    def __call__(self, run: Callable[[Task], LocalSums], tasks: Sequence[Task]) -> Iterable[LocalSums]:
        """Carry out tasks on the workers; an error of a task is raised here."""
        futures = self._client.map(run, tasks, pure=False)
        sums: list[LocalSums] = self._client.gather(futures)
        return sums

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


def spread_over(address: str | None) -> Spread:
    """How the tasks of a node's jobs are carried out: one after the other here, or on a cluster.

    Raises:
        SettingsError: as `Cluster`.
    """
    return map if address is None else Cluster(address)


def _require_secret(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "tls" and not (parts.scheme == "tcp" and parts.hostname in _HERE):
        raise SettingsError(f"expected tls://HOST:PORT, or tcp:// of this machine, got {address}")
