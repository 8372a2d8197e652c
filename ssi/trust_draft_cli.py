"""The next registry at the authority's desk: add, remove, amend, show, and see what would change."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import click

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.signing import VerifyingKey
from ssi.errors import RegistryError
from ssi.trust import verify_registry
from ssi.trust_draft import Draft, differences, party_of
from ssi.trust_file import read_bounded
from ssi.trust_parts import Validity

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_draft_file = click.option(
    "--draft",
    "draft_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file of the draft.",
)


@click.group()
def draft() -> None:
    """Edit the next registry before it is signed."""


@draft.command()
@_draft_file
@click.argument("parts", type=_FILE, nargs=-1, required=True)
def add(draft_file: Path, parts: tuple[Path, ...]) -> None:
    """Add the parties in PARTS, the public.json files of their init commands; makes the draft if needed."""

    def change(found: Draft) -> Draft:
        for part in parts:
            document = _object(part)
            found = found.add(document)
            click.echo(f"added {party_of(document)}")
        return found

    _edit(draft_file, change, new=not draft_file.exists())


@draft.command()
@_draft_file
@click.argument("party")
def remove(draft_file: Path, party: str) -> None:
    """Take out the party of this id and all that was said about it."""
    _edit(draft_file, lambda found: found.remove(party))
    click.echo(f"removed {party}")


@draft.command()
@_draft_file
@click.option("--valid-from", help="From when the party is trusted, such as 2026-01-31T12:00:00Z.")
@click.option("--valid-until", help="Until when.")
@click.option("--note", help="Why, and under which governance, an issuer is trusted.")
@click.option("--credential-type", "types", multiple=True, help="A type an issuer counts for; repeatable.")
@click.option(
    "--data-set",
    "data_sets",
    nargs=2,
    multiple=True,
    metavar="TYPE DATA_SET",
    help="A data set that credentials of a type may be used for; repeatable.",
)
@click.argument("party")
def amend(
    draft_file: Path,
    party: str,
    types: tuple[str, ...],
    data_sets: tuple[tuple[str, str], ...],
    **dates: str | None,
) -> None:
    """Change what the authority says about the party of this id; an empty text takes a term back."""
    terms: dict[str, Json] = {name: text or None for name, text in dates.items() if text is not None}
    if types:
        terms["credential_types"] = sorted(set(types))
    if data_sets:
        terms["data_sets"] = {
            type_: sorted(ref for named, ref in data_sets if named == type_) for type_, _ in data_sets
        }
    if not terms:
        raise click.UsageError("expected a term to change")
    _edit(draft_file, lambda found: found.amend(party, terms))
    click.echo(f"amended {party}: {', '.join(sorted(terms))}")


@draft.command()
@_draft_file
def show(draft_file: Path) -> None:
    """Print who is in the draft, and what the authority says about each."""
    found = _read(draft_file)
    document = {
        party: {"kind": next(iter(part)), **found.terms.get(party, {})} for party, part in found.parts.items()
    }
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


@draft.command()
@_draft_file
@click.option("--authority", type=_FILE, required=True, help="The authority's public key, authority.jwk.")
@click.option("--against", type=_FILE, help="The registry that was signed last; leave out if there is none.")
def diff(draft_file: Path, authority: Path, against: Path | None) -> None:
    """Print what signing the draft would change; a draft that could not be signed is refused."""
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        key = VerifyingKey.from_jwk(cast("Mapping[str, object]", _object(authority)))
        before = None
        if against is not None:
            token = read_bounded(against).decode("ascii").strip()
            before = verify_registry(token, key, now=now)
        validity = (
            Validity(now, now + timedelta(days=1))
            if before is None
            else Validity(before.issued_at, before.valid_until)
        )
        after = _read(draft_file).assemble(authority=key, validity=validity)
    except (MalformedError, RegistryError, UnicodeError) as error:
        raise click.ClickException(str(error)) from error
    for line in differences(before, after) or ["no change"]:
        click.echo(line)


def _edit(path: Path, change: Callable[[Draft], Draft], *, new: bool = False) -> None:
    try:
        changed = change(Draft() if new else _read(path))
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    written = path.with_name(path.name + ".new")
    written.write_text(changed.to_text(), encoding="utf-8")
    written.replace(path)


def _read(path: Path) -> Draft:
    try:
        return Draft.read(read_bounded(path))
    except FileNotFoundError as error:
        raise click.ClickException(f"{path} is missing; run `trust-registry draft add`") from error
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


def _object(path: Path) -> dict[str, Json]:
    try:
        value = parse_json(read_bounded(path))
    except (MalformedError, RegistryError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise click.ClickException(f"{path}: expected an object")
    return value
