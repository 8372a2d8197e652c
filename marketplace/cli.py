"""The operator's commands: make a marketplace, serve it, run its worker, look after buyers and books.

Each option can also be set by an environment variable, such as MARKETPLACE_SERVE_PORT.
"""

import signal
import socket
from pathlib import Path
from typing import Any, BinaryIO, TextIO
from uuid import uuid4

import click
from prometheus_client import CollectorRegistry, start_http_server

from consent.errors import TermsError
from consent.payout import Payee
from crypto.errors import CryptoError
from marketplace.bootstrap import build, duties_of, make_app, open_house, utc_now
from marketplace.command_options import FOLDER, settings_of, with_settings
from marketplace.config import Identity, make_folder
from marketplace.domain.account import AccountKind
from marketplace.domain.scope import ALL_SCOPES, Scope, read_scopes
from marketplace.errors import MarketplaceError
from marketplace.member_commands import member
from marketplace.money_cli import money_commands
from marketplace.operator_commands import doctor, dpia, nodes, published, ropa
from marketplace.verifier_identity import renew_certificate
from marketplace.worker import CONNECTIONS, Worker
from ssi.errors import CredentialError
from ssi.hosting import logs
from ssi.hosting.errors import HostingError
from ssi.hosting.server import serve as serve_app
from ssi.http.errors import ExchangeError


class _Commands(click.Group):
    """Says our own errors in one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (MarketplaceError, CredentialError, CryptoError, HostingError, ExchangeError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"auto_envvar_prefix": "MARKETPLACE"})
def main() -> None:
    """Answers over people's data that nobody can look at, ordered and paid here."""


@main.command()
@click.option("--dir", "directory", type=FOLDER, required=True, help="The folder to make.")
@click.option("--id", "marketplace_id", required=True, help="A lasting id, such as did:web:market.example.")
@click.option("--name", default="Marketplace", show_default=True, help="The name people read.")
@click.option("--url", required=True, help="The address at which others reach it.")
@click.option(
    "--dpia/--no-dpia",
    default=True,
    show_default=True,
    help="Whether buyers may ask about health only when an impact assessment is approved.",
)
def init(directory: Path, marketplace_id: str, name: str, url: str, dpia: bool) -> None:
    """Make the keys, and the public part for the trust authority."""
    identity = Identity(marketplace_id, name, url, require_dpia=dpia)
    click.echo(str(make_folder(directory, identity, now=utc_now())))


@main.command("renew-verifier")
@with_settings
def renew_verifier(**options: Any) -> None:
    """Issue the next certificate under which wallets are asked, and print its path; then restart `serve`."""
    settings = settings_of(options)
    path = renew_certificate(settings.directory, settings.display_name, settings.public_url, now=utc_now())
    click.echo(str(path))


@main.command()
@with_settings
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
def serve(host: str, port: int, threads: int, **options: Any) -> None:
    """Serve the screens and the JSON interfaces."""
    logs.configure()
    settings = settings_of(options)
    serve_app(lambda: make_app(settings, streams=threads // 2), host=host, port=port, threads=threads)


@main.command()
@with_settings
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve metrics on this loopback port.")
def worker(metrics_port: int | None, **options: Any) -> None:
    """Drive contributions, withdrawals and jobs forward until stopped."""
    logs.configure()
    house = open_house(settings_of(options), connections=CONNECTIONS)
    metrics = CollectorRegistry()
    if metrics_port is not None:
        start_http_server(metrics_port, addr="127.0.0.1", registry=metrics)
    working = Worker(
        duties_of(house, worker=f"{socket.gethostname()}-{uuid4().hex[:8]}"), house.trust, metrics=metrics
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: working.stop())
    click.echo("ready")
    working.run()
    house.close()


@main.group()
def buyer() -> None:
    """Look after buyers' accounts."""


@buyer.command("add")
@with_settings
@click.option("--email", required=True)
@click.option("--password-file", type=click.File("r"), help="A file with the password; - for stdin.")
@click.option("--credential", type=click.File("r"), help="The organisation credential, an SD-JWT.")
@click.option("--mandate", type=click.File("r"), help="The mandate signed with the credential's key.")
def add_buyer(
    email: str,
    password_file: TextIO | None,
    credential: TextIO | None,
    mandate: TextIO | None,
    **options: Any,
) -> None:
    """Open a buyer's account and print its id."""
    if (credential is None) != (mandate is None):
        raise click.UsageError("give credential and mandate together, or neither")
    services = build(settings_of(options))
    account = services.add_account(email, _password(password_file), kind=AccountKind.BUYER)
    if credential is not None and mandate is not None:
        services.register_organisation(
            account.account_id, credential=credential.read().strip(), mandate=mandate.read().strip()
        )
    click.echo(account.account_id)


@buyer.command("top-up")
@with_settings
@click.option("--account", "account_id", required=True)
@click.option("--transfer-id", help="Made by you; the same one again adds nothing. Default: a fresh one.")
@click.option("--cents", type=click.IntRange(min=1), required=True)
def top_up_buyer(account_id: str, transfer_id: str | None, cents: int, **options: Any) -> None:
    """Add sandbox money to a buyer's account and print what is available."""
    balance = build(settings_of(options)).top_up(
        account_id, transfer_id=transfer_id or uuid4().hex, amount_cents=cents
    )
    click.echo(balance.available_cents)


@buyer.command("api-key")
@with_settings
@click.option("--account", "account_id", required=True)
@click.option("--label", default="command line", show_default=True)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Scope]),
    help="Default: all of them.",
)
def make_buyer_key(account_id: str, label: str, scopes: tuple[str, ...], **options: Any) -> None:
    """Make an API key and print it; it is shown this once."""
    good_for = read_scopes(scopes) if scopes else ALL_SCOPES
    click.echo(build(settings_of(options)).make_api_key(account_id, label, good_for).secret)


