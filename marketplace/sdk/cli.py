"""The buyer's command: keys, catalogue, price, order, answer, proof.

buyer keys new buyer.json
buyer catalogue --url https://market.example
buyer quote query.json
buyer explain query.json
buyer order query.json --accept-cents 5000 --out order.json
buyer wait order.json && buyer collect order.json --out answer
buyer verify answer/proof.json --authority authority.jwk
buyer cite answer/proof.json --authority authority.jwk
buyer describe exam/1 --epsilon 1 --accept-cents 5000 --out order.json
buyer publish-to-catalogue order.json
buyer score ask CONSENT --weight exam_score=2 --weight reading_score=1 …
buyer sum order exam/1 --weight exam_score=1 --people 50 --floor 30 …
buyer saved save query.json --name "Weekly scores" && buyer saved repeat ID --every week …
buyer events --follow
buyer webhooks add https://me.example/events

BUYER_URL, BUYER_AUTHORITY, BUYER_KEYS and BUYER_API_KEY_FILE say once what every command asks for. An API key
is read from a file that nobody else may read, never from the command line, which other users of the machine
see. Exit status: 0 done, 1 refused, 2 wrong use, 3 not yet, 4 not reachable, 5 the order failed and the money
is back.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from consent.joining import asked_about
from consent.query import Query
from consent.query_rules import LEAST_PUBLISHED_FLOOR
from consent.vocabulary import Purpose
from consent.wording import describe_query
from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.sdk.buyer import API, Progress
from marketplace.sdk.citation import cite
from marketplace.sdk.connecting import (
    CONNECTED,
    FILE,
    FOLDER,
    connected,
    decimal_of,
    euros,
    options,
    say,
)
from marketplace.sdk.describing import describing_query, publish, take_back
from marketplace.sdk.errors import KeyFileError, OrderFileError
from marketplace.sdk.following_commands import events, saved, webhooks
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.member_commands import members
from marketplace.sdk.order_file import read_bytes, read_order, read_query, write_order
from marketplace.sdk.pages import all_of
from marketplace.sdk.plan import nearby_of, nearby_text, plan_lines, planned
from marketplace.sdk.proof_check import MAX_OPENED, VerifiedProof, verify_proof
from marketplace.sdk.said import ERRORS, Failure, json_line
from marketplace.sdk.save import FORMATS, save_answer
from marketplace.sdk.score_cli import score
from marketplace.sdk.sum_cli import total
from ssi.dataset import data_set
from ssi.http.client import Client
from ssi.http.errors import RefusedByPeerError
from ssi.trust_file import read_authority

_FOLDER = click.Path(path_type=Path, file_okay=False)


class _Commands(click.Group):
    """Says our own errors in one line with a remedy, and exits with their status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except ERRORS as error:
            failure = Failure.of(error)
            click.echo(failure.to_json() if ctx.params.get("as_json") else failure.to_text(), err=True)
            raise SystemExit(failure.status.value) from error


def utc_now() -> datetime:
    """The moment by this machine's clock."""
    return datetime.now(UTC)


@click.group(cls=_Commands)
@click.option("--json", "as_json", is_flag=True, help="Say everything as JSON, one document a line.")
@click.pass_context
def main(context: click.Context, as_json: bool) -> None:
    """Buy answers about many people that nobody can look at, and check them on your own machine."""
    context.obj = as_json


main.add_command(score)
main.add_command(total)


@main.group()
def keys() -> None:
    """Look after your key file."""


@keys.command("new")
@click.argument("file", type=FILE)
@click.pass_obj
def new_keys(as_json: bool, /, file: Path) -> None:
    """Make a key file of mode 0600 and print the public key for the register of organisations."""
    if file.exists():
        raise KeyFileError(f"{file.name} exists already and is not written over")
    made = BuyerKeys.create()
    made.save(file)
    public: dict[str, Json] = dict(made.credential_key.public.to_jwk())
    say(as_json, {"key_file": str(file), "public_key": public}, json_line(public))


@main.command()
@options("url")
@click.pass_obj
def catalogue(as_json: bool, /, url: str) -> None:
    """List what can be asked about, and about how many people there are."""
    for each in all_of(Client(url), f"{API}/data-sets", "data_sets"):
        ref, people = each.text("ref"), each.section("people").text("text")
        label = each.section("label").text("en")
        cents = each.integer("from_cents", least=0, most=10**12) if each.has("from_cents") else None
        price = "nobody offers yet" if cents is None else f"from {euros(cents)} a person"
        document: dict[str, Json] = {"ref": ref, "label": label, "people": people, "from_cents": cents}
        say(as_json, document, f"{ref:<16} {label}: {people} people, {price}")


