"""Where are the sums of a large job computed? Here, or on a Dask cluster, if its address is set.

The address of the scheduler is the only setting. Workers are the operator's own: they have this package
installed, see the folder of the share files under the same path, and get with each task the keys of the files
that it reads, and of no others; the node's storage key stays in the node. On the way there the connection
must keep a secret, so an address is one of this machine or `tls://`, for which Dask's own configuration names
the certificates (``distributed.comm.tls``): both sides show one of the operator's authority.
What runs on the cluster is the local part of a job, before its rounds, in tasks of about 50 ms and more.

A cluster that fails, or takes too long, costs time and no job: the same sums are then computed here. What a
worker notices about a file is raised, because a file that was changed is changed everywhere.

Dask sends functions as pickles: whoever reaches the scheduler or a worker can run anything there. This is
about the operator's own machines; nothing that a peer or the marketplace says is ever read that way.
"""

import gc
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from crypto.mpc.partitions import LocalSums, Spread, Task
from marketplace.mpc_node.errors import SettingsError
from ssi.hosting.logs import log

CONNECT_SECONDS = 10.0
TASK_SECONDS = 10.0
_LOGGER = logging.getLogger(__name__)
_HERE = ("127.0.0.1", "::1", "localhost")
_RUNNING = "running"


class Cluster:
    """A Dask cluster, reached through its scheduler: a `crypto.mpc.partitions.Spread` for all threads."""

    def __init__(
        self, address: str, *, connect_seconds: float = CONNECT_SECONDS, task_seconds: float = TASK_SECONDS
    ) -> None:
        """Connect to a scheduler; all tasks of one job have `task_seconds` together.

        Raises:
            SettingsError: the extra `argonauta[cluster]` is not installed, the connection would not be
                secret, or nobody answers who shows a certificate that counts.
        """
        _require_secret(address)
        try:
            # Only a node with a cluster needs Dask, and loading it takes a second.
            self._distributed: Any = import_module("distributed")
        except ImportError as error:
            raise SettingsError("a cluster needs Dask: install argonauta[cluster]") from error
        self._address = address
        self._connect_seconds = connect_seconds
        self._task_seconds = task_seconds
        self._lock = threading.Lock()
        self._client = self._connected()

    def __call__(self, run: Callable[[Task], LocalSums], tasks: Sequence[Task]) -> Iterable[LocalSums]:
        """Carry out tasks on the workers, or here if the cluster fails; an error of a task is raised here."""
        # TimeoutError and what Dask says of connections are kinds of OSError.
        failures = (self._distributed.KilledWorker, CancelledError, SettingsError, ImportError, OSError)
        try:
            return self._carried(run, tasks)
        except failures as error:
            log(_LOGGER, "the cluster failed, so a job's sums are computed here", why=type(error).__name__)
            return list(map(run, tasks))

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()

    def _carried(self, run: Callable[[Task], LocalSums], tasks: Sequence[Task]) -> list[LocalSums]:
        client = self._standing()
        # Not `pure`: tasks have no name by which their results, which are shares, could be kept.
        futures = client.map(run, tasks, pure=False)
        try:
            with client.as_current():
                self._distributed.wait(futures, timeout=self._task_seconds)
            sums: list[LocalSums] = client.gather(futures)
        finally:
            client.cancel(futures, force=True)
        return sums

    def _standing(self) -> Any:
        """The client, or a new one if the scheduler went and came back."""
        with self._lock:
            if self._client.status != _RUNNING:
                self._client.close()
                self._client = self._connected()
            return self._client

    def _connected(self) -> Any:
        client = self._tried()
        if client is not None:
            return client
        # A client that could not connect is held by the error that it ended in, and ends its own thread when
        # it is collected. If that happened while another one starts, both would wait for each other: so it
        # is collected here, and the error is not passed on.
        gc.collect()
        raise SettingsError(
            f"no scheduler of a cluster answers at {self._address}, or the certificates of "
            "distributed.comm.tls are not those of its authority"
        )

    def _tried(self) -> Any:
        parts = urlsplit(self._address)
        try:
            # Whether anybody is there at all is asked without Dask.
            socket.create_connection((parts.hostname, parts.port), self._connect_seconds).close()
            return self._distributed.Client(
                self._address, timeout=self._connect_seconds, set_as_default=False, heartbeat_interval="2s"
            )
        except (OSError, ValueError, TypeError, RuntimeError):
            return None


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