@buyer.command("api-keys")
@with_settings
@click.option("--account", "account_id", required=True)
def list_buyer_keys(account_id: str, **options: Any) -> None:
    """List an account's API keys: id, name, what each is good for, and when it was last used or ended."""
    for key in build(settings_of(options)).list_api_keys(account_id):
        used = f"last used {key.last_used_on}" if key.last_used_on else "never used"
        state = f"ended {key.revoked_at:%Y-%m-%d}" if key.revoked_at else used
        click.echo(f"{key.key_id} {key.label!r} {','.join(sorted(key.scopes))} {state}")


@buyer.command("end-api-key")
@with_settings
@click.option("--account", "account_id", required=True)
@click.argument("key_id")
def end_buyer_key(account_id: str, key_id: str, **options: Any) -> None:
    """End an API key at once."""
    build(settings_of(options)).revoke_api_key(account_id, key_id)
    click.echo("ended")


@main.group()
def operator() -> None:
    """Look after operators' accounts."""


@operator.command("add")
@with_settings
@click.option("--email", required=True)
@click.option("--password-file", type=click.File("r"), help="A file with the password; - for stdin.")
def add_operator(email: str, password_file: TextIO | None, **options: Any) -> None:
    """Open an operator's account and print its id."""
    services = build(settings_of(options))
    account = services.add_account(email, _password(password_file), kind=AccountKind.OPERATOR)
    click.echo(account.account_id)


@main.command("trial-balance")
@with_settings
@click.option("--accounts", is_flag=True, help="List every account.")
def trial_balance(accounts: bool, **options: Any) -> None:
    """Add up the ledger from its first transfer; the sum is zero."""
    taken = build(settings_of(options)).trial_balance()
    for account in taken.accounts if accounts else ():
        click.echo(f"{account.posted_cents:>14} {account.held_cents:>12} {account.account}")
    click.echo(taken.total_cents)


@main.group()
def payouts() -> None:
    """Pay people what they earned."""


@payouts.command("list")
@with_settings
def list_payouts(**options: Any) -> None:
    """List what is to be paid, the oldest first: id, cents, since when, and whether a file has it."""
    for line in build(settings_of(options)).payouts.lines():
        each = line.payout
        written = "exported" if each.exported_at else "new" if line.may_be_paid else "waits for approval"
        click.echo(f"{each.payout_id} {each.total_cents:>12} {each.requested_at:%Y-%m-%d} {written}")


@payouts.command("export")
@with_settings
@click.option("--debtor-name", required=True, help="Whose account pays.")
@click.option("--debtor-iban", required=True, help="The account that pays.")
@click.option("--out", type=click.File("wb"), required=True, help="Where the file for the bank goes.")
def export_payouts(debtor_name: str, debtor_iban: str, out: BinaryIO, **options: Any) -> None:
    """Write what is to be paid into a file for the bank (pain.001.001.09): names, accounts, amounts."""
    try:
        debtor = Payee.typed(debtor_name, debtor_iban)
        out.write(build(settings_of(options)).payouts.export(debtor))
    except (TermsError, MarketplaceError) as error:
        raise click.ClickException(str(error)) from error


@payouts.command("paid")
@with_settings
@click.argument("payout_id")
def pay_payout(payout_id: str, **options: Any) -> None:
    """Note that the bank has paid."""
    try:
        click.echo(f"{build(settings_of(options)).payouts.pay(payout_id).total_cents} cents paid")
    except MarketplaceError as error:
        raise click.ClickException(str(error)) from error


@payouts.command("refuse")
@with_settings
@click.argument("payout_id")
@click.option("--reason", required=True, help="The person is told.")
def refuse_payout(payout_id: str, reason: str, **options: Any) -> None:
    """Give the money back to the agreements that earned it."""
    try:
        click.echo(
            f"{build(settings_of(options)).payouts.refuse(payout_id, reason).total_cents} cents given back"
        )
    except MarketplaceError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@with_settings
def checkpoint(**options: Any) -> None:
    """Print the signed state of the log."""
    click.echo(build(settings_of(options)).read_log.checkpoint(), nl=False)


for _command in money_commands(with_settings, settings_of):
    main.add_command(_command)


def _password(file: TextIO | None) -> str:
    if file is not None:
        return file.read().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


for _command in (ropa, dpia, nodes, published, doctor, member):
    main.add_command(_command)
