"""The trust authority's desk: make its key, sign the registry from everybody's public parts, show one.

trust-registry init --dir authority
trust-registry sign --dir authority --out registry.jwt university/public.json node-a/public.json …
trust-registry show --authority authority/authority.jwk registry.jwt

or step by step, in a draft that is signed when it is right:

trust-registry draft add --draft draft.json university/public.json node-a/public.json …
trust-registry draft amend --draft draft.json university --note "Agreement of 2026"
trust-registry draft diff --draft draft.json --authority authority/authority.jwk --against registry.jwt
trust-registry sign --dir authority --out registry.jwt --draft draft.json
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from crypto.encoding import Json, canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import utc_text
from crypto.signing import SigningKey, VerifyingKey, generate_ed25519
from ssi.errors import RegistryError
from ssi.hosting.files import write_private
from ssi.trust import TrustRegistry, sign_registry, verify_registry
from ssi.trust_draft import Draft
from ssi.trust_draft_cli import draft
from ssi.trust_file import read_bounded
from ssi.trust_parts import Validity, assemble_registry

KEY_FILE = "authority.pem"
PUBLIC_FILE = "authority.jwk"

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def main() -> None:
    """Say whose word counts: the signed registry of issuers, nodes, the marketplace and the dealer."""


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="Where the authority keeps its key.")
def init(folder: Path) -> None:
    """Make the authority's key, unless there is one, and print where its public half lies."""
    secret = folder / KEY_FILE
    if not secret.exists():
        write_private(secret, generate_ed25519().to_pem())
    public = folder / PUBLIC_FILE
    public.write_bytes(canonical_json(_authority_key(folder).public.to_jwk()) + b"\n")
    click.echo(str(public))


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="Where the authority keeps its key.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write."
)
@click.option("--valid-days", type=click.IntRange(1, 3650), default=365, show_default=True)
@click.option("--draft", "draft_file", type=_FILE, help="The draft to sign, instead of PARTS.")
@click.argument("parts", type=_FILE, nargs=-1)
def sign(folder: Path, out: Path, valid_days: int, draft_file: Path | None, parts: tuple[Path, ...]) -> None:
    """Sign a registry of exactly the parties in PARTS, the public.json files of their init commands.

    Nodes that made an aggregation key add their aggregation-key.json. With --draft, sign what is in it.
    """
    if bool(parts) == (draft_file is not None):
        raise click.UsageError("expected either PARTS or --draft")
    key = _authority_key(folder)
    start = datetime.now(UTC).replace(microsecond=0)
    validity = Validity(start, start + timedelta(days=valid_days))
    try:
        if draft_file is not None:
            registry = Draft.read(read_bounded(draft_file)).assemble(authority=key.public, validity=validity)
        else:
            named = [(str(part), read_bounded(part)) for part in parts]
            registry = assemble_registry(named, authority=key.public, validity=validity)
        token = sign_registry(registry, key)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    written = out.with_name(out.name + ".new")
    written.write_text(token, encoding="ascii")
    written.replace(out)
    click.echo(f"{out}: {_summary(registry)}")


main.add_command(draft)


@main.command()
@click.option("--authority", type=_FILE, required=True, help="The authority's public key, authority.jwk.")
@click.argument("registry_file", metavar="REGISTRY", type=_FILE)
def show(authority: Path, registry_file: Path) -> None:
    """Check a signed registry against the authority's key and print what it says."""
    try:
        key = VerifyingKey.from_jwk(_json_object(authority))
        token = read_bounded(registry_file).decode("ascii").strip()
        registry = verify_registry(token, key, now=datetime.now(UTC))
    except (MalformedError, RegistryError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(_contents(registry), indent=2, ensure_ascii=False))


def _authority_key(folder: Path) -> SigningKey:
    secret = folder / KEY_FILE
    try:
        return SigningKey.from_pem(secret.read_bytes())
    except FileNotFoundError as error:
        raise click.ClickException(
            f"{secret} is missing; run `trust-registry init --dir {folder}`"
        ) from error
    except MalformedError as error:
        raise click.ClickException(f"{secret}: {error}") from error


def _json_object(path: Path) -> dict[str, Json]:
    value = parse_json(read_bounded(path))
    if not isinstance(value, dict):
        raise MalformedError(f"{path}: expected an object")
    return value


def _summary(registry: TrustRegistry) -> str:
    issuers, nodes = len(registry.issuers), len(registry.nodes)
    key = ", an aggregation key" if registry.aggregation_key else ""
    dealer = ", a dealer" if registry.dealer else ""
    until = utc_text(registry.valid_until)
    return f"1 marketplace, {nodes} nodes, {issuers} issuers{key}{dealer}, until {until}"


def _contents(registry: TrustRegistry) -> dict[str, Json]:
    dealer = registry.dealer
    return {
        "issued_at": utc_text(registry.issued_at),
        "valid_until": utc_text(registry.valid_until),
        "marketplace": registry.marketplace.to_json(),
        "issuers": [issuer.to_json() for issuer in registry.issuers],
        "nodes": [{**node.to_json(), "tls_fingerprint": node.tls_fingerprint} for node in registry.nodes],
        "aggregation_key": registry.aggregation_key.to_json() if registry.aggregation_key else None,
        "dealer": {**dealer.to_json(), "tls_fingerprint": dealer.tls_fingerprint} if dealer else None,
    }