@main.command()
@options(*CONNECTED)
@click.argument("credential", type=FILE)
@click.pass_obj
def register(as_json: bool, /, credential: Path, **where: Any) -> None:
    """Register your organisation's credential with a fresh mandate for this key file."""
    connected(where).register(read_bytes(credential).decode("ascii", "replace").strip())
    say(as_json, {"registered": True}, "Registered: you can order now.")


@main.command()
@options(*CONNECTED)
@click.argument("query", type=FILE)
@click.pass_obj
def quote(as_json: bool, /, query: Path, **where: Any) -> None:
    """Say what a question costs now, and how exact its answer would be."""
    asked = read_query(query)
    found = connected(where).quote(asked)
    errors: list[Json] = [
        {"label": each.label, "noise_sd": each.noise_sd, "unit": each.unit} for each in found.expected_errors
    ]
    lines = [
        describe_query(asked, asked_about(asked), "en"),
        f"{euros(found.price_cents)}, {found.people} people",
        *(f"  {each.label}: {_expected(each.noise_sd, each.unit)}" for each in found.expected_errors),
    ]
    document: dict[str, Json] = {
        "price_cents": found.price_cents,
        "people": found.people,
        "expected_errors": errors,
    }
    say(as_json, document, "\n".join(lines))


@main.command()
@options(*CONNECTED)
@click.argument("query", type=FILE)
@click.pass_obj
def explain(as_json: bool, /, query: Path, **where: Any) -> None:
    """Say how a question would be computed: by which way and why, with rounds, bytes and time."""
    try:
        plan = planned(connected(where), read_query(query))
    except RefusedByPeerError as error:
        nearby = nearby_of(error)
        if nearby is not None:
            say(as_json, {"nearby": nearby.to_json()}, nearby_text(nearby))
        raise
    document: dict[str, Json] = {
        "query": plan.query.to_json(),
        "protocol": plan.protocol,
        "reason": plan.reason,
        "who_must_collude": plan.who_must_collude,
        "rounds": None if plan.cost is None else plan.cost.rounds,
        "seconds": None if plan.cost is None else list(plan.cost.seconds),
        "not_taken": {each.engine.value: each.obstacle for each in plan.alternatives},
    }
    say(as_json, document, "\n".join(plan_lines(plan)))


@main.command()
@options(*CONNECTED)
@click.argument("query", type=FILE)
@click.option("--accept-cents", type=click.IntRange(min=0), required=True, help="The most that you pay.")
@click.option("--out", type=FILE, required=True, help="Where to remember the order; needed to open it.")
@click.pass_obj
def order(as_json: bool, /, query: Path, accept_cents: int, out: Path, **where: Any) -> None:
    """Order an answer. With the same file again it is the same order, and is charged once."""
    _place(as_json, read_query(query), out, accept_cents, where)


@main.command()
@options(*CONNECTED)
@click.argument("file", type=FILE)
@click.option("--seconds", type=click.FloatRange(min=0), default=900.0, show_default=True)
@click.pass_obj
def wait(as_json: bool, /, file: Path, seconds: float, **where: Any) -> None:
    """Wait until an answer can be opened, and say how far it is."""

    def tell(progress: Progress) -> None:
        say(as_json, {"state": progress.state, "label": progress.label}, f"{progress.label} …")

    connected(where).wait(read_order(file), tell=tell, seconds=seconds)


@main.command()
@options(*CONNECTED)
@click.argument("file", type=FILE)
@click.option("--out", type=FOLDER, required=True, help="The folder for the answer.")
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=("csv", "json"),
    show_default=True,
)
@click.pass_obj
def collect(as_json: bool, /, file: Path, out: Path, formats: tuple[str, ...], **where: Any) -> None:
    """Open and check an answer here, confirm it, and save it with its method card and its proof."""
    buyer, placed = connected(where), read_order(file)
    opened = buyer.collect(placed)
    written = save_answer(buyer, opened, placed, out, formats)
    names: list[Json] = [str(path) for path in written]
    say(
        as_json,
        {"people": opened.people, "files": names},
        "\n".join(["Opened, checked and confirmed.", *map(str, written)]),
    )


