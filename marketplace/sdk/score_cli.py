"""The buyer's commands about scores: whom to ask, what it says, ask, wait, open, pay or report.

buyer score offers exam/1
buyer score weigh exam/1 --weight exam_score=2 --weight reading_score=1
buyer score ask CONSENT --weight exam_score=2 --weight reading_score=1 --purpose dpv:PersonnelHiring \
    --accept-cents 608 --out score.json
buyer score wait score.json && buyer score collect score.json

A request is named by the file that `ask` wrote, or by its id. `open` says the score and pays nobody;
`collect` opens, checks and confirms, and has a lie looked into.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from consent.score_function import ScoreFunction
from consent.score_wording import describe_score, describe_terms
from consent.vocabulary import Purpose
from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.sdk.connecting import CONNECTED, FILE, connected, options, say
from marketplace.sdk.direct_commands import (
    already,
    as_form,
    named_purpose,
    placed_row,
    say_numbers,
    say_opened,
    say_placed,
    say_rows,
    say_weighed,
    teller,
    weighed,
    weights_of,
)
from marketplace.sdk.direct_file import SCORE, purchase_of, remember
from marketplace.sdk.placed import list_scores, show_score
from marketplace.sdk.score_offers import ListedScoreOffer, check_score_offer, list_score_offers
from marketplace.sdk.scores import (
    AskedScore,
    OpenedScore,
    ScoreWish,
    ask_score,
    collect_score,
    confirm_score,
    dispute_score,
    open_score,
    wait_for_score,
)
from marketplace.sdk.weighing import weigh_score
from ssi.dataset import data_set

_LANGUAGE = "en"


@click.group()
def score() -> None:
    """Ask for a weighted sum of one consenting person's record."""


@score.command()
@options(*CONNECTED)
@click.argument("ref", metavar="DATA_SET")
@as_form
@click.pass_obj
def offers(as_json: bool, /, ref: str, form: str, **where: Any) -> None:
    """List who may be asked, by public attributes, with the least price of each."""
    rows = map(_offer_row, list_score_offers(connected(where), ref))
    say_rows(form, as_json, rows, none=f"Nobody offers scores of {ref} to your organisation now.")


@score.command()
@options(*CONNECTED)
@click.argument("consent")
@click.pass_obj
def check(as_json: bool, /, consent: str, **where: Any) -> None:
    """Check one offer before anything is paid, and say what the person agreed to."""
    offer = check_score_offer(connected(where), consent)
    words = describe_terms(offer.consent.terms, offer.data_set, _LANGUAGE)
    document: dict[str, Json] = {
        "consent_id": offer.consent.consent_id,
        "issuer": offer.credential.issuer,
        "terms": offer.consent.terms.to_json(),
        "agreed_to": words.text.splitlines(),
    }
    lines = ["The offer holds.", f"Record signed by {offer.credential.issuer}", "She agreed to:", words.text]
    say(as_json, document, "\n".join(lines))


@score.command()
@click.argument("ref", metavar="DATA_SET")
@weighed
@click.option("--purpose", type=click.Choice([each.value for each in Purpose]), help="What it is for.")
@click.pass_obj
def weigh(
    as_json: bool, /, ref: str, weight: tuple[str, ...], weights: Path | None, purpose: str | None
) -> None:
    """Say what a score tells, offline; without weights, which numbers can be weighed."""
    described = data_set(ref)
    if not weight and weights is None:
        say_numbers(as_json, described)
        return
    function = ScoreFunction(described, weights_of(weight, weights))
    say_weighed(as_json, weigh_score(function, Purpose(purpose) if purpose else None))


@score.command()
@options(*CONNECTED)
@click.argument("consent")
@weighed
@named_purpose
@click.option("--accept-cents", type=click.IntRange(min=0), required=True, help="The most that you pay.")
@click.option("--pay-cents", type=click.IntRange(min=0), help="For the person; by default what she asks for.")
@click.option("--days", type=click.IntRange(1, 14), default=7, show_default=True, help="Time to answer.")
@click.option("--out", type=FILE, required=True, help="Where to remember the request.")
@click.pass_obj
def ask(
    as_json: bool, /, consent: str, weight: tuple[str, ...], weights: Path | None, out: Path, **asked: Any
) -> None:
    """Check an offer and ask under it. With the same file again it is the same request, and paid once."""
    wish = ScoreWish(
        weights_of(weight, weights),
        Purpose(asked.pop("purpose")),
        asked.pop("pay_cents"),
        timedelta(days=asked.pop("days")),
    )
    accept_cents, buyer = asked.pop("accept_cents"), connected(asked)
    remembered = remember(out, SCORE, _wish_json(consent, wish))
    request_id = remembered.purchase_id
    if remembered.is_new or already(lambda: show_score(buyer, request_id)) is None:
        offer = check_score_offer(buyer, consent)
        ask_score(buyer, offer, wish, accept_cents=accept_cents, request_id=request_id)
    say(as_json, {"request_id": request_id, "file": str(out)}, f"Asked: {request_id}")


