"""Every party of the market as a process of its own on loopback: the town in which the stories play.

A town is founded by the same commands that operators use (`issuer init`, `mpc-node init`, …): each party
makes its own keys in its own folder, hands over only its public part, and the governance authority signs
the registry that all of them pin. Only processes started here are ever stopped here, by their own id.
"""

import contextlib
import os
import secrets
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from examples.programs import Process, console_script, run_command, start_program

FIRST_PORT, PORTS = 10_000, 22_000
"""Below the ports that Linux gives to connections going out, one of which could come before a server."""
_numbers = count(secrets.randbelow(PORTS))
START_SECONDS = 150
STOP_SECONDS = 10
PROBE_SECONDS = 0.1

API_KEY, PASSWORD = "api.key", "password"
OPERATORS = ("Northern Data Trust", "Citizens' Computing Cooperative", "Foundation for Open Statistics")
MARKETPLACE, WORKER, WALLET = "marketplace", "worker", "wallet"


class TownError(Exception):
    """A party did not start or answer; the message names it and where its log is."""


@dataclass
class Town:
    """The running parties. Use it as a context manager."""

    folder: Path
    database_url: Callable[[str], str] | None = None
    programs: dict[str, Sequence[str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    encrypted_sums: bool = False
    """Whether the nodes make a joint key at the start, which takes some seconds."""
    processes: dict[str, Process] = field(default_factory=dict, repr=False)
    ports: dict[str, int] = field(default_factory=dict)

    NODES = ("node-a", "node-b", "node-c")
    ISSUERS = ("university", "hospital", "registrar")

    def __enter__(self) -> "Town":
        """Found the town and start everybody."""
        try:
            self.found()
            self.start_all()
            if self.encrypted_sums:
                self.make_aggregation_key()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everybody."""
        self.close()

    @property
    def registry(self) -> Path:
        """The signed registry that every party pins."""
        return self.folder / "registry.jwt"

    @property
    def authority(self) -> Path:
        """The governance authority's public key."""
        return self.folder / "authority" / "authority.jwk"

    def url(self, name: str) -> str:
        """Where a party answers."""
        scheme = "https" if name in self.NODES else "http"
        return f"{scheme}://127.0.0.1:{self.ports[name]}"

    def home(self, name: str) -> Path:
        """A party's own folder."""
        return self.folder / name

    def secret(self, name: str, file: str) -> str:
        """A login that a party wrote into its own folder at first start."""
        return (self.home(name) / file).read_text().strip()

    def found(self) -> None:
        """Let each party make its keys, and the authority sign the registry."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in (*self.ISSUERS, *self.NODES, MARKETPLACE, WALLET):
            self.ports[name] = free_port()
        for name in self.NODES:
            self.ports[_peers_of(name)] = free_port()
        run_command("trust-registry", "init", "--dir", self.home("authority"))
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(lambda arguments: run_command(*arguments), self._inits()))
        self._sign_registry()

    def make_aggregation_key(self, name: str = "1") -> None:
        """Let the nodes make a joint key, all at the same time, and the authority sign a registry with it."""

        def make(node: str) -> str:
            command = ("mpc-node", "make-aggregation-key", "--dir", self.home(node), *self.trust)
            return run_command(*command, "--name", name)

        with ThreadPoolExecutor(max_workers=len(self.NODES)) as pool:
            words = [Path(told.strip().splitlines()[-1]) for told in pool.map(make, self.NODES)]
        self._sign_registry(*words)

    def _sign_registry(self, *words: Path) -> None:
        parts = [self.home(name) / "public.json" for name in (*self.ISSUERS, *self.NODES, MARKETPLACE)]
        signing = ("trust-registry", "sign", "--dir", self.home("authority"), "--out", self.registry)
        run_command(*signing, *parts, *words)

    def start_all(self) -> None:
        """Start every process and wait until each answers."""
        names = (*self.ISSUERS, *self.NODES, MARKETPLACE, WALLET, WORKER)
        for name in names:
            self.start(name, wait=False)
        for name in names[:-1]:
            self.wait_until_healthy(name)

    def start(self, name: str, *, wait: bool = True) -> None:
        """Start one party's process; its output goes to a log file in its folder."""
        command = [*self._program(name), *(str(argument) for argument in self._serve(name))]
        self.home(name).mkdir(parents=True, exist_ok=True)
        with (self.home(name) / "process.log").open("ab") as log:
            self.processes[name] = start_program(command, log, env={**os.environ, **self.settings})
        if wait and name != WORKER:
            self.wait_until_healthy(name)

    def kill(self, name: str) -> None:
        """End a process as a power cut would (SIGKILL), without a chance to tidy up."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> None:
        """Ask a process to finish, and wait for it."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):  # it may have ended since
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def close(self) -> None:
        """Stop everybody who still runs."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for name in list(self.processes):
            self.stop(name)

    def wait_until_healthy(self, name: str) -> None:
        """Wait until a party answers.

        Raises:
            TownError: its process ended or it stayed silent.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.processes[name].poll() is not None:
                raise TownError(f"{name} ended at once; see {self.home(name) / 'process.log'}")
            if _answers(f"{self.url(name)}/health"):
                return
            time.sleep(PROBE_SECONDS)  # the process is booting; there is no event to wait for
        raise TownError(f"{name} does not answer; see {self.home(name) / 'process.log'}")

    def _program(self, name: str) -> Sequence[str]:
        if name in self.programs:
            return self.programs[name]
        program = {MARKETPLACE: "marketplace", WORKER: "marketplace", WALLET: "wallet"}.get(name)
        return [str(console_script(program or ("mpc-node" if name in self.NODES else "issuer")))]

    def _inits(self) -> Iterator[tuple[str | Path, ...]]:
        issuers = {
            "university": ("did:web:university.example", "Example University", ("--data-set", "exam/1")),
            "hospital": (
                "did:web:hospital.example",
                "Example Hospital",
                ("--data-set", "health/1", "--data-set", "framingham/1"),
            ),
            "registrar": ("did:web:registrar.example", "Register of Organisations", ("--organisations",)),
        }
        for name, (issuer_id, title, kinds) in issuers.items():
            logins = (
                "--api-key-file",
                self.home(name) / API_KEY,
                "--password-file",
                self.home(name) / PASSWORD,
            )
            yield self._init("issuer", name, "--id", issuer_id, "--name", title, *kinds, *logins)
        for name, operator in zip(self.NODES, OPERATORS, strict=True):
            address = f"127.0.0.1:{self.ports[_peers_of(name)]}"
            yield self._init(
                "mpc-node", name, "--id", name, "--operator", operator, "--peer-address", address
            )
        yield self._init("marketplace", MARKETPLACE, "--id", "did:web:market.example", "--no-dpia")

    def _init(self, program: str, name: str, *arguments: str | Path) -> tuple[str | Path, ...]:
        # An app is told its database when it is served, issuers and nodes when they are founded.
        database = self.database(name) if program in {"issuer", "mpc-node"} else ()
        return (program, "init", "--dir", self.home(name), "--url", self.url(name), *arguments, *database)

    @property
    def trust(self) -> tuple[str | Path, ...]:
        """The options by which a command is told whom to trust."""
        return ("--registry", self.registry, "--authority", self.authority)

    def database(self, name: str) -> tuple[str, ...]:
        """The option by which a command is told its database; none for SQLite in its own folder."""
        return ("--database-url", self.database_url(name)) if self.database_url else ()

    def _serve(self, name: str) -> list[str | Path]:
        port = ["--port", str(self.ports[name])] if name != WORKER else []
        if name in self.ISSUERS:
            return ["serve", "--dir", self.home(name), *port]
        if name in self.NODES:
            peers = ("--peer-port", str(self.ports[_peers_of(name)]))
            return ["serve", "--dir", self.home(name), *port, *peers, *self.trust]
        if name == WALLET:
            asking = self.home(MARKETPLACE) / "verifier-authority.pem"
            market: list[str | Path] = ["--marketplace", self.url(MARKETPLACE), "--verifier-root", asking]
            return ["serve", "--dir", self.home(name), *port, *self.trust, *market, *self.database(name)]
        command = "worker" if name == WORKER else "serve"
        return [command, "--dir", self.home(MARKETPLACE), *port, *self.trust, *self.database(MARKETPLACE)]


def _peers_of(name: str) -> str:
    """Under which name the port for a node's peers is kept."""
    return f"{name} for peers"


def free_port() -> int:
    """A port of this machine that nobody uses now; each call of a process gives another one."""
    for number in _numbers:
        port = FIRST_PORT + number % PORTS
        with contextlib.suppress(OSError), contextlib.closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", port))
            break
    return port


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    connection = (
        HTTPSConnection(parts.netloc, timeout=2, context=_any_certificate())
        if parts.scheme == "https"
        else HTTPConnection(parts.netloc, timeout=2)
    )
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _any_certificate() -> ssl.SSLContext:
    """A node's certificate is its own; health says nothing secret, so any certificate will do here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