@main.command()
@options("authority")
@click.argument("file", type=FILE)
@click.pass_obj
def verify(as_json: bool, /, file: Path, authority: Path) -> None:
    """Check the proof of an answer offline, step by step; a step that fails is named."""
    proof = _proof(file, authority)
    steps: list[Json] = [step.value for step in proof.steps]
    document: dict[str, Json] = {
        "order_id": proof.order_id,
        "buyer": proof.buyer_name,
        "question": describe_query(proof.query, asked_about(proof.query), "en"),
        "placed_at": utc_text(proof.placed_at),
        "people": proof.people,
        "nodes": list(proof.nodes),
        "log_index": proof.log_index,
        "log_size": proof.checkpoint.size,
        "cosigned_by": list(proof.cosigned_by),
        "answer_disclosed": proof.answer is not None,
        "steps": steps,
    }
    lines = [
        *(f"{step.value:<12} holds" for step in proof.steps),
        f"{document['buyer']} asked: {document['question']}",
        f"{proof.people} people, computed by {', '.join(proof.nodes)}",
        "The proof holds." if proof.answer else "The proof holds; it does not disclose the answer.",
    ]
    say(as_json, document, "\n".join(lines))


@main.command("cite")
@options("authority")
@click.argument("file", type=FILE)
@click.option(
    "--format", "form", type=click.Choice(("text", "bibtex", "csl")), default="text", show_default=True
)
@click.pass_obj
def cite_answer(as_json: bool, /, file: Path, authority: Path, form: str) -> None:
    """Say how to cite the answer of a proof, after checking it."""
    citation = cite(_proof(file, authority))
    csl: Json = citation.to_csl()
    ways: dict[str, Callable[[], str]] = {
        "text": citation.to_text,
        "bibtex": citation.to_bibtex,
        "csl": lambda: json_line(csl),
    }
    say(as_json, {"text": citation.to_text(), "bibtex": citation.to_bibtex(), "csl": csl}, ways[form]())


@main.command()
@options(*CONNECTED)
@click.argument("ref")
@click.option("--purpose", type=click.Choice([each.value for each in Purpose]), default="dpv:PublicBenefit")
@click.option("--epsilon", default="1", show_default=True, help="What all columns together cost in privacy.")
@click.option("--floor", type=int, default=LEAST_PUBLISHED_FLOOR, show_default=True, help="Least people.")
@click.option("--attribute", "attributes", multiple=True, help="A column; by default the first 15.")
@click.option("--accept-cents", type=click.IntRange(min=0), required=True, help="The most that you pay.")
@click.option("--out", type=FILE, required=True, help="Where to remember the order; needed to open it.")
@click.pass_obj
def describe(as_json: bool, /, ref: str, accept_cents: int, out: Path, **asked: Any) -> None:
    """Order how a data set is distributed, of people who allow that everybody sees it."""
    query = describing_query(
        data_set(ref),
        Purpose(asked.pop("purpose")),
        epsilon=decimal_of(asked.pop("epsilon"), "--epsilon"),
        floor=asked.pop("floor"),
        attributes=asked.pop("attributes"),
    )
    _place(as_json, query, out, accept_cents, asked)


@main.command("publish-to-catalogue")
@options(*CONNECTED)
@click.argument("file", type=FILE)
@click.pass_obj
def publish_to_catalogue(as_json: bool, /, file: Path, **where: Any) -> None:
    """Show an answer that was collected to everybody in the catalogue; again changes nothing."""
    digest = publish(connected(where), read_order(file))
    say(as_json, {"digest": digest}, f"Published. The log holds {digest}.")


@main.command("take-back")
@options(*CONNECTED)
@click.argument("file", type=FILE)
@click.pass_obj
def take_back_answer(as_json: bool, /, file: Path, **where: Any) -> None:
    """Take a published answer back from the catalogue, for good."""
    take_back(connected(where), read_order(file).order_id)
    say(as_json, {"taken_back": True}, "Taken back: the catalogue shows it no more.")


for group in (saved, webhooks, events, members):
    main.add_command(group)


def _place(as_json: bool, asked: Query, out: Path, accept_cents: int, where: Mapping[str, Any]) -> None:
    known = read_order(out) if out.exists() else None
    if known is not None and known.query != asked:
        raise OrderFileError(f"{out.name} remembers another question and is not written over")
    buyer = connected(where)
    placed = known or buyer.prepare(asked)
    write_order(out, placed)  # before it is sent: an order that nobody remembers could not be opened
    buyer.order(asked, accept_cents=accept_cents, order_id=placed.order_id)
    say(as_json, {"order_id": placed.order_id, "file": str(out)}, f"Ordered: {placed.order_id}")


def _proof(file: Path, authority: Path) -> VerifiedProof:
    return verify_proof(read_bytes(file, MAX_OPENED), read_authority(authority), now=utc_now())


def _expected(noise_sd: float | None, unit: str | None) -> str:
    if noise_sd is None:
        return "probably not shown: the noise is as large as the answer"
    if noise_sd == 0:
        return "exact"
    return f"± {1.96 * noise_sd:.3g}{f' {unit}' if unit else ''} (95 %: noise)"
