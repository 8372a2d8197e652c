"""The command: log-auditor https://market.example --authority authority.jwk --state audit.json.

Exit status: 0 without a fault, 1 with a fault of the log, 2 if it could not be checked.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from consent.cosignature import LogPolicy
from crypto.reading import utc_text
from marketplace.log_auditor.audit import Audit, Finding
from marketplace.log_auditor.client import HttpLog
from marketplace.log_auditor.errors import AuditError, UncheckedError
from marketplace.log_auditor.state import StateFile
from ssi.errors import RegistryError
from ssi.http.client import Client
from ssi.http.errors import PeerError
from ssi.trust import TrustRegistry, verify_registry
from ssi.trust_file import read_authority, read_bounded

FAULT, UNCHECKED = 1, 2
_TOLD_EVERY = 100_000
_FILE = click.Path(path_type=Path, dir_okay=False)


def utc_now() -> datetime:
    """The moment by this machine's clock."""
    return datetime.now(UTC)


@click.command(context_settings={"auto_envvar_prefix": "LOG_AUDITOR"})
@click.argument("marketplace")
@click.option("--authority", type=_FILE, required=True, help="The authority's public key.")
@click.option("--registry", type=_FILE, help="The signed registry; by default the marketplace's copy of it.")
@click.option("--state", type=_FILE, required=True, help="Where to remember what was seen.")
@click.option(
    "--max-age-minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="How old the nodes' confirmation may be.",
)
def main(
    marketplace: str, authority: Path, registry: Path | None, state: Path, max_age_minutes: float
) -> None:
    """Check the public log of the marketplace at this address against everything that it signed."""
    now = utc_now()
    try:
        client = Client(marketplace)
        log, file = HttpLog(client), StateFile(state)
        policy = LogPolicy.of(_trusted(log, authority, registry, now), now=now)
        audit = Audit(log, policy, file.save, _progress())
        finding = audit(file.load(), now=now, max_age=timedelta(minutes=max_age_minutes))
    except (AuditError, RegistryError, PeerError) as error:
        _say(error)
        unchecked = isinstance(error, UncheckedError | RegistryError | PeerError)
        raise SystemExit(UNCHECKED if unchecked else FAULT) from error
    _report(finding, policy)


def _trusted(log: HttpLog, authority: Path, registry: Path | None, now: datetime) -> TrustRegistry:
    key = read_authority(authority)
    if registry is None:
        return verify_registry(log.registry(), key, now=now)
    try:
        token = read_bounded(registry).decode("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise RegistryError(f"the trust registry {registry.name} cannot be read") from error
    return verify_registry(token, key, now=now)


def _progress() -> Callable[[int, int], None]:
    told = 0

    def tell(read: int, size: int) -> None:
        nonlocal told
        if read - told >= _TOLD_EVERY:
            told = read
            click.echo(f"… {read} of {size} entries", err=True)

    return tell


def _say(error: Exception) -> None:
    name = type(error).__name__.removesuffix("Error")
    click.echo(f"{name}: {error}", err=True)
    for note in getattr(error, "evidence", ()):
        click.echo(f"\n{note}", err=True)


def _report(finding: Finding, policy: LogPolicy) -> None:
    state = finding.state
    lines = [
        f"log          {state.checkpoint.origin}",
        f"entries      {state.checkpoint.size}, of which {finding.read_anew} were read now",
        f"root         {state.checkpoint.root.hex()}",
        *(f"confirmed    {name}, {utc_text(at)}" for name, at in sorted(state.seen.items())),
        f"wanted       {policy.quorum} of {len(policy.witnesses)} nodes",
        f"seen before  {finding.before} entries, all of them still there",
        *(f"read         {count} × {kind}" for kind, count in sorted(finding.kinds.items())),
        "No fault was found.",
    ]
    click.echo("\n".join(lines))