@score.command("list")
@options(*CONNECTED)
@as_form
@click.pass_obj
def list_all(as_json: bool, /, form: str, **where: Any) -> None:
    """List your requests, the newest first."""
    rows = map(placed_row, list_scores(connected(where)))
    say_rows(form, as_json, rows, none="You have not asked for a score yet. See: buyer score offers DATA_SET")


@score.command()
@options(*CONNECTED)
@click.argument("request")
@as_form
@click.pass_obj
def show(as_json: bool, /, request: str, form: str, **where: Any) -> None:
    """Say how a request stands."""
    say_placed(form, as_json, show_score(connected(where), purchase_of(request, SCORE)))


@score.command()
@options(*CONNECTED)
@click.argument("request")
@click.option("--seconds", type=click.FloatRange(min=0), default=900.0, show_default=True)
@click.pass_obj
def wait(as_json: bool, /, request: str, seconds: float, **where: Any) -> None:
    """Wait until the person has answered, and say how far it is."""
    wait_for_score(connected(where), _asked(request), seconds=seconds, tell=teller(as_json))


@score.command("open")
@options(*CONNECTED)
@click.argument("request")
@as_form
@click.option("--out", type=FILE, help="A file of mode 0600 for the score, instead of the screen.")
@click.pass_obj
def open_it(as_json: bool, /, request: str, form: str, out: Path | None, **where: Any) -> None:
    """Open and check a score here; nobody is paid by it yet."""
    _say_score(form, as_json, out, open_score(connected(where), _asked(request)))


@score.command()
@options(*CONNECTED)
@click.argument("request")
@as_form
@click.option("--out", type=FILE, help="A file of mode 0600 for the score, instead of the screen.")
@click.pass_obj
def collect(as_json: bool, /, request: str, form: str, out: Path | None, **where: Any) -> None:
    """Open and check a score here, and confirm it, which pays the person; a lie is looked into."""
    _say_score(form, as_json, out, collect_score(connected(where), _asked(request)))


@score.command()
@options(*CONNECTED)
@click.argument("request")
@click.pass_obj
def confirm(as_json: bool, /, request: str, **where: Any) -> None:
    """Say that a score is right, which pays the person; again changes nothing."""
    confirm_score(connected(where), _asked(request))
    say(as_json, {"confirmed": True}, "Confirmed: the person is paid.")


@score.command()
@options(*CONNECTED)
@click.argument("request")
@click.pass_obj
def dispute(as_json: bool, /, request: str, **where: Any) -> None:
    """Have an answer looked into: shows the market the key of this one request and no other."""
    proven = dispute_score(connected(where), _asked(request))
    told = "The wallet lied: your money is back." if proven else "The answer is right; it stands."
    say(as_json, {"proven": proven}, told)


def _asked(request: str) -> AskedScore:
    return AskedScore(purchase_of(request, SCORE), 0)


def _offer_row(offer: ListedScoreOffer) -> dict[str, Json]:
    return {
        "consent_id": offer.consent_id,
        "public": dict(offer.public),
        "purposes": sorted(each.value for each in offer.terms.purposes),
        "decides_herself": offer.terms.asks_first,
        "until": utc_text(offer.terms.valid_until),
        "price_cents": offer.price_cents,
    }


def _wish_json(consent: str, wish: ScoreWish) -> dict[str, Json]:
    return {
        "consent_id": consent,
        "weights": dict(wish.weights),
        "purpose": wish.purpose.value,
        "pay_cents": wish.compensation_cents,
        "days": wish.valid_for.days,
    }


def _say_score(form: str, as_json: bool, out: Path | None, opened: OpenedScore) -> None:
    question = describe_score(opened.function, _LANGUAGE)
    row: dict[str, Json] = {
        "score": str(opened.score),
        "question": question,
        "issuer": opened.issuer,
        "consent_id": opened.consent_id,
        "request_id": opened.request_id,
    }
    lines = [f"Score: {opened.score}", f"  {question}", f"  of a record signed by {opened.issuer}"]
    say_opened(form, as_json, out, row, lines)
