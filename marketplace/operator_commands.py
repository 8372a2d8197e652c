"""The commands about people's data and about the installation: `ropa`, `dpia`, `published`, `doctor`."""

import json
from typing import Any, TextIO

import click

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.bootstrap import build
from marketplace.command_options import settings_of, with_settings
from marketplace.doctor import Level, examine
from marketplace.domain.account import AccountKind
from marketplace.domain.act import NEEDED
from marketplace.errors import NotAllowedError
from marketplace.services.suite import Services


@click.command()
@with_settings
def ropa(**options: Any) -> None:
    """Print the record of processing activities (GDPR Art. 30) as JSON-LD, drawn up from what is in force."""
    _print(build(settings_of(options)).oversight.describe_processing().to_json())


@click.group()
def dpia() -> None:
    """Look after the impact assessments (GDPR Art. 35) behind the data sets."""


@dpia.command("skeleton")
@with_settings
@click.option("--data-set", "ref", required=True, help="Such as health/1.")
def skeleton(ref: str, **options: Any) -> None:
    """Print the skeleton of an assessment as JSON-LD; what people have to decide is named in it."""
    _print(build(settings_of(options)).oversight.describe_processing(ref).assessment_json(ref))


@dpia.command("list")
@with_settings
def list_assessments(**options: Any) -> None:
    """List the data sets with their approved assessments."""
    for each in build(settings_of(options)).oversight.assessments.all():
        needed = "needed" if each.is_needed else "not needed"
        waiting = f" (waits for a second operator: {each.waiting})" if each.waiting else ""
        click.echo(f"{each.data_set.ref} {needed} {each.reference or '-'}{waiting}")


@dpia.command("approve")
@with_settings
@click.option("--data-set", "refs", required=True, multiple=True, help="Such as health/1; may be repeated.")
@click.option("--reference", required=True, help="Where the signed assessment is kept.")
@click.option("--email", required=True, help="The operator who approves; a second one has to as well.")
@click.option("--password-file", type=click.File("r"), help="A file with the password; - for stdin.")
def approve(
    refs: tuple[str, ...], reference: str, email: str, password_file: TextIO | None, **options: Any
) -> None:
    """Approve an assessment, as one of two operators, and print what counts now."""
    services = build(settings_of(options))
    by = _operator(services, email, password_file)
    for ref in refs:
        seen = services.oversight.assessments.approve(ref, by, reference)
        click.echo(f"{ref} {seen.reference or 'waits for a second operator'}")


@click.group()
def published() -> None:
    """Look after the answers that buyers show to everybody in the catalogue."""


@published.command("list")
@with_settings
def list_published(**options: Any) -> None:
    """List published answers, last first, with those that were taken back."""
    for each in build(settings_of(options)).read_publications.all():
        state = "shown" if each.withdrawn_at is None else f"taken back {utc_text(each.withdrawn_at)}"
        click.echo(f"{each.order_id} {each.description.data_set} {utc_text(each.published_at)} {state}")


@published.command("withdraw")
@with_settings
@click.argument("order_id")
def withdraw_published(order_id: str, **options: Any) -> None:
    """Take a published answer back from the catalogue, for good; again changes nothing."""
    taken = build(settings_of(options)).withdraw_publication(None, order_id)
    click.echo(f"{taken.order_id} {taken.description.data_set} taken back")


@click.group()
def nodes() -> None:
    """Look at the nodes of the registry, and approve changed ones."""


@nodes.command("show")
@with_settings
def show_nodes(**options: Any) -> None:
    """Print what is different from the approved nodes, and the fingerprint of what the registry says now."""
    seen = build(settings_of(options)).oversight.nodes.seen()
    click.echo(f"fingerprint {seen.nodes.digest}")
    if seen.change is None:
        click.echo("nothing waits for approval")
        return
    for word, names in (
        ("new", seen.change.added),
        ("gone", seen.change.removed),
        ("changed", seen.change.changed),
    ):
        for name in names:
            click.echo(f"{word} {name}")
    click.echo(f"approved by {len(seen.approvers)} of {NEEDED} operators")


@nodes.command("approve")
@with_settings
@click.argument("fingerprint")
@click.option("--email", required=True, help="The operator who approves; a second one has to as well.")
@click.option("--password-file", type=click.File("r"), help="A file with the password; - for stdin.")
def approve_nodes(fingerprint: str, email: str, password_file: TextIO | None, **options: Any) -> None:
    """Approve the nodes of this fingerprint, as one of two operators, and print what counts now."""
    services = build(settings_of(options))
    by = _operator(services, email, password_file)
    seen = services.oversight.nodes.approve(by, fingerprint)
    click.echo("they count from now on" if seen.change is None else "waits for a second operator")


@click.command()
@with_settings
def doctor(**options: Any) -> None:
    """Look whether everything is as it should be; exit code 1 if something is not."""
    findings = examine(settings_of(options))
    for each in findings:
        remedy = f"\n      {each.remedy}" if each.remedy else ""
        click.echo(f"{each.level.value:<5} {each.what}{remedy}")
    if any(each.level is Level.FAIL for each in findings):
        raise click.exceptions.Exit(1)


def _operator(services: Services, email: str, password_file: TextIO | None) -> str:
    typed = password_file.read().rstrip("\n") if password_file else click.prompt("Password", hide_input=True)
    account = services.get_account(services.sign_in(email, str(typed)).account_id)
    if account.kind is not AccountKind.OPERATOR:
        raise NotAllowedError("this is for operators")
    return account.account_id


def _print(document: dict[str, Json]) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
